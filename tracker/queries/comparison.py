"""Two forecasters compared on what both answered: the rounds, the running mean, and what may be said of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from forecasts.columns import Columns
from forecasts.crowd import METHODS, NEVER
from forecasts.instants import instant, microseconds
from forecasts.models import ANSWERED, UNANSWERED, CrowdPoint, Estimate, Forecast, Forecaster, Outcome
from forecasts.refusals import Invalid
from tracker.models import Owner
from tracker.scopes import Scope
from tracker.scoring.comparison import Asked, Rounds, differences, rounds
from tracker.scoring.confidence import ALPHA, confidence_sequence
from tracker.scoring.record import Estimates

from .comparing import reach, verdict
from .histories import crowd_on, estimates_on
from .measures import REFERENCES

# Who may be compared besides people, as the parameter says it. An author cannot update, so a hedge is not among them.
COMPARED = {
    f"{owner}:{method}": (owner, method)
    for owner, method in (*((Owner.CROWD, method) for method in METHODS), (Owner.CONSTANT, "one_half"))
}
IN_A_SENTENCE = {
    "crowd:recency_weighted": "the crowd’s recency-weighted median",
    "crowd:median": "the crowd’s median",
    "crowd:mean_log_odds": "the crowd’s mean of log odds",
    "constant:one_half": "always one half",
}


@dataclass(frozen=True)
class Subject:
    """One of the two: a forecaster, or a reference such as crowd:median."""

    key: str
    label: str
    owner: Owner
    method: str = ""
    forecaster: Forecaster | None = None

    @property
    def phrase(self) -> str:
        """As a sentence says it."""
        return IN_A_SENTENCE.get(self.key, self.label)

    def answered(self) -> Q:
        """Forecasts on which there is anything of theirs."""
        if self.forecaster is not None:
            return Q(Exists(Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=self.forecaster)))
        if self.owner == Owner.CROWD:
            return Q(Exists(CrowdPoint.objects.filter(forecast=OuterRef("pk"))))
        return Q()

    def said(self, forecasts: Sequence[Forecast]) -> Estimates:
        """Everything they said on those forecasts, numbered in that order."""
        ids = [forecast.pk for forecast in forecasts]
        if self.forecaster is not None:
            columns = estimates_on(ids, forecaster_id=self.forecaster.pk)
        elif self.owner == Owner.CROWD:
            columns = crowd_on(ids, method=self.method)
        else:
            columns = _always_one_half(forecasts)
        return Estimates(columns.forecaster, columns.made_at, columns.probability, columns.expires_at)


def _always_one_half(forecasts: Sequence[Forecast]) -> Columns:
    size = len(forecasts)
    opened = np.array([microseconds(forecast.opens_at) for forecast in forecasts], dtype=np.int64)
    return Columns(np.arange(size), opened, np.full(size, 0.5), np.full(size, NEVER))


def subject(text: str, *, field: str) -> Subject:
    """Read a forecaster's name or one of COMPARED; a name has no colon. A refusal names the field."""
    if text in COMPARED:
        owner, method = COMPARED[text]
        return Subject(text, REFERENCES[owner, method], owner, method)
    if ":" in text:
        raise Invalid(f"Give a forecaster's name, or one of {', '.join(COMPARED)}.", field=field)
    found = None if "\x00" in text else Forecaster.objects.filter(username=text).first()
    if found is None:
        raise Invalid(f"There is no forecaster “{text}”.", field=field)
    return Subject(found.username, found.username, Owner.FORECASTER, forecaster=found)


