"""What a forecast's page shows of notes, and to whom: hidden, private, hostile and withheld ones."""

import datetime as dt
import re

import pytest

from forecasts.models import Note, Withholding
from forecasts.services import noting
from tests import factories

from .conftest import DAY, Browse, World, estimate
from .test_every_page import INLINE
from .test_notes import ADDRESS, PAGE, order, say, talk

pytestmark = pytest.mark.django_db
HOSTILE = (
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    "[go](javascript:alert(1))",
    "![x](https://example.org/pixel.png)",
    "<style>body{display:none}</style>",
    '"><svg onload=alert(1)>',
    "<a href='data:text/html,x' style='position:fixed'>x</a>",
)


def test_where_the_crowd_is_hidden_so_are_others_notes(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    theirs = say(world.premise, cast.bob, at - DAY, text="I say 90%.")
    own = say(world.premise, cast.ann, at - DAY)
    for who in (None, cast.ann, cast.admin):
        for address in ("", f"?note={theirs.pk}", f"?reply_to={theirs.pk}", "?notes=2"):
            html = talk(browse(who), f"/forecasts/premise/{address}")
            assert "I say 90%" not in html
            assert "Others’ notes are hidden" in html
            assert order(html) == ([own.pk] if who == cast.ann else [])
    estimate(world.premise, cast.ann, 0.5, at)
    assert order(talk(browse(cast.ann), "/forecasts/premise/")) == [own.pk, theirs.pk]
    assert "I say 90%" in talk(browse(cast.ann), "/forecasts/premise/")


def test_a_private_note_is_shown_to_its_author_alone(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    browse(cast.ann).post(ADDRESS, {"text": "A reminder.", "is_private": "on"})
    note = Note.objects.get()
    html = talk(browse(cast.ann))
    assert "A reminder." in html
    assert "only for you" in html
    assert "reply_to=" not in html
    for who in (None, cast.bob, cast.admin):
        for address in (PAGE, f"{PAGE}?note={note.pk}", f"{PAGE}?reply_to={note.pk}"):
            html = talk(browse(who), address)
            assert (order(html), "A reminder." in html, "No notes yet." in html) == ([], False, True)
    for who in (cast.bob, cast.admin):
        assert browse(who).post(f"{ADDRESS}{note.pk}/withhold/", {"reason": "Spam."}).status_code == 404


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_note_can_run_load_or_restyle(
    browse: Browse, world: World, cast: factories.Cast, hostile: str
) -> None:
    browse(cast.ann).post(ADDRESS, {"text": hostile})
    note = Note.objects.get()
    noting.withhold(note=note, by=cast.admin, at=note.made_at, reason=hostile[:500])
    refused = browse(cast.ann).post(ADDRESS, {"text": hostile, "reply_to": "x"}).content.decode()
    for html in (
        talk(browse(cast.ann)),
        talk(browse(cast.admin)),
        refused.split('id="talk"')[1].split("</section>")[0],
    ):
        # As text it may say anything.
        tags = " ".join(re.findall(r"<[^>]*>", html))
        assert not INLINE.search(tags)
        assert not re.search(r"<(img|svg|style|script|iframe)|=.?(data|javascript):", tags)


def test_an_author_withdraws_a_note_and_shows_it_again(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    note = say(world.resolved, cast.ann, at - DAY)
    reply = say(world.resolved, cast.bob, at, reply_to=note.pk)
    client = browse(cast.ann)
    response = client.post(f"{ADDRESS}{note.pk}/withhold/", follow=True)
    assert response.redirect_chain == [(f"{PAGE}?note={note.pk}#note-{note.pk}", 302)]
    assert "The note is withdrawn." in response.content.decode()
    for who in (None, cast.bob, cast.ann):
        html = talk(browse(who))
        assert "Withdrawn by its author" in html
        assert note.text not in html
        assert order(html) == [note.pk, reply.pk]
        assert f"reply_to={note.pk}#" not in html
    client.post(f"{ADDRESS}{note.pk}/restore/")
    assert note.text in talk(browse(None))


def test_a_moderator_withholds_a_note_and_alone_reads_it_still(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    note = say(world.resolved, cast.ann, at - DAY)
    admin = browse(cast.admin)
    refused = admin.post(f"{ADDRESS}{note.pk}/withhold/", follow=True).content.decode()
    assert "This is required." in refused
    admin.post(f"{ADDRESS}{note.pk}/withhold/", {"reason": "Names a private person."})
    for who in (None, cast.ann, cast.resolver):
        html = talk(browse(who))
        assert "Withheld by a moderator: Names a private person." in html
        assert note.text not in html
        assert "restore" not in html
    html = talk(admin)
    assert note.text in html
    assert "Shown to moderators only" in html
    assert "restore" in html


def test_nobody_else_is_offered_to_withhold_or_can(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    note = say(world.resolved, cast.ann, at - DAY)
    for who in (None, cast.bob, cast.curator, cast.resolver):
        client = browse(who)
        assert "/withhold/" not in talk(client)
        client.post(f"{ADDRESS}{note.pk}/withhold/", {"reason": "I dislike it."})
    assert not Withholding.objects.exists()
