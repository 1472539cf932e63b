"""What somebody brought along from elsewhere, scored from its own times by the rules of what is made here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from django.db.models import Count, F, Max, Min, Q, Window
from django.db.models.functions import RowNumber

from forecasts.columns import imported_columns_of
from forecasts.instants import microseconds
from forecasts.models import ANSWERED, ImportedEstimate, ImportedForecast, ImportedRecord
from tracker.models import Owner
from tracker.scopes import Scope
from tracker.scoring import boards
from tracker.scoring.arrays import Flags
from tracker.scoring.record import Estimates
from tracker.scoring.solo import Questions, Solo, score_alone

from .calibration import Calibration, measured
from .measures import MEASURES
from .rows import Row

# Nobody stood beside, so there are no peer scores; and no spot time was set.
SHOWN: Final = ("baseline", "baseline_rate", "brier", "log_score")
# Estimates of a question that a page shows, the latest.
LATEST: Final = 12


@dataclass(frozen=True)
class QuestionScore:
    """The scores of one question, as `tracker.scoring.scores.Scores` has them."""

    brier: float
    log_score: float
    baseline: float
    coverage: float


@dataclass(frozen=True)
class Imported:
    """A record from elsewhere. Settled questions count, unless none are: then all that were answered, provisionally.

    n_unscheduled of those counted give no close. They count from their answer, and nothing tells whether it came early.
    rows are its scores by measure, empty where nothing counts; scores are those of each question that has any, by id.
    """

    record: ImportedRecord
    n_questions: int
    n_answered: int
    n_counted: int
    n_unscheduled: int
    provisional: bool
    calibration: Calibration
    rows: dict[str, Row] = field(default_factory=dict)
    scores: dict[int, QuestionScore] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A question with its latest estimates, newest first, and how many there are."""

    forecast: ImportedForecast
    estimates: list[ImportedEstimate]
    n_estimates: int
    score: QuestionScore | None

    @property
    def why_unscored(self) -> str:
        outcome: str | None = self.forecast.outcome  # type: ignore[attr-defined]  # annotated
        if self.score is not None:
            return ""
        if outcome is None:
            return "no answer yet"
        return "annulled" if outcome not in ANSWERED else "nothing stood before the answer"


def read(record: ImportedRecord, *, at: dt.datetime) -> Imported:
    """All of it in two queries, whatever its length; the arithmetic is one sweep."""
    answered = _answered(record)
    blank = _blank(record)
    n_questions = record.forecasts.count()
    if not answered:
        return Imported(record, n_questions, 0, 0, 0, provisional=False, calibration=blank)
    ids, questions, unscheduled = _columns(answered)
    said = imported_columns_of(ids)
    solo = score_alone(Estimates(said.forecaster, said.made_at, said.probability, said.expires_at), questions)
    stood = solo.stood
    settled = stood[questions.closes_at[stood] <= microseconds(at)]
    provisional = settled.size == 0
    rows = stood if provisional else settled
    counted = solo.at(rows)
    return Imported(
        record=record,
        n_questions=n_questions,
        n_answered=len(answered),
        n_counted=rows.size,
        n_unscheduled=int(unscheduled[rows].sum()),
        provisional=provisional and stood.size > 0,
        calibration=_calibration(blank, counted, settled=not provisional),
        rows=_rows(record, counted),
        scores={ids[row]: _score(solo, row) for row in stood.tolist()},
    )


def _answered(record: ImportedRecord) -> list[tuple[Any, ...]]:
    """Of each that came out yes or no, and can have been answered at all: its id, times, and outcome."""
    found = record.forecasts.with_outcome().filter(Q(outcome__in=ANSWERED)).annotate(first_at=Min("estimates__made_at"))
    return list(found.order_by("pk").values_list("pk", "opened_at", "first_at", "closes_at", "known_at", "outcome"))


