"""Clocks apart, messages twice and late, two at one thing, corrections and migrations under way."""

import functools
import threading

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from forecasts.models import Forecast, Resolution
from tests.service import wait_until

from . import load
from .conftest import Faults

HOUR = 3600


def test_two_workers_on_one_resolution_whose_clocks_are_hours_from_the_webs(faults: Faults) -> None:
    slugs, site = faults.ask(), faults.site
    site.kill("worker")
    site.start("worker", FAULTS_CLOCK=str(-2 * HOUR))
    site.start("worker.2", FAULTS_CLOCK=str(2 * HOUR))
    with faults.load(slugs):
        for slug in slugs:
            with site.holding("tracker_score"):
                faults.decide(slug)
                site.await_blocked("tracker_score")
                resolution = Forecast.objects.get(slug=slug).resolution_id
                for _ in range(8):
                    site.send("score_resolution", resolution)
            begun = functools.partial(site.begun, "score_resolution", resolution)
            wait_until(lambda begun=begun: len(begun()) > 4, "both have come to it")
            faults.decide(slug, "no", revision=1)
        # Messages are lost: what they asked for is found by query, whatever the clock of whoever looks.
        site.forget_queue()
    faults.check()
    site.kill("worker.2")
    site.kill("worker")
    site.start("worker")


def test_the_same_message_delivered_often_and_late(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        faults.more()
        faults.decide(slugs[0])
        first = Forecast.objects.get(slug=slugs[0]).resolution_id
        for _ in range(5):
            faults.site.send("score_resolution", first)
        faults.decide(slugs[0], "no", revision=1)
        for _ in range(5):
            faults.site.send("score_resolution", first)
            faults.site.send("fold_scores")
        wait_until(lambda: len(faults.site.begun("score_resolution", first)) > 10, "all of them are delivered")


def test_two_resolvers_at_once(faults: Faults) -> None:
    slugs, answers = faults.ask(6), dict[str, int]()
    with faults.load(slugs):
        for slug in slugs:
            both = [
                threading.Thread(target=resolve, args=(faults, slug, outcome, answers)) for outcome in ("yes", "no")
            ]
            for each in both:
                each.start()
            for each in both:
                each.join()
            assert sorted(answers[f"{slug} {outcome}"] for outcome in ("yes", "no")) == [201, 409]
            [kept] = Resolution.objects.filter(forecast__slug=slug)
            assert answers[f"{slug} {kept.outcome}"] == 201
            faults.promises.resolutions[kept.reason] = slug


def resolve(faults: Faults, slug: str, outcome: str, answers: dict[str, int]) -> None:
    url = f"{faults.site.address}/api/v1/forecasts/{slug}/resolution/"
    body = {"outcome": outcome, "reason": f"{slug} {outcome}", "known_at": timezone.now().isoformat()}
    answers[f"{slug} {outcome}"], _ = load.send(url, faults.resolver, body)


def test_a_correction_while_scoring(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        faults.more()
        for slug in slugs:
            with faults.site.holding("tracker_score"):
                faults.decide(slug)
                faults.site.await_blocked("tracker_score")
                faults.decide(slug, "no", revision=1)
    assert set(Forecast.objects.filter(slug__in=slugs).values_list("resolution__outcome", flat=True)) == {"no"}


class Widening(migrations.Migration):
    """What a release may bring: a column, an index and a constraint on the busiest table."""

    atomic = False
    operations = [
        migrations.AddField("estimate", "remark", models.TextField(null=True)),
        AddIndexConcurrently("estimate", models.Index(fields=["remark"], name="estimate_remark")),
        AddConstraintNotValid(
            "estimate", models.CheckConstraint(condition=~models.Q(remark=""), name="estimate_remark_says")
        ),
        ValidateConstraint("estimate", "estimate_remark_says"),
    ]


def test_a_migration_during_traffic(faults: Faults) -> None:
    slugs, release = faults.ask(), Widening("widening", "forecasts")
    with faults.load(slugs):
        faults.more()
        before = MigrationExecutor(connection).loader.project_state()
        with connection.schema_editor(atomic=False) as editor:
            release.apply(before.clone(), editor)
        faults.decide(slugs[0])
        call_command("migrate", verbosity=0)
        with connection.schema_editor(atomic=False) as editor:
            release.unapply(before, editor)
        faults.decide(slugs[1])
        faults.more()
