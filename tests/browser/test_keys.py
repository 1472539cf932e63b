"""Each key that help names does what help says of it."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.templatetags.keyboard import KEYS
from tests.world import forecast

pytestmark = pytest.mark.browser

# Standing at 50%: what each key makes of it, in the box and on the slider. None: it moves within the text.
MADE = {
    "ArrowUp": ("51%", "51%"),
    "ArrowDown": ("49%", "49%"),
    "PageUp": ("60%", "60%"),
    "PageDown": ("40%", "40%"),
    "ArrowRight": (None, "51%"),
    "ArrowLeft": (None, "49%"),
    "Home": (None, "0.01%"),
    "End": (None, "99.99%"),
}


def test_the_keys_of_an_estimate_climb_as_help_says(see: Callable[..., Page]) -> None:
    asked = forecast("climbed", timezone.now())
    page = see("ann")
    page.goto(asked.get_absolute_url())
    box, slider = page.locator("input[name=percent]"), page.locator("[data-slider]")
    named = {name for keys in KEYS["estimate"] for name in keys.names}
    assert named == {*MADE, "Enter"}
    for key, (in_box, on_slider) in MADE.items():
        for control, made in ((box, in_box), (slider, on_slider)):
            box.fill("50%")
            control.press(key)
            expect(box).to_have_value(made or "50%")
    box.fill("62%")
    box.press("Enter")
    expect(page.get_by_text("62% is on record.")).to_be_visible()


def test_the_keys_of_the_list_are_shown_where_they_work_and_under_help(see: Callable[..., Page]) -> None:
    page = see()
    page.goto("/forecasts/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    for keys in KEYS["list"]:
        expect(dialog.get_by_text(keys.do)).to_be_visible()
    dialog.get_by_role("link", name="All keys").click()
    expect(page.get_by_role("heading", name="On your estimate")).to_be_in_viewport()
