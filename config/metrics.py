"""What a watcher reads: how far the jobs are behind, in the format of Prometheus. A few small reads at each scrape."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from forecasts.models import Checkpoint, Sweep, Unsealed
from tracker.models import Backlog, Delivery, Failure, Recount

# Counted no further: beyond it all that matters is that it is far behind.
MOST: Final = 100_000


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Only for whoever shows the token: how much goes on here is nobody else's business."""
    shown = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Behind(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Behind(Collector):
    """How far everything is behind, at an instant."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._scoring()
        yield from self._sealing()
        yield from self._jobs()
        yield from self._queue()

    def _scoring(self) -> Iterator[GaugeMetricFamily]:
        seen = Backlog.objects.first()
        if seen:
            lag = self._age(seen.waits_since) if seen.waits_since else 0.0
            yield _gauge("resolutions_in_force", "Resolutions in force, at the last look.", seen.in_force)
            yield _gauge(
                "resolutions_unscored", "Those of them without current scores, at the last look.", seen.waiting
            )
            yield _gauge("scoring_lag_seconds", "Since when the oldest of those waits; 0 if none does.", lag)
            yield _gauge(
                "scoring_look_age_seconds", "Since the last look for work, every 15 s.", self._age(seen.looked_at)
            )
        yield _gauge(
            "failures", "Forecasts that could not be scored or folded and are tried again.", _count(Failure.objects)
        )
        yield _gauge("recounts", "Forecasts whose totals wait to be brought up to date.", _count(Recount.objects))

    def _sealing(self) -> Iterator[GaugeMetricFamily]:
        yield _gauge("unsealed_rows", f"Rows that wait for their seal, counted to {MOST}.", _count(Unsealed.objects))
        last = Checkpoint.objects.order_by("-number").first()
        if last:
            yield _gauge("checkpoint_number", "The newest checkpoint of the ledger.", last.number)
            yield _gauge("checkpoint_age_seconds", "Since it was made.", self._age(last.made_at))

    def _jobs(self) -> Iterator[GaugeMetricFamily]:
        ages = GaugeMetricFamily(
            "forecast_tracker_sweep_age_seconds",
            "Since the last whole look of a job that finds by query.",
            labels=["job"],
        )
        for name, began_at in Sweep.objects.order_by("name").values_list("name", "began_at"):
            ages.add_metric([name], self._age(began_at))
        yield ages
        waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
        yield _gauge("webhook_deliveries_waiting", f"To be sent or sent again, counted to {MOST}.", _count(waiting))

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        try:
            with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
                depth: Any = broker.llen(settings.CELERY_TASK_DEFAULT_QUEUE)
        except (RedisError, ValueError):
            yield _gauge("broker_up", "Whether the queue answers.", 0)
            return
        yield _gauge("broker_up", "Whether the queue answers.", 1)
        yield _gauge("queue_depth", "Jobs that wait for a worker.", depth)

    def _age(self, since: dt.datetime) -> float:
        return max((self.at - since).total_seconds(), 0.0)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"forecast_tracker_{name}", meaning, value=value)


def _count(rows: Any) -> int:
    return int(rows.order_by().values("pk")[:MOST].count())
