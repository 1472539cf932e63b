"""Calibration of whole files agrees with numbers that were worked out elsewhere."""

import json
import math
from typing import Any

import numpy as np
import pytest

from tests.scoring.worked_cases import REFERENCE, number, read
from tracker.scoring.recalibration import recalibration
from tracker.scoring.reliability import decomposition, reliability_bins
from tracker.scoring.tally import Tally, auc, mean_brier, mean_log_score

EXPECTED: dict[str, Any] = json.loads((REFERENCE / "calibration" / "expected.json").read_text(encoding="utf-8"))
FILES = pytest.mark.parametrize("name", sorted(EXPECTED))


def tally_of(name: str) -> Tally:
    rows = read(f"calibration/{name}.csv")
    return Tally.of([number(row["probability"]) for row in rows], [number(row["outcome"]) for row in rows])


def test_there_are_ten_worked_files() -> None:
    assert len(EXPECTED) == 10


@FILES
def test_means_agree_with_the_worked_file(name: str) -> None:
    tally, expected = tally_of(name), EXPECTED[name]
    ours = [tally.total, tally.base_rate, tally.mean_probability, mean_brier(tally)]
    theirs = [expected[key] for key in ("n", "base_rate", "mean_probability", "brier")]
    assert ours == pytest.approx(theirs, rel=0, abs=1e-12)


@FILES
def test_log_score_agrees_with_the_worked_file(name: str) -> None:
    tally = tally_of(name)
    clipped = tally.probability[0] == 0 or tally.probability[-1] == 1
    assert mean_log_score(tally) == pytest.approx(EXPECTED[name]["log_score"], rel=0, abs=1e-7 if clipped else 1e-12)


@FILES
def test_decomposition_agrees_with_the_worked_file(name: str) -> None:
    parts, expected = decomposition(tally_of(name)), EXPECTED[name]["decomposition"]
    for part in ("miscalibration", "discrimination", "uncertainty"):
        assert getattr(parts, part) == pytest.approx(expected[part], rel=0, abs=1e-12)


@FILES
def test_auc_agrees_with_the_worked_file(name: str) -> None:
    ours, expected = auc(tally_of(name)), EXPECTED[name]["auc"]
    assert ours == (expected if expected is None else pytest.approx(expected, rel=0, abs=1e-12))


@FILES
def test_bins_agree_with_the_worked_file(name: str) -> None:
    bins, expected = reliability_bins(tally_of(name)), EXPECTED[name]["bins"]
    columns = {"n": bins.weight} | {
        key: getattr(bins, key) for key in ("lower", "upper", "mean_probability", "observed_frequency", "low", "high")
    }
    for key, column in columns.items():
        theirs = [math.nan if row[key] is None else row[key] for row in expected]
        np.testing.assert_allclose(column, theirs, rtol=0, atol=1e-12, err_msg=key)


@FILES
def test_recalibration_agrees_with_the_worked_file(name: str) -> None:
    fit, expected = recalibration(tally_of(name)), EXPECTED[name]["recalibration"]
    if expected["slope"] is None:
        assert fit is None
        return
    for part in ("intercept", "slope", "intercept_se", "slope_se"):
        assert getattr(fit, part) == pytest.approx(expected[part], rel=0, abs=1e-6)
