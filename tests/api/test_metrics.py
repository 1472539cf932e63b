"""What a watcher reads at /metrics, with its token and not without."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from forecasts.services import sealing
from tests import factories
from tests.factories import DAY, NOW
from tracker.services import scoring
from tracker.services.progress import looked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = "let me see"


def read(client: Client) -> dict[str, float]:
    """As Prometheus parses it; of several samples the last."""
    answer = client.get("/metrics", headers={"Authorization": "Bearer let me see"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        f"{sample.name.removeprefix('forecast_tracker_')}{''.join(sample.labels.values())}": sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer let me se", "Token let me see", "Bearer let me see "])
def test_nobody_else_reads_it(client: Client, shown: str) -> None:
    assert client.get("/metrics", headers={"Authorization": shown} if shown else {}).status_code == 404


def test_without_a_token_there_is_no_such_address(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for shown in ("", "Bearer", "Bearer "):
        assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_it_tells_what_waits_to_be_scored_and_since_when(client: Client, cast: factories.Cast) -> None:
    assert "resolutions_in_force" not in read(client)
    first, second = factories.forecast(), factories.forecast()
    rows = [factories.resolution(each, "yes", timezone.now() - age) for each, age in ((first, 2 * DAY), (second, DAY))]
    looked(waiting=[row.pk for row in rows])
    seen = read(client)
    assert (seen["resolutions_in_force"], seen["resolutions_unscored"]) == (2, 2)
    assert seen["scoring_lag_seconds"] == pytest.approx(2 * 86400, abs=60)
    scoring.score_pending(at=timezone.now())
    seen = read(client)
    assert (seen["resolutions_in_force"], seen["resolutions_unscored"], seen["scoring_lag_seconds"]) == (2, 0, 0)
    # By the database's clock, which no test holds.
    assert seen["scoring_look_age_seconds"] >= 0


def test_it_tells_how_old_the_newest_seal_is(client: Client, cast: factories.Cast) -> None:
    made = factories.forecast()
    assert read(client)["unsealed_rows"] >= 2
    sealing.seal(at=timezone.now() - DAY)
    factories.estimate(made, cast.ann, 0.3, NOW)
    seen = read(client)
    assert (seen["unsealed_rows"], seen["checkpoint_number"]) == (1, 1)
    assert seen["checkpoint_age_seconds"] == pytest.approx(86400, abs=60)


def test_it_tells_of_the_queue_and_whether_it_answers(client: Client, settings: Any) -> None:
    seen = read(client)
    assert seen["broker_up"] == 1
    assert seen["queue_depth"] >= 0
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    seen = read(client)
    assert seen["broker_up"] == 0
    assert "queue_depth" not in seen


def test_a_scrape_costs_the_same_few_queries(
    client: Client, cast: factories.Cast, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        factories.resolution(factories.forecast(), "yes", NOW)
        sealing.seal(at=NOW + number * DAY)
    scoring.score_pending(at=NOW)
    with django_assert_num_queries(7):
        read(client)
