"""Forecasts: what is due first, and all that is known of one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from forecasts import queries
from forecasts.models import UNANSWERED, Evidence, Forecast, Forecaster, Resolution, Status, Wording
from forecasts.services import programs

from .deciding import Decides, deeds
from .looking import Row, Under, ViewOnly

WAITING = "waiting"


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(WAITING, "Waits for a resolver"), *((status.value, status.label) for status in Status)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Forecast]) -> QuerySet[Forecast]:
        at, status = timezone.now(), str(self.value())
        if status == WAITING:
            return queryset.filter(pk__in=queries.due(at=at).values("pk"))
        if status in Status.values:
            return queryset.filter(pk__in=Forecast.objects.with_status(status, at=at).values("pk"))
        return queryset


class Resolutions(Under):
    model = Resolution
    fk_name = "forecast"
    ordering = ("-revision",)
    fields = ("revision", "outcome", "known_at", "decided_at", "decided_by", "reason", "links", "cause")


class EvidenceOf(Under):
    model = Evidence
    verbose_name_plural = "evidence"
    fields = ("title", "url", "direction", "likelihood_ratio", "added_by", "added_at")


class Wordings(ViewOnly, admin.StackedInline):  # type: ignore[type-arg]  # not generic when it runs
    model = Wording
    extra = 0
    ordering = ("-version",)
    fields = (
        *("version", "question", "criteria", "background", "sources", "fallback", "annulled_if", "known_at_rule"),
        *("opens_at", "closes_at", "resolve_by", "spot_at", "author", "made_at", "reason"),
    )


class ForecastAdmin(Row, Decides):
    list_display = ("question", "label", "status", "resolve_by", "in_force", "decide")
    list_filter = (StatusFilter, "claim__source", "collections", "simulated")
    list_select_related = ("claim", "resolution")
    search_fields = ("question", "slug", "claim__key")
    search_help_text = "Words of the question, a slug, or a claim such as C1."
    inlines = (Resolutions, EvidenceOf, Wordings)
    fieldsets = (
        (None, {"fields": ("question", "slug", "status", "in_force", "n_estimates", "n_branches")}),
        ("When", {"fields": ("opens_at", "closes_at", "resolve_by", "spot_at", "reveal_at")}),
        ("What it depends on", {"fields": ("condition", "condition_outcome", "pair")}),
        ("The crowd", {"fields": ("programs_in_crowd",)}),
        (
            "Where it is from",
            {"fields": ("claim", "part", "predicts", "collections", "tags", "created_by", "created_at")},
        ),
    )
    actions = ("keep_programs_out", "let_programs_in")
    computed = ("status", "in_force", "n_estimates", "n_branches")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Forecast]:
        """What waits for a resolver first, the most overdue at the top; then what is unanswered; then the rest."""
        waits = queries.due(at=timezone.now()).values("pk")
        place = Case(When(pk__in=waits, then=Value(0)), When(UNANSWERED, then=Value(1)), default=Value(2))
        return Forecast.objects.annotate(place=place).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> tuple[F, ...]:
        return F("place"), F("resolve_by"), F("id")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Forecaster) and request.user.may_moderate

    @admin.action(description="Keep programs out of the crowd", permissions=["moderate"])
    def keep_programs_out(self, request: HttpRequest, chosen: QuerySet[Forecast]) -> None:
        self._count_programs(request, chosen, in_crowd=False)

    @admin.action(description="Let programs into the crowd", permissions=["moderate"])
    def let_programs_in(self, request: HttpRequest, chosen: QuerySet[Forecast]) -> None:
        self._count_programs(request, chosen, in_crowd=True)

    def _count_programs(self, request: HttpRequest, chosen: QuerySet[Forecast], *, in_crowd: bool) -> None:
        if not isinstance(request.user, Forecaster):
            raise PermissionDenied
        changed = programs.count(forecasts=chosen, in_crowd=in_crowd, by=request.user)
        self.message_user(
            request,
            f"{changed} of {chosen.count()} changed: those that have ended and those that were so already stay as they "
            "are. Crowds are worked out anew within half a minute.",
        )

    @admin.display
    def status(self, forecast: Forecast) -> str:
        return forecast.status_at(timezone.now()).label

    @admin.display(description="in force")
    def in_force(self, forecast: Forecast) -> str:
        return str(forecast.resolution or "none")

    @admin.display
    def decide(self, forecast: Forecast) -> str:
        deed, address = deeds(forecast)[0]
        return format_html('<a href="{}">{}</a>', address, deed)

    @admin.display(description="estimates")
    def n_estimates(self, forecast: Forecast) -> int:
        return forecast.estimates.count()

    @admin.display(description="branches")
    def n_branches(self, forecast: Forecast) -> int:
        return forecast.branches.count()
