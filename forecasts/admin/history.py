"""The append-only rows, each in a list of its own."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from forecasts.models import Citation, Estimate, Rating

from .looking import Row, Under


class WordingAdmin(Row):
    list_display = ("forecast", "version", "author", "made_at", "reason")
    list_select_related = ("forecast", "author")
    search_fields = ("forecast__slug", "question", "reason")
    ordering = ("-made_at", "-id")


class ResolutionAdmin(Row):
    list_display = ("forecast", "revision", "outcome", "known_at", "decided_at", "decided_by", "reason")
    list_filter = ("outcome",)
    list_select_related = ("forecast", "decided_by")
    search_fields = ("forecast__slug", "forecast__question", "reason")
    ordering = ("-decided_at", "-id")


class Cited(Under):
    model = Citation
    verbose_name_plural = "evidence cited"
    fields = ("evidence",)


class EstimateAdmin(Row):
    """What this member of staff may see: they may be forecasting too."""

    list_display = ("forecast", "forecaster", "probability", "made_at", "expires_at", "via")
    list_filter = ("via",)
    list_select_related = ("forecast", "forecaster")
    search_fields = ("forecast__slug", "forecaster__username")
    ordering = ("-made_at", "-id")
    inlines = (Cited,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Estimate]:
        found = Estimate.objects.visible_to(request.user, at=timezone.now())
        return found.order_by(*self.get_ordering(request))


class RatingsOf(Under):
    model = Rating
    fields = ("forecaster", "useful", "likelihood_ratio", "rated_at")


class EvidenceAdmin(Row):
    list_display = ("title", "forecast", "direction", "added_by", "added_at")
    list_filter = ("direction",)
    list_select_related = ("forecast", "added_by")
    search_fields = ("title", "forecast__slug", "added_by__username")
    inlines = (RatingsOf,)


class RatingAdmin(Row):
    list_display = ("evidence", "forecaster", "useful", "likelihood_ratio", "rated_at")
    list_select_related = ("evidence", "forecaster")
    search_fields = ("evidence__title", "forecaster__username")
    ordering = ("-rated_at", "-id")
