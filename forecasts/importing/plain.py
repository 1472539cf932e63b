"""Plain CSV: question, probability, made_at, outcome, known_at, as anybody can write it in a spreadsheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from .cells import Number, Unfit, number, outcome
from .gathering import COMMA, Draft, Gathering
from .records import Reading
from .tables import Row, opened
from .texts import digest, quoted

REQUIRED: Final = ("question", "probability", "made_at")
COLUMNS: Final = (*REQUIRED, "outcome", "known_at", "id", "url", "rationale")


class Given(NamedTuple):
    """A probability as it was written, and where."""

    place: str
    number: Number


@dataclass(frozen=True, slots=True)
class Scale:
    """In which numbers the whole file gives probabilities, and the row that shows it."""

    percent: bool
    name: str
    remark: str = ""
    # Set where numbers up to 1 stand beside percents, so that 0.7 could be either.
    doubt: str = ""

    def fraction(self, given: Number) -> float:
        """The probability, or a refusal where the number is none or could be read both ways."""
        if self.doubt and not given.percent and 0 < given.value <= 1:
            raise Unfit(
                f"{_short(given.value)} could be {_short(given.value)}% or {_short(100 * given.value)}%. {self.doubt}"
            )
        whole = 100 if self.percent or given.percent else 1
        if not 0 <= given.value <= whole:
            raise Unfit(f"The probability is {_short(given.value)}; it must be from 0 to {whole}.")
        return given.value / whole


def read(content: bytes, *, whose: str = "") -> Reading:
    """Read the file, which is one person's; whether it is in percent is decided once, for all of its rows."""
    table = opened(content, COLUMNS, REQUIRED)
    gathering = Gathering()
    if table.unknown:
        gathering.remark(f"Columns that are not read: {', '.join(table.unknown)}.")
    scale = scale_of(_numbers(table.rows()))
    if scale.remark:
        gathering.remark(scale.remark)
    for row in table.rows():
        gathering.n_rows += 1
        if row.fault:
            gathering.refuse(row.place, row.fault)
        else:
            _row(gathering, row, scale)
    return gathering.reading(scale.name)


def _numbers(rows: Iterable[Row]) -> Iterator[Given]:
    for row in rows:
        try:
            yield Given(row.place, number(row.cells["probability"]))
        except (Unfit, KeyError):
            continue


def scale_of(numbers: Iterable[Given]) -> Scale:
    """The scale of the whole file: percent where one has a % sign or is more than 1, else fractions.

    >>> scale_of([Given("line 2", Number(0.7, False, False))]).name
    'fractions, 0 to 1'
    >>> scale_of([Given("line 2", Number(70, False, False)), Given("line 3", Number(1, False, False))]).name
    'percent, 0 to 100'
    """
    signed = above = between = ""
    any_given = False
    for place, (value, percent, _) in numbers:
        any_given = True
        if percent:
            signed = signed or place
        elif 1 < value <= 100:
            above = above or place
        elif 0 < value < 1:
            between = between or place
    if signed or above:
        shown = f"{signed} has a % sign" if signed else f"{above} has more than 1"
        doubt = f"As {shown}, the file is in percent. Write a % sign after this one too." if signed or between else ""
        return Scale(percent=True, name="percent, 0 to 100", doubt=doubt)
    if between or not any_given:
        return Scale(percent=False, name="fractions, 0 to 1")
    both = "All probabilities are 0 or 1; they are read as 0% and 100%. If 1 is to be 1%, write a % sign after it."
    return Scale(percent=False, name="fractions, 0 to 1", remark=both)


def _row(gathering: Gathering, row: Row, scale: Scale) -> None:
    cells, place = row.cells, row.place
    try:
        question = gathering.question(cells["question"])
        given = number(cells["probability"])
        probability = scale.fraction(given)
        made_at = gathering.at(cells["made_at"])
    except Unfit as fault:
        gathering.refuse(place, str(fault))
        return
    if given.comma:
        gathering.remark(COMMA)
    ident = gathering.text(cells.get("id"))
    draft = gathering.draft(digest(ident, "" if ident else question), question, place, url=cells.get("url", ""))
    rationale = gathering.text(cells.get("rationale"))
    gathering.take(draft, place, probability=probability, made_at=made_at, rationale=rationale)
    _settle(gathering, draft, row)


def _settle(gathering: Gathering, draft: Draft, row: Row) -> None:
    try:
        came = outcome(row.cells.get("outcome", ""))
    except Unfit as fault:
        gathering.leave_out(row.place, str(fault))
        return
    known_at = gathering.at_if_told(row.place, row.cells.get("known_at"), "time at which the answer was known")
    if known_at and not came:
        gathering.leave_out(row.place, f"A known_at ({quoted(row.cells['known_at'])}) without an outcome is left out.")
    gathering.settle(draft, row.place, came, known_at)


def _short(value: float) -> str:
    return f"{value:.6g}"
