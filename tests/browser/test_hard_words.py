"""Words without a break on a narrow screen, a chart of nobody, and where the keyboard starts."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Claim, Forecaster, Source
from forecasts.services import crowds, evidencing, registering
from tests import factories

from .looks import PHONE, wait_for_charts, wider_than_the_screen

pytestmark = pytest.mark.browser

DAY = dt.timedelta(days=1)
LONG = "x" * 290
PAGES = ("/", "/forecasts/", "/forecasts/long/", "/forecasts/branch/", "/sources/long/", f"/forecasters/{'y' * 40}/")


def register_long_words() -> None:
    """A pair and its condition, all of whose words are too long, and an estimate on it that was withdrawn."""
    at, curator = timezone.now() - 9 * DAY, factories.curator()
    bob, other = Forecaster.objects.get(username="bob"), factories.forecaster("y" * 40)
    link = f"https://example.org/{LONG}"
    source = Source.objects.create(slug="long", title=LONG, author=LONG[:80], url=link)
    claim = Claim.objects.create(source=source, key="C1", position=1, author=LONG[:80], restated=LONG)
    said = {"claim": claim, "by": curator, "at": at, "opens_at": at, "closes_at": at + 99 * DAY, "question": f"{LONG}?"}
    said |= {"criteria": f"{LONG}\n\n    {LONG}\n\n{link}", "background": f"- {LONG}", "sources": [link]}
    condition = factories.forecast("long", **said)
    pair = registering.make_pair(slug="pair", title=LONG, condition=condition, by=curator)
    for outcome, slug in (("yes", "branch"), ("no", "twin")):
        factories.forecast(slug, **said, part="a", condition=condition, condition_outcome=outcome, pair=pair)
    cited = evidencing.add(
        forecast=condition, by=other, at=at, title=LONG, direction="raises", summary=f"    {LONG}", url=link
    )
    for who in (bob, other):
        factories.estimate(condition, who, 0.6, at + DAY, rationale=f"{LONG}\n\n    {LONG}", evidence=[cited.pk])
        factories.estimate(condition, who, None, at + 2 * DAY)
    crowds.refresh(forecast_id=condition.pk, at=timezone.now())


@pytest.fixture(scope="module")
def long_words(site: str) -> None:
    register_long_words()


@pytest.mark.usefixtures("long_words")
def test_words_without_a_break_stay_on_a_narrow_screen(
    see: Callable[..., Page], shot: Callable[[Page, str], None]
) -> None:
    """Nobody stands on the forecast any more either: its chart is drawn without a word on the console."""
    page = see("bob", PHONE)
    for path in PAGES:
        page.goto(path)
        wait_for_charts(page)
        shot(page, f"long-{path.strip('/').replace('/', '-')[:20] or 'home'}")
        assert wider_than_the_screen(page) == [], path
    page.goto("/forecasts/long/")
    expect(page.get_by_text("Nobody stands here now.")).to_be_visible()
    expect(page.get_by_text("; withdrawn since")).to_be_visible()
    expect(page.locator(".chart svg")).to_be_visible()


@pytest.mark.usefixtures("long_words")
def test_the_keyboard_reaches_the_estimate_and_what_was_wrong_with_it(see: Callable[..., Page]) -> None:
    page = see("bob")
    page.goto("/forecasts/branch/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To your estimate")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=percent]")).to_be_focused()
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    expect(page.locator("#estimate_percent_error")).to_contain_text("is outside 0.01% to 99.99%")
    expect(page.locator("input[name=percent]")).to_be_focused()
    page.get_by_text("Add evidence").click()
    page.fill("input[name=title]", "A poll")
    page.get_by_role("button", name="Put this evidence on record").click()
    expect(page.locator("input[name=direction]").first).to_be_focused()
