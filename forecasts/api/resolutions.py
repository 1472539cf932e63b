"""The resolution of a forecast: every revision, and deciding."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import ENDED, Outcome, Resolution
from forecasts.refusals import Invalid
from forecasts.services import resolving

from .endpoints import SLUG, Endpoint, found_forecast
from .shapes import Instant, Shape, Text, Whole

ENDINGS = [(outcome.value, outcome.value) for outcome in ENDED]


class CauseOut(serializers.Serializer[Resolution]):
    forecast = serializers.CharField(source="forecast.slug", help_text="The condition.")
    revision = serializers.IntegerField(help_text="Which of its resolutions.")


class RevisionOut(serializers.Serializer[Resolution]):
    revision = serializers.IntegerField(help_text="From 1; the highest is in force.")
    outcome = serializers.ChoiceField(Outcome.choices, help_text="What was decided.")
    known_at = serializers.DateTimeField(help_text="When the answer became knowable; later estimates do not count.")
    decided_at = serializers.DateTimeField(help_text="When it was decided.")
    decided_by = serializers.CharField(
        source="decided_by.username", default=None, allow_null=True, help_text="Who decided; null for the system."
    )
    reason = serializers.CharField(help_text="Why.")
    links = serializers.ListField(child=serializers.CharField(help_text="An address."), help_text="Where it shows.")
    cause = CauseOut(
        allow_null=True, help_text="The condition's resolution that brought it about; null if a person did."
    )


class ResolutionOut(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(ENDINGS, allow_null=True, help_text="The outcome in force; null while none is.")
    revision = serializers.IntegerField(help_text="The revision in force; 0 before the first. A correction names it.")
    revisions = RevisionOut(many=True, help_text="Every resolution, oldest first.")


class NewResolution(Shape):
    outcome = serializers.ChoiceField(Outcome.choices, help_text="What is decided; reopened takes the last one back.")
    reason = Text(max_length=20_000, help_text="Why.")
    known_at = Instant(
        default=None,
        allow_null=True,
        help_text="When the answer became knowable, with its zone, up to now. Required unless reopened, which is now.",
    )
    links = serializers.ListField(
        child=Text(max_length=1000, help_text="An http or https address."),
        default=list,
        max_length=50,
        help_text="Where it shows; none when reopening.",
    )
    revision = Whole(
        default=None,
        allow_null=True,
        help_text="The revision you saw in force, which this replaces; null: none yet. Required to reopen.",
    )


@extend_schema(parameters=[SLUG])
class ResolutionOne(Endpoint):
    @extend_schema(summary="The resolution", description="With every revision that led to it.", responses=ResolutionOut)
    def get(self, request: Request, slug: str) -> Response:
        forecast = found_forecast(slug)
        body = {
            "outcome": forecast.outcome or None,
            "revision": forecast.resolution.revision if forecast.resolution else 0,
            "revisions": queries.revisions(forecast),
        }
        return Response(ResolutionOut(body).data)

    @extend_schema(
        summary="Resolve, correct or reopen",
        description="For resolvers. Without a revision, a forecast that has an outcome is refused with 409, which says "
        "what was decided. Branches that hang on the forecast are annulled or revived with it.",
        request=NewResolution,
        responses={201: RevisionOut},
    )
    def post(self, request: Request, slug: str) -> Response:
        forecast, given = found_forecast(slug), self.body(NewResolution)
        decided = {name: given[name] for name in ("reason", "revision")}
        if given["outcome"] == Outcome.REOPENED:
            _refuse_when_reopening(given)
            made = resolving.reopen(forecast=forecast, by=self.actor, at=self.at, **decided)
        else:
            decided |= {name: given[name] for name in ("outcome", "links")}
            made = resolving.resolve(
                forecast=forecast, by=self.actor, at=self.at, known_at=_required(given["known_at"]), **decided
            )
        return Response(RevisionOut(made).data, status=201)


def _required(known_at: Any) -> Any:
    if known_at is None:
        raise Invalid("Say when the answer became knowable, such as 2027-01-01T00:00:00Z.", field="known_at")
    return known_at


def _refuse_when_reopening(given: dict[str, Any]) -> None:
    """A reopening would drop these in silence."""
    for field in ("known_at", "links"):
        if given[field]:
            raise Invalid("Leave it out when reopening: the answer is unknown again from now on.", field=field)
