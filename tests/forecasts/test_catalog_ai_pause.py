"""What the shipped catalogue of the essay promises to those who forecast on it."""

import re
from pathlib import Path

import pytest

from forecasts.catalog.reading import read

CATALOG = read(Path(__file__).parents[2] / "forecasts" / "catalog" / "ai_pause.toml")
FORECASTS = {forecast.slug: forecast for forecast in CATALOG.forecasts}
CLAIMS = {claim.key: claim for claim in CATALOG.claims}
PAIRED = {"C1a", "C2a", "C3a", "C4a", "C5a", "C6a", "C7a", "C8a", "C8b"}
PARTS = {
    "P0": [""],
    "C1": ["a", "b", "c"],
    "C2": ["a", "b"],
    "C3": ["a", "b"],
    "C4": ["a", "b"],
    "C5": ["a", "b"],
    "C6": ["a", "b"],
    "C7": ["a"],
    "C8": ["a", "b"],
    "C9": ["a", "b"],
    "C10": ["a", "b", "c"],
    "H1": ["a", "b", "c", "d", "e"],
    "H2": [""],
    "H3": [""],
    "M0": [""],
    "J1": [""],
    "J2": [""],
    "J3": [""],
    "J4": [""],
    "J5": [""],
}

each_forecast = pytest.mark.parametrize("forecast", CATALOG.forecasts, ids=FORECASTS)


def root_of(forecast):
    while forecast.condition:
        forecast = FORECASTS[forecast.condition]
    return forecast.slug


def test_every_claim_has_the_parts_that_can_resolve_apart():
    found = {key: sorted({f.part for f in CATALOG.forecasts if f.claim == key}) for key in CLAIMS}
    assert found == PARTS
    assert len(CATALOG.forecasts) == 44


def test_there_is_a_pair_exactly_where_the_event_could_also_happen_without_a_pause():
    assert {pair.claim + pair.part for pair in CATALOG.pairs} == PAIRED
    assert {pair.condition for pair in CATALOG.pairs} == {"ai-pause-p0"}


@pytest.mark.parametrize("pair", CATALOG.pairs, ids=lambda pair: pair.slug)
def test_twins_have_one_text_but_for_the_window_and_the_same_times(pair):
    yes, no = FORECASTS[pair.yes], FORECASTS[pair.no]
    after = "the 24 months after a Western pause on frontier AI training (premise P0) has come into force"
    without = "the 24 months from 1 January 2031, no Western pause on frontier AI training (premise P0) "
    without += "having come into force"
    assert after in yes.question
    for field in ("question", "background", "criteria", "sources", "fallback", "annulled_if", "known_at"):
        assert str(getattr(yes, field)).replace(after, without) == str(getattr(no, field))
    for field in ("opens_at", "closes_at", "resolve_by", "spot_at", "reveal_at", "tags", "claim", "part"):
        assert getattr(yes, field) == getattr(no, field)


def test_every_consequence_of_a_pause_hangs_on_the_premise_and_every_guess_of_the_commenter_on_his():
    for forecast in CATALOG.forecasts:
        if re.match(r"C\d|H[23]", forecast.claim):
            assert root_of(forecast) == "ai-pause-p0"
        if forecast.claim.startswith("J"):
            assert (forecast.condition, forecast.condition_outcome) == ("ai-moratorium-m0", "yes")
        if forecast.claim in {"P0", "M0", "H1"}:
            assert not forecast.condition


def test_a_part_that_makes_no_sense_without_another_is_conditional_on_it():
    chained = {f.slug: f.condition for f in CATALOG.forecasts if f.condition and not f.condition.endswith(("p0", "m0"))}
    assert chained == {
        "ai-pause-c1b": "ai-pause-c1a-yes",
        "ai-pause-c1c": "ai-pause-c1a-yes",
        "ai-pause-c4b": "ai-pause-c4a-yes",
        "ai-pause-c10b": "ai-pause-c10a",
        "ai-pause-c10c": "ai-pause-c10a",
        "ai-pause-h2": "ai-pause-c10b",
    }


@each_forecast
def test_a_forecast_can_be_settled_by_anyone_who_reads_it(forecast):
    assert re.search(r"\d", forecast.criteria)
    assert re.search(r"\b20\d\d\b|\bmonths\b", forecast.question)
    assert any(re.search(r"https?://", source) for source in forecast.sources)
    assert forecast.fallback
    assert forecast.annulled_if
    assert forecast.known_at
    assert not re.search(r"[{}]", str(forecast))


@each_forecast
def test_a_background_has_two_to_seven_sentences(forecast):
    assert 2 <= len(re.findall(r"[a-z0-9)\"][.!?](?:\s|$)", forecast.background)) <= 7


@each_forecast
def test_a_forecast_is_open_at_launch_and_fixes_its_spot_before_anything_is_known(forecast):
    assert forecast.opens_at < forecast.reveal_at < forecast.spot_at < forecast.closes_at


