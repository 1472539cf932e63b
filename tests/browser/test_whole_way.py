"""The whole way in a browser: sign up, estimate, resolve, see branches voided, read the boards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Estimate, Forecast, Forecaster
from tests.service import running, wait_until
from tracker.models import MomentTotal, Score

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PREMISE, BRANCH, TWIN = "ai-pause-p0", "ai-pause-c7a-yes", "ai-pause-c7a-no"


@pytest.fixture
def address(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    call_command("register", "forecasts/catalog/ai_pause.toml")
    for name in ("decider", "bob"):
        # As the web process hashes: it does not know the fast hash of tests.
        hashed = make_password("correct horse 9", hasher="pbkdf2_sha256")
        Forecaster.objects.create(username=name, password=hashed, is_resolver=name == "decider")
    with running(tmp_path / "service.log") as address:
        yield address


def sign_up(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    page.fill("input[name=username]", name)
    page.fill("input[name=email]", f"{name}@example.org")
    page.fill("input[name=password1]", "correct horse 9")
    page.press("input[name=password1]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "correct horse 9")
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


def test_the_whole_way(address: str, visit: Callable[..., Page], shot: Callable[[Page, str], None]) -> None:
    ann, bob, decider = visit(address), visit(address), visit(address)
    sign_up(ann, "ann")
    sign_in(bob, "bob")
    sign_in(decider, "decider")

    # The crowd is hidden until one's own first estimate; the slider and the odds follow the number.
    ann.goto(f"/forecasts/{BRANCH}/")
    expect(ann.get_by_role("heading", level=1)).to_contain_text("Democrats and Republicans")
    ann.fill("input[name=percent]", "80")
    expect(ann.locator("[data-odds]")).to_have_text("odds 4 to 1")
    expect(ann.locator("[data-if-yes]")).to_have_text("+68")
    shot(ann, "forecast-before")
    estimate(ann, BRANCH, "80", "**Parties** part ways.")
    expect(ann.locator("strong", has_text="Parties")).to_be_visible()
    estimate(ann, PREMISE, "10")
    estimate(bob, BRANCH, "40")
    estimate(bob, TWIN, "30")
    assert Estimate.objects.count() == 4

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
    ann.goto(f"/forecasts/{BRANCH}/scores/")
    expect(ann.get_by_role("table").first).to_contain_text("ann")
    wait_until(lambda: MomentTotal.objects.filter(measure="peer", n__gt=0).exists(), "folded into totals")
    ann.goto("/leaderboards/")
    expect(ann.get_by_text("Provisional:")).to_be_visible()
    expect(ann.get_by_role("link", name="bob")).to_be_visible()
    ann.goto("/calibration/")
    expect(ann.get_by_role("heading", level=1)).to_have_text("Calibration")
