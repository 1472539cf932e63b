"""The discussion on a forecast's page: writing, threads, replies."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecast, Forecaster, Note
from forecasts.pages import discussing
from forecasts.services import noting
from tests import factories

from .conftest import DAY, Browse, World, estimate
from .test_reading import text

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
PAGE = "/forecasts/resolved/"
ADDRESS = f"{PAGE}notes/"
GIVEN = {"text": "It was *counted* twice."}


def say(of: Forecast, by: Forecaster, at: dt.datetime, **changes: Any) -> Note:
    return noting.write(forecast=of, by=by, at=at, **{"text": f"Said by {by.username}."} | changes)


def talk(client: Client, address: str = PAGE) -> str:
    """The section as HTML."""
    html: str = client.get(address).content.decode()
    return html.split('<section id="talk"')[1].split("</section>", maxsplit=1)[0]


def order(html: str) -> list[int]:
    return [int(part.split('"')[0]) for part in html.split('id="note-')[1:]]


# Writing


def test_a_note_is_written_and_shown_where_one_lands(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    response = client.post(ADDRESS, GIVEN, follow=True)
    note = Note.objects.get()
    assert response.redirect_chain == [(f"{PAGE}?note={note.pk}#note-{note.pk}", 302)]
    assert "Your note is on record." in response.content.decode()
    html = talk(client)
    assert "It was <em>counted</em> twice." in html
    assert f'href="{PAGE}?note={note.pk}#note-{note.pk}"' in html
    assert (note.author, note.is_private, note.reply_to, note.estimate) == (cast.ann, False, None, None)


def test_a_note_may_go_with_ones_estimate(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    client = browse(cast.ann)
    assert "goes with my estimate" not in talk(client, "/forecasts/premise/")
    estimate(world.premise, cast.ann, 0.62, at - DAY)
    assert "It goes with my estimate of 62%" in talk(client, "/forecasts/premise/")
    client.post("/forecasts/premise/notes/", GIVEN | {"with_estimate": "on"})
    assert Note.objects.get().estimate == world.premise.estimates.get()
    assert ", with 62%" in talk(client, "/forecasts/premise/")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "This field is required"), ("x" * 10_001, "at most 10000"), ("a\x00b", "Null characters")],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(browse: Browse, world: World, typed: str, said: str) -> None:
    client = browse(Forecaster.objects.get(username="ann"))
    response = client.post(ADDRESS, {"text": typed, "is_private": "on"})
    html = response.content.decode()
    assert response.status_code == 400
    assert said in html.split('name="text"')[1].split('<div class="field')[0]
    assert '<details id="write" open>' in html
    assert "checked" in html.split('name="is_private"')[1].split(">")[0]
    assert html.count("autofocus") == 1
    assert not Note.objects.exists()


def test_a_form_that_is_sent_twice_is_one_note(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    token = talk(client).split('name="token" value="')[1].split('"')[0]
    for _ in range(2):
        assert client.post(ADDRESS, GIVEN | {"token": token}).status_code == 302
    client.post(ADDRESS, {"text": "Other.", "token": token})
    assert Note.objects.count() == 2


def test_a_visitor_is_asked_to_sign_in_and_writes_nothing(browse: Browse, world: World) -> None:
    visitor = browse(None)
    html = talk(visitor)
    assert "No notes yet." in html
    assert "Sign in to write a note" in html
    assert "<form" not in html
    response = visitor.post(ADDRESS, GIVEN)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={PAGE}")
    assert not Note.objects.exists()


def test_the_forms_address_leads_to_the_page(browse: Browse, world: World, cast: factories.Cast) -> None:
    assert browse(cast.ann).get(ADDRESS)["Location"] == PAGE


# Threads


def test_threads_are_newest_first_and_replies_follow_what_they_answer(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    def reply(to: Note, minutes: int) -> Note:
        return say(world.resolved, cast.bob, at - DAY + minutes * MINUTE, reply_to=to.pk)

    old = say(world.resolved, cast.ann, at - 2 * DAY)
    new = say(world.resolved, cast.bob, at - DAY)
    first = reply(old, 1)
    second = reply(old, 2)
    deeper = reply(first, 3)
    deepest = reply(deeper, 4)
    beyond = reply(deepest, 5)
    html = talk(browse(None))
    assert order(html) == [note.pk for note in (new, old, first, deeper, deepest, beyond, second)]
    depths = [part.split('"')[0] for part in html.split('class="voice note')[1:]]
    assert depths == ["", "", " deep-1", " deep-2", " deep-3", " deep-3", " deep-1"]
    assert f'in reply to <a href="#note-{deeper.pk}">bob</a>' in html


def test_a_reply_form_is_a_page_state(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    note, other = say(world.resolved, cast.bob, at - DAY), say(world.resolved, cast.bob, at - 2 * DAY)
    client = browse(cast.ann)
    assert f'href="{PAGE}?reply_to={note.pk}#note_text"' in talk(client)
    html = talk(client, f"{PAGE}?reply_to={note.pk}")
    assert order(html) == [note.pk]
    assert 'id="reply"' in html
    assert f'name="reply_to" value="{note.pk}"' in html
    assert 'id="write"' not in html
    client.post(ADDRESS, GIVEN | {"reply_to": note.pk})
    made = Note.objects.latest("pk")
    assert (made.reply_to, made.thread) == (note, note)
    assert order(talk(client, f"{PAGE}?note={made.pk}")) == [note.pk, made.pk]
    assert order(talk(client)) == [note.pk, made.pk, other.pk]


def test_a_refused_reply_is_shown_in_its_thread(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    note = say(world.resolved, cast.bob, at - DAY)
    say(world.resolved, cast.bob, at - 2 * DAY)
    html = browse(cast.ann).post(ADDRESS, {"text": "", "reply_to": note.pk}).content.decode()
    assert order(html) == [note.pk]
    assert "This field is required" in html.split('id="reply"')[1].split("</form>")[0]


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999", "9" * 30, "²"])
def test_a_reply_to_nothing_and_a_link_to_nothing_show_the_discussion(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, number: str
) -> None:
    note = say(world.resolved, cast.bob, at - DAY)
    client = browse(cast.ann)
    for name in ("note", "reply_to", "notes"):
        html = talk(client, f"{PAGE}?{name}={number}")
        assert order(html) == [note.pk]
        assert 'id="reply"' not in html
    assert client.post(ADDRESS, GIVEN | {"reply_to": number}).status_code == 400
    assert Note.objects.count() == 1


def test_a_note_on_another_forecast_is_not_found_here(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    elsewhere = say(world.annulled, cast.bob, at - DAY)
    assert order(talk(browse(cast.ann), f"{PAGE}?note={elsewhere.pk}")) == []
    for deed in ("withhold", "restore"):
        assert browse(cast.bob).post(f"{ADDRESS}{elsewhere.pk}/{deed}/").status_code == 404


def test_threads_come_in_pages(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussing, "THREADS_PER_PAGE", 2)
    made = [say(world.resolved, cast.bob, at - n * MINUTE).pk for n in range(5)]
    client = browse(None)
    html = talk(client)
    assert order(html) == made[:2]
    assert "1 to 2 of 5" in text(html)
    assert f'href="{PAGE}?notes=2#discussion"' in html
    assert order(talk(client, f"{PAGE}?notes=3")) == made[4:]


def test_of_very_many_replies_the_first_are_shown_and_the_one_asked_for(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussing, "REPLIES_SHOWN", 2)
    first = say(world.resolved, cast.bob, at - DAY)
    replies = [say(world.resolved, cast.bob, at - DAY + n * MINUTE, reply_to=first.pk).pk for n in range(1, 6)]
    client = browse(cast.ann)
    for address in (PAGE, f"{PAGE}?note={first.pk}"):
        html = talk(client, address)
        assert order(html) == [first.pk, *replies[:2]]
        assert "There are more replies" in html
    assert order(talk(client, f"{PAGE}?reply_to={replies[4]}")) == [first.pk, *replies[:2], replies[4]]


def test_more_notes_cost_no_more_queries(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    client, spent = browse(cast.ann), []
    for number in range(5):
        by = factories.forecaster()
        first = say(world.resolved, by, at - (9 - number) * MINUTE)
        say(world.resolved, cast.ann, at - (9 - number) * MINUTE, reply_to=first.pk)
        noting.withhold(note=first, by=by, at=at)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        spent.append(len(captured))
    assert spent == spent[:1] * 5
