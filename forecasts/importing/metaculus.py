"""Metaculus: the ZIP of its data download, of which the questions and the forecasts are read."""

import datetime as dt
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from typing import Final

from .bundles import Bundle, unpacked
from .cells import Unfit, fraction, moment, outcome
from .gathering import Draft, Gathering
from .people import chosen, named
from .records import Reading, Unreadable
from .tables import Row, Table, opened
from .texts import quoted, storable

SCALE: Final = "fractions, 0 to 1"
QUESTIONS: Final = "question_data.csv"
FORECASTS: Final = "forecast_data.csv"
README: Final = "README.md"
LEFT: Final = {
    "comment_data.csv": "Comments are left behind: the file does not say which estimate one belongs to.",
    "score_data.csv": "Metaculus’s own scores are left behind: scores are reckoned here.",
}
NEEDED_OF_QUESTIONS: Final = ("Question ID", "Question Title", "Question Type")
OF_QUESTIONS: Final = (
    *NEEDED_OF_QUESTIONS,
    "Question URL",
    "Label",
    "Open Time",
    "Scheduled Close Time",
    "Actual Close Time",
    "Resolution",
    "Resolution Known Time",
)
NEEDED_OF_FORECASTS: Final = ("Question ID", "Start Time", "Probability Yes")
HIDDEN_NAME: Final = "Forecaster (Anonymized)"
OF_FORECASTS: Final = (*NEEDED_OF_FORECASTS, "End Time", "Forecaster ID", "Forecaster Username", HIDDEN_NAME)

