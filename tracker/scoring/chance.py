"""Could it be chance: the one test behind the sentence about somebody's calibration, and what the sentence says."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import logit
from scipy.stats import chi2

from tracker.scoring.arrays import Floats
from tracker.scoring.clusters import Clusters, information
from tracker.scoring.reliability import Bins
from tracker.scoring.tally import LOG_ODDS_CLIP, Tally

LEVEL: Final = 0.05
_NEGLIGIBLE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Chance:
    """statistic against chi-squared with so many degrees of freedom; a small p_value, 0 to 1, speaks against chance."""

    statistic: float
    degrees: int
    p_value: float

    @property
    def plausible(self) -> bool:
        """Whether the departure from calibration could be chance: from .05 up."""
        return self.p_value >= LEVEL


@dataclass(frozen=True, slots=True)
class Quote:
    """The bin that illustrates: what was said in it on average, and the share that happened, both 0 to 1."""

    bin: int
    said: float
    happened: float


def chance(tally: Tally, clusters: Clusters | None = None) -> Chance:
    """Test at once that the recalibration line has intercept 0 and slope 1: a score test, which needs no fit.

    U' M^-1 U against chi-squared with 2 degrees of freedom, U = sum (Y - W p)(1, x), x = logit p, and with clusters
    M = sum over forecasts of c sum w p (1 - p)(1, x)(1, x)' (`Clusters.spread`), c a forecast's total weight. M is the
    covariance of U where each forecast has one estimate, and above it with revisions and several people, who err
    together: the test then is conservative. Without clusters M = sum W p (1 - p)(1, x)(1, x)', which takes weights for
    independent trials: right for rows known to be independent, conservative for one forecaster, wrong for many.

    The empirical M = sum s s' is not used: it follows the outcomes, so that an upset at an extreme probability is
    missing from M just when it is missing from U, and at 40 forecasts it rejects calibrated people in 9% to 27%.

    Where M is singular (all of one probability) its pseudo-inverse and its rank are used. Weights are parts of a
    forecast; probabilities are first moved into [1e-6, 1 - 1e-6]. Source: the score test (Rao 1948) of the model of
    Cox, Biometrika 1958.

    >>> forty = Tally.of([0.9] * 40, [1] * 28 + [0] * 12)
    >>> test = chance(forty)
    >>> round(test.statistic, 2), test.degrees, test.plausible
    (17.78, 1, False)
    """
    p = np.clip(tally.probability, LOG_ODDS_CLIP, 1 - LOG_ODDS_CLIP)
    surplus = np.array([np.ones_like(p), logit(p)]) @ (tally.yes - tally.weight * p)
    spread = information(p, tally.weight) if clusters is None else clusters.spread
    statistic, degrees = _quadratic(surplus, spread, min(2, p.size))
    return Chance(statistic, degrees, float(chi2.sf(statistic, degrees)))


def _quadratic(surplus: Floats, spread: Floats, rank: int) -> tuple[float, int]:
    """Return U' M^+ U and the rank used, at most `rank`: rounding must not make a direction out of nothing."""
    values, vectors = np.linalg.eigh(spread)
    kept = (values > _NEGLIGIBLE * values[-1]) & (np.arange(values.size) >= values.size - rank)
    along = vectors[:, kept].T @ surplus
    return float((along**2 / values[kept]).sum()), int(kept.sum())


def quote(bins: Bins) -> Quote | None:
    """Return the bin furthest from the diagonal in standard errors among those with enough trials, or None.

    |f - p| / sqrt(p (1 - p) / n_eff), f the observed frequency, p the mean probability, n_eff = bins.size. It only
    illustrates: the furthest of ten is far by selection, and the verdict is the test's.

    >>> from tracker.scoring.reliability import reliability_bins
    >>> quote(reliability_bins(Tally.of([0.9] * 40, [1] * 28 + [0] * 12)))
    Quote(bin=9, said=0.9, happened=0.7)
    """
    enough = np.flatnonzero(~bins.few)
    if enough.size == 0:
        return None
    p, happened = bins.mean_probability[enough], bins.observed_frequency[enough]
    certain = np.clip(p, LOG_ODDS_CLIP, 1 - LOG_ODDS_CLIP)
    away = np.abs(happened - p) * np.sqrt(bins.size[enough] / (certain * (1 - certain)))
    furthest = int(np.argmax(away))
    return Quote(int(enough[furthest]), float(p[furthest]), float(happened[furthest]))


def sentence(bins: Bins, test: Chance, forecasts: int) -> str:
    """Return what calibration amounts to in words, for a subject that the page names.

    >>> from tracker.scoring.reliability import reliability_bins
    >>> forty = Tally.of([0.9] * 40, [1] * 32 + [0] * 8)
    >>> sentence(reliability_bins(forty), Chance(4.6, 2, 0.1), 40)
    'Says 90% when 80% happen; with 40 forecasts this could be chance.'
    """
    shown = quote(bins)
    numbered = "1 forecast" if forecasts == 1 else f"{forecasts:,} forecasts"
    if shown is None:
        return f"With {numbered}, no range of probabilities was used often enough to compare it with what happened."
    verdict = "could be chance" if test.plausible else "is hardly chance"
    return f"Says {shown.said:.0%} when {shown.happened:.0%} happen; with {numbered} this {verdict}."


def caveat(bins: Bins, test: Chance) -> str:
    """Return what the sentence rests on, and what in it only illustrates; empty where it quotes no bin.

    >>> from tracker.scoring.reliability import reliability_bins
    >>> caveat(reliability_bins(Tally.of([0.9] * 40, [1] * 32 + [0] * 8)), Chance(4.6, 2, 0.1))
    'One test over all probabilities decides, p = 0.1; what was said from 90% to 100% is an illustration.'
    """
    shown = quote(bins)
    if shown is None:
        return ""
    value = "p < 0.001" if test.p_value < 0.001 else f"p = {test.p_value:.2g}"
    said = f"what was said from {bins.lower[shown.bin]:.0%} to {bins.upper[shown.bin]:.0%}"
    return f"One test over all probabilities decides, {value}; {said} is an illustration."
