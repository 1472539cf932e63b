"""A webhook told over the network by the service as it is run: the beat finds, and a worker sends."""

import base64
import hmac
import json
from pathlib import Path

import pytest
from django.utils import timezone

from forecasts.services import tokens
from tests import factories
from tests.factories import DAY
from tests.receiver import receiving
from tests.service import Http, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_resolution_and_the_score_reach_a_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOKS_TO_PRIVATE", "true")
    at = timezone.now()
    resolver = factories.forecaster("resolver", is_resolver=True)
    forecast = factories.forecast("asked", opens_at=at - 9 * DAY, closes_at=at + 9 * DAY, at=at - 9 * DAY)
    factories.estimate(forecast, resolver, 0.8, at - 5 * DAY)
    _, token = tokens.make(owner=resolver, expires_at=None, at=at)
    log = tmp_path / "service.log"
    with receiving() as receiver, running(log) as address:
        client = Http(address, token)
        wanted = {"url": receiver.address, "events": ["forecast.resolved", "forecast.scored"]}
        made = client.call("POST", "/api/v1/webhooks/", wanted).json()
        assert client.call("POST", f"/api/v1/webhooks/{made['id']}/test/").status == 202
        decided = {"outcome": "yes", "reason": "It was counted.", "known_at": (at - DAY).isoformat()}
        assert client.call("POST", "/api/v1/forecasts/asked/resolution/", decided).status == 201
        wait_until(lambda: len(receiver.got) == 3, "all three arrived", log=log)
        wait_until(lambda: states(client, made["id"]) == {"delivered"}, "all are noted", log=log)
    assert sorted(json.loads(each.body)["type"] for each in receiver.got) == [
        "forecast.resolved",
        "forecast.scored",
        "ping",
    ]
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    for each in receiver.got:
        signed = f"{each.headers['webhook-id']}.{each.headers['webhook-timestamp']}.".encode() + each.body
        right = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        assert each.headers["webhook-signature"] == f"v1,{right}"


def states(client: Http, webhook_id: int) -> set[str]:
    rows = client.call("GET", f"/api/v1/webhooks/{webhook_id}/deliveries/").json()["results"]
    return {row["state"] for row in rows}
