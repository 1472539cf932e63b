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


def test_it_is_read_only(ann: Api) -> None:
    refusal(ann.ask("PATCH", "me/"), 405)
