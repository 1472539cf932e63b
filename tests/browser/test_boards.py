"""Boards, calibration and the essay's page in a browser: by click, by keyboard, without scripts, on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .looks import PHONE, WIDE, Look, wait_for_charts

pytestmark = pytest.mark.browser

See = Callable[..., Page]
OF_ANN = "/calibration/?forecaster=ann&scope=tag:season"
ESSAY = "/sources/essay/"


def test_a_dot_of_the_diagram_leads_to_its_forecasts_and_they_back_to_it(see: See) -> None:
    page = see(None, WIDE)
    page.goto(OF_ANN)
    wait_for_charts(page)
    page.locator("figure .mark-symbol path").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Forecasts behind \d0% to \d+0%"))
    expect(page.locator("tbody tr").first).to_contain_text("by the end of the season")
    page.locator(".trail a").click()
    expect(page).to_have_url(re.compile("/calibration/.*forecaster=ann.*season"))


def test_a_bin_is_reached_by_keyboard_alone(see: See, look: Look) -> None:
    page = see("ann", look)
    page.goto(OF_ANN)
    bins = page.get_by_role("region", name="Bins").get_by_role("link")
    wanted = bins.first.inner_text()
    bins.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Forecasts behind {wanted}")
    expect(page.get_by_role("navigation", name="Bins").locator("[aria-current]")).to_have_count(1)


def test_a_measure_and_a_year_are_chosen_and_worked_out(see: See, look: Look) -> None:
    page = see("ann", look)
    page.goto("/leaderboards/?scope=tag:season")
    page.get_by_label("By", exact=True).select_option("brier")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("measure=brier"))
    summary = page.get_by_text("Worked out on a forecast of yours")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the mean over the time standing is")).to_be_visible()
    page.get_by_role("link", name="Help: Brier score").click()
    expect(page.locator("#brier")).to_be_in_viewport()


def test_names_are_offered_while_they_are_typed_and_compared_without_scripts_too(see: See, look: Look) -> None:
    page = see(None, look)
    page.goto("/compare/?scope=tag:season")
    page.get_by_label("Compare", exact=True).press_sequentially("an")
    if look.scripts:
        expect(page.locator("#names option[value=ann]")).to_have_count(1)
    page.get_by_label("Compare", exact=True).fill("ann")
    page.get_by_label("with", exact=True).fill("bob")
    page.keyboard.press("Enter")
    expect(page.locator("figure.duel svg")).to_be_visible()
    expect(page.locator(".said")).to_contain_text("ann and bob")


def test_a_track_record_is_sorted_and_leads_on(see: See, look: Look) -> None:
    page = see("bob", look)
    page.goto("/forecasters/ann/")
    expect(page.locator(".said").first).to_contain_text("ann")
    page.get_by_label("Forecasts by").select_option("-baseline")
    page.get_by_role("button", name="Show").click()
    worst = page.get_by_role("region", name="Scores by forecast").locator("tbody tr").first.locator("td").nth(2)
    assert worst.inner_text().startswith("−")
    page.get_by_role("link", name="In full, with its numbers").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Calibration of ann")


def test_the_essay_s_page_is_walked_by_its_contents_and_its_tree_opened(see: See, look: Look) -> None:
    page = see("ann", look)
    page.goto(ESSAY)
    page.locator(".strip").get_by_role("link", name="C1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#C1")).to_be_in_viewport()
    page.get_by_text("What counts when, and what each answer annuls").click()
    expect(page.locator(".tree").get_by_text("If yes")).to_be_visible()


def test_the_frame_opens_its_links_outside_of_itself(see: See, site: str) -> None:
    page = see(None, PHONE)
    page.goto(f"{ESSAY}embed/")
    expect(page.locator("base")).to_have_attribute("target", "_top")
    page.get_by_role("link", name="The whole scoreboard").click()
    expect(page).to_have_url(f"{site}{ESSAY}")


def test_on_paper_there_is_no_frame_of_the_site_and_nothing_folded(see: See) -> None:
    page = see("ann", WIDE)
    page.goto(ESSAY)
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".on-paper")).to_be_visible()
    expect(page.get_by_label("To cite this page")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".tree").get_by_text("If yes")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".tree").get_by_text("If yes")).to_be_hidden()


@pytest.mark.parametrize("address", ["/leaderboards/", "/forecasts/gap-yes/", "/forecasters/ann/", "/help/"])
def test_paper_has_nothing_to_press_and_says_where_it_is_from(see: See, site: str, address: str) -> None:
    page = see("ann", WIDE)
    page.goto(address)
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for pressed in page.locator("button, input, select, textarea, summary, nav").all():
        expect(pressed).to_be_hidden()
    expect(page.get_by_text(f"Printed from {site}{address}")).to_be_visible()
    # Nothing scrolls on paper: what is too wide for it is lost.
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
