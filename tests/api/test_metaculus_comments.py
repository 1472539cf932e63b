"""Comments of the adapter: notes, written and read."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import LONGEST_NOTE, Forecast, Note
from forecasts.services import noting
from tests import factories
from tests.api.speaking import Bot, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
CREATE = "comments/create/"


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    """One whose crowd everyone may see."""
    return factories.forecast("asked", reveal_at=NOW - DAY)


@pytest.fixture
def other(cast: factories.Cast) -> Bot:
    return Bot(cast.bob)


def said(on: Forecast, **more: Any) -> dict[str, Any]:
    return {"on_post": on.pk, "text": "It was *counted*.", "is_private": False, "included_forecast": False} | more


def texts(bot: Bot, **parameters: Any) -> list[str]:
    response = bot.get("comments/", **parameters)
    assert response.status_code == 200, response.content
    return [row["text"] for row in response.json()["results"]]


def test_a_comment_is_a_note_with_the_estimate_that_stands(bot: Bot, asked: Forecast, cast: factories.Cast) -> None:
    factories.estimate(asked, cast.bob, 0.1)
    estimate = factories.estimate(asked, cast.ann, 0.7)
    response = bot.post(CREATE, said(asked, included_forecast=True))
    assert response.status_code == 201
    note = Note.objects.get()
    assert (note.forecast, note.author, note.estimate, note.is_private) == (asked, cast.ann, estimate, False)
    shown = dict(response.json())
    assert shown.pop("created_at")
    assert shown == {
        "id": note.pk,
        "author": {"id": cast.ann.pk, "username": "ann", "is_bot": False},
        "parent_id": None,
        "root_id": None,
        "is_soft_deleted": False,
        "text": "It was *counted*.",
        "on_post": asked.pk,
        "on_post_data": {"id": asked.pk, "title": asked.question},
        "included_forecast": {
            "start_time": "2027-06-01T12:00:00Z",
            "probability_yes": 0.7,
            "probability_yes_per_category": None,
            "continuous_cdf": None,
            "question_type": "binary",
        },
        "is_private": False,
    }
    assert Bot().get("comments/", post=asked.pk).json()["results"] == [response.json()]


@pytest.mark.parametrize("probability", [0.7, None])
def test_without_an_estimate_that_was_not_withdrawn_none_is_included(
    bot: Bot, asked: Forecast, cast: factories.Cast, probability: float | None
) -> None:
    factories.estimate(asked, cast.bob, 0.5)
    factories.estimate(asked, cast.ann, 0.7, NOW - DAY)
    if probability is None:
        factories.estimate(asked, cast.ann, None)
    shown = bot.post(CREATE, said(asked, included_forecast=True)).json()
    assert (shown["included_forecast"] is None) == (probability is None)
    assert bot.post(CREATE, said(asked, included_forecast=None)).json()["included_forecast"] is None


def test_a_private_comment_is_its_authors_alone(bot: Bot, other: Bot, asked: Forecast, cast: factories.Cast) -> None:
    assert bot.post(CREATE, said(asked, is_private=True, text="Mine.")).json()["is_private"] is True
    bot.post(CREATE, said(asked, text="Ours."))
    for truth in ("true", "True", "1"):
        assert texts(bot, post=asked.pk, is_private=truth) == ["Mine."]
    for public in ({}, {"is_private": "false"}, {"is_private": "0"}):
        for reader in (bot, other, Bot(), Bot(cast.admin)):
            assert texts(reader, post=asked.pk, **public) == ["Ours."]
    for reader in (other, Bot(), Bot(cast.admin)):
        assert texts(reader, post=asked.pk, is_private="true") == []
        assert texts(reader, author=cast.ann.pk, is_private="true") == []


def test_comments_on_what_is_hidden_are_hidden_with_its_crowd(bot: Bot, other: Bot, cast: factories.Cast) -> None:
    forecast = factories.forecast()
    theirs = other.post(CREATE, said(forecast)).json()["id"]
    for reader in (bot, Bot(), Bot(cast.admin)):
        assert texts(reader, post=forecast.pk) == texts(reader, author=cast.bob.pk) == []
    refusal(bot.post(CREATE, said(forecast, parent=theirs)), 400, "parent")
    factories.estimate(forecast, cast.ann, 0.5)
    assert texts(bot, post=forecast.pk) == ["It was *counted*."]


def test_a_parent_makes_it_a_reply(bot: Bot, other: Bot, asked: Forecast) -> None:
    first = other.post(CREATE, said(asked, parent=None)).json()["id"]
    reply = bot.post(CREATE, said(asked, parent=first)).json()
    assert (reply["parent_id"], reply["root_id"]) == (first, first)
    again = other.post(CREATE, said(asked, parent=reply["id"])).json()
    assert (again["parent_id"], again["root_id"]) == (reply["id"], first)


def test_they_are_found_by_post_and_by_author(bot: Bot, other: Bot, asked: Forecast, cast: factories.Cast) -> None:
    second = factories.forecast("second", reveal_at=NOW - DAY)
    bot.post(CREATE, said(asked, text="1"))
    bot.post(CREATE, said(second, text="2"))
    other.post(CREATE, said(second, text="3"))
    assert texts(bot, author=cast.ann.pk) == ["2", "1"]
    assert texts(bot, post=second.pk) == ["3", "2"]
    assert texts(bot, post=second.pk, author=cast.ann.pk) == ["2"]
    assert texts(bot, author=10**12) == texts(bot, author=2**63 - 1) == texts(bot, author="9" * 30) == []
    page = bot.get("comments/", author=cast.ann.pk, limit=1).json()
    assert [row["text"] for row in page["results"]] == ["2"]
    assert [row["text"] for row in bot.client.get(page["next"]).json()["results"]] == ["1"]
    assert texts(bot, author=cast.ann.pk, offset=2**64) == []


def test_a_withheld_comment_shows_no_text(bot: Bot, other: Bot, asked: Forecast, cast: factories.Cast) -> None:
    factories.estimate(asked, cast.ann, 0.7)
    bot.post(CREATE, said(asked, included_forecast=True))
    noting.withhold(note=Note.objects.get(), by=cast.ann, at=NOW + 2 * DAY)
    (row,) = other.get("comments/", post=asked.pk).json()["results"]
    assert (row["text"], row["is_soft_deleted"], row["included_forecast"]) == ("", True, None)


def test_what_is_longer_than_a_note_is_cut_and_says_so(bot: Bot, asked: Forecast) -> None:
    assert len(bot.post(CREATE, said(asked, text="x" * LONGEST_NOTE)).json()["text"]) == LONGEST_NOTE
    text = bot.post(CREATE, said(asked, text="y" * 150_000, is_private=True)).json()["text"]
    assert len(text) == LONGEST_NOTE
    assert text.endswith("y\n\n(Cut here: the comment has 150,000 characters, and a note takes 10,000.)")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", " "),
        ("text", None),
        ("text", 5),
        ("text", "x" * 150_001),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("is_private", "yes"),
        ("included_forecast", 1),
        ("on_post", None),
        ("on_post", 10**12),
        ("on_post", 10**30),
        ("on_post", "1"),
        ("parent", "1"),
        ("parent", 10**12),
    ],
)
def test_a_faulty_field_is_refused_by_name_and_nothing_is_written(
    bot: Bot, asked: Forecast, field: str, value: Any
) -> None:
    refusal(bot.post(CREATE, said(asked) | {field: value}), 400, field)
    assert not Note.objects.exists()


@pytest.mark.parametrize("body", [None, [], 5, "{", [{"on_post": 1}], "[" * 100_000])
def test_a_body_that_cannot_be_read_is_refused(bot: Bot, body: Any) -> None:
    assert bot.post(CREATE, body).status_code == 400


def test_a_visitor_writes_nothing(asked: Forecast) -> None:
    refusal(Bot().post(CREATE, said(asked)), 401)
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "post"),
        ("is_private=true", "post"),
        ("post=x", "post"),
        ("post=999999", "post"),
        ("author=ann", "author"),
        ("author=%00", "author"),
        ("post=1&is_private=maybe", "is_private"),
    ],
)
def test_a_faulty_parameter_is_refused_by_name(bot: Bot, query: str, field: str) -> None:
    refusal(bot.ask("GET", f"comments/?{query}"), 400, field)


def test_the_list_takes_the_same_queries_for_any_number_of_rows(bot: Bot, asked: Forecast) -> None:
    counted = []
    for _ in range(2):
        by = factories.forecaster()
        note = noting.write(forecast=asked, by=by, at=NOW, text="More.")
        noting.withhold(note=note, by=by, at=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert len(texts(bot, post=asked.pk)) == len(counted) + 1
        counted.append(len(captured))
    # Who asks, of which post, the notes, and what of them is withheld.
    assert counted == [4, 4]
