"""Webhooks on the pages: added with a secret shown once, tried, switched, deleted, and nobody else's."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.factories import NOW
from tracker.models import Delivery, Webhook
from tracker.webhooks import signing

from .conftest import Browse

pytestmark = pytest.mark.django_db
GIVEN = {"url": "https://example.org/hook", "events": ["forecast.resolved", "crowd.revealed"]}


def added(client: Client, **fields: Any) -> tuple[Webhook, str]:
    answer = client.post(reverse("webhooks"), GIVEN | fields)
    assert answer.status_code == 200, answer.content.decode()
    return Webhook.objects.latest("pk"), answer.content.decode()


def press(client: Client, webhook: Webhook, verb: str) -> str:
    answer = client.post(reverse("webhook-act", args=[webhook.pk, verb]), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_secret_is_shown_once(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    webhook, page = added(mine)
    secret = signing.secret_of(webhook.salt)
    assert re.search(rf'<code class="token">{re.escape(secret)}</code>', page)
    for address in (reverse("webhooks"), reverse("webhook", args=[webhook.pk]), reverse("account")):
        assert secret not in mine.get(address).content.decode()
    assert webhook.url in mine.get(reverse("webhooks")).content.decode()


def test_it_may_be_narrowed_to_a_source_or_a_tag(browse: Browse, cast: factories.Cast) -> None:
    source = factories.source("essay", title="An Essay")
    factories.forecast(tags=["season"])
    mine = browse(cast.ann)
    webhook, page = added(mine, source="essay")
    assert webhook.source == source
    assert "of An Essay" in page
    assert added(mine, tag="season")[0].tag == "season"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://example.org/"}, "Give an https address"),
        ({"url": "https://192.168.0.1/"}, "192.168.0.1 is not a public address"),
        ({"url": ""}, "This field is required"),
        ({"events": []}, "Choose at least one"),
        ({"tag": "none"}, "No forecast has the tag “none”"),
        ({"source": "none"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    browse: Browse, cast: factories.Cast, fields: dict[str, Any], said: str
) -> None:
    answer = browse(cast.ann).post(reverse("webhooks"), GIVEN | fields)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "autofocus" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_one_too_many_is_refused_with_the_remedy(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    for _ in range(10):
        added(mine)
    answer = mine.post(reverse("webhooks"), GIVEN)
    assert answer.status_code == 409
    assert "Delete one first" in answer.content.decode()


def test_it_is_tried_switched_and_deleted_by_buttons(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    webhook, _ = added(mine)
    assert "A ping is on its way" in press(mine, webhook, "test")
    assert "A ping waits already" in press(mine, webhook, "test")
    assert "It is off since" in press(mine, webhook, "off")
    assert Delivery.objects.get().state == "given-up"
    assert "Send a ping" in press(mine, webhook, "on")
    assert "was deleted" in press(mine, webhook, "delete")
    assert not Webhook.objects.exists()


def test_the_log_says_what_became_of_each(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    webhook, _ = added(mine)
    forecast = factories.forecast(question="Will it be told?")
    Delivery.objects.create(
        webhook=webhook,
        event="forecast.resolved",
        forecast=forecast,
        revision=1,
        about_at=NOW,
        state="given-up",
        attempts=7,
        tried_at=NOW,
        status=500,
        said="<script>alert(1)</script>",
    )
    page = mine.get(reverse("webhook", args=[webhook.pk])).content.decode()
    for said in ("Will it be told?", "given up", "<b>500</b>", "&lt;script&gt;alert(1)"):
        assert said in page


def test_one_that_was_switched_off_says_why(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    webhook, _ = added(mine)
    Webhook.objects.update(off_at=NOW, off_why="It took nothing for days.")
    for address in (reverse("webhooks"), reverse("webhook", args=[webhook.pk])):
        assert "It took nothing for days." in mine.get(address).content.decode()


def test_anothers_is_not_there(browse: Browse, cast: factories.Cast) -> None:
    webhook, _ = added(browse(cast.ann))
    other = browse(cast.bob)
    assert webhook.url not in other.get(reverse("webhooks")).content.decode()
    assert other.get(reverse("webhook", args=[webhook.pk])).status_code == 404
    for verb in ("test", "off", "on", "delete"):
        assert other.post(reverse("webhook-act", args=[webhook.pk, verb])).status_code == 404
    webhook.refresh_from_db()
    assert webhook.off_at is None


def test_buttons_that_there_are_not_and_looking_at_one_do_nothing(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    webhook, _ = added(mine)
    assert mine.post(reverse("webhook-act", args=[webhook.pk, "explode"])).status_code == 404
    assert mine.get(reverse("webhook-act", args=[webhook.pk, "delete"])).status_code == 405
    assert Webhook.objects.exists()


@pytest.mark.parametrize("name", ["webhooks", "webhook"])
def test_visitors_are_asked_to_sign_in(browse: Browse, name: str) -> None:
    assert browse(None).get(reverse(name, args=[1] if name == "webhook" else [])).status_code == 302


def test_the_account_leads_there(browse: Browse, cast: factories.Cast) -> None:
    mine = browse(cast.ann)
    added(mine)
    assert reverse("webhooks") in mine.get(reverse("account")).content.decode()
