"""The one test behind the sentence, and its words."""

import numpy as np
import pytest
from scipy.stats import norm

from tracker.scoring.chance import Chance, caveat, chance, quote, sentence
from tracker.scoring.clusters import Clusters
from tracker.scoring.reliability import reliability_bins
from tracker.scoring.tally import Tally

ONCE = np.arange(60)
SAID = np.tile([0.15, 0.4, 0.62, 0.9, 0.95, 0.3], 10)
HAPPENED = (np.random.default_rng(2).random(60) < SAID).astype(float)


def test_one_estimate_a_forecast_needs_no_clusters() -> None:
    clusters = Clusters.of(ONCE, SAID, HAPPENED, np.ones(60))
    with_clusters, without = chance(Tally.of(SAID, HAPPENED), clusters), chance(Tally.of(SAID, HAPPENED))
    assert (with_clusters.statistic, with_clusters.degrees) == (pytest.approx(without.statistic), 2)


def test_a_hundred_people_who_agree_are_no_more_evidence_than_one() -> None:
    everybody, p, y = np.repeat(ONCE, 100), np.repeat(SAID, 100), np.repeat(HAPPENED, 100)
    crowd = chance(Tally.of(p, y), Clusters.of(everybody, p, y, np.ones(6000)))
    alone = chance(Tally.of(SAID, HAPPENED))
    assert crowd.statistic == pytest.approx(alone.statistic)
    assert chance(Tally.of(p, y)).statistic == pytest.approx(100 * alone.statistic)


def test_a_single_probability_leaves_one_degree_of_freedom() -> None:
    tally = Tally.of([0.8] * 50, [1] * 34 + [0] * 16)
    test = chance(tally)
    z = (34 - 40) / np.sqrt(50 * 0.8 * 0.2)
    assert (test.statistic, test.degrees) == (pytest.approx(z**2), 1)
    assert test.p_value == pytest.approx(2 * norm.sf(abs(z)))
    same = chance(tally, Clusters.of(np.arange(50), [0.8] * 50, [1] * 34 + [0] * 16, np.ones(50)))
    assert (same.statistic, same.degrees) == (pytest.approx(z**2), 1)


def test_two_probabilities_close_together_are_two_degrees_of_freedom() -> None:
    assert chance(Tally.of([0.5, 0.5001] * 30, [1, 0] * 30)).degrees == 2


@pytest.mark.parametrize(("p", "y"), [(0.0, 0), (1.0, 1), (0.5, 1)])
def test_a_single_forecast_can_be_tested(p: float, y: int) -> None:
    test = chance(Tally.of([p], [y]), Clusters.of([1], [p], [y], [1.0]))
    assert test.degrees == 1
    assert test.plausible


def test_certain_and_wrong_is_no_chance() -> None:
    assert chance(Tally.of([1.0] * 3, [1, 1, 0])).p_value < 1e-9


@pytest.mark.parametrize(("p_value", "plausible"), [(0.05, True), (0.0499, False)])
def test_from_five_in_a_hundred_up_it_could_be_chance(p_value: float, plausible: bool) -> None:
    assert Chance(1.0, 2, p_value).plausible is plausible


def test_the_bin_quoted_is_the_furthest_in_standard_errors_with_enough_trials() -> None:
    far = ([0.95] * 9, [0] * 9)  # nine trials are too few
    middling, near = ([0.55] * 100, [1] * 65 + [0] * 35), ([0.75] * 10, [1] * 6 + [0] * 4)
    tally = Tally.of(far[0] + middling[0] + near[0], far[1] + middling[1] + near[1])
    shown = quote(reliability_bins(tally))
    assert shown is not None
    assert (shown.bin, shown.said, shown.happened) == (5, pytest.approx(0.55), pytest.approx(0.65))


def test_no_bin_with_enough_trials_quotes_none_and_says_so() -> None:
    bins = reliability_bins(Tally.of([0.2, 0.8], [0, 1]))
    assert quote(bins) is None
    assert sentence(bins, Chance(0.5, 2, 0.8), 2).startswith("With 2 forecasts, no range")
    assert sentence(bins, Chance(0.5, 2, 0.8), 1).startswith("With 1 forecast, no range")


@pytest.mark.parametrize(
    ("p_value", "words"),
    [
        (0.4, "with 41 forecasts this could be chance."),
        (0.03, "with 41 forecasts this is hardly chance."),
    ],
)
def test_the_sentence_says_what_the_test_says(p_value: float, words: str) -> None:
    bins = reliability_bins(Tally.of([0.9] * 40 + [0.1], [1] * 32 + [0] * 8 + [0]))
    test = Chance(2.0, 2, p_value)
    assert sentence(bins, test, 41) == f"Says 90% when 80% happen; {words}"
    assert caveat(bins, test).startswith(f"One test over all probabilities decides, p = {p_value};")
    assert "from 90% to 100% is an illustration" in caveat(bins, test)


def test_a_tiny_p_value_is_not_written_out() -> None:
    assert "p < 0.001" in caveat(reliability_bins(Tally.of([0.9] * 40, [0] * 40)), Chance(99.0, 2, 1e-20))
