"""Pictures are drawn once, whatever becomes of messages and workers, and forgotten in the end."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from forecasts.refusals import Busy
from tests import factories
from tests.factories import DAY, NOW
from tests.service import ROOT, database_address
from tracker.models import Picture
from tracker.services import picturing

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def ask(**recipe: object) -> Picture:
    return picturing.ask(recipe=picturing.written(recipe), at=NOW)


def draw(picture: Picture, at: dt.datetime = NOW, content: bytes = b"picture") -> bool:
    return picturing.draw(picture_id=picture.pk, clock=lambda: at, by=lambda _: content)


def fail(recipe: Mapping[str, Any]) -> bytes:
    raise ValueError("no such chart")


def test_asked_for_twice_it_is_one_picture_and_drawn_once() -> None:
    picture = ask(a=1, b=2)
    assert ask(b=2, a=1) == picture
    assert ask(a=2) != picture
    assert draw(picture)
    assert not draw(picture, content=b"another")
    picture.refresh_from_db()
    assert (bytes(picture.content or b""), picture.recipe, picture.drawn_at) == (b"picture", "", NOW)
    assert ask(a=1, b=2) == picture


def test_whoever_is_at_it_has_it_to_themselves_until_they_are_surely_gone() -> None:
    picture = ask()
    assert picturing.due(at=NOW) == [picture.pk]

    def while_it_is_drawn(_: Mapping[str, Any]) -> bytes:
        assert picturing.due(at=NOW) == []
        assert not draw(picture, content=b"another")
        return b"picture"

    assert picturing.draw(picture_id=picture.pk, clock=lambda: NOW, by=while_it_is_drawn)
    left = ask(left=True)
    Picture.objects.filter(pk=left.pk).update(tries=1, rests_until=NOW + picturing.LEASE)
    assert picturing.due(at=NOW + picturing.LEASE - SECOND) == []
    assert picturing.due(at=NOW + picturing.LEASE) == [left.pk]


def test_one_that_cannot_be_drawn_is_given_up_and_says_why() -> None:
    picture = ask()
    for n in range(1, picturing.TRIES + 2):
        at = NOW + n * picturing.LEASE
        assert not picturing.draw(picture_id=picture.pk, clock=lambda at=at: at, by=fail)
    picture.refresh_from_db()
    assert (picture.tries, picture.said) == (picturing.TRIES, "ValueError: no such chart")
    assert picturing.due(at=NOW + DAY) == []


def test_a_picture_of_too_many_bytes_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picturing, "LARGEST", 3)
    assert not draw(ask())
    assert "7 bytes" in Picture.objects.get().said


def test_no_more_wait_than_can_soon_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picturing, "MOST_WAITING", 2)
    first, _ = ask(n=1), ask(n=2)
    with pytest.raises(Busy):
        ask(n=3)
    assert ask(n=1) == first
    draw(first)
    ask(n=3)


def test_old_ones_are_forgotten_and_the_oldest_of_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [ask(n=n) for n in range(4)]
    monkeypatch.setattr(picturing, "MOST", 3)
    assert picturing.sweep(at=NOW + picturing.KEPT) == 1
    assert set(Picture.objects.all()) == set(made[1:])
    assert picturing.sweep(at=NOW + picturing.KEPT + SECOND) == 3


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"digest": "abc"}, "picture_digest_is_one"),
        ({"recipe": ""}, "picture_waits_or_is_drawn"),
        ({"drawn_at": NOW}, "picture_waits_or_is_drawn"),
        ({"drawn_at": NOW, "content": b"x"}, "picture_waits_or_is_drawn"),
        ({"content": b"x"}, "picture_waits_or_is_drawn"),
    ],
)
def test_a_picture_waits_or_is_drawn(changed: dict[str, Any], constraint: str) -> None:
    picture = ask()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(**changed)


# A process of its own, since a process keeps its connections to the broker. Its own alarm ends it if it hangs.
ASK = """
import signal
signal.alarm(60)
import django
django.setup()
from django.test import Client
answer = Client(HTTP_HOST="127.0.0.1").get("/charts/history.svg?forecast=asked")
print(answer.status_code, answer["Retry-After"])
"""


@pytest.mark.django_db(transaction=True)
def test_while_the_queue_and_the_cache_are_gone_one_is_told_to_ask_again(tmp_path: Path) -> None:
    factories.forecast("asked")
    environment = {"REDIS_URL": f"unix://{tmp_path}/gone", "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment |= {"DATABASE_URL": database_address()}
    asked = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert (asked.stdout, asked.returncode) == ("503 5\n", 0), asked.stderr[-4000:]
    assert Picture.objects.get().drawn_at is None