def _columns(answered: Sequence[tuple[Any, ...]]) -> tuple[list[int], Questions, Flags]:
    """Open from when it was asked, or from the first estimate, to its close, or to when the answer was known.

    With them the flags of those that give no close.
    """
    ids = []
    columns = []
    for pk, opened_at, first_at, closes_at, known_at, outcome in answered:
        opens, closes = opened_at or first_at, closes_at or known_at
        if opens is not None and opens < closes:
            ids.append(pk)
            columns.append((*map(microseconds, (opens, closes, known_at)), outcome == "yes", closes_at is None))
    opens_at, closing_at, known, yes, unscheduled = np.array(columns, dtype=np.int64).reshape(-1, 5).T
    return ids, Questions(opens_at, closing_at, known, yes.astype(np.bool_)), unscheduled.astype(np.bool_)


def _score(solo: Solo, row: int) -> QuestionScore:
    columns = (solo.brier, solo.log_score, solo.baseline, solo.coverage)
    return QuestionScore(*(float(column[row]) for column in columns))


def _rows(record: ImportedRecord, counted: Solo) -> dict[str, Row]:
    n = counted.outcome.size
    if not n:
        return {}
    upsets = boards.expected_upsets(counted.shares).sum()
    made = {}
    for name in SHOWN:
        moments = counted.moments(MEASURES[name].of)
        interval = boards.INTERVALS[name](moments)
        enough = bool(boards.qualifies([n], [upsets], minimum=boards.minimum_upsets(name))[0])
        low, high = float(interval.low[0]), float(interval.high[0])
        made[name] = Row(
            owner=Owner.FORECASTER,
            name=record.owner.username,
            label=record.owner.username,
            is_bot=record.owner.is_bot,
            simulated=record.owner.simulated,
            n=n,
            upsets=float(upsets / boards.UPSET),
            coverage=float(counted.coverage.mean()),
            contested=0.0,
            attainable=float(counted.attainable.mean()),
            score=float(interval.score[0]),
            low=low if enough and np.isfinite(low) else None,
            high=high if enough and np.isfinite(high) else None,
        )
    return made


def _blank(record: ImportedRecord) -> Calibration:
    return Calibration(
        subject=record.owner.username,
        label=record.owner.username,
        scope=Scope(),
        view="time",
        year=None,
        years=[],
        settled=True,
        provisional=False,
        sentence="Nothing here can be scored yet, so there is nothing to say.",
    )


def _calibration(blank: Calibration, counted: Solo, *, settled: bool) -> Calibration:
    # Who stood for less than a millionth of each weighs nothing.
    if not counted.shares.weights.size:
        return blank
    made = measured(blank, counted.tally(), counted.clusters())
    return made if settled else replace(made, settled=False, provisional=True)


def latest_first(record: ImportedRecord) -> list[int]:
    """Ids of its questions, those of the latest estimates first."""
    found = record.forecasts.annotate(last_at=Max("estimates__made_at"))
    return list(found.order_by(F("last_at").desc(), "-pk").values_list("pk", flat=True))


def shown(ids: Sequence[int], read: Imported) -> list[Shown]:
    """These questions in this order, with what was said on them; three queries."""
    forecasts = ImportedForecast.objects.with_outcome().in_bulk(list(ids))
    ranked = ImportedEstimate.objects.filter(forecast__in=ids).annotate(
        place=Window(RowNumber(), partition_by="forecast_id", order_by=F("made_at").desc()),
        of=Window(Count("pk"), partition_by="forecast_id"),
    )
    said: dict[int, list[ImportedEstimate]] = {}
    for estimate in ranked.filter(place__lte=LATEST).order_by("-made_at"):
        said.setdefault(estimate.forecast_id, []).append(estimate)
    return [
        Shown(
            forecasts[id_],
            said.get(id_, []),
            said[id_][0].of if id_ in said else 0,  # type: ignore[attr-defined]  # annotated
            read.scores.get(id_),
        )
        for id_ in ids
        if id_ in forecasts
    ]
