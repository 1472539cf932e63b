"""Notes as a moderator sees them: to look at, to withhold with a reason, and to show again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import truncatechars
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from forecasts.forms import refuse
from forecasts.models import Forecaster, Note, Withholding
from forecasts.refusals import Refused
from forecasts.services import noting

from .looking import Row, Under


class Moderation(forms.Form):
    reason = forms.CharField(
        max_length=noting.LONGEST_REASON,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text="Shown in place of the note; it stays on record.",
    )


class WithholdingsOf(Under):
    model = Withholding
    ordering = ("-revision",)
    fields = ("revision", "withheld", "decided_by", "decided_at", "reason")


class NoteAdmin(Row):
    """For moderators only, who alone read what is withheld; of hidden forecasts and private notes they see no more
    than others.
    """

    list_display = ("forecast", "author", "made_at", "begins", "state")
    list_select_related = ("forecast", "author")
    search_fields = ("forecast__slug", "author__username", "text")
    search_help_text = "A slug, a name, or words of the note."
    computed = ("state",)
    inlines = (WithholdingsOf,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _moderator(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _moderator(request) is not None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        return Note.objects.visible_to(request.user, at=timezone.now()).with_withholdings().order_by("-made_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/withhold/", view(self.withhold), name="forecasts_note_withhold"),
            path("<path:object_id>/restore/", view(self.restore), name="forecasts_note_restore"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        note = self.get_object(request, unquote(object_id))
        offered = [] if note is None or note.is_private else _deeds(note)
        return super().change_view(request, object_id, form_url, {"deeds": offered} | (extra_context or {}))

    def withhold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, withheld=True)

    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, withheld=False)

    def _decide(self, request: HttpRequest, object_id: str, *, withheld: bool) -> HttpResponse:
        by = _moderator(request)
        if by is None:
            raise PermissionDenied
        note = self.get_object(request, unquote(object_id))
        if note is None:
            raise Http404
        form, status = Moderation(request.POST or None), 200
        if form.is_valid():
            deed = noting.withhold if withheld else noting.restore
            try:
                made = deed(note=note, by=by, at=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
                status = refused.status
            else:
                self.log_change(request, note, f"{str(made).capitalize()}: {made.reason}")
                messages.success(request, f"On record: {made}.")
                return redirect("admin:forecasts_note_change", note.pk)
        context = self.admin_site.each_context(request) | {
            "deed": "Withhold" if withheld else "Show again",
            "title": "Withhold a note" if withheld else "Show a note again",
            "opts": self.opts,
            "note": note,
            "form": form,
        }
        return TemplateResponse(request, "admin/forecasts/note/decide.html", context, status=status)

    @admin.display(description="text")
    def begins(self, note: Note) -> str:
        return truncatechars(note.text, 80)

    @admin.display
    def state(self, note: Note) -> str:
        held = note.withholding
        if held is None:
            return "private" if note.is_private else "shown"
        return "withdrawn by its author" if held.by_author else f"withheld: {held.reason}"


def _deeds(note: Note) -> list[tuple[str, str]]:
    deed, name = ("Show again", "restore") if note.withholding else ("Withhold", "withhold")
    return [(deed, reverse(f"admin:forecasts_note_{name}", args=(note.pk,)))]


def _moderator(request: HttpRequest) -> Forecaster | None:
    user = request.user
    return user if isinstance(user, Forecaster) and user.may_moderate else None
