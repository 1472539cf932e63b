"""The scores of one forecast computed the slow, obvious way: one person and one gap after another."""

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

from tracker.scoring.record import NEVER, Schedule

Row = tuple[int, int, float, int]  # forecaster, made_at, probability (NaN withdraws), expires_at


@dataclass
class SlowScores:
    coverage: Fraction
    contested: Fraction
    brier: float
    log_score: float
    baseline: float
    peer: float
    spot_baseline: float
    spot_peer: float


def standing(rows: list[Row], instant: int) -> dict[int, float]:
    """Who stands at the instant, and with what: each one's latest row, unless it withdraws or has expired."""
    latest: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: row[1]):
        if row[1] <= instant:
            latest[row[0]] = row
    return {who: p for who, _, p, expires_at in latest.values() if not math.isnan(p) and instant < expires_at}


def log_q(p: float, *, outcome: bool) -> float:
    return math.log(p if outcome else 1 - p)


def lead(mine: float, others: list[float], *, outcome: bool) -> float:
    """100 times how far ln q is above the mean of the others, 0 while alone."""
    if not others:
        return 0.0
    mean = math.fsum(log_q(p, outcome=outcome) for p in others) / len(others)
    return 100 * (log_q(mine, outcome=outcome) - mean)


def slow_scores(
    scored: list[Row], rivals: list[Row], schedule: Schedule, known_at: int, *, outcome: bool
) -> dict[int, SlowScores]:
    """Score `scored` against all of `rivals` but themselves."""
    a, b = schedule.opens_at, schedule.closes_at
    e = min(b, known_at)
    spot = min(schedule.spot_time, e)
    instants = {a, e} | {row[1] for row in scored + rivals} | {row[3] for row in scored + rivals if row[3] != NEVER}
    grid = sorted(instant for instant in instants if a <= instant <= e)
    result = {}
    for who in {row[0] for row in scored}:
        time = together = 0
        brier, log_score, baseline, peer = [], [], [], []
        for left, right in itertools.pairwise(grid):
            p = standing(scored, left).get(who)
            if p is None:
                continue
            others = [rival for other, rival in standing(rivals, left).items() if other != who]
            length = right - left
            time += length
            together += length if others else 0
            brier.append(length * (p - outcome) ** 2)
            log_score.append(-length * log_q(p, outcome=outcome))
            baseline.append(length * 100 * (1 + log_q(p, outcome=outcome) / math.log(2)))
            peer.append(length * lead(p, others, outcome=outcome))
        at_spot = standing(scored, spot).get(who)
        if time == 0 and at_spot is None:
            continue
        at_spot_others = [rival for other, rival in standing(rivals, spot).items() if other != who]
        nan = math.nan
        result[who] = SlowScores(
            coverage=Fraction(time, b - a),
            contested=Fraction(together, b - a),
            brier=math.fsum(brier) / time if time else nan,
            log_score=math.fsum(log_score) / time if time else nan,
            baseline=math.fsum(baseline) / (b - a) if time else nan,
            peer=math.fsum(peer) / (b - a) if time else nan,
            spot_baseline=nan if at_spot is None else 100 * (1 + log_q(at_spot, outcome=outcome) / math.log(2)),
            spot_peer=nan if at_spot is None else lead(at_spot, at_spot_others, outcome=outcome),
        )
    return result
