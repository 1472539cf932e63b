"""What the definitions of scores and calibration rest on, tried by simulation: small, seeded, one figure a claim.

python -m benchmarks.claims   prints each claim with the figure found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import expit, logit

from benchmarks.measuring import Row
from benchmarks.simulated import STEPS, Design, Early, Run, simulate
from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.bands import consistency_band
from tracker.scoring.clusters import Clusters, score_products
from tracker.scoring.recalibration import recalibration
from tracker.scoring.record import HIGHEST, LOWEST
from tracker.scoring.reliability import decomposition, reliability_bins
from tracker.scoring.tally import Tally

SEED: Final = 11
_NORMAL: Final = 1.959963984540054
EARLY_YES: Final = Design(2_000, STEPS, early=Early.YES)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, and the figure that came out."""

    words: str
    found: float


def rows_are_not_proper(runs: int) -> Iterator[Claim]:
    """Yes may come early and ends the time: a mean of row scores then rewards saying too much, a board does not."""
    honest = list(simulate(EARLY_YES, runs, SEED))
    for words, said in (("honest", honest), ("exaggerating yes", [exaggerated(run) for run in honest])):
        accrued = np.concatenate([run.accrued_brier.ravel() for run in said])
        coverage = np.concatenate([run.coverage.ravel() for run in said])
        stood = coverage > 0
        rows = accrued[stood] / coverage[stood]
        yield Claim(f"mean Brier score of rows, over time standing: {words}", float(rows.mean()))
        yield Claim(f"Brier score of a board, over scheduled time: {words}", float(accrued.sum() / coverage.sum()))


def exaggerated(run: Run) -> Run:
    """Return the run with log odds of yes raised by 0.7, about a doubling of the odds."""
    p = np.clip(expit(logit(run.probability) + 0.7), LOWEST, HIGHEST)
    return replace(run, probability=p)


def early_spot_scores_invite_bluffing(runs: int) -> Iterator[Claim]:
    """Whoever says .9999 until the spot time, and the truth at it, gains from each spot row that an early yes makes."""
    gains: list[Floats] = []
    for run in simulate(EARLY_YES, runs, SEED):
        at_end = run.by_step()[np.arange(run.known.size), 0, run.known - 1]
        early = (run.known < STEPS) & ~np.isnan(at_end)
        gains.append(np.where(early, 100 * np.log2(HIGHEST / np.where(early, at_end, 1.0)), 0.0))
    yield Claim("gain a forecast over honesty by .9999 until the spot time, early rows counted", float(np.mean(gains)))


def resolved_so_far_is_biased(runs: int) -> Iterator[Claim]:
    """Of the forecasts resolved a fifth of the way in, what share is yes, and of all."""
    known, outcome = (
        np.concatenate(column)
        for column in zip(*((run.known, run.outcome) for run in simulate(EARLY_YES, runs, SEED)), strict=True)
    )
    yield Claim("share of yes among the resolved a fifth of the way in", float(outcome[known <= STEPS // 5].mean()))
    yield Claim("share of yes among all", float(outcome.mean()))


def weight_one_over_time_standing_is_wrong(runs: int) -> Iterator[Claim]:
    """A forecast that weighs its coverage keeps bin intervals honest; one that weighs 1 however short does not."""
    for forecasts in (100, 300, 1_000):
        covered: dict[str, list[float]] = {"scheduled length": [], "time standing": []}
        for run in simulate(Design(forecasts, STEPS, early=Early.YES), runs, SEED):
            which, p, y, w = run.rows()
            covered["scheduled length"] += covers(which, p, y, w)
            covered["time standing"] += covers(which, p, y, w / run.coverage.ravel()[which])
        for over, shares in covered.items():
            yield Claim(f"bin intervals cover, {forecasts} forecasts, weights over {over}", float(np.mean(shares)))


def covers(which: Integers, p: Floats, y: Floats, w: Floats) -> list[float]:
    """Return for each bin with 10 trials or more whether its interval holds the mean probability said in it."""
    tally = Tally.of(p, y, w)
    bins = reliability_bins(tally, Clusters.of(which, p, y, w).bin_sizes(tally))
    enough = bins.size >= 10
    inside = (bins.low <= bins.mean_probability) & (bins.mean_probability <= bins.high)
    return [float(one) for one in inside[enough]]


def miscalibration_looks_like_a_fault(runs: int) -> Iterator[Claim]:
    """The MCB of calibrated people who say 40 probabilities once each, uniform on 0 to 1; and the quantile shown."""
    rng, found, quantiles = np.random.default_rng(SEED), [], []
    for _ in range(runs):
        p = np.round(rng.uniform(0.0001, 0.9999, 40), 4)
        tally = Tally.of(p, (rng.random(40) < p).astype(float))
        found.append(decomposition(tally).miscalibration)
        quantiles.append(consistency_band(tally, 40, draws=199).miscalibration)
    yield Claim("miscalibration of the calibrated at 40 forecasts, mean", float(np.mean(found)))
    yield Claim("its 95% quantile over runs", float(np.quantile(found, 0.95)))
    yield Claim("the quantile shown beside it, mean", float(np.mean(quantiles)))


def slopes_of_few_forecasts_cover_too_little(runs: int) -> Iterator[Claim]:
    """How often intercept and slope +- 1.96 cluster-robust errors hold 0 and 1, by where the scores are taken."""
    for forecasts, revisions in ((40, 1), (40, 40), (100, 40)):
        inside: dict[str, list[list[bool]]] = {"at the null": [], "at the fit": []}
        for run in simulate(Design(forecasts, revisions), runs, SEED):
            which, p, y, w = run.rows()
            tally = Tally.of(p, y, w)
            fit = recalibration(tally)
            if fit is None:
                continue
            fitted = score_products(which, p, y, w, intercept=fit.intercept, slope=fit.slope)
            for name, scores in (("at the null", score_products(which, p, y, w)), ("at the fit", fitted)):
                robust = recalibration(tally, scores=scores)
                if robust is not None:
                    errors = _NORMAL * robust.intercept_se, _NORMAL * robust.slope_se
                    inside[name].append([abs(robust.intercept) < errors[0], abs(robust.slope - 1) < errors[1]])
        for name, held in inside.items():
            for which_one, share in zip(("intercept", "slope"), np.mean(held, axis=0), strict=True):
                yield Claim(f"{which_one} covered, {forecasts} x {revisions}, scores taken {name}", float(share))


CLAIMS: Final = (
    (rows_are_not_proper, 20),
    (early_spot_scores_invite_bluffing, 20),
    (resolved_so_far_is_biased, 20),
    (weight_one_over_time_standing_is_wrong, 120),
    (miscalibration_looks_like_a_fault, 400),
    (slopes_of_few_forecasts_cover_too_little, 400),
)


def rows(scale: float) -> Iterator[Row]:
    """Yield every claim with its figure, without a goal: what is found is what may be said."""
    for claim, runs in CLAIMS:
        for each in claim(max(4, round(runs * scale))):
            yield Row(each.words, each.found)


if __name__ == "__main__":
    for row in rows(1.0):
        print(f"{row.figure:9.3f}   {row.setting}", flush=True)
