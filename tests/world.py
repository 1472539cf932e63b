"""An essay with a premise, a pair on it, and forecasts in every state, around the clock that the pages read."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from forecasts.models import Claim, Forecast, Forecaster, Source
from forecasts.services import crowds, registering
from tests import factories

DAY = dt.timedelta(days=1)


@dataclass
class World:
    """An essay with a premise, a pair on it, and forecasts in every state."""

    source: Source
    premise: Forecast
    given_yes: Forecast
    given_no: Forecast
    upcoming: Forecast
    closed: Forecast
    due: Forecast
    resolved: Forecast
    annulled: Forecast

    @property
    def all(self) -> list[Forecast]:
        return [getattr(self, name) for name in self.__dataclass_fields__ if name != "source"]


def forecast(slug: str, at: dt.datetime, *, opens: int = -30, closes: int = 30, **fields: object) -> Forecast:
    """One that opens and closes so many days from now."""
    times = {"opens_at": at + opens * DAY, "closes_at": at + closes * DAY}
    return factories.forecast(slug, at=at - 40 * DAY, **(times | fields))


def estimate(of: Forecast, by: Forecaster, probability: float | None, at: dt.datetime, **fields: object) -> None:
    factories.estimate(of, by, probability, at, **fields)
    crowds.refresh(forecast_id=of.pk, at=timezone.now())


def stage(cast: factories.Cast, at: dt.datetime) -> World:
    source = Source.objects.create(
        slug="essay", title="An Essay", author="Ada Writer", url="https://example.org/essay", summary="It *predicts*."
    )
    given = {"hedge_word": "likely", "hedge_low": 0.55, "hedge_high": 0.8, "hedge_scale": "A published scale"}
    premises = Claim.objects.create(source=source, key="P0", position=1, author="Ada Writer", restated="It starts.")
    claim = Claim.objects.create(
        source=source, key="C1", position=2, author="Ada Writer", section="Effects", bullet=3, restated="Gap.", **given
    )
    premise = forecast("premise", at, claim=premises, question="Will it start?", closes=90)
    pair = registering.make_pair(slug="gap", title="The gap", condition=premise, by=cast.curator)
    branch = {"claim": claim, "part": "a", "condition": premise, "pair": pair, "closes": 60, "hedged": True}
    return World(
        source=source,
        premise=premise,
        given_yes=forecast("gap-yes", at, condition_outcome="yes", tags=["gap"], **branch),
        given_no=forecast("gap-no", at, condition_outcome="no", **branch),
        upcoming=forecast("upcoming", at, opens=5),
        closed=forecast("closed", at, closes=-3, resolve_by=at + 5 * DAY),
        due=forecast("due", at, closes=-3, resolve_by=at - 2 * DAY),
        resolved=ended("resolved", "yes", (cast.ann, cast.bob), at),
        annulled=ended("annulled", "annulled", (cast.ann, cast.bob), at),
    )


def ended(slug: str, outcome: str, people: tuple[Forecaster, Forecaster], at: dt.datetime) -> Forecast:
    """One that has been decided and scored: the first said 80%, the second 60% and why."""
    made = forecast(slug, at, closes=-3)
    estimate(made, people[0], 0.8, at - 20 * DAY)
    estimate(made, people[1], 0.6, at - 10 * DAY, rationale="A *hunch*.")
    factories.resolution(made, outcome, at - DAY, links=["https://example.org/answer"])
    factories.score(at=at)
    return made
