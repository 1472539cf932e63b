"""The export of one's own data: all of one's own, nothing of others, whatever the number of rows."""

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from forecasts.models import Forecaster
from forecasts.services import bringing, evidencing, noting, tokens
from tests import factories
from tests.factories import DAY, NOW
from tests.forecasts.elsewhere import estimate as brought
from tests.forecasts.elsewhere import question, reading
from tracker.services import exporting
from tracker.webhooks import registering

pytestmark = pytest.mark.django_db


class Export:
    def __init__(self, account: Forecaster, at: dt.datetime = NOW) -> None:
        with exporting.packed(account=account, at=at) as file:
            self.zip = zipfile.ZipFile(io.BytesIO(file.read()))

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.zip.read(f"{name}.csv").decode())))

    def json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.zip.read(f"{name}.json"))
        return found


def test_it_holds_all_of_ones_own_with_words_and_scores(cast: factories.Cast) -> None:
    forecast = factories.forecast("counted")
    evidence = evidencing.add(forecast=forecast, by=cast.bob, at=NOW - 30 * DAY, title="A count", direction="raises")
    evidencing.rate(evidence=evidence, by=cast.ann, at=NOW - 29 * DAY, useful=True)
    factories.estimate(forecast, cast.ann, 0.7, NOW - 20 * DAY, rationale="It, grew\nfast", evidence=[evidence.pk])
    noting.write(forecast=forecast, by=cast.ann, at=NOW - 2 * DAY, text="A reminder.", is_private=True)
    factories.resolution(forecast, "yes", NOW - DAY)
    factories.score()
    export = Export(cast.ann)
    (estimate,) = export.rows("estimates")
    assert (estimate["forecast"], estimate["probability"], estimate["wording"]) == ("counted", "0.7", "1")
    assert estimate["rationale"] == "It, grew\nfast"
    assert json.loads(estimate["evidence"])[0][0] == "bob"
    assert export.rows("wordings")[0]["question"] == forecast.question
    assert export.rows("ratings")[0]["useful"] == "true"
    assert float(export.rows("scores")[0]["baseline"]) > 0
    assert export.rows("evidence") == []
    assert [(note["text"], note["is_private"]) for note in export.rows("notes")] == [("A reminder.", "true")]


def test_it_holds_nothing_of_others(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.bob, 0.123, NOW - DAY, rationale="A secret.")
    factories.estimate(forecast, cast.ann, 0.7, NOW - DAY)
    noting.write(forecast=forecast, by=cast.bob, at=NOW - DAY, text="A secret.")
    noting.write(forecast=forecast, by=cast.bob, at=NOW, text="A secret.", is_private=True)
    other = factories.forecast("not-hers")
    factories.estimate(other, cast.bob, 0.4, NOW - DAY)
    export = Export(cast.ann)
    everything = b"".join(export.zip.read(name) for name in export.zip.namelist())
    for hidden in (b"A secret.", b"0.123", b"not-hers", b"bob"):
        assert hidden not in everything


def test_it_holds_what_was_brought_along_by_oneself_alone(cast: factories.Cast) -> None:
    for owner, p in ((cast.ann, 0.7), (cast.bob, 0.123)):
        asked = question(f"q-{owner.username}", brought(p), outcome="yes", known_at=NOW - DAY)
        bringing.bring(reading(asked), owner=owner, origin="plain", at=NOW)
    export = Export(cast.ann)
    assert [row["key"] for row in export.rows("imported_forecasts")] == ["q-ann"]
    assert [row["probability"] for row in export.rows("imported_estimates")] == ["0.7"]
    assert [row["outcome"] for row in export.rows("imported_outcomes")] == ["yes"]
    assert [(row["forecaster"], row["is_public"]) for row in export.rows("imported_records")] == [("ann", "false")]


def test_tokens_are_told_of_without_their_secrets(cast: factories.Cast) -> None:
    _, token = tokens.make(owner=cast.ann, expires_at=None, at=NOW)
    export = Export(cast.ann)
    assert [row["begins_with"] for row in export.json("account")["tokens"]] == [token[:15]]
    written = export.zip.read("account.json").decode()
    assert token not in written
    assert AuthToken.objects.get().digest not in written
    assert "password" not in written


def test_webhooks_are_told_of_without_their_secrets(cast: factories.Cast) -> None:
    webhook = registering.add(owner=cast.ann, url="https://example.org/hook", events=["forecast.opened"], at=NOW)
    written = Export(cast.ann).zip.read("account.json").decode()
    assert webhook.url in written
    assert webhook.salt not in written


def test_the_manifest_vouches_for_each_file(cast: factories.Cast) -> None:
    factories.estimate(factories.forecast(), cast.ann, 0.7, NOW - DAY)
    export = Export(cast.ann)
    listed = export.json("manifest")["files"]
    assert set(listed) == set(export.zip.namelist()) - {"manifest.json", "README.txt"}
    for name, said in listed.items():
        assert hashlib.sha256(export.zip.read(name)).hexdigest() == said["sha256"]
    assert listed["estimates.csv"]["rows"] == 1


def test_the_number_of_queries_is_the_same_for_many_rows(cast: factories.Cast) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            Export(cast.ann)
        counts.append(len(seen))
        for _ in range(5):
            factories.estimate(factories.forecast(), cast.ann, 0.7, NOW - DAY)
    assert counts[0] == counts[1]


def test_programs_fetch_it_over_the_api_and_visitors_do_not(cast: factories.Cast) -> None:
    client = Client()
    client.force_login(cast.ann)
    for accept in ("*/*", "application/zip"):
        response = client.get("/api/v1/me/export/", headers={"Accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
        assert "forecast-tracker-ann-" in response["Content-Disposition"]
        sent = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
        assert "estimates.csv" in sent.namelist()
    refused = Client().get("/api/v1/me/export/")
    assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
