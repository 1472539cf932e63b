"""A confidence sequence holds whenever one looks, and is narrow enough to tell people apart."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln

from benchmarks import comparison_coverage
from benchmarks.measuring import Row
from tracker.scoring import confidence
from tracker.scoring.confidence import boundary, confidence_sequence, half_width

DIFFERENCES = st.lists(st.floats(-1, 1), min_size=1, max_size=60)
RHO = 10 / (2 * math.log(20) + math.log(1 + 2 * math.log(20)))


def mixture(u: float, v: float, rho: float = RHO, c: float = 2.0) -> float:
    """ln m(u, v) by its definition: exp(lambda u - v psi(lambda)) averaged over lambda in (0, 1/c).

    psi(lambda) = (-ln(1 - c lambda) - c lambda) / c^2, and with w = 1 - c lambda the density of w is proportional to
    w^(r - 1) exp(r (1 - w)), r = rho / c^2: the gamma-exponential mixture of Howard and others (2021).
    """
    r = rho / c**2

    def weight(w: float) -> float:
        return w ** (r - 1) * math.exp(-r * w)

    def wealth(w: float) -> float:
        rate = (1 - w) / c
        return weight(w) * math.exp(rate * u - v * (-math.log(w) - c * rate) / c**2)

    return math.log(quad(wealth, 0, 1, limit=500)[0] / quad(weight, 0, 1, limit=500)[0])


@pytest.mark.parametrize("v", [0.0, 1.0, 4.0, 10.0, 100.0])
def test_the_boundary_solves_the_mixture_s_definition(v: float) -> None:
    assert mixture(float(boundary(v)), v) == pytest.approx(math.log(40), rel=1e-6)


def test_the_log_mixture_gives_the_values_of_the_reference_implementation(monkeypatch: pytest.MonkeyPatch) -> None:
    """confseq, test/uniform_boundaries_unittest.cpp, TestGammaExponentialMixture: v_opt 100, alpha 0.05 a side, c 2."""
    rho = 100 / (2 * math.log(10) + math.log(1 + 2 * math.log(10)))
    r = rho / 4
    monkeypatch.setattr(confidence, "_START", r * math.log(r) - r - gammaln(r) - math.log(confidence.gammainc(r, r)))
    k = np.array((100 + rho) / 4)
    assert float(confidence._log_mixture(np.array(10 / 2), k)[0]) == pytest.approx(-0.2490165, abs=1e-5)
    assert float(confidence._log_mixture(np.array(33.02017 / 2), k)[0]) == pytest.approx(math.log(20), abs=1e-5)


def test_the_boundary_has_the_agreed_values() -> None:
    """u(1), u(10) and u(100) are printed in the definition of the comparison."""
    np.testing.assert_allclose(boundary([1, 10, 100]), [10.0863, 17.1946, 42.3217], atol=5e-5)


def test_the_boundary_grows_with_the_variance_at_any_size() -> None:
    v = np.geomspace(1e-6, 1e12, 400)
    u = boundary(v)
    assert np.all(np.isfinite(u))
    assert np.all(np.diff(u) > 0)
    # Far out it grows as a mixture of normal ones does: u^2 is near v (ln(v / rho) + 2 ln(2 / alpha)).
    large = v > 1e7
    law = np.sqrt(v[large] * (np.log(v[large] / RHO) + 2 * math.log(40)))
    assert np.all(np.abs(u[large] / law - 1) < 0.05)


def test_a_scalar_and_an_array_of_any_shape_have_boundaries() -> None:
    assert boundary(1.0).shape == ()
    assert boundary(np.ones((2, 3))).shape == (2, 3)
    assert boundary([]).shape == (0,)


@pytest.mark.parametrize("v", [-1.0, math.nan, math.inf])
def test_a_variance_that_cannot_be_has_no_boundary(v: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        boundary([1.0, v])


@given(DIFFERENCES)
def test_each_interval_is_what_its_rounds_alone_say(differences: list[float]) -> None:
    path = confidence_sequence(differences)
    for t in range(1, len(differences) + 1):
        so_far = differences[:t]
        before = [math.fsum(so_far[:i]) / i if i else 0.0 for i in range(t)]
        v = max(1.0, math.fsum((d - centre) ** 2 for d, centre in zip(so_far, before, strict=True)))
        mean, radius = math.fsum(so_far) / t, float(boundary(v)) / t
        assert path.mean[t - 1] == pytest.approx(mean, abs=1e-12)
        assert path.low[t - 1] == pytest.approx(max(mean - radius, -1), abs=1e-9)
        assert path.high[t - 1] == pytest.approx(min(mean + radius, 1), abs=1e-9)


@given(DIFFERENCES)
def test_changing_sides_turns_the_path_over(differences: list[float]) -> None:
    ours, theirs = confidence_sequence(differences), confidence_sequence([-d for d in differences])
    np.testing.assert_array_equal(ours.low, -theirs.high)
    np.testing.assert_array_equal(ours.mean, -theirs.mean)


def test_no_rounds_have_no_intervals_and_one_round_says_nothing() -> None:
    assert confidence_sequence([]).mean.size == 0
    one = confidence_sequence([0.5])
    assert (one.mean.tolist(), one.low.tolist(), one.high.tolist()) == ([0.5], [-1.0], [1.0])


@pytest.mark.parametrize("d", [1.0001, -2.0, math.nan])
def test_what_no_difference_can_be_is_refused(d: float) -> None:
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        confidence_sequence([0.1, d])


def test_the_width_to_expect_is_the_width_that_comes() -> None:
    rng = np.random.default_rng(5)
    path = confidence_sequence(rng.choice([-0.25, 0.25], 1000))
    for number in (100, 300, 1000):
        came = (path.high - path.low)[number - 1] / 2
        assert float(half_width(number, 0.25)) == pytest.approx(came, rel=0.05)


@pytest.fixture(scope="module")
def simulated() -> dict[str, Row]:
    return {row.setting: row for row in comparison_coverage.rows(scale=0.075)}


@pytest.mark.parametrize("setting", [setting for setting, *_ in comparison_coverage.SETTINGS])
def test_simulated_figures_lie_where_they_must(simulated: dict[str, Row], setting: str) -> None:
    """What is expected is inside at all times in 95% of runs, two are told apart, and shortcuts fail the same test."""
    assert simulated[setting].verdict == "met", simulated[setting]
