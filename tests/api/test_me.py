"""One's own account over the API."""

import pytest

from tests import factories
from tests.api.speaking import Api, refusal

pytestmark = pytest.mark.django_db


def test_it_says_who_one_is_and_what_one_may_do(resolver: Api) -> None:
    shown = resolver.get("me/").json()
    assert shown["name"] == "resolver"
    assert (shown["may_curate"], shown["may_resolve"], shown["is_admin"], shown["is_bot"]) == (
        False,
        True,
        False,
        False,
    )


def test_an_administrator_may_do_everything(cast: factories.Cast) -> None:
    shown = Api(cast.admin).get("me/").json()
    assert (shown["may_curate"], shown["may_resolve"], shown["is_admin"]) == (True, True, True)


def test_a_visitor_is_asked_to_sign_in(visitor: Api) -> None:
    refusal(visitor.get("me/"), 401)


def test_an_account_marks_itself_as_a_program_and_takes_nothing_back(ann: Api) -> None:
    assert ann.patch("me/", {"is_bot": True}).json()["is_bot"] is True
    assert ann.get("me/").json()["is_bot"] is True
    refusal(ann.patch("me/", {"is_bot": False}), 403)


@pytest.mark.parametrize("field", ["name", "email", "is_resolver", "may_resolve"])
def test_nothing_else_of_it_changes_here(ann: Api, field: str) -> None:
    refusal(ann.patch("me/", {"is_bot": True, field: True}), 400, field)
    assert ann.get("me/").json()["is_bot"] is False


def test_letters_are_read_and_chosen(ann: Api, visitor: Api) -> None:
    before = ann.get("me/letters/").json()
    assert (before["rhythm"], before["tells"]) == ("weekly", ["closing", "due", "resolved", "revealed"])
    assert ann.patch("me/letters/", {"tells": ["resolved"]}).json() | {"next_at": None} == {
        "rhythm": "weekly",
        "tells": ["resolved"],
        "next_at": None,
        "gave_up_on": "",
    }
    never = ann.patch("me/letters/", {"rhythm": "never"}).json()
    assert (never["tells"], never["next_at"]) == (["resolved"], None)
    assert ann.get("me/letters/").json() == never
    refusal(ann.patch("me/letters/", {"rhythm": "hourly"}), 400, "rhythm")
    refusal(ann.patch("me/letters/", {"tells": ["weather"]}), 400, "tells")
    refusal(visitor.get("me/letters/"), 401)
    refusal(visitor.patch("me/letters/", {}), 401)
