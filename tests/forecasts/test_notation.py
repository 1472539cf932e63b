"""How a probability may be written: the table that the browser is held to as well."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts import notation
from forecasts.models import HIGHEST, LOWEST
from forecasts.templatetags.words import exactly, odds

CASES = json.loads((Path(__file__).parents[1] / "notation.json").read_text(encoding="utf-8"))


def answer(typed: str) -> dict[str, object]:
    """What the table holds for this writing."""
    try:
        found = notation.read(typed)
    except notation.Unreadable as unreadable:
        return {"typed": typed, "fault": unreadable.fault}
    return {"typed": typed, "probability": found.probability, "doubt": found.doubt}


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["typed"]))
def test_each_writing_is_read_as_the_table_says(case: dict[str, object]) -> None:
    assert answer(case["typed"]) == case


def test_the_table_has_every_doubt_and_every_fault() -> None:
    assert {case.get("doubt") or "" for case in CASES} == {"", *notation.DOUBTS}
    assert {case["fault"] for case in CASES if "fault" in case} == set(notation.FAULTS)


def test_the_bounds_are_those_of_the_record() -> None:
    assert (float(notation.LOWEST), float(notation.HIGHEST)) == (LOWEST, HIGHEST)
    assert f"{exactly(LOWEST)} to {exactly(HIGHEST)}" == notation.RANGE


@given(st.integers(1, 9_999).map(lambda cell: cell / 10_000))
def test_what_pages_say_is_read_as_what_they_meant(p: float) -> None:
    assert notation.read(exactly(p)).probability == p
    said = notation.read(odds(p)).probability
    # Odds are said with two figures or as whole numbers.
    assert min(said, 1 - said) == pytest.approx(min(p, 1 - p), rel=0.06)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    found = answer(typed)
    assert found.get("fault") in notation.FAULTS or LOWEST <= found["probability"] <= HIGHEST
