"""Tokens on the pages: made, shown once, revoked, and nobody else's."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from forecasts.services import tokens
from tests import factories

from .conftest import Browse

pytestmark = pytest.mark.django_db


def shown(page: str) -> str | None:
    found = re.search(r'<code class="token">(\w+)</code>', page)
    return found[1] if found else None


def test_a_token_is_shown_once_and_signs_its_owner_in(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    token = shown(mine.post(reverse("tokens"), {"days": "30"}).content.decode())
    assert token
    assert shown(mine.get(reverse("tokens")).content.decode()) is None
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"})
    assert answer.json()["name"] == "ann"
    assert AuthToken.objects.get().expiry is not None


def test_a_revoked_token_stops_working(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    token = shown(mine.post(reverse("tokens"), {"days": ""}).content.decode()) or ""
    mine.post(reverse("token-revoke", args=[AuthToken.objects.get().token_key]))
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 401


def test_nobody_revokes_anothers(browse: Browse, cast: factories.Cast) -> None:
    browse(cast.ann).post(reverse("tokens"), {"days": ""})
    browse(cast.bob).post(reverse("token-revoke", args=[AuthToken.objects.get().token_key]))
    assert AuthToken.objects.count() == 1


def test_a_span_that_is_not_offered_is_refused(browse: Browse, cast: factories.Cast) -> None:
    assert browse(cast.ann).post(reverse("tokens"), {"days": "9999999"}).status_code == 400
    assert not AuthToken.objects.exists()


def test_one_too_many_is_refused_with_the_remedy(
    browse: Browse, cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 1)
    mine = browse(cast.ann)
    mine.post(reverse("tokens"), {"days": ""})
    refused = mine.post(reverse("tokens"), {"days": ""})
    assert (refused.status_code, AuthToken.objects.count()) == (409, 1)
    assert "Revoke one first" in refused.content.decode()


def test_visitors_are_asked_to_sign_in(browse: Browse) -> None:
    assert browse(None).get(reverse("tokens")).status_code == 302
