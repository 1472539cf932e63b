"""The reader of catalogue files: what it makes of a good one, and that no damage makes it fail."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read
from tests.forecasts.catalog_files import GOOD, changed


def test_a_good_file_is_read_in_its_own_order_with_both_branches_of_a_pair(file):
    catalog = read(file(GOOD))
    assert [forecast.slug for forecast in catalog.forecasts] == ["summer", "rain-yes", "rain-no", "north"]
    assert [(pair.slug, pair.yes, pair.no, pair.condition) for pair in catalog.pairs] == [
        ("rain", "rain-yes", "rain-no", "summer")
    ]


def test_twins_differ_in_slug_outcome_window_times_and_hedge_and_in_nothing_else(file):
    yes, no = (f for f in read(file(GOOD)).forecasts if f.pair == "rain")
    assert yes.question == "Will it rain in July 2027?"
    assert no.question == "Will it rain in July 2028?"
    for field in ("background", "criteria", "sources", "fallback", "annulled_if", "known_at", "tags", "claim", "part"):
        assert str(getattr(yes, field)).replace("July 2027", "July 2028") == str(getattr(no, field))
    assert (yes.condition, yes.condition_outcome) == ("summer", "yes")
    assert (no.condition, no.condition_outcome) == ("summer", "no")


def test_only_the_yes_branch_of_a_pair_inherits_the_hedge(file):
    yes, no = (f for f in read(file(GOOD)).forecasts if f.pair == "rain")
    assert (yes.hedge_word, yes.hedge_scale, yes.hedge_low, yes.hedge_high) == ("Likely", "words", 0.55, 0.80)
    assert (no.hedge_word, no.hedge_scale, no.hedge_low, no.hedge_high) == ("", "", None, None)


def test_a_word_that_the_scale_knows_but_does_not_translate_is_kept_without_a_range(file):
    catalog = read(file(GOOD))
    reader = catalog.claims[2]
    assert (reader.hedge_word, reader.hedge_low, reader.hedge_high) == ("may", None, None)
    assert catalog.forecasts[3].hedge_word == "may"


def test_a_range_is_turned_round_where_the_author_predicts_no(file):
    text = changed('hedge = "may"', 'hedge = "unlikely"')
    north = read(file(text)).forecasts[3]
    assert north.predicts == "no"
    assert (north.hedge_low, north.hedge_high) == (0.55, 0.80)


def test_a_claim_has_the_author_of_the_source_unless_it_names_its_own(file):
    assert [claim.author for claim in read(file(GOOD)).claims] == ["A. Writer", "A. Writer", "A. Reader"]


def test_terms_are_written_out_and_lines_joined_into_paragraphs(file):
    catalog = read(file(GOOD))
    assert catalog.forecasts[0].criteria == (
        "Yes if the mean temperature of June to August is above 10 degrees, measured at the gauge at Kew.\n\n"
        "- Nights count.\n- Days count."
    )
    assert "at least 1 mm at the gauge at Kew" in catalog.forecasts[1].criteria


def test_a_line_that_happens_to_begin_with_a_number_does_not_make_a_list(file):
    text = changed(
        'background = "There was one in every year on record so far."',
        'background = """There was one in\n2026. There was one before."""',
    )
    assert read(file(text)).forecasts[0].background == "There was one in 2026. There was one before."


def test_times_are_in_utc(file):
    assert read(file(GOOD)).forecasts[0].opens_at == datetime(2026, 11, 1, tzinfo=UTC)


# What is changed in the good file, and how the fault begins that this must give.


VALUES = ["1", "true", "-1", "nan", "inf", '""', '"x"', "[]", "[1]", "{}", "{ a = 1 }", "[[]]", "2027-01-01", "1e400"]
VALUES += ["2027-01-01T00:00:00", "00:00:00", "9999-12-31T23:59:59-12:00", "[{}]", '"{window}"', '"\\u0000"', "9" * 400]
LINES = GOOD.splitlines()


# The file fixture only names a folder, and the first text drawn loads Hypothesis's tables.
SLOW_OR_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@st.composite
def damaged(draw):
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "value", "text"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "value":
                lines[at] = lines[at].split("=")[0] + "= " + draw(st.sampled_from(VALUES))
            case "text":
                lines[at] = draw(st.text(max_size=30))
    return "\n".join(lines)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW_OR_SHARED)
@given(text=damaged())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(file, text):
    path = file(text.encode("utf-8", "surrogatepass"))
    try:
        catalog = read(path)
    except CatalogError as error:
        named = [fault.message for fault in error.faults]
    else:
        named = [forecast.slug for forecast in catalog.forecasts]
    assert named
    assert all(named)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW_OR_SHARED)
@given(content=st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused_and_nothing_else(file, content):
    with pytest.raises(CatalogError):
        read(file(content))


def test_the_reader_needs_no_django():
    import subprocess
    import sys

    script = "import sys, forecasts.catalog.reading; sys.exit('django' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
