"""What is done without scripts: forms are forms, and refusals keep what was typed."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Estimate
from tests.world import forecast

from .looks import Look

pytestmark = pytest.mark.browser

PLAIN = Look(360, "light", scripts=False)


def test_an_estimate_without_scripts(see: Callable[..., Page]) -> None:
    page = see("bob", PLAIN)
    asked = forecast("plain", timezone.now())
    page.goto(asked.get_absolute_url())
    page.fill("input[name=percent]", "101")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.locator("#estimate_percent_error")).to_contain_text("is outside 0.01% to 99.99%")
    expect(page.locator("input[name=percent]")).to_have_value("101")
    page.fill("input[name=percent]", "7")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("is on record")).to_be_visible()
    assert [made.probability for made in Estimate.objects.filter(forecast=asked)] == [0.07]
