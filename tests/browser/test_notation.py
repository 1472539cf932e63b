"""The browser reads a written probability as the server does, case by case of the same table."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forecasts.templatetags.words import exactly, odds, percent

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/notation.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.browser


def ran(browser: Browser, expression: str, given: object) -> list:
    page = browser.new_page()
    page.add_script_tag(path=ROOT / "config/static/notation.js")
    answers = page.evaluate(expression, given)
    page.close()
    return answers


def test_each_writing_is_read_as_the_table_says(browser: Browser) -> None:
    read = ran(browser, "cases => cases.map(typed => notation.read(typed))", [case["typed"] for case in CASES])
    for case, found in zip(CASES, read, strict=True):
        assert found.get("fault") == case.get("fault"), case
        assert found.get("doubt") == case.get("doubt"), case
        assert found.get("p") == pytest.approx(case.get("probability"), abs=1e-12), case


def test_numbers_are_said_as_the_server_says_them(browser: Browser) -> None:
    # 21 to 4, midway between 5.2 and 5.3 to 1, may be said either way.
    cells = [cell / 10_000 for cell in range(1, 10_000) if cell not in {1_600, 8_400}]
    said = ran(browser, "all => all.map(p => [notation.exactly(p), notation.percent(p), notation.odds(p)])", cells)
    differing = [p for p, words in zip(cells, said, strict=True) if words != [exactly(p), percent(p), odds(p)]]
    assert differing == []
