"""Fatebook: the CSV of “Export all your forecasts”, and the JSON of its API, told apart by what they begin with."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from .cells import Unfit, fraction, outcome
from .documents import entries, entry, identity, is_json, loaded
from .gathering import Draft, Gathering
from .people import chosen, named
from .records import Reading, Unreadable
from .tables import Row, Table, opened
from .texts import digest, quoted, storable

SCALE: Final = "fractions, 0 to 1"
TITLE: Final = "Question title"
OPTION: Final = "Multiple choice option"
AUTHOR: Final = "Forecast created by"
PROBABILITY: Final = "Forecast (scale = 0-1)"
MADE_AT: Final = "Forecast created at"
COLUMNS: Final = (
    TITLE,
    OPTION,
    AUTHOR,
    PROBABILITY,
    MADE_AT,
    "Question created by",
    "Question created at",
    "Question resolve by",
    "Resolution",
    "Resolved at",
    # So they were called before questions had options.
    "Question resolution",
    "Question resolved at",
    "Your Brier score for this question",
    "Your relative Brier score for this question",
    "Question notes",
    "Question shared with",
    "Question shared publicly",
    "Question comments",
    "Question tags",
    "Tournament name",
)

CHOICE: Final = "It answers a question with several options; only yes or no is taken."
HIDDEN: Final = "It has no probability: Fatebook hides those of others until you have given yours, or until a set day."
NOBODY: Final = "It does not say whose it is."
COMMENTS: Final = "Comments are left behind: Fatebook does not say which estimate one belongs to."


def read(content: bytes, *, whose: str = "") -> Reading:
    """Read either file; a shared question brings everybody's forecasts, so `whose` says which to take."""
    return _json(loaded(content), whose) if is_json(content) else _csv(opened(content, COLUMNS, _REQUIRED), whose)


_REQUIRED: Final = (TITLE, AUTHOR, PROBABILITY, MADE_AT)


def _csv(table: Table, whose: str) -> Reading:
    gathering = Gathering()
    people = Counter(_by(row.cells) for row in table.rows() if row.cells and row.cells[PROBABILITY].strip())
    names = named(people)
    who = chosen(names, whose)
    if table.unknown:
        gathering.remark(f"Columns that are not read: {', '.join(table.unknown)}.")
    for row in table.rows():
        gathering.n_rows += 1
        if who is not None:
            _row(gathering, row, who)
    return gathering.reading(SCALE, names)


def _row(gathering: Gathering, row: Row, who: str) -> None:
    cells, place = row.cells, row.place
    if row.fault:
        gathering.refuse(place, row.fault)
    elif reason := _not_theirs(_by(cells), who, not cells[PROBABILITY].strip()):
        gathering.refuse(place, reason)
    elif cells.get(OPTION, "").strip():
        gathering.refuse(place, CHOICE)
    else:
        try:
            made_at, probability = gathering.at(cells[MADE_AT]), fraction(cells[PROBABILITY])
            draft = _asked(gathering, cells, place)
        except Unfit as fault:
            gathering.refuse(place, str(fault))
        else:
            gathering.take(draft, place, probability=probability, made_at=made_at)


def _by(cells: dict[str, str]) -> str:
    return storable(cells[AUTHOR]).strip()


def _not_theirs(author: str, who: str, hidden: bool) -> str:
    if author == who:
        return ""
    return (HIDDEN if hidden else NOBODY) if not author else f"It is by {quoted(author)}."


def _asked(gathering: Gathering, cells: dict[str, str], place: str) -> Draft:
    question = gathering.question(cells[TITLE])
    asked = cells.get("Question created at", "").strip()
    # The seconds of a day that a spreadsheet has written anew must give the same key.
    begun = gathering.at_if_told(place, asked, "time at which the question was asked")
    key = digest(question, begun.isoformat(timespec="seconds") if begun else asked)
    known = key in gathering.drafts
    draft = gathering.draft(key, question, place, background=gathering.text(cells.get("Question notes")))
    if not known:
        draft.opened_at = begun
        draft.closes_at = gathering.at_if_told(place, cells.get("Question resolve by"), "time to resolve by")
    if cells.get("Question comments", "").strip():
        gathering.remark(COMMENTS)
    _settle(
        gathering,
        draft,
        place,
        cells.get("Resolution") or cells.get("Question resolution") or "",
        cells.get("Resolved at") or cells.get("Question resolved at") or "",
    )
    return draft


