"""A source's scoreboard: every claim in its order, with its forecasts, twins side by side."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from forecasts.models import Claim, Forecast, Source, Viewer
from forecasts.queries import with_crowd
from tracker.models import MomentTotal, Owner


@dataclass
class Question:
    """One forecast of a claim, or the two branches of a pair: given yes first, its twin given no."""

    forecast: Forecast
    twin: Forecast | None = None


@dataclass
class ClaimBoard:
    claim: Claim
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class Condition:
    """A forecast on which others of this source depend: its branches, and everything below them at any depth."""

    forecast: Forecast
    branches: list[Forecast]
    below: dict[str, list[Forecast]]

    def voided_by(self, outcome: str) -> list[Forecast]:
        """What is annulled if it resolves yes or no, or if it is annulled itself."""
        return [forecast for wanted, found in self.below.items() if wanted != outcome for forecast in found]

    @property
    def n_below(self) -> int:
        return sum(map(len, self.below.values()))

    @property
    def n_voided_by_yes(self) -> int:
        return len(self.voided_by("yes"))

    @property
    def n_voided_by_no(self) -> int:
        return len(self.voided_by("no"))


@dataclass(frozen=True)
class Scoreboard:
    """conditions are the forecasts on which others of this source depend, in their order.

    `cut` says that the source has more forecasts than were asked for: then all of it is of the first ones.
    """

    source: Source
    claims: list[ClaimBoard]
    conditions: list[Condition]
    n_forecasts: int
    n_resolved: int
    n_annulled: int
    cut: bool = False


def scoreboard(source: Source, *, user: Viewer, at: dt.datetime, most: int | None = None) -> Scoreboard:
    """Everything the source's page shows, in three queries, with the crowd as `user` may see it.

    With `most`, of no more than that many claims and forecasts, the first in the source's order.
    """
    claims = {claim.pk: ClaimBoard(claim) for claim in source.claims.order_by("position")[:most]}
    for board in claims.values():
        board.claim.source = source
    found = Forecast.objects.filter(claim__source=source).select_related(
        "claim__source", "resolution", "condition", "pair"
    )
    in_order = with_crowd(found, user=user, at=at).order_by("claim__position", "position", "id")
    # One more than is shown tells that there are more.
    forecasts = list(in_order if most is None else in_order[: most + 1])
    cut = most is not None and (len(forecasts) > most or len(claims) == most)
    forecasts = [forecast for forecast in forecasts[:most] if forecast.claim_id in claims]
    for forecast in forecasts:
        if forecast.claim_id is not None:
            _place(claims[forecast.claim_id].questions, forecast)
    by_id = {forecast.pk: forecast for forecast in forecasts}
    branches: dict[int, list[Forecast]] = {}
    for forecast in forecasts:
        if forecast.condition_id in by_id:
            branches.setdefault(forecast.condition_id, []).append(forecast)
    outcomes = [forecast.outcome for forecast in forecasts]
    return Scoreboard(
        source=source,
        claims=list(claims.values()),
        conditions=[_condition(by_id[id_], branches) for id_ in sorted(branches)],
        n_forecasts=len(forecasts),
        n_resolved=sum(outcome in {"yes", "no"} for outcome in outcomes),
        n_annulled=outcomes.count("annulled"),
        cut=cut,
    )


@dataclass(frozen=True)
class Listed:
    """A source in a list, with how many of its forecasts have settled."""

    source: Source
    n_claims: int
    n_settled: int


def listed(found: list[Source]) -> list[Listed]:
    """In two queries; what has settled is read from totals, so that no forecast is counted."""
    claims = dict(Claim.objects.filter(source__in=found).order_by().values_list("source").annotate(n=Count("pk")))
    scopes = [f"source:{source.slug}" for source in found]
    settled = dict(
        MomentTotal.objects.filter(
            total__scope__in=scopes, total__owner=Owner.CONSTANT, total__settled=True, measure="baseline"
        )
        .values_list("total__scope")
        .annotate(n=Sum("n"))
    )
    return [
        Listed(source, n_claims=claims.get(source.pk, 0), n_settled=settled.get(f"source:{source.slug}", 0))
        for source in found
    ]


def _condition(forecast: Forecast, branches: dict[int, list[Forecast]]) -> Condition:
    below: dict[str, list[Forecast]] = {"yes": [], "no": []}
    for branch in branches[forecast.pk]:
        below[branch.condition_outcome] += _family(branch, branches)
    return Condition(forecast, branches[forecast.pk], below)


def _family(forecast: Forecast, branches: dict[int, list[Forecast]]) -> list[Forecast]:
    """The forecast and all that hangs on it."""
    return [forecast, *(found for branch in branches.get(forecast.pk, []) for found in _family(branch, branches))]


def _place(questions: list[Question], forecast: Forecast) -> None:
    other = next((q for q in questions if forecast.pair_id and q.forecast.pair_id == forecast.pair_id), None)
    if other is None:
        questions.append(Question(forecast))
    elif forecast.condition_outcome == "yes":
        other.forecast, other.twin = forecast, other.forecast
    else:
        other.twin = forecast
