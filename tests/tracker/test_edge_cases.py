"""The awkward cases, from an estimate on record to what a board and a reliability diagram say of it."""

import datetime as dt

import pytest

from forecasts.models import Estimate, Forecast, Forecaster
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Owner, Score
from tracker.queries.calibration import Calibration, calibration
from tracker.queries.leaderboards import Board, leaderboard
from tracker.queries.rows import Row
from tracker.scopes import Scope

pytestmark = pytest.mark.django_db
AFTER = NOW + 400 * DAY
OPENS, CLOSES = NOW - 100 * DAY, NOW + 100 * DAY


def put(on: Forecast, who: Forecaster, p: float | None, at: dt.datetime = OPENS, **fields: object) -> None:
    """On record as an import would have it: at any instant."""
    wording = on.wordings.get()
    Estimate.objects.create(
        forecast=on, forecaster=who, wording=wording, probability=p, made_at=at, via="import", **fields
    )


def settle(on: Forecast, outcome: str = "yes", known_at: dt.datetime = CLOSES, **fields: object) -> None:
    factories.resolution(on, outcome, at=AFTER, known_at=known_at, **fields)
    factories.score(AFTER)


def own(measure: str = "brier", name: str = "ann") -> Row | None:
    board = leaderboard(scope=Scope(), measure=measure)
    return next((row for row in (*board.ranked, *board.unranked) if row.name == name), None)


def diagram(who: Forecaster | None = None, **asked: object) -> Calibration:
    return calibration(scope=Scope(), forecaster=who, **asked)


def everyone(board: Board) -> list[str]:
    return [row.name for row in (*board.ranked, *board.unranked)]


@pytest.mark.parametrize("view", ["time", "final"])
def test_every_probability_lies_in_the_bin_that_its_decimal_names(cast: factories.Cast, view: str) -> None:
    for twentieth in range(1, 20):
        put(factories.forecast(), cast.ann, twentieth / 20)
    for forecast in Forecast.objects.all():
        factories.resolution(forecast, "yes", at=AFTER, known_at=CLOSES)
    factories.score(AFTER)
    shown = diagram(cast.ann, view=view)
    assert [tenth.n for tenth in shown.bins] == [1, *[2] * 9]
    means = [0.05, *(k / 10 + 0.025 for k in range(1, 10))]
    assert [tenth.mean_probability for tenth in shown.bins] == pytest.approx(means)


def test_one_forecast_is_shown_without_interval_or_rank(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8)
    settle(forecast)
    row = own()
    assert row
    assert (row.n, row.rank, row.low, row.high) == (1, None, None, None)
    assert row.score == pytest.approx(0.04)
    shown = diagram(cast.ann)
    assert (shown.n_forecasts, shown.n_effective, shown.slope, shown.auc) == (1, 1, None, None)
    assert shown.bins[8].few
    assert shown.p_value is not None


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_where_all_outcomes_are_equal_there_is_no_line_to_fit(cast: factories.Cast, outcome: str) -> None:
    for p in (0.3, 0.6, 0.9):
        forecast = factories.forecast()
        put(forecast, cast.ann, p)
        settle(forecast, outcome)
    shown = diagram(cast.ann)
    assert (shown.intercept, shown.slope, shown.auc, shown.uncertainty) == (None, None, None, 0)
    assert shown.brier == pytest.approx(shown.miscalibration)
    assert {block.recalibrated for block in shown.curve} == {float(outcome == "yes")}


def test_a_single_forecaster_has_no_peers_and_two_are_each_others(cast: factories.Cast) -> None:
    alone, together = factories.forecast(), factories.forecast()
    put(alone, cast.ann, 0.8)
    settle(alone)
    assert own("peer") is None
    assert own("brier")
    put(together, cast.ann, 0.8)
    put(together, cast.bob, 0.6)
    settle(together)
    ann, bob = own("peer"), own("peer", "bob")
    assert ann
    assert bob
    assert (ann.n, bob.n) == (1, 1)
    assert ann.score == pytest.approx(-bob.score)
    assert ann.score == pytest.approx(28.76820724517809)  # 100 ln(0.8 / 0.6)