def _settle(gathering: Gathering, draft: Draft, place: str, said: str, resolved_at: object) -> None:
    try:
        came = outcome(said)
    except Unfit as fault:
        gathering.leave_out(place, str(fault))
    else:
        if came:
            gathering.settle(draft, place, came, gathering.at_if_told(place, resolved_at, "time of the resolution"))


class Given(NamedTuple):
    """One forecast in the JSON, with its question."""

    place: str
    question: dict[str, Any]
    forecast: dict[str, Any]

    @property
    def author(self) -> str:
        """The name, or the id of somebody without one."""
        user = entry(self.forecast.get("user"))
        name = user.get("name")
        ident = identity(user.get("id")) or identity(self.forecast.get("userId"))
        return storable(name if isinstance(name, str) else ident)[:200].strip()


def _json(document: Any, whose: str) -> Reading:
    gathering = Gathering()
    questions = list(_questions(document, gathering))
    if not any("forecasts" in question for _, question in questions):
        raise Unreadable(
            "These are no Fatebook questions with their forecasts. Ask the API at /api/v0/getQuestions, not /api/v1."
        )
    given = gathering.listed(
        Given(f"{place}, forecast {n}", question, entry(forecast))
        for place, question in questions
        for n, forecast in enumerate(entries(question.get("forecasts")), 1)
    )
    names = named(Counter(each.author for each in given if each.forecast.get("forecast") is not None))
    who = chosen(names, whose)
    for each in given if who is not None else []:
        _given(gathering, each, who or "")
    return gathering.reading(SCALE, names)


def _questions(document: Any, gathering: Gathering) -> Iterator[tuple[str, dict[str, Any]]]:
    """The questions of a page, of a list of pages, or of a list, or the one that it is."""
    pages = document if isinstance(document, list) else [document]
    n = 0
    for page in map(entry, pages):
        if page.get("nextCursor") and len(pages) == 1:
            gathering.remark("This is one page of several: ask with a higher limit, or bring the others too.")
        for question in map(entry, entries(page["items"]) if "items" in page else [page]):
            n += 1
            yield f"question {n}", question


def _given(gathering: Gathering, given: Given, who: str) -> None:
    question, forecast, place = given.question, given.forecast, given.place
    raw = forecast.get("forecast")
    several = question.get("options") or question.get("type") == "MULTIPLE_CHOICE"
    if reason := _not_theirs(given.author, who, raw is None):
        gathering.refuse(place, reason)
    elif several or forecast.get("option") or forecast.get("optionId"):
        gathering.refuse(place, CHOICE)
    else:
        try:
            made_at, probability = gathering.at(forecast.get("createdAt")), fraction(raw)
            draft = _put(gathering, question, place)
        except Unfit as fault:
            gathering.refuse(place, str(fault))
        else:
            rationale = gathering.text(forecast.get("comment"))
            gathering.take(draft, place, probability=probability, made_at=made_at, rationale=rationale)


def _put(gathering: Gathering, question: dict[str, Any], place: str) -> Draft:
    title = gathering.question(question.get("title"))
    ident = identity(question.get("id"))
    key = ident or digest(title, gathering.text(question.get("createdAt")))
    known = key in gathering.drafts
    url = f"https://fatebook.io/q/{ident}" if ident.isalnum() else ""
    draft = gathering.draft(key, title, place, url=url, background=gathering.text(question.get("notes")))
    if not known:
        draft.opened_at = gathering.at_if_told(place, question.get("createdAt"), "time at which the question was asked")
        draft.closes_at = gathering.at_if_told(place, question.get("resolveBy"), "time to resolve by")
        if question.get("comments"):
            gathering.remark(COMMENTS)
    _settle(gathering, draft, place, gathering.text(question.get("resolution")), question.get("resolvedAt"))
    return draft
