"""The reader of catalogue files: what it makes of a good one, and how it names every fault of a bad one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read

GOOD = '''
format = 1

[source]
slug = "essay"
title = "An essay"
author = "A. Writer"
publisher = "A blog"
url = "https://example.org/essay"
published_on = 2023-10-24
summary = "It predicts rain."

[scales.words]
title = "A scale"
citation = "A directive, 2015."
url = "https://example.org/scale"
words = { "likely" = [0.55, 0.80], "unlikely" = [0.20, 0.45] }
untranslated = ["may"]

[terms]
gauge = "the gauge at Kew"
rain = "at least 1 mm at {gauge}"

[[claims]]
key = "P0"
section = "Premise"
restated = "There is a summer at all, which the essay takes for granted."
premise = true

[[claims]]
key = "C1"
section = "Weather"
bullet = 2
restated = "It rains more often in summers than one would think."
hedge = "Likely"
hedge_scale = "words"
hedge_note = "In the heading."

[[claims]]
key = "C2"
author = "A. Reader"
section = "Comments"
restated = "It stays dry in the north, or so the reader thinks."
hedge = "may"
hedge_scale = "words"
hedge_note = "In the comment."

[[forecasts]]
slug = "summer"
claim = "P0"
tags = ["weather"]
question = "Will there be a summer in 2027?"
background = "There was one in every year on record so far."
criteria = """
Yes if the mean temperature of June to August is above 10 degrees,
  measured at {gauge}.

- Nights
  count.