@dataclass(frozen=True)
class Round:
    """A claim, or a forecast without one. difference and what follows are of Brier scores, below 0 where a is ahead.

    mean is over the rounds so far; low and high are the ends of its interval.
    """

    number: int
    entered_at: dt.datetime
    label: str
    title: str
    address: str
    n_forecasts: int
    difference: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """All rounds in order. n_waiting of the shared forecasts wait for others of their claims, in no round yet."""

    a: Subject
    b: Subject
    scope: Scope
    settled: bool
    provisional: bool
    n_forecasts: int
    n_waiting: int
    rounds: tuple[Round, ...]
    sentence: str
    reach: str

    @property
    def level(self) -> float:
        return 1 - ALPHA

    @property
    def last(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def n_rounds(self) -> int:
        """Also of a path that was cut to its latest."""
        return self.rounds[-1].number if self.rounds else 0

    @property
    def n_in_rounds(self) -> int:
        """Forecasts that are in a round."""
        return self.n_forecasts - self.n_waiting


def comparison(*, a: Subject, b: Subject, scope: Scope, settled: bool = True, at: dt.datetime) -> Comparison:
    """The whole path, in as many queries as ever: settled forecasts, or all resolved ones, provisional, if asked or if
    none has settled.

    Only resolved forecasts enter, and their estimates are visible to everybody.
    """
    if a == b:
        raise Invalid("Name somebody else: nobody differs from themselves.", field="b")
    answered = scope.answered()
    settled_ones = answered.filter(closes_at__lte=at, resolve_by__lte=at)
    provisional = not settled or not settled_ones.exists()
    shared = _shared(answered if provisional else settled_ones, a, b)
    found = differences(a.said(shared), b.said(shared), _asked(shared))
    together = found.overlap > 0
    unfinished = set() if provisional else _unfinished(scope, shared, at=at)
    ready = together & np.array([forecast.claim_id not in unfinished for forecast in shared], dtype=np.bool_)
    entered = np.array(
        [microseconds(_entered(forecast, provisional=provisional)) for forecast in shared], dtype=np.int64
    )
    made = rounds(found.difference[ready], _groups(shared)[ready], entered[ready])
    path = _path(made, shared)
    n_waiting = int((together & ~ready).sum())
    return Comparison(
        a=a,
        b=b,
        scope=scope,
        settled=not provisional,
        provisional=provisional,
        n_forecasts=int(together.sum()),
        n_waiting=n_waiting,
        rounds=path,
        sentence=verdict(a.phrase, b.phrase, path[-1] if path else None, n_waiting=n_waiting),
        reach=reach(made.difference),
    )


def _shared(forecasts: QuerySet[Forecast], a: Subject, b: Subject) -> list[Forecast]:
    """Those on which both said something, whether or not at one time."""
    found = forecasts.filter(a.answered(), b.answered()).select_related("claim__source", "resolution")
    return list(found.order_by("pk"))


def _asked(forecasts: Sequence[Forecast]) -> Asked:
    opened = np.array([microseconds(forecast.opens_at) for forecast in forecasts], dtype=np.int64)
    closed = np.array([microseconds(forecast.closes_at) for forecast in forecasts], dtype=np.int64)
    known = np.array([microseconds(each.resolution.known_at) for each in forecasts if each.resolution], dtype=np.int64)
    yes = [forecast.outcome == Outcome.YES for forecast in forecasts]
    return Asked.of(opened, np.minimum(closed, known), closed - opened, yes)


def _unfinished(scope: Scope, shared: Sequence[Forecast], *, at: dt.datetime) -> set[int | None]:
    """Claims that have a forecast in the scope which is neither settled nor annulled, whoever stands on it.

    Which of them both stand on is not for everybody to know before they resolve, so it makes no difference here.
    """
    claims = {forecast.claim_id for forecast in shared if forecast.claim_id is not None}
    unsettled = Q(resolution__outcome__in=ANSWERED) & (Q(closes_at__gt=at) | Q(resolve_by__gt=at))
    open_ones = scope.forecasts().filter(UNANSWERED | unsettled, claim__in=claims)
    return set(open_ones.values_list("claim_id", flat=True))


def _entered(forecast: Forecast, *, provisional: bool) -> dt.datetime:
    """When its result counts first: when it settled, or was decided if that was later."""
    decided = forecast.resolution.decided_at if forecast.resolution else forecast.closes_at
    return decided if provisional else max(forecast.closes_at, forecast.resolve_by, decided)


def _groups(forecasts: Sequence[Forecast]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each forecast the place of the first of its claim; one without a claim is alone."""
    first: dict[int, int] = {}
    places = [first.setdefault(each.claim_id or -each.pk, place) for place, each in enumerate(forecasts)]
    return np.array(places, dtype=np.int64)


def _path(made: Rounds, forecasts: Sequence[Forecast]) -> tuple[Round, ...]:
    sequence = confidence_sequence(made.difference)
    columns = (made.group, made.entered_at, made.forecasts, made.difference, sequence.mean, sequence.low, sequence.high)
    return tuple(
        _round(number, forecasts[group], entered, n, *figures)
        for number, (group, entered, n, *figures) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True), start=1
        )
    )


def _round(number: int, first: Forecast, entered: int, n: int, *figures: float) -> Round:
    claim = first.claim
    difference, mean, low, high = figures
    return Round(
        number=number,
        entered_at=instant(entered),
        label=claim.key if claim else "",
        title=claim.restated if claim else first.question,
        address=claim.source.get_absolute_url() if claim else first.get_absolute_url(),
        n_forecasts=n,
        difference=difference,
        mean=mean,
        low=low,
        high=high,
    )
