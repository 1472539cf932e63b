"""Gathers what the rows of a file say, question by question, and keeps account of every row that was not taken."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from .cells import Unfit, moment
from .records import MOST_ROWS, BroughtEstimate, BroughtForecast, NotTaken, Outcome, Reading, Unreadable, bounded
from .texts import LONGEST_TEXT, cut, link, one_line, storable

LONGEST_QUESTION: Final = 500

NO_ZONE: Final = "Times have no zone and are read as UTC."
COMMA: Final = "A decimal comma is read as a point: 0,7 is 0.7."
REPLACED: Final = "Characters that cannot be stored (NUL, halves of pairs) are replaced by �."

Each = TypeVar("Each")


@dataclass(slots=True)
class Draft:
    """A question as far as the rows so far have told of it; estimates by their times, each with its place."""

    key: str
    question: str
    place: str
    url: str = ""
    background: str = ""
    opened_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    outcome: Outcome = ""
    known_at: dt.datetime | None = None
    remark: str = ""
    disputed: bool = False
    estimates: dict[dt.datetime, tuple[BroughtEstimate, str]] = field(default_factory=dict)


class Gathering:
    """The state of reading one file."""

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.not_taken: list[NotTaken] = []
        self.n_rows = 0
        self.n_duplicates = 0
        self.remarks: dict[str, None] = {}

    def listed(self, rows: Iterable[Each]) -> list[Each]:
        """The rows of JSON, counted, and refused where they are too many."""
        given = list(islice(rows, MOST_ROWS + 1))
        if len(given) > MOST_ROWS:
            raise Unreadable(f"There are more than {MOST_ROWS:,} rows, the most that are read. Bring it in parts.")
        self.n_rows = len(given)
        return given

    def remark(self, sentence: str) -> None:
        """Say it once, however often it is true."""
        self.remarks.setdefault(sentence)

    def refuse(self, place: str, reason: str) -> None:
        """Leave a whole row out."""
        self.not_taken.append(NotTaken(place, reason))

    def leave_out(self, place: str, reason: str) -> None:
        """Leave a part of a row out, and take the rest."""
        self.not_taken.append(NotTaken(place, reason, whole=False))

    def text(self, raw: object) -> str:
        """Text as it can be stored, whatever a file holds in its place."""
        if not isinstance(raw, str):
            return ""
        kept = storable(raw)
        if kept != raw:
            self.remark(REPLACED)
        return kept.strip()

    def question(self, raw: object) -> str:
        """A question that has to be there, in one line."""
        question = one_line(self.text(raw))
        if not question:
            raise Unfit("There is no question.")
        return question

    def at(self, raw: object, name: str = "time") -> dt.datetime:
        """A time that has to be there; one without a zone is remarked."""
        told = moment(raw if isinstance(raw, str) else "", name)
        if not told.zoned:
            self.remark(NO_ZONE)
        return told.at

    def at_if_told(self, place: str, raw: object, name: str) -> dt.datetime | None:
        """A time that may be absent; one that cannot be read is left out."""
        if not raw:
            return None
        try:
            return self.at(raw, name)
        except Unfit as fault:
            self.leave_out(place, str(fault))
            return None

    def draft(self, key: str, question: str, place: str, *, url: str = "", background: str = "") -> Draft:
        """The question of this key, begun if it is new; what an earlier row said of it stands."""
        if not (draft := self.drafts.get(key)):
            draft = self.drafts[key] = Draft(key, question, place)
            if len(question) > LONGEST_QUESTION:
                draft.question = f"{question[: LONGEST_QUESTION - 1].rstrip()}…"
                draft.remark = f"The question was cut to {LONGEST_QUESTION} characters; all of it heads the background."
                background = f"{question}\n\n{background}".strip()
        draft.background = draft.background or cut(background)
        draft.url = draft.url or link(url)
        return draft

    def take(
        self,
        draft: Draft,
        place: str,
        *,
        probability: float,
        made_at: dt.datetime,
        rationale: str = "",
        remark: str = "",
    ) -> None:
        """Take a row's estimate, unless one before it holds the same moment."""
        stored, changed = bounded(probability)
        if held := draft.estimates.get(made_at):
            earlier, where = held
            if earlier.probability != stored:
                self.refuse(place, f"Another probability was given at the same moment ({where}); that one is taken.")
                return
            self.n_duplicates += 1
            if rationale and cut(rationale) != earlier.rationale:
                self.leave_out(place, f"Its rationale is left out: the same estimate has another, or none ({where}).")
            return
        kept = cut(rationale)
        shortened = f"the rationale was cut to {LONGEST_TEXT:,} characters" if kept != rationale else ""
        remark = "; ".join(filter(None, (remark, changed, shortened)))
        draft.estimates[made_at] = (BroughtEstimate(stored, made_at, kept, remark), place)

    def withdraw(self, draft: Draft, at: dt.datetime, remark: str) -> None:
        """End the estimate that stands, unless there is another at that moment."""
        draft.estimates.setdefault(at, (BroughtEstimate(None, at, remark=remark), draft.place))

    def settle(self, draft: Draft, place: str, outcome: Outcome, known_at: dt.datetime | None) -> None:
        """Note how it came out; of two times at which it became known, the earlier holds."""
        if not outcome or draft.disputed:
            return
        if draft.outcome and draft.outcome != outcome:
            self.leave_out(
                place, f"It says {outcome} where {draft.place} says {draft.outcome}; the outcome is left out."
            )
            draft.outcome, draft.known_at, draft.disputed = "", None, True
            return
        draft.outcome = outcome
        draft.known_at = min(filter(None, (draft.known_at, known_at)), default=None)

    def reading(self, scale: str, names: tuple[str, ...] = ()) -> Reading:
        """All of it, the estimates of each question in the order of their times."""
        if not self.n_rows:
            self.remark("The file has no rows.")
        forecasts = tuple(self._finished(draft) for draft in self.drafts.values() if draft.estimates)
        for sentence in self._counted(forecasts):
            self.remark(sentence)
        return Reading(
            forecasts, tuple(self.not_taken), self.n_rows, scale, names, tuple(self.remarks), self.n_duplicates
        )

    def _finished(self, draft: Draft) -> BroughtForecast:
        if draft.outcome and not draft.known_at:
            self.leave_out(
                draft.place,
                f"The outcome {draft.outcome} comes without the time at which it became known, and is left out.",
            )
            draft.outcome = ""
        estimates = tuple(draft.estimates[at][0] for at in sorted(draft.estimates))
        return BroughtForecast(
            key=draft.key,
            question=draft.question,
            estimates=estimates,
            place=draft.place,
            url=draft.url,
            background=draft.background,
            opened_at=draft.opened_at,
            closes_at=draft.closes_at,
            outcome=draft.outcome,
            known_at=draft.known_at,
            remark=draft.remark,
        )

    def _counted(self, forecasts: tuple[BroughtForecast, ...]) -> list[str]:
        late = sum(
            it.probability is not None and it.made_at >= each.known_at
            for each in forecasts
            if each.known_at
            for it in each.estimates
        )
        ends = sum("% stored as " in it.remark for each in forecasts for it in each.estimates)
        counted = {
            "Rows that say the same as one before them, and count once": self.n_duplicates,
            "Estimates stored as 0.01% or 99.99%, since 0% and 100% would score infinitely": ends,
            "Estimates made when the answer was known already, which are kept and count in no score": late,
        }
        return [f"{what}: {n:,}." for what, n in counted.items() if n]
