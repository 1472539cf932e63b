"""What a comparison says in words claims no more than its interval allows."""

from dataclasses import dataclass

import numpy as np
import pytest

from tracker.queries.comparing import reach, verdict


@dataclass
class Last:
    number: int
    mean: float
    low: float
    high: float


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [
        (-0.07, -0.1, -0.04, "ann’s expected score given earlier results was better on average, by 0.070 as seen"),
        (0.07, 0.04, 0.1, "bob’s expected score given earlier results was better on average, by 0.070 as seen"),
        (-0.07, -0.1, -0.04, "by something from 0.040 to 0.100."),
        (0.07, 0.04, 0.1, "by something from 0.040 to 0.100."),
        (
            -0.07,
            -0.2,
            0.06,
            "not distinguishable: the average difference could be anything from 0.200 in favour of ann",
        ),
        (-0.07, -0.2, 0.06, "to 0.060 in favour of bob."),
        (-0.07, -0.14, 0.0, "not distinguishable"),
    ],
)
def test_the_verdict_follows_the_interval(mean: float, low: float, high: float, said: str) -> None:
    sentence = verdict("ann", "bob", Last(1200, mean, low, high))
    assert said in sentence
    assert sentence.startswith("On the 1,200 rounds so far, ")


def test_one_round_is_one_round() -> None:
    assert verdict("ann", "bob", Last(1, 0.2, -1, 1)).startswith("On the one round so far, ann and bob are not")


def test_no_round_says_why() -> None:
    assert "nothing to compare" in verdict("ann", "bob", None)
    assert "claim" in verdict("ann", "bob", None, n_waiting=2)


def test_the_reach_is_what_is_common_until_the_rounds_can_tell() -> None:
    few, many = reach(np.array([0.5, -0.5])), reach(np.tile([0.05, -0.05], 10))
    assert few.startswith("As differences commonly are")
    assert "about 0.43 after 25 rounds, 0.15 after 100 and 0.03 after 1,000." in few
    assert many.startswith("With differences as spread as these")
    assert "about 0.40 after 25 rounds, 0.10 after 100 and 0.01 after 1,000." in many
    assert few.endswith("A single essay cannot separate two people.")
