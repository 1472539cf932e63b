"""What the definitions rest on comes out as claimed, in few runs; `python -m benchmarks.claims` prints the figures."""

import pytest

from benchmarks import claims


def found(several) -> list[float]:
    return [claim.found for claim in several]


def test_row_means_reward_saying_too_much_and_boards_do_not() -> None:
    row_honest, board_honest, row_exaggerated, board_exaggerated = found(claims.rows_are_not_proper(3))
    assert row_exaggerated < row_honest
    assert board_honest < board_exaggerated


def test_early_spot_rows_would_pay_for_bluffing() -> None:
    assert found(claims.early_spot_scores_invite_bluffing(3))[0] > 5


def test_what_has_resolved_early_is_all_yes() -> None:
    soon, overall = found(claims.resolved_so_far_is_biased(3))
    assert soon == 1
    assert overall == pytest.approx(0.5, abs=0.03)


def test_weights_over_time_standing_make_calibrated_people_look_miscalibrated() -> None:
    shares = found(claims.weight_one_over_time_standing_is_wrong(10))
    scheduled, standing = shares[::2], shares[1::2]
    assert min(scheduled) > 0.9
    assert standing == sorted(standing, reverse=True)
    assert standing[-1] < 0.5


def test_the_quantile_beside_the_miscalibration_is_that_of_the_calibrated() -> None:
    mean, quantile, shown = found(claims.miscalibration_looks_like_a_fault(150))
    assert mean == pytest.approx(0.04, abs=0.005)
    assert shown == pytest.approx(quantile, abs=0.01)