@each_forecast
def test_a_criterion_says_what_the_premise_is_when_it_speaks_of_it(forecast):
    if "the premise" in forecast.criteria and forecast.claim != "P0":
        assert "ai-pause-p0" in forecast.criteria


@each_forecast
def test_a_criterion_defines_the_terms_that_it_uses(forecast):
    defined = {
        "training limit": "A training limit is|a training limit is a law",
        "Western state": "A Western state is",
        "The pause ": "The pause is the measure",
        "pausing state": "A pausing state is",
    }
    for term, definition in defined.items():
        if re.search(rf"\b{term}s?\b", forecast.criteria):
            assert re.search(definition, forecast.criteria), term


def test_windows_end_before_the_closing_time():
    ends = {
        "ai-pause-p0": 2031,
        "ai-pause-c10a": 2034,
        "ai-pause-c2b": 2034,
        "ai-pause-c6b": 2034,
        "ai-moratorium-china": 2035,
    }
    for slug, year in ends.items():
        assert FORECASTS[slug].closes_at.year == year
    for pair in CATALOG.pairs:
        assert FORECASTS[pair.no].closes_at.isoformat() >= "2033-01-01"


def test_branches_close_no_earlier_than_what_they_depend_on():
    for forecast in CATALOG.forecasts:
        if forecast.condition:
            assert forecast.closes_at >= FORECASTS[forecast.condition].closes_at


def test_the_scale_is_that_of_the_directive_with_its_synonyms():
    (scale,) = CATALOG.scales
    assert scale.words["likely"] == scale.words["probable"] == (0.55, 0.80)
    assert scale.words["almost no chance"] == scale.words["remote"] == (0.01, 0.05)
    assert scale.words["almost certain"] == scale.words["nearly certain"] == (0.95, 0.99)
    ends = sorted(set(scale.words.values()))
    assert [high for _, high in ends[:-1]] == [low for low, _ in ends[1:]]


def test_premises_are_nobodys_prediction_and_carry_no_hedge():
    assert {key for key, claim in CLAIMS.items() if claim.premise} == {"P0", "M0"}
    assert not any(f.hedge_word for f in CATALOG.forecasts if CLAIMS[f.claim].premise)


def test_all_ten_consequences_stand_under_the_heading_that_says_likely():
    for number in range(1, 11):
        claim = CLAIMS[f"C{number}"]
        assert (claim.bullet, claim.hedge_word, claim.hedge_low, claim.hedge_high) == (number, "likely", 0.55, 0.80)


def test_a_part_with_a_word_of_its_own_or_beyond_what_was_said_inherits_no_hedge():
    hedged = {f.claim + f.part for f in CATALOG.forecasts if f.hedge_word}
    asked = {f.claim + f.part for f in CATALOG.forecasts if f.claim.startswith("C")}
    assert asked - hedged == {"C1c", "C5a", "C8b", "C9b", "C10a"}
    assert hedged - asked == {"J4"}


def test_no_twin_without_a_pause_carries_a_hedge():
    assert not any(FORECASTS[pair.no].hedge_word for pair in CATALOG.pairs)


def test_the_commenter_is_the_author_of_his_five_predictions_with_his_own_words():
    his = {key: claim.hedge_word for key, claim in CLAIMS.items() if claim.author == "avturchin"}
    assert his == {"M0": "", "J1": "may", "J2": "will not", "J3": "will not", "J4": "likely", "J5": "will not"}
    predicted = {f.claim: f.predicts for f in CATALOG.forecasts if f.claim.startswith("J")}
    assert predicted == {"J1": "yes", "J2": "no", "J3": "no", "J4": "yes", "J5": "no"}
    assert (FORECASTS["ai-moratorium-france"].hedge_low, FORECASTS["ai-moratorium-france"].hedge_high) == (0.55, 0.80)


@pytest.mark.parametrize(
    ("slug", "factor", "years"),
    [
        ("gpu-price-performance-4x-2027", 4, 5.0),
        ("gpu-price-performance-8x-2030", 8, 7.5),
        ("gpu-price-performance-16x-2032", 16, 10.0),
        ("gpu-price-performance-fp32-8x-2030", 8, 7.5),
    ],
)
def test_hardware_thresholds_follow_the_rate_of_the_essay_from_the_reference_card(slug, factor, years):
    forecast = FORECASTS[slug]
    closes = forecast.closes_at
    assert factor == 2 ** (years / 2.5)
    assert (closes.year + (closes.month - 1) / 12, closes.day) == (2022 + 9 / 12 + years, 12)
    teraflops = 82.6 if "fp32" in slug else 165.2
    asked = float(re.search(r"at least ([\d,.]+) GFLOP/s per dollar", forecast.criteria)[1].replace(",", ""))
    assert asked == pytest.approx(factor * teraflops * 1000 / 1599, rel=1e-3)
