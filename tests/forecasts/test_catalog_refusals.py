"""The reader of catalogue files: how it names every fault of a bad one."""

import pytest

from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read
from tests.forecasts.catalog_files import GOOD, changed, faults_of

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
