"""How far stated log odds would have to be stretched and shifted: logistic regression of outcome on log odds."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit, logit

from tracker.scoring.arrays import Floats
from tracker.scoring.tally import LOG_ODDS_CLIP, Tally

# Below this effective number of forecasts the errors of one person cover too little, so that none is shown.
FEWEST: Final = 100
_STEPS: Final = 200
_HALVINGS: Final = 60
_NEGLIGIBLE: Final = 1e-13
# Of a matrix whose condition is worse, doubles tell no inverse.
_ILL_CONDITIONED: Final = 1e13


@dataclass(frozen=True, slots=True)
class Recalibration:
    """log odds of yes = intercept + slope * stated log odds; 0 and 1 when calibrated.

    A slope below 1 says that probabilities were too far from one half, above 1 not far enough. The standard errors
    take weights for independent trials, unless the scores of clusters were given.
    """

    intercept: float
    slope: float
    intercept_se: float
    slope_se: float


def recalibration(tally: Tally, clip: float = LOG_ODDS_CLIP, scores: Floats | None = None) -> Recalibration | None:
    """Return the unpenalised maximum-likelihood fit, or None where none exists.

    None exists when some threshold separates yes from no, ties at the threshold allowed, which covers a single outcome
    and a single probability; and none is given where all but a trace of the weight is separated so, and the line is too
    steep for doubles to tell. Probabilities are first moved into [clip, 1 - clip]. Weights count as trials: give shares
    as parts of a forecast, not in millionths, or the errors shrink. Source: Cox, Biometrika 1958.

    With `scores`, the sum of s s' over forecasts (`Clusters.scores`, taken where everybody is calibrated, or
    `score_products` at the fit), errors are cluster-robust: the roots of the diagonal of A^-1 (sum s s') A^-1, A the
    information at the fit (Liang and Zeger, Biometrika 1986), without a correction for few clusters.

    >>> fit = recalibration(Tally.of([0.1, 0.9], [0.3, 0.7], [10, 10]))
    >>> round(fit.intercept, 9) + 0, round(fit.slope, 3)
    (0.0, 0.386)
    """
    x = logit(np.clip(tally.probability, clip, 1 - clip))
    if _separated(x, tally):
        return None
    # Centred and scaled the two coefficients are nearly uncorrelated, and the first guess is never far away.
    centre = tally.weight @ x / tally.total
    scale = np.sqrt(tally.weight @ (x - centre) ** 2 / tally.total)
    design = np.column_stack([np.ones_like(x), (x - centre) / scale])
    top = _maximise(design, tally)
    if top is None:
        return None
    fitted, covariance = top
    back = np.array([[1.0, -centre / scale], [0.0, 1 / scale]])
    intercept, slope = back @ fitted
    covariance = back @ covariance @ back.T
    errors = np.sqrt(np.diag(covariance if scores is None else covariance @ scores @ covariance))
    return Recalibration(float(intercept), float(slope), float(errors[0]), float(errors[1]))


def _separated(x: Floats, tally: Tally) -> bool:
    yes, no = x[tally.yes > 0], x[tally.no > 0]
    return bool(yes.size == 0 or no.size == 0 or yes.min() >= no.max() or yes.max() <= no.min())


def _maximise(design: Floats, tally: Tally) -> tuple[Floats, Floats] | None:
    """Climb the concave log likelihood by Newton steps, halved until they climb; return the top and the covariance.

    A step that would gain less than _NEGLIGIBLE is the last: the one after it would gain the square of that. None where
    the way leads over ground so flat that doubles tell no direction.
    """
    at = np.array([logit(tally.base_rate), 0.0])
    for _ in range(_STEPS):
        found = _newton_step(design, tally, at)
        if found is None:
            return None
        slope, covariance = found
        step = covariance @ slope
        if slope @ step < _NEGLIGIBLE:
            return at + step, covariance
        size = _climbing(design, tally, at, step)
        if size == 0.0:  # no step climbs any more: the top, as far as doubles can tell
            return at, covariance
        at = at + size * step
    return None


def _newton_step(design: Floats, tally: Tally, at: Floats) -> tuple[Floats, Floats] | None:
    mean = expit(design @ at)
    information = design.T @ (design * (tally.weight * mean * (1 - mean))[:, None])
    if not np.linalg.cond(information) < _ILL_CONDITIONED:
        return None
    return design.T @ (tally.yes - tally.weight * mean), np.linalg.inv(information).astype(np.float64)


def _climbing(design: Floats, tally: Tally, at: Floats, step: Floats) -> float:
    """Return the largest of 1, 1/2, 1/4 and so on by which the step climbs; 0 where none does."""
    here = _log_likelihood(design, tally, at)
    sizes = 0.5 ** np.arange(_HALVINGS)
    return next((float(size) for size in sizes if _log_likelihood(design, tally, at + size * step) > here), 0.0)


def _log_likelihood(design: Floats, tally: Tally, at: Floats) -> float:
    log_odds = design @ at
    return float(tally.yes @ log_odds - tally.weight @ np.logaddexp(0, log_odds))
