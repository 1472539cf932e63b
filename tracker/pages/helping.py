"""Help: how scoring works, and the rest. Every number on the page is worked out by the functions that score."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasts.models import HIGHEST, LOWEST
from tracker.queries.measures import MEASURES
from tracker.scoring.boards import MINIMUM_FORECASTS, MINIMUM_UPSETS, MINIMUM_UPSETS_OF_PEERS
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import Scores, score
from tracker.templatetags.diagrams import EACH, example_bins

from .glossary import GLOSSARY

SHOWN = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
A_WHILE = Schedule(opens_at=0, closes_at=10)


@dataclass(frozen=True)
class Example:
    """What standing at `probability` from opening to closing earns; `yes` and `no` name the outcome."""

    probability: float
    baseline_yes: float
    baseline_no: float
    brier_yes: float
    brier_no: float


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    bold, cautious = _scores([0.9, 0.6], outcome=True).peer.tolist()
    overconfident = example_bins("overconfident").observed_frequency.tolist()
    half = _scores([0.7], made_at=5, outcome=True)
    context = {
        "examples": [_example(p) for p in SHOWN],
        "bold": bold,
        "cautious": cautious,
        "half_coverage": float(half.coverage[0]),
        "half_baseline": float(half.baseline[0]),
        "whole_baseline": float(_scores([0.7], outcome=True).baseline[0]),
        "lowest": LOWEST,
        "highest": HIGHEST,
        "worst": float(_scores([LOWEST], outcome=True).baseline[0]),
        "minimum": MINIMUM_FORECASTS,
        "minimum_upsets": MINIMUM_UPSETS,
        "minimum_upsets_of_peers": MINIMUM_UPSETS_OF_PEERS,
        "measures": MEASURES.values(),
        "each": EACH,
        "highest_bin": overconfident[-1],
        "lowest_bin": overconfident[0],
        "glossary": GLOSSARY.items(),
        "address": request.build_absolute_uri("/"),
    }
    return render(request, "tracker/help.html", context)


def _example(p: float) -> Example:
    yes, no = _scores([p], outcome=True), _scores([p], outcome=False)
    return Example(p, float(yes.baseline[0]), float(no.baseline[0]), float(yes.brier[0]), float(no.brier[0]))


def _scores(probabilities: list[float], *, outcome: bool, made_at: int = 0) -> Scores:
    n = len(probabilities)
    made = Estimates.of(forecaster=list(range(n)), made_at=[made_at] * n, probability=probabilities)
    return score(made, A_WHILE, known_at=A_WHILE.closes_at, outcome=outcome)
