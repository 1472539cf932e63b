"""What boards rank by, and the names of the reference rows beside them."""

from dataclasses import dataclass

from tracker.models import Owner


@dataclass(frozen=True)
class Measure:
    """What a board ranks by; `of` names the moments that the score and its interval are made from.

    It either adds up over forecasts, or is divided by the time standing.
    """

    name: str
    label: str
    unit: str
    better: str
    of: str
    explanation: str
    adds_up: bool = False


_PEER = (
    "How much more probability than the others a forecaster gave to what happened, moment by moment, while they stood "
    "together."
)
_BASELINE = "How much better than always saying one half."

MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "peer",
            "Total peer score",
            "points",
            "higher",
            "peer",
            f"{_PEER} Adds up over forecasts; 0 is as good as the others, and absence is 0.",
            adds_up=True,
        ),
        Measure(
            "peer_rate",
            "Peer score per forecast",
            "points a forecast contested throughout",
            "higher",
            "peer",
            f"{_PEER} Divided by the time stood together, so that who stands on few forecasts can be compared.",
        ),
        Measure(
            "baseline",
            "Total baseline score",
            "points",
            "higher",
            "baseline",
            f"{_BASELINE} Adds up over forecasts; 0 is one half, and absence is 0.",
            adds_up=True,
        ),
        Measure(
            "baseline_rate",
            "Baseline score per forecast",
            "points a forecast covered throughout",
            "higher",
            "baseline",
            f"{_BASELINE} Divided by the time standing; 0 is one half, 100 certain and right.",
        ),
        Measure(
            "brier",
            "Brier score",
            "0 to 1",
            "lower",
            "brier",
            "The squared distance between probability and outcome (1 for yes, 0 for no), averaged over the time "
            "standing. 0 is best; always one half gets 0.25.",
        ),
        Measure(
            "log_score",
            "Log score",
            "nats",
            "lower",
            "log_score",
            "The negative logarithm of the probability given to what happened, averaged over the time standing. "
            "0 is best; always one half gets 0.693.",
        ),
        Measure(
            "spot_peer",
            "Total spot peer score",
            "points",
            "higher",
            "spot_peer",
            "The peer score at one instant of each forecast, its spot time. Adds up over forecasts; those answered "
            "before their spot time do not count.",
            adds_up=True,
        ),
        Measure(
            "spot_baseline",
            "Total spot baseline score",
            "points",
            "higher",
            "spot_baseline",
            "The baseline score at one instant of each forecast, its spot time. Adds up over forecasts; those answered "
            "before their spot time do not count.",
            adds_up=True,
        ),
    )
}

REFERENCES = {
    (Owner.CROWD, "recency_weighted"): "Crowd, recency-weighted median",
    (Owner.CROWD, "median"): "Crowd, median",
    (Owner.CROWD, "mean_log_odds"): "Crowd, mean of log odds",
    (Owner.AUTHOR, "hedge_midpoint"): "The author's words, translated",
    (Owner.CONSTANT, "one_half"): "Always one half",
}
