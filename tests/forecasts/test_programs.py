"""Programs: who marks an account as one, and the crowds that are of people alone."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forecasts.models import CrowdPoint, Forecast, Forecaster
from forecasts.refusals import NotAllowed
from forecasts.services import crowds, programs, resolving
from tests import factories
from tests.factories import DAY, NOW, Cast

from .test_at_once import meanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Forecaster:
    return factories.forecaster("bot", is_bot=True)


def asked(cast: Cast, bot: Forecaster) -> Forecast:
    """A person says 20%, a program 90%."""
    made = factories.forecast()
    factories.estimate(made, cast.ann, 0.2, at=NOW)
    factories.estimate(made, bot, 0.9, at=NOW + DAY)
    return made


def crowd(forecast: Forecast, days: int = 2) -> list[tuple[int, float | None]]:
    """What the beat works out, whatever it finds: how many stand, and their median, point by point."""
    for forecast_id in crowds.stale(at=NOW + days * DAY):
        crowds.refresh(forecast_id=forecast_id, at=NOW + days * DAY)
    points = CrowdPoint.objects.filter(forecast=forecast).order_by("at")
    return [(point.n, point.median if point.median is None else round(point.median, 9)) for point in points]


def keep_out(forecast: Forecast, by: Forecaster, *, in_crowd: bool = False) -> int:
    return programs.count(forecasts=Forecast.objects.filter(pk=forecast.pk), in_crowd=in_crowd, by=by)


def test_programs_count_in_a_crowd_unless_they_are_kept_out_of_it(cast: Cast, bot: Forecaster) -> None:
    made = asked(cast, bot)
    assert crowd(made) == [(1, 0.2), (2, 0.55)]
    assert keep_out(made, cast.admin) == 1
    assert crowd(made) == [(1, 0.2)]
    factories.estimate(made, bot, 0.95, at=NOW + 3 * DAY)
    factories.estimate(made, cast.bob, 0.4, at=NOW + 4 * DAY)
    assert crowd(made, days=5) == [(1, 0.2), (2, 0.3)]
    assert keep_out(made, cast.admin, in_crowd=True) == 1
    assert crowd(made, days=5)[-1] == (3, 0.4)


def test_keeping_out_whom_one_keeps_out_already_works_nothing_out(cast: Cast, bot: Forecaster) -> None:
    made = asked(cast, bot)
    keep_out(made, cast.admin)
    crowd(made)
    assert keep_out(made, cast.admin) == 0
    assert crowds.stale(at=NOW + 2 * DAY) == []


def test_what_has_ended_keeps_its_crowd(cast: Cast, bot: Forecaster) -> None:
    made = asked(cast, bot)
    factories.resolution(made, "yes", NOW + 2 * DAY)
    assert keep_out(made, cast.admin) == 0
    assert crowd(made) == [(1, 0.2), (2, 0.55)]
    resolving.reopen(forecast=made, by=cast.resolver, at=NOW + 3 * DAY, reason="Too soon.", revision=1)
    assert keep_out(made, cast.admin) == 1


def test_a_crowd_without_programs_is_what_its_score_is_of(cast: Cast, bot: Forecaster) -> None:
    """The decision comes before anything has been worked out anew."""
    made = asked(cast, bot)
    crowd(made)
    keep_out(made, cast.admin)
    factories.resolution(made, "yes", at=made.closes_at)
    factories.score(at=made.closes_at)
    score = made.scores.get(owner="crowd", method="median")
    assert score.brier == pytest.approx(0.64)
    assert made.scores.filter(forecaster=bot).exists()


def test_marking_an_account_works_out_the_crowds_that_keep_it_out(cast: Cast) -> None:
    late = factories.forecaster("late")
    kept, open_to_all = asked(cast, late), asked(cast, late)
    keep_out(kept, cast.admin)
    assert crowd(kept)[-1] == (2, 0.55)
    programs.mark(account=late, is_bot=True, by=late)
    assert crowds.stale(at=NOW + 2 * DAY) == [kept.pk]
    assert crowd(kept) == [(1, 0.2)]
    assert crowd(open_to_all)[-1] == (2, 0.55)
    programs.mark(account=late, is_bot=False, by=cast.admin)
    assert crowd(kept)[-1] == (2, 0.55)


def test_marking_an_account_leaves_what_has_ended_as_it_was_scored(cast: Cast) -> None:
    """Or anybody could take themselves out of a crowd once the answer is known."""
    late = factories.forecaster("late")
    made = asked(cast, late)
    keep_out(made, cast.admin)
    assert crowd(made)[-1] == (2, 0.55)
    factories.resolution(made, "no", NOW + 2 * DAY)
    programs.mark(account=late, is_bot=True, by=late)
    assert crowd(made)[-1] == (2, 0.55)


@pytest.mark.django_db(transaction=True)
def test_an_account_is_marked_while_programs_are_kept_out(cast: Cast) -> None:
    late = factories.forecaster("late")
    made = asked(cast, late)
    crowd(made)

    def keep() -> int:
        n = keep_out(made, cast.admin)
        crowds.refresh(forecast_id=made.pk, at=NOW + 2 * DAY)
        return n

    with transaction.atomic():
        programs.mark(account=late, is_bot=True, by=late)
        kept = meanwhile(keep)
    assert kept.result(timeout=10) == 1
    assert crowd(made) == [(1, 0.2)]


def test_nobody_marks_somebody_else_or_unmarks_themselves(cast: Cast, bot: Forecaster) -> None:
    for account, is_bot, by in ((cast.bob, True, cast.ann), (bot, False, bot), (bot, False, cast.curator)):
        with pytest.raises(NotAllowed):
            programs.mark(account=account, is_bot=is_bot, by=by)
    assert list(Forecaster.objects.filter(is_bot=True)) == [bot]


def test_only_an_administrator_keeps_programs_out(cast: Cast, bot: Forecaster) -> None:
    made = asked(cast, bot)
    for by in (cast.ann, cast.curator, cast.resolver):
        with pytest.raises(NotAllowed):
            keep_out(made, by)


def test_new_forecasts_begin_as_the_setting_says(cast: Cast, settings: pytest.FixtureRequest) -> None:
    assert factories.forecast().programs_in_crowd
    settings.PROGRAMS_IN_CROWD = False  # type: ignore[attr-defined]
    assert not factories.forecast().programs_in_crowd


def test_administrators_choose_forecasts_from_the_list(admin: Client, cast: Cast, bot: Forecaster) -> None:
    made, other = asked(cast, bot), asked(cast, bot)
    address = reverse("admin:forecasts_forecast_changelist")
    answer = admin.post(address, {"action": "keep_programs_out", "_selected_action": [made.pk]}, follow=True)
    assert "1 of 1 changed" in answer.content.decode()
    assert list(Forecast.objects.filter(programs_in_crowd=False)) == [made]
    admin.post(address, {"action": "let_programs_in", "_selected_action": [made.pk, other.pk]})
    assert not Forecast.objects.filter(programs_in_crowd=False).exists()


def test_staff_who_are_no_administrators_are_offered_no_such_action(cast: Cast, bot: Forecaster) -> None:
    made, client = asked(cast, bot), Client()
    client.force_login(factories.forecaster("clerk", is_staff=True, is_resolver=True))
    address = reverse("admin:forecasts_forecast_changelist")
    assert "keep_programs_out" not in client.get(address).content.decode()
    client.post(address, {"action": "keep_programs_out", "_selected_action": [made.pk]})
    made.refresh_from_db()
    assert made.programs_in_crowd


def test_marking_in_the_admin_goes_the_same_way(admin: Client, cast: Cast) -> None:
    late = factories.forecaster("late")
    made = asked(cast, late)
    keep_out(made, cast.admin)
    crowd(made)
    address = reverse("admin:forecasts_forecaster_change", args=[late.pk])
    admin.post(address, {"is_active": "on", "is_bot": "on"})
    late.refresh_from_db()
    assert late.is_bot
    assert crowd(made) == [(1, 0.2)]


def test_a_forecast_says_that_it_keeps_programs_out(cast: Cast, bot: Forecaster) -> None:
    now = timezone.now()
    made = factories.forecast(opens_at=now - 9 * DAY, closes_at=now + 9 * DAY)
    factories.estimate(made, cast.ann, 0.2, at=now - DAY)
    keep_out(made, cast.admin)
    crowds.refresh_stale(clock=timezone.now)
    client = Client()
    client.force_login(cast.ann)
    assert "programs are kept out of it" in client.get(made.get_absolute_url()).content.decode()
    assert client.get(f"/api/v1/forecasts/{made.slug}/").json()["programs_in_crowd"] is False


def test_an_account_marks_itself_after_reading_what_that_means(cast: Cast) -> None:
    client, address = Client(), reverse("account-program")
    assert client.post(address).status_code == 302
    client.force_login(cast.ann)
    assert "Only an administrator can take it back" in client.get(address).content.decode()
    assert not Forecaster.objects.filter(is_bot=True).exists()
    assert "marked as a program" in client.post(address, follow=True).content.decode()
    assert Forecaster.objects.get(is_bot=True) == cast.ann
    assert "It is marked already" in client.get(address).content.decode()