WITHDRAWN: Final = "withdrawn or expired on Metaculus"
# A new forecast ends the one before it, not always in the same instant.
AT_ONCE: Final = dt.timedelta(seconds=1)
_EXPORTED = re.compile(rb"exported on ([-0-9]+ [0-9:.]+\+[0-9:]+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Cells = dict[str, str]
Ends = dict[str, list[tuple[dt.datetime, dt.datetime]]]


def read(content: bytes, *, whose: str = "") -> Reading:
    """Read the ZIP; a question's download can have the forecasts of several people beside the community's."""
    bundle = unpacked(content, (QUESTIONS, FORECASTS, README))
    questions, forecasts = (_table(bundle, *of) for of in _FILES)
    gathering = Gathering()
    asked = {_id(row.cells): row for row in questions.rows() if row.cells}
    names = named(Counter(_author(row.cells) for row in forecasts.rows() if not _crowd(row.cells)))
    who = chosen(names, whose)
    ends: Ends = defaultdict(list)
    for row in forecasts.rows():
        gathering.n_rows += 1
        if who is not None:
            _row(gathering, row, who, asked, ends)
    exported_at = _exported(bundle)
    for key, spans in ends.items():
        _withdraw(gathering.drafts[key], spans, _over(gathering, asked[key], exported_at), gathering)
    for name, said in LEFT.items():
        if name in bundle.others:
            gathering.remark(said)
    return gathering.reading(SCALE, names)


_FILES: Final = (
    (QUESTIONS, OF_QUESTIONS, NEEDED_OF_QUESTIONS),
    (FORECASTS, OF_FORECASTS, NEEDED_OF_FORECASTS),
)


def _table(bundle: Bundle, name: str, known: tuple[str, ...], needed: tuple[str, ...]) -> Table:
    if name not in bundle.members:
        raise Unreadable(f"The ZIP file holds no {name}, as the data download of Metaculus does.")
    return opened(bundle.members[name], known, needed, within=f"{name}, ")


def _exported(bundle: Bundle) -> dt.datetime | None:
    """When the file was made, as its README says; older ones have none."""
    found = _EXPORTED.search(bundle.members.get(README, b""))
    try:
        return moment(found[1].decode()).at if found else None
    except Unfit:
        return None


def _id(cells: Cells) -> str:
    return storable(cells["Question ID"]).strip()


def _author(cells: Cells) -> str:
    return storable(
        cells.get("Forecaster Username") or cells.get("Forecaster ID") or cells.get(HIDDEN_NAME) or ""
    ).strip()


def _crowd(cells: Cells) -> str:
    """The method where a row is the community's: those have no id, and a method where the name would stand."""
    if HIDDEN_NAME in cells:
        return "" if _DIGEST.fullmatch(cells[HIDDEN_NAME].strip()) else cells[HIDDEN_NAME].strip()
    return "" if cells.get("Forecaster ID", "unknown").strip() else cells.get("Forecaster Username", "").strip()


def _row(gathering: Gathering, row: Row, who: str, asked: dict[str, Row], ends: Ends) -> None:
    if reason := row.fault or _unwanted(row.cells, who, asked):
        gathering.refuse(row.place, reason)
        return
    cells, question = row.cells, asked[_id(row.cells)]
    try:
        made_at, probability = gathering.at(cells["Start Time"]), fraction(cells["Probability Yes"])
        draft = _asked(gathering, question)
    except Unfit as fault:
        gathering.refuse(row.place, str(fault))
        return
    gathering.take(draft, row.place, probability=probability, made_at=made_at)
    if end := gathering.at_if_told(row.place, cells.get("End Time"), "end"):
        ends[draft.key].append((made_at, end))


def _unwanted(cells: Cells, who: str, asked: dict[str, Row]) -> str:
    """Why a row is nothing to take, before its values are looked at."""
    if method := _crowd(cells):
        return f"It is the community’s ({quoted(method)}), not anybody’s own."
    if (author := _author(cells)) != who:
        return f"It is by {quoted(author)}." if author else "It does not say whose it is."
    if not (question := asked.get(_id(cells))):
        return f"Its question {quoted(cells['Question ID'])} is not in {QUESTIONS}."
    if (kind := question.cells["Question Type"].strip()) != "binary":
        return f"It answers a question of the type {quoted(kind)}; only yes or no is taken."
    return ""


def _asked(gathering: Gathering, row: Row) -> Draft:
    cells, place = row.cells, row.place
    key = _id(cells)
    if draft := gathering.drafts.get(key):
        return draft
    if not 0 < len(key) <= 64:
        raise Unfit(f"The id of its question, {quoted(key)}, is none.")
    question, label = gathering.question(cells["Question Title"]), gathering.text(cells.get("Label"))
    # Questions of a group share its title, and differ in the label.
    question = question if label in question else f"{question} ({label})"
    draft = gathering.draft(key, question, place, url=cells.get("Question URL", ""))
    draft.opened_at = gathering.at_if_told(place, cells.get("Open Time"), "time of opening")
    # As scheduled: the answer closes it there, and a yes that came early would pass for one that came in time.
    closes = cells.get("Scheduled Close Time") or cells.get("Actual Close Time")
    draft.closes_at = gathering.at_if_told(place, closes, "time of closing")
    try:
        came = outcome(cells.get("Resolution", ""))
    except Unfit as fault:
        gathering.leave_out(place, str(fault))
    else:
        known_at = (
            gathering.at_if_told(place, cells.get("Resolution Known Time"), "time of the resolution") if came else None
        )
        gathering.settle(draft, place, came, known_at)
    return draft


def _over(gathering: Gathering, question: Row, exported_at: dt.datetime | None) -> dt.datetime | None:
    """From when on an end withdraws nothing: the question was closed or answered, or the file was made."""
    closed = question.cells.get("Actual Close Time")
    closed_at = gathering.at_if_told(question.place, closed, "time of closing")
    draft = gathering.drafts[_id(question.cells)]
    return min(filter(None, (closed_at, draft.closes_at, draft.known_at, exported_at)), default=None)


def _withdraw(
    draft: Draft, spans: list[tuple[dt.datetime, dt.datetime]], over: dt.datetime | None, gathering: Gathering
) -> None:
    """End an estimate where nothing followed it, unless the question was over."""
    starts = sorted(draft.estimates)
    for start, end in spans:
        following = bisect_right(starts, start)
        followed = following < len(starts) and starts[following] <= end + AT_ONCE
        if start < end and not followed and not (over and end >= over):
            gathering.withdraw(draft, end, WITHDRAWN)
