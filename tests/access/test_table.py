"""Who may do what, route by route and role by role: table.toml says it, and everything is tried."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from django.test.client import ClientHandler
from django.utils import timezone

from tests import factories
from tracker import tasks
from tracker.pages.pictures import showing

from .staging import Staged, Way, staged, ways
from .walking import address, ask, body, routes

pytestmark = pytest.mark.django_db
TABLE = tomllib.loads(Path(__file__).with_name("table.toml").read_text())
ROLES = TABLE["roles"].split()
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROWS = {
    (verb, route): rule["answers"].split() for rule in TABLE["rules"] for verb in VERBS for route in rule.get(verb, ())
}
WRITING = [(verb, route) for verb, route in ROWS if verb != "GET"]
# Whose token in the address is all that a mail program can show.
ONE_CLICK = "/accounts/letters/stop/<token>/"


@pytest.fixture
def at() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def world(cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Staged:
    made = staged(cast, at)
    monkeypatch.setattr(showing, "PATIENCE", 0.0)
    monkeypatch.setattr(showing, "announce_picture", lambda picture_id: tasks.draw_picture(picture_id) or True)
    for kind in ("svg", "png"):
        Way().client().get(f"/charts/history.{kind}?forecast=resolved")
    return made


@pytest.fixture
def roles(world: Staged, cast: factories.Cast, at: dt.datetime) -> dict[str, Way]:
    return ways(cast, at)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {route for _, route in ROWS} == set(routes())
    named = [(verb, route) for rule in TABLE["rules"] for verb in VERBS for route in rule.get(verb, ())]
    assert len(named) == len(set(named))


def test_everybody_gets_the_answer_of_the_table(world: Staged, roles: dict[str, Way], at: dt.datetime) -> None:
    wrong = []
    for (verb, route), expected in ROWS.items():
        to = address(route, world)
        for role, answer in zip(ROLES, expected, strict=True):
            told = str(ask(roles[role], verb, to, body(verb, route, world, at)))
            # A token that has expired is deleted when it is shown.
            told = told.replace("401+", "401") if role == "expired" else told
            if told != answer:
                wrong.append(f"{verb} {to} as {role}: {told}, not {answer}")
    assert not wrong, "\n".join(wrong)


def test_a_verb_that_the_table_does_not_name_is_refused_and_writes_nothing(
    world: Staged, roles: dict[str, Way]
) -> None:
    wrong = []
    for route in set(routes()):
        of_api = route.startswith(("/api/", "/compat/"))
        for verb in VERBS if of_api else ("GET", "POST", "DELETE"):
            if (verb, route) not in ROWS:
                told = ask(roles["admin"], verb, to := address(route, world), {})
                # A page takes a verb that no form sends for a question, or leads to the form.
                refused = told.answer.status_code == 405 or (verb == "DELETE" and not of_api)
                if told.wrote or not refused or told.answer.status_code >= 500:
                    wrong.append(f"{verb} {to}: {told}")
    assert not wrong, "\n".join(wrong)


def test_a_session_writes_nowhere_without_the_token_of_a_form(
    world: Staged, roles: dict[str, Way], at: dt.datetime
) -> None:
    strict = ClientHandler(enforce_csrf_checks=True)
    wrong = []
    for verb, route in WRITING:
        told = ask(roles["admin"], verb, to := address(route, world), body(verb, route, world, at), handler=strict)
        nothing_there = "<anything>" in route and told.answer.status_code == 404
        if route != ONE_CLICK and (told.wrote or not (told.answer.status_code == 403 or nothing_there)):
            wrong.append(f"{verb} {to}: {told}")
    assert not wrong, "\n".join(wrong)
