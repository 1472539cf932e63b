"""Webhooks over the API: one's own, with a secret that is shown once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.api.speaking import Api, everything, refusal
from tests.factories import NOW
from tracker.models import Delivery, Webhook

pytestmark = pytest.mark.django_db
BODY = {"url": "https://example.org/hook", "events": ["forecast.resolved", "forecast.scored"]}


def made(api: Api, **fields: Any) -> dict[str, Any]:
    response = api.post("webhooks/", BODY | fields)
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def test_it_is_added_and_its_secret_is_shown_once(ann: Api) -> None:
    shown = made(ann)
    assert shown["secret"].startswith("whsec_")
    assert (shown["url"], shown["events"], shown["source"], shown["tag"]) == (BODY["url"], BODY["events"], None, "")
    assert (shown["off_at"], shown["off_why"], shown["failing_since"]) == (None, "", None)
    (listed,) = everything(ann, "webhooks/")
    assert set(listed) == set(shown) - {"secret"}
    assert ann.get(f"webhooks/{shown['id']}/").json() == listed


def test_it_may_be_narrowed(ann: Api) -> None:
    factories.source("essay")
    factories.forecast(tags=["season"])
    assert made(ann, source="essay")["source"] == "essay"
    assert made(ann, tag="season")["tag"] == "season"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://example.org/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": 5}, "url"),
        ({"events": []}, "events"),
        ({"events": ["ping"]}, "events"),
        ({"events": "forecast.opened"}, "events"),
        ({"source": "none"}, "source"),
        ({"tag": "none"}, "tag"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_is_refused_by_field(ann: Api, fields: dict[str, Any], field: str) -> None:
    refusal(ann.post("webhooks/", BODY | fields), 400, field)
    assert not Webhook.objects.exists()


def test_there_are_ten_at_most(ann: Api) -> None:
    for _ in range(10):
        made(ann)
    refusal(ann.post("webhooks/", BODY), 409)


def test_a_trial_waits_and_is_in_the_log(ann: Api) -> None:
    id_ = made(ann)["id"]
    response = ann.post(f"webhooks/{id_}/test/", {})
    assert response.status_code == 202
    ping = response.json()
    assert (ping["type"], ping["state"], ping["attempts"], ping["forecast"]) == ("ping", "waiting", 0, None)
    assert everything(ann, f"webhooks/{id_}/deliveries/") == [ping]
    refusal(ann.post(f"webhooks/{id_}/test/", {}), 409)


def test_the_log_comes_in_pages_the_newest_first_at_the_same_cost(ann: Api) -> None:
    id_ = made(ann)["id"]
    counts = []
    for _ in range(3):
        Delivery.objects.create(
            webhook_id=id_, event="forecast.opened", forecast=factories.forecast(), about_at=NOW, next_at=NOW
        )
        with CaptureQueriesContext(connection) as seen:
            rows = ann.get(f"webhooks/{id_}/deliveries/").json()["results"]
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert [row["forecast"] for row in rows] == [row.forecast.slug for row in Delivery.objects.order_by("-pk")]
    assert len({row["id"] for row in rows}) == 3
    assert len(everything(ann, f"webhooks/{id_}/deliveries/?limit=1")) == 3


def test_it_is_deleted_with_its_log(ann: Api) -> None:
    id_ = made(ann)["id"]
    ann.post(f"webhooks/{id_}/test/", {})
    assert ann.delete(f"webhooks/{id_}/").status_code == 204
    assert not Delivery.objects.exists()
    refusal(ann.get(f"webhooks/{id_}/"), 404)


def test_anothers_is_as_if_it_were_not_there(ann: Api, bob: Api) -> None:
    id_ = made(ann)["id"]
    for response in (
        bob.get(f"webhooks/{id_}/"),
        bob.delete(f"webhooks/{id_}/"),
        bob.post(f"webhooks/{id_}/test/", {}),
        bob.get(f"webhooks/{id_}/deliveries/"),
        bob.get(f"webhooks/{10**30}/"),
    ):
        refusal(response, 404)
    assert everything(bob, "webhooks/") == []
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize("path", ["webhooks/", "webhooks/1/", "webhooks/1/deliveries/"])
def test_visitors_have_none(visitor: Api, path: str) -> None:
    refusal(visitor.get(path), 401)


def test_it_is_switched_off_and_on(ann: Api, bob: Api) -> None:
    path = f"webhooks/{made(ann)['id']}/"
    off = ann.patch(path, {"on": False}).json()
    assert off["off_at"]
    assert off["off_why"]
    on = ann.patch(path, {"on": True}).json()
    assert (on["off_at"], on["off_why"]) == (None, "")
    assert on["since_at"] > off["since_at"]
    refusal(ann.patch(path, {"on": "yes"}), 400, "on")
    refusal(bob.patch(path, {"on": False}), 404)


def test_it_cannot_be_changed(ann: Api) -> None:
    id_ = made(ann)["id"]
    refusal(ann.ask("PUT", f"webhooks/{id_}/"), 405)
