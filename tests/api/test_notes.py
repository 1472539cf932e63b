"""Notes over the API: reading, writing, withholding."""

from typing import Any

import pytest

from forecasts.models import LONGEST_NOTE, Forecast, Note, Withholding
from forecasts.services import noting
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
NOTES = "forecasts/asked/notes/"
SAID = {"text": "It was *counted* twice."}


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    """One whose crowd everyone may see."""
    return factories.forecast("asked", reveal_at=NOW - DAY)


@pytest.fixture
def note(asked: Forecast, cast: factories.Cast) -> Note:
    return noting.write(forecast=asked, by=cast.bob, at=NOW, text="Look at the yearbook.")


@pytest.fixture
def admin(cast: factories.Cast) -> Api:
    return Api(cast.admin)


def test_a_note_is_recorded_and_shown(
    ann: Api, visitor: Api, asked: Forecast, note: Note, cast: factories.Cast
) -> None:
    estimate = factories.estimate(asked, cast.ann, 0.7)
    response = ann.post(NOTES, SAID | {"reply_to": note.pk, "estimate": estimate.pk})
    assert response.status_code == 201
    shown = response.json()
    expected = {
        "author": "ann",
        "is_bot": False,
        "text": SAID["text"],
        "is_private": False,
        "reply_to": note.pk,
        "estimate": estimate.pk,
        "withholding": None,
    }
    assert shown | expected == shown
    assert set(shown) == {"id", "made_at", *expected}
    assert [row["id"] for row in everything(visitor, NOTES)] == [shown["id"], note.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", " "),
        ("text", None),
        ("text", 5),
        ("text", "x" * (LONGEST_NOTE + 1)),
        ("text", "a\x00b"),
        ("is_private", "yes"),
        ("reply_to", 10**15),
        ("reply_to", "1"),
        ("reply_to", 10**30),
        ("estimate", 10**15),
        ("estimate", True),
        ("private", True),
    ],
)
def test_a_faulty_field_is_refused_by_name_and_nothing_is_written(
    ann: Api, asked: Forecast, field: str, value: Any
) -> None:
    refusal(ann.post(NOTES, SAID | {field: value}), 400, field)
    assert not Note.objects.exists()


def test_a_visitor_writes_and_withholds_nothing(visitor: Api, note: Note) -> None:
    for path in (NOTES, f"{NOTES}{note.pk}/withhold/", f"{NOTES}{note.pk}/restore/"):
        refusal(visitor.post(path, SAID if path == NOTES else {}), 401)
    assert Note.objects.count() == 1
    assert not Withholding.objects.exists()


