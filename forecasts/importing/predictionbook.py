"""PredictionBook: the JSON of its API, where each prediction carries everybody’s responses. Its CSV lacks one’s own."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from .cells import Unfit, fraction
from .documents import entries, entry, identity, is_json, loaded
from .gathering import Draft, Gathering
from .people import chosen, named
from .records import Outcome, Reading, Unreadable
from .texts import digest, quoted, storable

SCALE: Final = "percent, 0 to 100"
NO_CSV: Final = (
    "PredictionBook’s CSV gives the mean of all confidences and not your own, so nothing of it can be taken. "
    "Bring the JSON of predictionbook.com/api/my_predictions."
)
COMMENT: Final = "It is a comment without a confidence."
CHANGED: Final = (
    "Some answers have no time of their judgement; the time of the prediction’s last change stands for it, "
    "and estimates made after it count in no score."
)


class Given(NamedTuple):
    """One response, with its prediction."""

    place: str
    prediction: dict[str, Any]
    response: dict[str, Any]

    @property
    def author(self) -> str:
        """The label of who gave it, or their number."""
        label = self.response.get("user_label")
        return storable(label if isinstance(label, str) else identity(self.response.get("user_id")))[:200].strip()


def read(content: bytes, *, whose: str = "") -> Reading:
    """Read the JSON; the file of `my_predictions` says whose it is, so `whose` is for other lists."""
    if content.strip() and not is_json(content):
        raise Unreadable(NO_CSV)
    document = loaded(content)
    gathering = Gathering()
    given = gathering.listed(_given(document))
    names = _owner(document, given) if not whose else ()
    names = names or named(Counter(each.author for each in given if each.response.get("confidence") is not None))
    who = chosen(names, whose)
    for each in given if who is not None else []:
        _take(gathering, each, who or "")
    return gathering.reading(SCALE, names)


def _pages(document: Any) -> list[dict[str, Any]]:
    """The one page that it is, or several in a list."""
    return [entry(page) for page in (document if isinstance(document, list) else [document])]


def _given(document: Any) -> Iterator[Given]:
    """Every response of a page, of a list of pages, or of a list of predictions."""
    predictions = [
        prediction
        for page in _pages(document)
        for prediction in map(entry, entries(page["predictions"]) if "predictions" in page else [page])
    ]
    if predictions and not any("responses" in prediction for prediction in predictions):
        raise Unreadable(
            "These are no predictions with their responses, as predictionbook.com/api/my_predictions gives."
        )
    for n, prediction in enumerate(predictions, 1):
        for m, response in enumerate(entries(prediction.get("responses")), 1):
            yield Given(f"prediction {n}, response {m}", prediction, entry(response))


def _owner(document: Any, given: list[Given]) -> tuple[str, ...]:
    """Whose file it says it is, by the name that responses carry."""
    for page in _pages(document):
        user = entry(page.get("user"))
        if owner := identity(user.get("user_id")):
            labels = (each.author for each in given if identity(each.response.get("user_id")) == owner)
            name = next(labels, "") or storable(str(user.get("name") or owner))[:200].strip()
            return (name,) if name else ()
    return ()


def _take(gathering: Gathering, given: Given, who: str) -> None:
    response, place = given.response, given.place
    if given.author != who:
        gathering.refuse(place, f"It is by {quoted(given.author)}." if given.author else "It does not say whose it is.")
    elif response.get("confidence") is None and response.get("comment"):
        gathering.refuse(place, COMMENT)
    else:
        try:
            probability, made_at = (
                fraction(response.get("confidence"), whole=100),
                gathering.at(response.get("created_at")),
            )
            draft = _asked(gathering, given.prediction, place)
        except Unfit as fault:
            gathering.refuse(place, str(fault))
        else:
            rationale = gathering.text(response.get("comment"))
            gathering.take(draft, place, probability=probability, made_at=made_at, rationale=rationale)


def _asked(gathering: Gathering, prediction: dict[str, Any], place: str) -> Draft:
    question = gathering.question(prediction.get("description_with_group") or prediction.get("description"))
    ident = identity(prediction.get("id"))
    key = ident or digest(question, gathering.text(prediction.get("created_at")))
    if draft := gathering.drafts.get(key):
        return draft
    url = f"https://predictionbook.com/predictions/{ident}" if ident.isdigit() else ""
    draft = gathering.draft(key, question, place, url=url)
    draft.opened_at = gathering.at_if_told(place, prediction.get("created_at"), "time at which it was asked")
    draft.closes_at = gathering.at_if_told(place, prediction.get("deadline"), "deadline")
    _settle(gathering, draft, prediction)
    return draft


def _settle(gathering: Gathering, draft: Draft, prediction: dict[str, Any]) -> None:
    said = prediction.get("outcome")
    came: Outcome = "yes" if said is True else "no" if said is False else ""
    if said is not None and not came:
        gathering.leave_out(draft.place, f"The outcome {quoted(said)} is neither true, false nor null; it is left out.")
    if not came and prediction.get("withdrawn") is True:
        came, draft.remark = "annulled", "It was withdrawn on PredictionBook."
    judged, changed = prediction.get("last_judgement_at"), prediction.get("updated_at")
    if came and not judged and changed:
        gathering.remark(CHANGED)
    gathering.settle(
        draft, draft.place, came, gathering.at_if_told(draft.place, judged or changed, "time of the judgement")
    )
