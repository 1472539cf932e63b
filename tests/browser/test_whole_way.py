"""The whole way in a browser: sign up, estimate, resolve, see branches voided, read the boards."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Estimate, Forecast, Forecaster
from tests.service import wait_until
from tracker.models import Score, Total

from .staging import PASSWORD

pytestmark = pytest.mark.browser

PREMISE, BRANCH, TWIN = "ai-pause-p0", "ai-pause-c7a-yes", "ai-pause-c7a-no"


def sign_up(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    page.fill("input[name=username]", name)
    page.fill("input[name=email]", f"{name}@example.org")
    page.fill("input[name=password1]", PASSWORD)
    page.press("input[name=password1]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def estimate(page: Page, slug: str, percent: str, why: str = "") -> None:
    page.goto(f"/forecasts/{slug}/")
    page.fill("input[name=percent]", percent)
    page.fill("textarea[name=rationale]", why)
    page.get_by_role("button", name=f"Put {percent}% on record").click()
    expect(page.get_by_text("is on record")).to_be_visible()


def resolve(page: Page, slug: str, outcome: str) -> None:
    page.goto(f"/resolve/{slug}/")
    page.check(f"input[name=outcome][value={outcome}]")
    # Chromium writes the shortest form: no seconds where they are zero.
    page.fill("input[name=known_at]", timezone.now().strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00"))
    page.fill("textarea[name=reason]", "It is in the journal.")
    page.fill("textarea[name=links]", "https://example.org/journal")
    page.get_by_role("button", name="See what this would do").click()


def test_the_whole_way(site: str, visit: Callable[..., Page], shot: Callable[[Page, str], None]) -> None:
    """Of the tests on this site it comes last, since it resolves what the essay starts from."""
    wanda, bob, decider = visit(site), visit(site), visit(site)
    sign_up(wanda, "wanda")
    sign_in(bob, "bob")
    sign_in(decider, "resolver")

    # The crowd is hidden until one's own first estimate; the slider and the odds follow the number.
    wanda.goto(f"/forecasts/{BRANCH}/")
    expect(wanda.get_by_role("heading", level=1)).to_contain_text("Democrats and Republicans")
    wanda.fill("input[name=percent]", "80")
    expect(wanda.locator("[data-read]")).to_have_text("odds 4 to 1")
    expect(wanda.locator("[data-baseline-yes]")).to_contain_text("+6")
    shot(wanda, "forecast-before")
    estimate(wanda, BRANCH, "80", "**Parties** part ways.")
    expect(wanda.locator("strong", has_text="Parties")).to_be_visible()
    estimate(wanda, PREMISE, "10")
    estimate(bob, BRANCH, "40")
    estimate(bob, TWIN, "30")
    assert Estimate.objects.filter(forecast__slug__in=[PREMISE, BRANCH, TWIN]).count() == 4

    # The resolver sees what it will void before it is put on record.
    resolve(decider, PREMISE, "yes")
    expect(decider.get_by_role("heading", name="Annuls 9 branches")).to_be_visible()
    shot(decider, "resolve-confirm")
    assert Forecast.objects.get(slug=PREMISE).resolution is None
    decider.get_by_role("button", name="Resolve yes").click()
    expect(decider.get_by_text("On record: yes, revision 1.")).to_be_visible()
    bob.goto(f"/forecasts/{TWIN}/")
    expect(bob.get_by_text("Annulled").first).to_be_visible()
    shot(bob, "forecast-annulled")

    resolve(decider, BRANCH, "yes")
    decider.get_by_role("button", name="Resolve yes").click()
    wait_until(lambda: Score.objects.filter(forecast__slug=BRANCH, forecaster__isnull=False).count() == 2, "scored")
    wanda.goto(f"/forecasts/{BRANCH}/scores/")
    expect(wanda.get_by_role("table").filter(has_text="wanda")).to_be_visible()
    wait_until(lambda: Total.objects.filter(forecaster=Forecaster.objects.get(username="wanda").pk).exists(), "folded")
    wanda.goto("/leaderboards/?scope=source:ai-pause-will-likely-backfire")
    expect(wanda.get_by_text("Provisional:")).to_be_visible()
    expect(wanda.get_by_role("link", name="bob")).to_be_visible()
    wanda.goto("/calibration/")
    expect(wanda.get_by_role("heading", level=1)).to_contain_text("Calibration")