def test_who_never_stood_together_has_no_peer_score(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8)
    put(forecast, cast.ann, None, NOW)
    put(forecast, cast.bob, 0.6, NOW)
    settle(forecast)
    assert everyone(leaderboard(scope=Scope(), measure="peer")) == []
    ann = own()
    assert ann
    assert (ann.coverage, ann.contested, ann.attainable) == (0.5, 0, 1)


def test_withdrawn_and_returned_counts_the_time_standing(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8)
    put(forecast, cast.ann, None, NOW - 50 * DAY)
    put(forecast, cast.ann, 0.4, NOW)
    settle(forecast)
    row = own()
    assert row
    assert row.coverage == pytest.approx(0.75)
    assert row.score == pytest.approx((0.25 * 0.04 + 0.5 * 0.36) / 0.75)
    said = [tenth for tenth in diagram(cast.ann).bins if tenth.n]
    assert [(tenth.n, tenth.weight) for tenth in said] == [(1, pytest.approx(0.5)), (1, pytest.approx(0.25))]


def test_an_expired_estimate_stands_no_longer(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8, expires_at=NOW)
    settle(forecast)
    row = own()
    assert row
    assert row.coverage == pytest.approx(0.5)
    assert diagram(cast.ann, view="final").n_forecasts == 0


@pytest.mark.parametrize(
    ("made_at", "known_at", "coverage"),
    [
        (OPENS, CLOSES, 1.0),
        (OPENS - DAY, CLOSES, 1.0),
        (CLOSES, CLOSES, None),
        (NOW, NOW, None),
        (NOW - DAY / 86_400_000_000, NOW, None),
    ],
    ids=["at the opening", "before the opening", "at the close", "at known_at", "a microsecond before known_at"],
)
def test_at_the_very_instant(
    cast: factories.Cast, made_at: dt.datetime, known_at: dt.datetime, coverage: float | None
) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8, made_at)
    settle(forecast, known_at=known_at)
    row = own()
    assert (row and round(row.coverage, 9)) == coverage


def test_resolved_early_counts_up_to_then_and_no_spot_score_counts(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8)
    settle(forecast, known_at=NOW - 50 * DAY)
    row = own("baseline")
    assert row
    assert (row.coverage, row.attainable) == (0.25, 0.25)
    assert row.score == pytest.approx(0.25 * 67.80719051126377)  # 100 (1 + log2 0.8), over the scheduled length
    assert leaderboard(scope=Scope()).attainable == pytest.approx(0.25)
    assert own("spot_baseline") is None
    assert diagram(cast.ann, view="final").n_forecasts == 0


def test_resolved_before_it_opened_scores_nobody(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8, OPENS - DAY)
    settle(forecast, known_at=OPENS - DAY / 2)
    assert own() is None
    assert own("spot_baseline") is None
    assert diagram().n_forecasts == 0
    assert not Score.objects.filter(owner=Owner.CONSTANT, coverage__gt=0).exists()


def test_corrected_from_yes_to_no_to_annulled_and_back(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8)
    settle(forecast)
    seen = [own()]
    for revision, outcome in enumerate(["no", "annulled", "yes"], start=1):
        settle(forecast, outcome, revision=revision)
        seen.append(own())
    assert [row and round(row.score, 9) for row in seen] == [0.04, 0.64, None, 0.04]
    assert diagram(cast.ann).base_rate == 1


def test_an_estimate_at_the_spot_time_itself_is_the_final_one(cast: factories.Cast) -> None:
    forecast = factories.forecast(spot_at=NOW)
    put(forecast, cast.ann, 0.3)
    put(forecast, cast.ann, 0.9, NOW)
    settle(forecast)
    assert diagram(cast.ann, view="final").mean_probability == pytest.approx(0.9)


def test_shares_of_a_millionth_or_less_have_scores_and_no_weight(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    put(forecast, cast.ann, 0.8, CLOSES - dt.timedelta(seconds=1))
    settle(forecast)
    assert Score.objects.get(forecaster=cast.ann).coverage > 0
    assert diagram(cast.ann).n_forecasts == 0