- Days count.
"""
sources = ["Met Office https://www.metoffice.gov.uk", "The Times"]
fallback = "A newspaper."
annulled_if = "Never."
known_at = "The last day of August."
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-06-01T00:00:00Z
resolve_by = 2027-09-30T00:00:00Z
spot_at = 2027-01-01T00:00:00Z
reveal_at = 2026-12-01T00:00:00Z

[[pairs]]
slug = "rain"
claim = "C1"
part = "a"
hedge = "inherit"
condition = "summer"
title = "Rain, with and without a summer"
tags = ["weather", "rain"]
question = "Will it rain in {window}?"
background = "Rain falls in most months of most years on record."
criteria = "Yes if {rain} falls on at least 3 days in {window}, read as published on the day after it ended."
sources = ["Met Office https://www.metoffice.gov.uk"]
fallback = "A newspaper of {window}."
annulled_if = "Never."
known_at = "The last day of {window}."

[pairs.yes]
slug = "rain-yes"
window = "July 2027"
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-07-01T00:00:00Z
resolve_by = 2027-08-31T00:00:00Z

[pairs.no]
slug = "rain-no"
window = "July 2028"
opens_at = 2026-11-01T00:00:00Z
closes_at = 2028-07-01T00:00:00Z
resolve_by = 2028-08-31T00:00:00Z

[[forecasts]]
slug = "north"
claim = "C2"
hedge = "inherit"
predicts = "no"
condition = "rain-yes"
condition_outcome = "yes"
tags = ["rain"]
question = "Will it rain in the north in July 2027?"
background = "The north is where the reader lives, and measures rain."
criteria = "Yes if at least 1 mm of rain falls at Wick on any day of July 2027, read as published in August 2027."
sources = ["Met Office https://www.metoffice.gov.uk"]
fallback = "A newspaper."
annulled_if = "Never."
known_at = "The last day of July."
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-07-01T00:00:00Z
resolve_by = 2027-08-31T00:00:00Z
'''


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "catalog.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def faults_of(path):
    with pytest.raises(CatalogError) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def changed(old, new, *, count=1):
    assert GOOD.count(old) >= count
    return GOOD.replace(old, new, count)


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
BAD = {
    "unknown format": ("format = 1", "format = 2", "file, format: must be 1"),
    "format that equals one": ("format = 1", "format = true", "file, format: must be 1"),
    "unknown section": ("[terms]", "[term]", "file, term: unknown key; did you mean 'terms'?"),
    "missing source field": ('publisher = "A blog"\n', "", "[source], publisher: is missing"),
    "misspelt source field": (
        "publisher =",
        "publsher =",
        "[source], publsher: unknown key; did you mean 'publisher'?",
    ),
    "address without a scheme": ('"https://example.org/essay"', '"example.org"', "[source], url: 'example.org' is not"),
    "time for a date": ("2023-10-24", "2023-10-24T00:00:00Z", "[source], published_on: must be a date"),
    "text for a date": ("2023-10-24", '"2023-10-24"', "[source], published_on: must be a date"),
    "range upside down": ("[0.55, 0.80]", "[0.80, 0.55]", "[scales.words], words.likely: must be two numbers"),
    "range in percent": ("[0.55, 0.80]", "[55, 80]", "[scales.words], words.likely: must be two numbers"),
    "range of nan": ("[0.55, 0.80]", "[nan, 0.80]", "[scales.words], words.likely: must be two numbers"),
    "word both ways": ('["may"]', '["may", "Likely"]', "[scales.words], untranslated: 'likely' is also among"),
    "unknown term in a term": ("mm at {gauge}", "mm at {guage}", "[terms], rain: unknown placeholder {guage}"),
    "term that nothing uses": ("[terms]\n", '[terms]\nspare = "x"\n', "[terms], spare: is not used"),
    "term called window": ("[terms]\n", '[terms]\nwindow = "x"\n', "[terms], window: the name of a term"),
    "claim key in small letters": ('key = "C1"', 'key = "c1"', "line 30: [[claims]] 2 (c1), key: 'c1' is not of the"),
    "claim key twice": ('key = "C2"', 'key = "C1"', "line 39: [[claims]] 3 (C1), key: 'C1' stands twice"),
    "bullet that is text": ("bullet = 2", 'bullet = "2"', "line 30: [[claims]] 2 (C1), bullet: must be a whole number"),
    "bullet that is true": ("bullet = 2", "bullet = true", "line 30: [[claims]] 2 (C1), bullet: must be a whole"),
    "premise that is text": ("premise = true", 'premise = "yes"', "line 24: [[claims]] 1 (P0), premise: must be true"),
    "hedge that no scale lists": ('"Likely"', '"likly"', "line 30: [[claims]] 2 (C1), hedge: the scale words does not"),
    "unknown scale": (
        'hedge_scale = "words"',
        'hedge_scale = "word"',
        "line 30: [[claims]] 2 (C1), hedge_scale: unknown 'word'; did you mean 'words'?",
    ),
    "hedge without a scale": ('hedge_scale = "words"\n', "", "line 30: [[claims]] 2 (C1), hedge_scale: is missing"),
    "hedge without a note": (
        'hedge_note = "In the heading."\n',
        "",
        "line 30: [[claims]] 2 (C1), hedge_note: is missing",
    ),
    "hedged premise": (
        "premise = true",
        'premise = true\nhedge = "may"\nhedge_scale = "words"\nhedge_note = "x"',
        "line 24: [[claims]] 1 (P0), hedge: a premise is not predicted",
    ),
    "claim without a forecast": ('claim = "C2"\nhedge = "inherit"\n', "", "[[claims]] 3 (C2): has no forecast"),
    "slug with capitals": ('slug = "north"', 'slug = "North"', "line 102: [[forecasts]] 2 (North), slug: 'North' is"),
    "slug twice": (
        'slug = "north"',
        'slug = "summer"',
        "line 102: [[forecasts]] 2 (summer), slug: 'summer' stands twice",
    ),
    "slug of a branch twice": (
        'slug = "north"',
        'slug = "rain-no"',
        "line 102: [[forecasts]] 2 (rain-no), slug: 'rain-no'",
    ),
    "unknown claim": (
        'claim = "C2"',
        'claim = "C22"',
        "line 102: [[forecasts]] 2 (north), claim: unknown 'C22'; did you",
    ),
    "part of two letters": ('part = "a"', 'part = "ab"', "line 72: [[pairs]] 1 (rain), part: 'ab' is not of the form"),
    "tag with a space": ('["rain"]', '["the rain"]', "line 102: [[forecasts]] 2 (north), tags: 'the rain' is not of"),
    "tag twice": ('["weather", "rain"]', '["rain", "rain"]', "line 72: [[pairs]] 1 (rain), tags: 'rain' stands twice"),
    "tags that are text": ('["weather"]', '"weather"', "line 48: [[forecasts]] 1 (summer), tags: must be a list"),
    "no tags": ('["weather"]', "[]", "line 48: [[forecasts]] 1 (summer), tags: is empty"),
    "question without a mark": (
        "summer in 2027?",
        "summer in 2027.",
        "line 48: [[forecasts]] 1 (summer), question: does not",
    ),
    "question without a time": (
        "summer in 2027?",
        "summer at all?",
        "line 48: [[forecasts]] 1 (summer), question: names no",
    ),
    "criteria without a number": (
        "above 10 degrees",
        "above ten degrees",
        "line 48: [[forecasts]] 1 (summer), criteria: contain",
    ),
    "stray brace": ("Nights", "{Nights", "line 48: [[forecasts]] 1 (summer), criteria: a brace stands alone"),
    "window outside a pair": (
        "Nights",
        "{window}",
        "line 48: [[forecasts]] 1 (summer), criteria: unknown placeholder {window}",
    ),
    "nameless source": ('"The Times"', '"see there"', "line 48: [[forecasts]] 1 (summer), sources: 'see there' has no"),
    "no sources": (
        '["Met Office https://www.metoffice.gov.uk"]',
        "[]",
        "line 72: [[pairs]] 1 (rain), sources: is empty",
    ),
    "empty fallback": (
        'fallback = "A newspaper."',
        'fallback = " "',
        "line 48: [[forecasts]] 1 (summer), fallback: is empty",
    ),
    "no annulment": ('annulled_if = "Never."\n', "", "line 48: [[forecasts]] 1 (summer), annulled_if: is missing"),
    "control character": (
        '"A newspaper."',
        '"A \\u0000 newspaper."',
        "line 48: [[forecasts]] 1 (summer), fallback: contains a",
    ),
    "naive time": (
        "2027-06-01T00:00:00Z",
        "2027-06-01T00:00:00",
        "line 48: [[forecasts]] 1 (summer), closes_at: has no offset",
    ),
    "time elsewhere": (
        "2027-06-01T00:00:00Z",
        "2027-06-01T00:00:00+02:00",
        "line 48: [[forecasts]] 1 (summer), closes_at: is not",
    ),
    "date for a time": (
        "2027-06-01T00:00:00Z",
        "2027-06-01",
        "line 48: [[forecasts]] 1 (summer), closes_at: must be a time",
    ),
    "closing at the opening": (
        "closes_at = 2027-06-01",
        "closes_at = 2026-11-01",
        "line 48: [[forecasts]] 1 (summer), closes_at: is not after opens_at",
    ),
    "due before the closing": (
        "resolve_by = 2027-09-30",
        "resolve_by = 2027-05-30",
        "line 48: [[forecasts]] 1 (summer), resolve_by: is before closes_at",
    ),
    "spot before the opening": (
        "spot_at = 2027-01-01",
        "spot_at = 2026-01-01",
        "line 48: [[forecasts]] 1 (summer), spot_at: is before opens_at",
    ),
    "reveal after the closing": (
        "reveal_at = 2026-12-01",
        "reveal_at = 2027-12-01",
        "line 48: [[forecasts]] 1 (summer), closes_at: is before reveal_at",
    ),
    "condition without outcome": (
        'condition_outcome = "yes"\n',
        "",
        "line 102: [[forecasts]] 2 (north), condition_outcome: condition and condition_outcome are given together",
    ),
    "outcome in between": (
        'condition_outcome = "yes"',
        'condition_outcome = "maybe"',
        "line 102: [[forecasts]] 2 (north), condition_outcome: unknown 'maybe'",
    ),
    "unknown condition": (
        'condition = "rain-yes"',
        'condition = "rain-yess"',
        "line 102: [[forecasts]] 2 (north), condition: unknown 'rain-yess'; did you mean 'rain-yes'?",
    ),
    "condition further down": (
        'condition = "summer"',
        'condition = "north"',
        "line 72: [[pairs]] 1 (rain), condition: 'north' does not stand above it",
    ),
    "condition on itself": (
        'condition = "rain-yes"',
        'condition = "north"',
        "line 102: [[forecasts]] 2 (north), condition: 'north' does not stand above it",
    ),
    "hedge that is a number": (
        'hedge = "inherit"',
        "hedge = 0.6",
        "line 72: [[pairs]] 1 (rain), hedge: must be a string",
    ),
    "hedge of another kind": ('hedge = "inherit"', 'hedge = "inherits"', "line 72: [[pairs]] 1 (rain), hedge: unknown"),
    "nothing to inherit": (
        'claim = "P0"',
        'claim = "P0"\nhedge = "inherit"',
        "line 48: [[forecasts]] 1 (summer), hedge: there is nothing to inherit",
    ),
    "pair without a window": (
        "rain in {window}?",
        "rain in 2027?",
        "line 72: [[pairs]] 1 (rain), question: does not say {window}",
    ),
    "branch without a window": (
        'window = "July 2027"\n',
        "",
        "line 72: [pairs.yes] of [[pairs]] 1 (rain), window: is missing",
    ),
    "branch with an extra key": (
        'window = "July 2028"',
        'window = "July 2028"\ncriteria = "Another."',
        "line 72: [pairs.no] of [[pairs]] 1 (rain), criteria: unknown key",
    ),
    "misspelt forecast key": (
        "spot_at =",
        "spot =",
        "line 48: [[forecasts]] 1 (summer), spot: unknown key; did you mean 'spot_at'?",
    ),
}


@pytest.mark.parametrize(("old", "new", "fault"), BAD.values(), ids=BAD)
def test_a_fault_is_named_with_its_place(file, old, new, fault):
    found = faults_of(file(changed(old, new)))
    assert any(message.startswith(fault) for message in found), found


def test_two_forecasts_cannot_be_the_same_part_of_a_claim(file):
    text = changed('claim = "C2"\nhedge', 'claim = "C1"\npart = "a"\nhedge')
    assert "line 102: [[forecasts]] 2 (north), part: claim C1 already has part 'a'" in faults_of(file(text))


def test_a_pair_needs_both_branches(file):
    start, end = GOOD.index("[pairs.no]"), GOOD.index('[[forecasts]]\nslug = "north"')
    assert "line 72: [[pairs]] 1 (rain), no: is missing" in faults_of(file(GOOD[:start] + GOOD[end:]))


def test_all_faults_are_named_at_once(file):
    text = GOOD
    chosen = ("missing source field", "range in percent", "slug with capitals", "naive time", "unknown condition")
    for name in chosen:
        old, new, _ = BAD[name]
        text = text.replace(old, new, 1)
    found = faults_of(file(text))
    for field in ("publisher", "words.likely", "slug", "closes_at", "condition"):
        assert any(f", {field}: " in message for message in found), (field, found)


def test_the_error_names_the_file_before_each_fault(file):
    path = file(changed("format = 1", "format = 2").replace('publisher = "A blog"\n', ""))
    with pytest.raises(CatalogError) as caught:
        read(path)
    assert str(caught.value).splitlines() == [f"{path}: {fault}" for fault in caught.value.faults]
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("format = 1\n[source\n", "line 2: file: column 8: not valid TOML"),
        ("format = 1\nformat = 1\n", "line 2: file: column 11: not valid TOML"),
        ("format = 1\nurl = 'x", "line 2: file: column 9: not valid TOML"),
        ("format = " + "9" * 5000, "line 1: file: column"),
        ("x = " + "[" * 5000, "file: is nested too deeply"),
        (b"format = 1 # \xff", "file: is not UTF-8"),
        ("", "file, format: must be 1"),
    ],
)
def test_a_file_that_is_not_a_catalogue_is_refused_with_its_place(file, text, place):
    found = faults_of(file(text))
    assert any(message.startswith(place) for message in found), found


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert faults_of(tmp_path / "none.toml") == ["file: cannot be read: No such file or directory"]


def test_entries_without_headers_of_their_own_are_refused_because_their_order_is_lost(file):
    start, end = GOOD.index("[[pairs]]"), GOOD.index('[[forecasts]]\nslug = "north"')
    text = GOOD[:start] + GOOD[end:]
    inline = text.replace("format = 1\n", "format = 1\npairs = [{ slug = 'rain' }]\n", 1)
    assert any(message.startswith("pairs: write each entry under its own") for message in faults_of(file(inline)))


def test_a_header_inside_a_text_does_not_confuse_the_lines(file):
    text = changed("- Nights", '[[pairs]]\n[[forecasts]]\n# "\n- Nights')
    assert [forecast.slug for forecast in read(file(text)).forecasts] == ["summer", "rain-yes", "rain-no", "north"]


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
