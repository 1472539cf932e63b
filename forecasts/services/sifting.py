"""Sifting what a file from elsewhere says: what of it is new, what is here already, and what cannot be taken."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from forecasts.importing.records import BroughtEstimate, BroughtForecast, Reading
from forecasts.importing.reports import Report
from forecasts.models import (
    HIGHEST,
    LOWEST,
    ImportedEstimate,
    ImportedForecast,
    ImportedOutcome,
    ImportedRecord,
)
from forecasts.refusals import Invalid

from . import checks

# Questions that are compared at a time.
CHUNK: Final = 200
# What a question is, and what each of it is called.
FACTS: Final = {
    "question": "question",
    "background": "background",
    "url": "address",
    "opened_at": "opening",
    "closes_at": "close",
}


@dataclass
class Known:
    """What is beside the record already of some questions, by their keys."""

    forecasts: dict[str, ImportedForecast]
    estimates: dict[tuple[str, dt.datetime], tuple[float | None, str]]
    outcomes: dict[str, ImportedOutcome]

    @classmethod
    def of(cls, record: ImportedRecord | None, keys: list[str]) -> "Known":
        if record is None:
            return cls({}, {}, {})
        found = {row.key: row for row in ImportedForecast.objects.filter(record=record, key__in=keys)}
        if not found:
            return cls({}, {}, {})
        names = {row.pk: key for key, row in found.items()}
        estimates = ImportedEstimate.objects.filter(forecast__in=names)
        # The last of them stays: the one in force.
        outcomes = ImportedOutcome.objects.filter(forecast__in=names).order_by("revision")
        return cls(
            found,
            {
                (names[of], made_at): (probability, rationale)
                for of, made_at, probability, rationale in estimates.values_list(
                    "forecast_id", "made_at", "probability", "rationale"
                )
            },
            {names[row.forecast_id]: row for row in outcomes},
        )


@dataclass
class Additions:
    """What is new of some questions; estimates and outcomes go by the key of their question."""

    forecasts: list[BroughtForecast] = field(default_factory=list)
    estimates: list[tuple[str, BroughtEstimate]] = field(default_factory=list)
    outcomes: list[tuple[str, int, str, dt.datetime]] = field(default_factory=list)


def sifted(
    reading: Reading, record: ImportedRecord | None, at: dt.datetime, report: Report
) -> Iterator[tuple[Additions, Known]]:
    """Chunk by chunk, what is new beside what is known; what is here already and what is not taken go to the report."""
    seen: set[str] = set()
    for start in range(0, len(reading.forecasts), CHUNK):
        part = reading.forecasts[start : start + CHUNK]
        known, additions = Known.of(record, [brought.key for brought in part]), Additions()
        for brought in part:
            if brought.key in seen:
                report.leave(brought.place, "The same question stands in the file already, further up.")
            else:
                seen.add(brought.key)
                _compare(brought, known, additions, at, report)
        yield additions, known


def _compare(brought: BroughtForecast, known: Known, additions: Additions, at: dt.datetime, report: Report) -> None:
    if fault := _fault(brought):
        report.leave(brought.place, fault)
        return
    brought = _with_address(brought, report)
    estimates = [each for each in brought.estimates if _may_be_taken(brought, each, known, at, report)]
    before = known.forecasts.get(brought.key)
    if before:
        report.here.forecasts += 1
        if differing := [said for name, said in FACTS.items() if getattr(before, name) != getattr(brought, name)]:
            verb = "differs" if len(differing) == 1 else "differ"
            report.leave(
                brought.place,
                f"Its {' and '.join(differing)} {verb} from what was brought before; what was brought first stands.",
                whole=False,
            )
    elif not estimates:
        report.leave(brought.place, "No estimate of it could be taken, so the question was left out.")
        return
    else:
        report.new.forecasts += 1
        report.n_remarked += bool(brought.remark)
        additions.forecasts.append(brought)
    report.new.estimates += len(estimates)
    report.n_remarked += sum(1 for each in estimates if each.remark)
    additions.estimates += [(brought.key, each) for each in estimates]
    _compare_outcome(brought, known, additions, at, report)


def _fault(brought: BroughtForecast) -> str:
    """Why nothing of a question can be taken; empty where it can."""
    if not 1 <= len(brought.key) <= 64:
        return "Nothing names the question."
    if not brought.question.strip():
        return "It asks nothing: the question is empty."
    if len(brought.question) > checks.MAX_TEXT:
        return f"The question is longer than {checks.MAX_TEXT:,} characters."
    if any(
        at is not None and not checks.EARLIEST <= at <= checks.LATEST for at in (brought.opened_at, brought.closes_at)
    ):
        return "It opens or closes before 1900 or after 9000."
    return ""


def _with_address(brought: BroughtForecast, report: Report) -> BroughtForecast:
    try:
        checks.url(brought.url, field="url")
    except Invalid as refused:
        report.leave(brought.place, f"Its address was left out: {refused.message}", whole=False)
        return replace(brought, url="")
    return brought


def _may_be_taken(
    brought: BroughtForecast, estimate: BroughtEstimate, known: Known, at: dt.datetime, report: Report
) -> bool:
    said = known.estimates.get((brought.key, estimate.made_at))
    if said == (estimate.probability, estimate.rationale):
        report.here.estimates += 1
        return False
    if said is not None:
        reason = (
            "Another reason was given for it before; what was brought first stands."
            if said[0] == estimate.probability
            else f"{_percent(said[0])} was brought for this moment before; what was brought first stands."
        )
    elif not checks.EARLIEST <= estimate.made_at <= at:
        reason = "It is dated later than now." if estimate.made_at > at else "It is dated before 1900."
    elif estimate.probability is not None and not LOWEST <= estimate.probability <= HIGHEST:
        reason = f"{estimate.probability:g} is outside {LOWEST} to {HIGHEST}."
    else:
        return True
    report.leave(f"{brought.place}, {_percent(estimate.probability)} of {_moment(estimate.made_at)}", reason)
    return False


def _compare_outcome(
    brought: BroughtForecast, known: Known, additions: Additions, at: dt.datetime, report: Report
) -> None:
    """A file that gives no outcome says nothing of it: it may be an older one."""
    if not brought.outcome:
        return
    before = known.outcomes.get(brought.key)
    if brought.known_at is None or not checks.EARLIEST <= brought.known_at <= at:
        reason = f"Its outcome, {brought.outcome}, was left out: no past time is given for it."
        report.leave(brought.place, reason, whole=False)
    elif before and (before.outcome, before.known_at) == (brought.outcome, brought.known_at):
        report.here.outcomes += 1
    else:
        report.new.outcomes += 1
        revision = before.revision + 1 if before else 1
        additions.outcomes.append((brought.key, revision, brought.outcome, brought.known_at))


def _percent(probability: float | None) -> str:
    return "a withdrawal" if probability is None else f"{100 * probability:.6g}%"


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
