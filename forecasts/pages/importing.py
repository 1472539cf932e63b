"""Bringing along a record from elsewhere: a file is sent, shown with what it would bring, confirmed, and followed."""

import datetime as dt
from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forecasts import spreadsheets
from forecasts.forms import point_out, refuse
from forecasts.importing.formats import FORMATS
from forecasts.models import Import, ImportedRecord
from forecasts.queries import imports as sent
from forecasts.refusals import Conflict, Refused
from forecasts.services import imported, imports

from .actors import actor

# Files that are listed, and rows not taken that a page names; the rest of those is in a file.
LATELY: Final = 10
SHOWN: Final = 50
# Names that a menu offers; whoever has more can say the name by the command or the API.
NAMED: Final = 500
EXTENSIONS: Final = sorted({dotted for each in FORMATS.values() for dotted in each.extensions})
LARGEST_ID: Final = 2**63 - 1
COLUMNS: Final[spreadsheets.Columns] = {
    "place": lambda left: left["place"],
    "whole_row": lambda left: left["whole"],
    "reason": lambda left: left["reason"],
}


def _formats() -> list[tuple[str, str]]:
    said = "<span><b>{}</b> <small>{}</small></span>"
    return [(each.name, format_html(said, each.label, each.file)) for each in FORMATS.values()]


class FileForm(forms.Form):
    """Where it is from, and the file."""

    format = forms.ChoiceField(
        choices=_formats,
        widget=forms.RadioSelect,
        label="Where it is from",
        error_messages={"required": "Choose where it is from."},
    )
    file = forms.FileField(
        label="The file",
        # What the chooser offers first; the content decides all the same.
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}),
        allow_empty_file=True,
        help_text=f"At most {imports.LARGEST // 2**20} MB and {imports.MOST:,} estimates.",
        error_messages={"required": "Choose a file."},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    at, owner = timezone.now(), actor(request)
    if request.method != "POST":
        return _index(request, FileForm(initial={"format": request.GET.get("format", "")}))
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _index(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        imports.count(owner)
        # No more is read of one that is too large than what shows that it is.
        content = file.read(imports.LARGEST + 1)
        given = {"origin": form.cleaned_data["format"], "content": content, "file_name": file.name}
        return redirect("import", imports.look(by=owner, at=at, **given).pk)
    except Refused as refused:
        refuse(form, refused)
        return _index(request, form, status=refused.status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, import_id: int) -> HttpResponse:
    """A file: what it would bring, how far it is, or what came of it."""
    if request.method == "POST":
        return _act(request, min(import_id, LARGEST_ID))
    return _show(request, import_id)


def _act(request: HttpRequest, import_id: int) -> HttpResponse:
    """One of the buttons under a preview was pressed."""
    at, owner = timezone.now(), actor(request)
    try:
        if "drop" in request.POST:
            if imports.drop(import_id=import_id, by=owner):
                messages.success(request, "The file was dropped. Nothing was brought along.")
            else:
                messages.error(request, "There was nothing to drop: the file was confirmed or dropped before.")
            return redirect("imports")
        if "whose" in request.POST:
            imports.count(owner)
            whose = request.POST["whose"].replace("\x00", "")
            return redirect("import", imports.look_again(import_id=import_id, by=owner, whose=whose, at=at).pk)
        shows = {"yes": True, "no": False}.get(request.POST.get("shows", ""))
        row = imports.confirm(import_id=import_id, by=owner, shows=shows, at=at)
        if row.n_estimates <= imports.AT_ONCE:
            imports.carry_out(import_id=row.pk, clock=timezone.now)
    except Conflict as refused:
        messages.error(request, refused.message)
        return redirect("imports")
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("import", import_id)


def _show(request: HttpRequest, import_id: int) -> HttpResponse:
    at, row = timezone.now(), _found(request, import_id)
    (look,) = sent.looks([row])
    report = row.report or {"not_taken": [], "names": []}
    context = {
        "look": look,
        "row": row,
        "format": FORMATS.get(row.format),
        "label": sent.label(row.format),
        "report": row.report,
        "n_questions": sum(report[of]["forecasts"] for of in ("new", "here") if of in report),
        "nothing_new": row.report and not any(row.report["new"].values()),
        "asks_whose": row.state == Import.State.PREVIEWED and len(report["names"]) > 1 and not row.whose,
        "names": report["names"][:NAMED],
        "probably": _alike(report["names"], actor(request).username),
        "not_taken": report["not_taken"][:SHOWN],
        "more": max(len(report["not_taken"]) - SHOWN, 0),
        "record": ImportedRecord.objects.filter(owner=actor(request), origin=row.format).first(),
        "at_once": row.n_estimates <= imports.AT_ONCE,
        "quiet": look.quiet(at),
        "at": at,
        "section": "accounts",
    }
    return render(request, "forecasts/imports/import.html", context)


def _alike(names: list[str], name: str) -> str:
    """The one of them that is written like a name here, if there is one: a menu that chose another would mislead."""
    alike = [each for each in names if each.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else ""


@never_cache
@login_required
@spreadsheets.page
def not_taken(request: HttpRequest, *, import_id: int, at: dt.datetime) -> spreadsheets.Table:
    """Every row that was not taken, however many."""
    row = _found(request, import_id)
    left = (row.report or {}).get("not_taken", [])
    return spreadsheets.Table(f"not-taken-{row.pk}", COLUMNS, left, most=len(left))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, origin: str) -> HttpResponse:
    """Show what was brought from one place or hide it; or take it away, once that is confirmed."""
    owner = actor(request)
    found = sent.counted(ImportedRecord.objects.filter(owner=owner, origin=origin))
    if not found:
        raise Http404
    if request.method != "POST":
        return render(request, "forecasts/imports/remove.html", {"counted": found[0], "section": "accounts"})
    name = sent.label(origin)
    if "show" in request.POST:
        shown = request.POST["show"] == "yes"
        imported.show(owner=owner, origin=origin, is_public=shown)
        seen = "Everybody sees" if shown else "You alone see"
        messages.success(request, f"{seen} what you brought from {name}.")
        return redirect("imported", owner.username, origin)
    if "remove" in request.POST:
        try:
            n = imported.take_away(owner=owner, origin=origin)
            questions = "1 question" if n == 1 else f"{n:,} questions"
            messages.success(request, f"What you brought from {name} was removed: {questions}.")
        except Refused as refused:
            messages.error(request, refused.message)
    return redirect("imports")


def _found(request: HttpRequest, import_id: int) -> Import:
    """One's own; another's is as if it were not there."""
    mine = Import.objects.filter(by=actor(request)).select_related("progress").defer("content")
    row = mine.filter(pk=min(import_id, LARGEST_ID)).first()
    if row is None:
        raise Http404
    return row


def _index(request: HttpRequest, form: FileForm, status: int = 200) -> HttpResponse:
    owner = actor(request)
    if form.errors:
        point_out(form)
    context = {
        "form": form,
        "records": sent.counted(ImportedRecord.objects.filter(owner=owner)),
        "lately": [(look, sent.label(look.row.format)) for look in sent.looks(sent.own(owner)[:LATELY])],
        "at": timezone.now(),
        "section": "accounts",
    }
    return render(request, "forecasts/imports/index.html", context, status=status)