def test_a_repeated_key_returns_the_note_that_it_made(ann: Api, asked: Forecast) -> None:
    first = ann.post(NOTES, SAID, **{"Idempotency-Key": "k1"})
    again = ann.post(NOTES, SAID, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    refusal(ann.post(NOTES, {"text": "Other."}, **{"Idempotency-Key": "k1"}), 409, "Idempotency-Key")
    refusal(ann.post(NOTES, SAID, **{"Idempotency-Key": "k" * 101}), 400, "Idempotency-Key")
    assert Note.objects.count() == 1


def test_notes_of_a_hidden_forecast_are_hidden_with_its_crowd(
    ann: Api, bob: Api, visitor: Api, admin: Api, cast: factories.Cast
) -> None:
    forecast = factories.forecast("asked")
    theirs = bob.post(NOTES, SAID).json()["id"]
    for api in (visitor, ann, admin):
        assert everything(api, NOTES) == []
        assert everything(api, NOTES + "?author=bob") == []
    refusal(ann.post(NOTES, SAID | {"reply_to": theirs}), 400, "reply_to")
    refusal(admin.post(f"{NOTES}{theirs}/withhold/", {"reason": "Spam."}), 404)
    factories.estimate(forecast, cast.ann, 0.7)
    assert [row["id"] for row in everything(ann, NOTES)] == [theirs]


def test_private_notes_are_their_authors_alone(ann: Api, bob: Api, admin: Api, visitor: Api, note: Note) -> None:
    private = ann.post(NOTES, SAID | {"is_private": True}).json()["id"]
    assert [row["id"] for row in everything(ann, NOTES)] == [private, note.pk]
    assert [row["id"] for row in everything(ann, NOTES + "?private=true")] == [private]
    assert [row["id"] for row in everything(ann, NOTES + "?private=false")] == [note.pk]
    for api in (bob, admin, visitor):
        assert [row["id"] for row in everything(api, NOTES)] == [note.pk]
        assert everything(api, NOTES + "?private=true") == []
        assert everything(api, NOTES + "?author=ann") == []
    for api in (bob, admin):
        refusal(api.post(f"{NOTES}{private}/withhold/", {"reason": "Spam."}), 404)
    refusal(ann.post(f"{NOTES}{private}/withhold/", {}), 409)


def test_notes_are_found_by_author(ann: Api, visitor: Api, note: Note) -> None:
    ann.post(NOTES, SAID)
    assert [row["author"] for row in everything(visitor, NOTES + "?author=bob")] == ["bob"]
    assert everything(visitor, NOTES + "?author=nobody") == []


@pytest.mark.parametrize(("query", "field"), [("private=1", "private"), ("writer=ann", "writer"), ("limit=0", "limit")])
def test_a_faulty_parameter_is_refused_by_name(visitor: Api, note: Note, query: str, field: str) -> None:
    refusal(visitor.client.get(f"/api/v1/{NOTES}?{query}"), 400, field)


def test_pages_go_through_all_of_them_newest_first(visitor: Api, asked: Forecast, cast: factories.Cast) -> None:
    made = [noting.write(forecast=asked, by=cast.ann, at=NOW - n * DAY / 24, text=f"Note {n}.").pk for n in range(5)]
    assert [row["id"] for row in everything(visitor, NOTES + "?limit=2")] == made


def test_a_moderator_withholds_and_shows_again(admin: Api, bob: Api, visitor: Api, asked: Forecast, note: Note) -> None:
    refusal(admin.post(f"{NOTES}{note.pk}/withhold/", {}), 400, "reason")
    withheld = admin.post(f"{NOTES}{note.pk}/withhold/", {"reason": "Names a private person."})
    assert withheld.status_code == 200
    assert withheld.json()["text"] == note.text
    for api in (visitor, bob):
        (row,) = everything(api, NOTES)
        assert row["text"] is None
        assert row["withholding"] == row["withholding"] | {"by_author": False, "reason": "Names a private person."}
        assert note.text not in api.get(NOTES).content.decode()
    refusal(bob.post(f"{NOTES}{note.pk}/restore/", {}), 403)
    refusal(admin.post(f"{NOTES}{note.pk}/withhold/", {"reason": "Again."}), 409)
    assert admin.post(f"{NOTES}{note.pk}/restore/", {"reason": "Settled."}).json()["withholding"] is None
    assert everything(visitor, NOTES)[0]["text"] == note.text


def test_an_author_withdraws_and_shows_again(ann: Api, bob: Api, note: Note) -> None:
    refusal(ann.post(f"{NOTES}{note.pk}/withhold/", {"reason": "I disagree."}), 403)
    shown = bob.post(f"{NOTES}{note.pk}/withhold/", {}).json()
    assert (shown["text"], shown["withholding"]["by_author"], shown["withholding"]["reason"]) == (None, True, "")
    assert bob.post(f"{NOTES}{note.pk}/restore/", {}).json()["text"] == note.text
    refusal(bob.post(f"{NOTES}{note.pk}/restore/", {}), 409)


@pytest.mark.parametrize("number", ["999999", "9" * 40])
def test_a_note_that_is_not_there_cannot_be_withheld(bob: Api, note: Note, number: str) -> None:
    refusal(bob.post(f"{NOTES}{number}/withhold/", {}), 404)
    factories.forecast("other", reveal_at=NOW - DAY)
    refusal(bob.post(f"forecasts/other/notes/{note.pk}/withhold/", {}), 404)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_notes_cannot_be_changed(bob: Api, note: Note, verb: str) -> None:
    refusal(bob.ask(verb, NOTES), 405)


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    queries: Count, asked: Forecast, note: Note, cast: factories.Cast
) -> None:
    few = queries(NOTES)
    for _ in range(5):
        by = factories.forecaster()
        more = noting.write(forecast=asked, by=by, at=NOW, text="More.", reply_to=note.pk)
        noting.withhold(note=more, by=by, at=NOW)
    assert queries(NOTES) == few == 3
