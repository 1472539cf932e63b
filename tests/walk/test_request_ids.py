"""From a request to the job that it asked for, by one id in the logs of processes of their own."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from forecasts.services import tokens
from tests import factories
from tests.service import Http, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_line_of_the_worker_names_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    at = timezone.now()
    factories.forecast("asked", opens_at=at - factories.DAY, closes_at=at + factories.DAY)
    _, token = tokens.make(owner=factories.forecaster("ann"), expires_at=None, at=at)
    log = tmp_path / "service.log"
    with running(log) as address:
        assert (
            Http(address, token).call("POST", "/api/v1/forecasts/asked/estimates/", {"probability": 0.3}).status == 201
        )

        def of_one_request() -> set[str]:
            """The processes that wrote a line of the request."""
            lines = []
            for line in log.read_text().splitlines():
                who, _, text = line.partition("| ")
                if text.startswith("{"):
                    lines.append((who.split()[1], json.loads(text)))
            ids = {said["request_id"] for _, said in lines if said.get("route", "").endswith("estimates/")}
            return {who for who, said in lines if said["request_id"] in ids - {""}}

        wait_until(lambda: len(of_one_request()) >= 2, "web and worker name the same request", log=log)
    assert token not in log.read_text()
