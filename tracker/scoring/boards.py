"""From the rows of many forecasts to one row for each forecaster on a board."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from tracker.scoring.arrays import Floats, Integers, require_parallel, sums


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """One row for each forecaster who stood on anything, ascending by forecaster.

    forecasts counts those stood on; coverage and contested are sums over them; brier (0 to 1) and log_score (nats) are
    weighted by coverage, lower is better; peer and baseline are totals, higher is better.
    """

    forecaster: Integers
    forecasts: Integers
    coverage: Floats
    contested: Floats
    brier: Floats
    log_score: Floats
    peer: Floats
    baseline: Floats


def board(
    *,
    forecaster: ArrayLike,
    coverage: ArrayLike,
    contested: ArrayLike,
    brier: ArrayLike,
    log_score: ArrayLike,
    peer: ArrayLike,
    baseline: ArrayLike,
) -> Board:
    """Sum up score rows, parallel arrays in any order, by forecaster; rows with coverage 0 say nothing.

    brier = sum(coverage * brier) / sum(coverage), and so the log score: plain means of rows are not proper, since a
    forecaster chooses when to stand. Absence adds 0 to the total peer score.

    >>> rows = {"coverage": [1.0, 0.5], "contested": [1.0, 0.0], "brier": [0.09, 0.36], "log_score": [0.36, 0.92]}
    >>> sums = board(forecaster=[3, 3], **rows, peer=[12.0, 0.0], baseline=[49.0, -16.0])
    >>> sums.brier.round(2), sums.peer
    (array([0.18]), array([12.]))
    """
    who = np.asarray(forecaster, dtype=np.int64)
    columns = {
        name: np.asarray(column, dtype=np.float64)
        for name, column in (
            ("coverage", coverage),
            ("contested", contested),
            ("brier", brier),
            ("log_score", log_score),
            ("peer", peer),
            ("baseline", baseline),
        )
    }
    require_parallel(forecaster=who, **columns)
    stood = columns["coverage"] > 0
    ids, place = np.unique(who[stood], return_inverse=True)

    def total(amount: Floats) -> Floats:
        return sums(place, amount[stood], ids.size)

    covered = total(columns["coverage"])
    return Board(
        forecaster=ids,
        forecasts=np.bincount(place, minlength=ids.size),
        coverage=covered,
        contested=total(columns["contested"]),
        brier=total(columns["coverage"] * columns["brier"]) / covered,
        log_score=total(columns["coverage"] * columns["log_score"]) / covered,
        peer=total(columns["peer"]),
        baseline=total(columns["baseline"]),
    )


def ranks(score: ArrayLike, *, lower_is_better: bool) -> Integers:
    """Return ranks from 1; scores that are equal to nine decimals share the better rank: 1, 2, 2, 4.

    >>> ranks([0.2, 0.1, 0.2, 0.3], lower_is_better=True)
    array([2, 1, 2, 4])
    """
    billionths = np.rint(np.asarray(score, dtype=np.float64) * 1e9)
    return rankdata(billionths if lower_is_better else -billionths, method="min").astype(np.int64)
