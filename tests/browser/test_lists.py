"""Finding forecasts and answering many of them: by keyboard with scripts, by forms without."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Estimate, Forecaster
from tests import factories
from tests.world import forecast

from .looks import Look

pytestmark = pytest.mark.browser

PLAIN = Look(360, "light", scripts=False)


def somebody(name: str) -> Forecaster:
    return factories.forecaster(name)


def test_a_visitor_finds_a_forecast_by_keyboard_alone(see: Callable[..., Page]) -> None:
    forecast("kestrel-one", timezone.now(), question="Will a kestrel breed on the tower?")
    forecast("kestrel-two", timezone.now(), question="Will two kestrels breed on the tower?")
    page = see()
    page.goto("/forecasts/")
    page.keyboard.press("/")
    expect(page.locator("#filter_search")).to_be_focused()
    page.keyboard.type("kestrle")
    expect(page.get_by_text("Looked for kestrel")).to_be_visible()
    expect(page.locator("[data-rows] .q a")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/forecasts/\?search=kestrle$"))
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    expect(page.locator("[data-rows] .q a").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(page.locator("[data-rows] .q a").nth(1)).to_be_focused()
    address = page.locator("[data-rows] .q a").nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{address}$"))


def test_keys_stay_in_a_field_and_can_be_switched_off(see: Callable[..., Page]) -> None:
    page = see()
    page.goto("/forecasts/")
    page.locator("#filter_search").press_sequentially("j/k?")
    expect(page.locator("#filter_search")).to_have_value("j/k?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_next_appends_and_goes_on_from_there(see: Callable[..., Page]) -> None:
    page = see()
    page.goto("/forecasts/?tag=season")
    rows = page.locator("[data-rows] .q a")
    expect(rows).to_have_count(25)
    page.get_by_role("link", name="Next", exact=True).click()
    expect(rows).to_have_count(30)
    expect(rows.nth(25)).to_be_focused()
    expect(page.get_by_text("26 to 30 of 30")).to_be_visible()


def test_pages_and_chips_work_without_scripts(see: Callable[..., Page]) -> None:
    page = see(None, PLAIN)
    page.goto("/forecasts/?tag=season")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator("[data-rows] .q a")).to_have_count(5)
    page.get_by_role("link", name="Previous").click()
    page.get_by_role("link", name="Take away: Tag: season").click()
    expect(page).to_have_url(re.compile(r"/forecasts/\?$"))


def test_a_forecaster_answers_many_by_keyboard(see: Callable[..., Page]) -> None:
    who = somebody("flora")
    for number in range(3):
        forecast(f"heron-{number}", timezone.now(), closes=10 + number, tags=["heron"])
    page = see("flora")
    page.goto("/answer/?tag=heron")
    expect(page.get_by_text("0 of 3")).to_be_visible()
    page.locator("input[data-box]").first.focus()
    for typed in ("62", "101", "1 in 14"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.get_by_text("62% on record")).to_be_visible()
    expect(page.locator("#box-heron-1")).to_contain_text("outside")
    expect(page.locator("#box-heron-2")).to_contain_text("on record")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.locator("#percent-heron-1").fill("10")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    said = Estimate.objects.filter(forecaster=who).order_by("forecast__slug").values_list("probability", flat=True)
    assert list(said) == [0.62, 0.1, pytest.approx(1 / 14, abs=1e-4)]


def test_a_forecaster_answers_many_without_scripts(see: Callable[..., Page]) -> None:
    who = somebody("grace")
    for number in range(3):
        forecast(f"stork-{number}", timezone.now(), closes=10 + number, tags=["stork"])
    page = see("grace", PLAIN)
    page.goto("/answer/?tag=stork")
    page.fill("#percent-stork-0", "30")
    page.fill("#percent-stork-1", "many")
    page.get_by_role("button", name="Put all of them on record").click()
    expect(page.get_by_role("alert")).to_contain_text("you typed “many”")
    expect(page.locator("#percent-stork-1")).to_have_value("many")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.fill("#percent-stork-1", "40")
    page.get_by_role("button", name="Put all of them on record").click()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    said = Estimate.objects.filter(forecaster=who).order_by("forecast__slug").values_list("probability", flat=True)
    assert list(said) == [0.3, 0.4]


@pytest.mark.parametrize("width", [320, 360])
def test_the_way_around_fits_a_phone(see: Callable[..., Page], width: int) -> None:
    page = see("resolver", Look(width, "light", scripts=True))
    page.goto("/forecasts/")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("summary", has_text="resolver").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport()
    expect(page.locator("nav a[aria-current=page]")).to_have_text("Forecasts")
