"""A rehearsal goes on record through the services, labelled, once, and touches nothing that is real."""

import datetime as dt
import threading
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from forecasts.models import Collection, Estimate, Evidence, Forecast, Forecaster, Pair, Resolution
from forecasts.refusals import Conflict
from tests import factories
from tests.factories import DAY, NOW
from tracker.rehearsal.characters import CAST
from tracker.rehearsal.script import scenes
from tracker.rehearsal.staging import rehearse

pytestmark = pytest.mark.django_db
PRACTICE = 10


def hold(forecasts: int = 3, at: dt.datetime = NOW, seed: int = 7) -> int:
    return rehearse(seed=seed, forecasts=forecasts, at=at)


def record() -> dict[str, list[object]]:
    """Every row of the record."""
    models = [m for m in apps.get_app_config("forecasts").get_models() if not m.__name__.startswith("Crowd")]
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


def test_held_twice_it_changes_nothing_even_days_later() -> None:
    hold()
    before = record()
    assert hold() == 0
    assert hold(at=NOW + 200 * DAY) == 0
    assert hold(forecasts=1) == 0
    assert record() == before


def test_more_forecasts_are_added_to_those_that_are_there() -> None:
    hold(1)
    before = record()["Estimate"]
    assert hold(2) == 1
    assert record()["Estimate"][: len(before)] == before


def test_an_interrupted_one_goes_on_where_it_stopped_with_the_same_script() -> None:
    def interrupt(done: int, total: int) -> None:
        assert total == 3 + 6
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(seed=7, forecasts=3, at=NOW, progress=interrupt)
    assert Forecast.objects.count() == 2
    assert hold(at=NOW + 5 * DAY) == 1 + PRACTICE
    script = [part for scene in scenes(seed=7, forecasts=3, anchor=NOW.replace(hour=0)) for part in scene]
    assert {*Forecast.objects.values_list("slug", "closes_at")} == {(part.slug, part.closes_at) for part in script}


def test_a_scene_is_there_wholly_or_not_at_all() -> None:
    factories.forecast("rehearsal-without-the-premise")
    with pytest.raises(Conflict, match="rehearsal-without-the-premise"):
        hold(1)
    assert not Forecast.objects.filter(slug__in=["rehearsal-premise", "rehearsal-given-the-premise"]).exists()
    assert not Pair.objects.exists()
    assert Forecast.objects.filter(slug="rehearsal-due").exists()


def test_nothing_simulated_touches_what_is_real(cast: factories.Cast) -> None:
    real = factories.forecast("real", at=NOW - 10 * DAY)
    factories.estimate(real, cast.ann, 0.6)
    people = set(Forecaster.objects.filter(simulated=False))
    before = list(Forecast.objects.filter(pk=real.pk).values_list())
    hold()
    assert list(Forecast.objects.filter(simulated=False).values_list()) == before
    assert set(Forecaster.objects.filter(simulated=False)) == people
    assert {e.forecaster for e in Estimate.objects.filter(forecast__simulated=False)} == {cast.ann}
    assert not Estimate.objects.filter(forecast__simulated=True, forecaster__simulated=False).exists()
    assert not Resolution.objects.filter(forecast__simulated=False).exists()
    assert not Evidence.objects.filter(forecast__simulated=False).exists()


def test_another_seed_is_refused() -> None:
    hold(1)
    before = record()
    with pytest.raises(Conflict, match="another seed"):
        hold(1, seed=70)
    assert record() == before


def test_a_real_collection_of_that_name_is_refused() -> None:
    Collection.objects.create(slug="rehearsal", title="Of the orchestra")
    with pytest.raises(Conflict, match="real forecasts"):
        hold(1)
    assert not Forecaster.objects.exists()


@pytest.mark.parametrize("name", ["rehearsal", "rehearsal-07-noisy"])
def test_a_person_of_that_name_is_refused_and_left_alone(name: str) -> None:
    factories.forecaster(name)
    before = record()
    with pytest.raises(Conflict, match=name):
        hold(1)
    assert record() == before


def test_there_are_no_answers_before_there_is_a_rehearsal() -> None:
    with pytest.raises(CommandError, match=r"manage\.py rehearse"):
        call_command("rehearse", answers=True)
    assert not Collection.objects.exists()


def test_the_command_reports_progress_on_standard_error_and_the_count_on_standard_output() -> None:
    out, err = StringIO(), StringIO()
    call_command("rehearse", forecasts=1, stdout=out, stderr=err)
    assert out.getvalue() == "11 simulated forecasts put on record.\n"
    assert err.getvalue().endswith("Rehearsing: 7 of 7\n")
    again = StringIO()
    call_command("rehearse", forecasts=1, stdout=again, stderr=err)
    assert again.getvalue() == "The rehearsal is on record already.\n"
    told = StringIO()
    call_command("rehearse", answers=True, stdout=told)
    assert "rehearsal-due: " in told.getvalue()
    assert Forecast.objects.filter(closes_at__gt=timezone.now()).count() == 8


@pytest.mark.parametrize(
    "arguments", [["--forecasts", "0"], ["--forecasts", "many"], ["--seed", "-1"], ["--seed", "x"]]
)
def test_the_command_refuses_arguments_that_make_no_sense(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="is not a whole number"):
        call_command("rehearse", *arguments)
    assert not Forecast.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_turns_and_make_one() -> None:
    made: list[int] = []

    def run() -> None:
        try:
            made.append(hold(2))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 2 + PRACTICE
    assert Forecast.objects.count() == 2 + PRACTICE
    assert Forecaster.objects.count() == 1 + len(CAST)
