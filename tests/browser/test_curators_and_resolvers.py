"""What curators and resolvers do: with scripts and without, with a mouse and by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from forecasts.models import Forecast, Resolution, Wording
from tests import factories
from tests.world import DAY, forecast

from .looks import Look, barriers, wider_than_the_screen

pytestmark = pytest.mark.browser

See = Callable[..., Page]
CRITERIA = "Yes if the first edition of the yearbook gives a count above 300; in every other case it is no."


def fit(page: Page, look: Look) -> None:
    """What looks for faults is itself a script; the same page is looked at where scripts run."""
    if look.scripts:
        assert wider_than_the_screen(page) == []
        assert barriers(page) == []


def fill_in(page: Page, question: str) -> None:
    year = timezone.now().year
    page.get_by_label("Question").fill(question)
    page.get_by_label("Criteria").fill(CRITERIA)
    page.get_by_label("Where to look").fill("The Yearbook, https://example.org/yearbook")
    page.get_by_label("If that fails").fill("The archive's copy.")
    page.get_by_label("Closes (UTC)").fill(f"{year + 1}-06-01T00:00")


def confirm(page: Page, name: str) -> None:
    """What is doubted is waved through; then it is put on record."""
    doubted = page.get_by_label("I have looked at these")
    if doubted.count():
        doubted.check()
    page.get_by_role("button", name=name).click()


def test_a_curator_registers_a_forecast_and_words_it_anew(see: See, look: Look) -> None:
    page, year = see("curator", look), timezone.now().year + 2
    slug = f"herons-{look}"
    page.goto("/curate/")
    page.get_by_role("link", name="A forecast").click()
    fill_in(page, f"Will the count of herons be significant ({look}) before 1 January {year}?")
    page.get_by_label("Slug").fill(slug)
    if look.scripts:
        expect(page.locator("#checks")).to_contain_text("“significant”")
    page.get_by_role("button", name="See how it will stand").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register this forecast?")
    expect(page.get_by_text("“significant”: readers will differ")).to_be_visible()
    fit(page, look)
    assert not Forecast.objects.filter(slug=slug).exists()
    page.get_by_role("button", name="Change something").click()
    page.get_by_label("Question").fill(
        f"Will the yearbook count more than 300 herons ({look}) before 1 January {year}?"
    )
    page.get_by_role("button", name="See how it will stand").last.click()
    confirm(page, "Put it on record")
    expect(page.get_by_text(f"On record as “{slug}”")).to_be_visible()

    page.goto(f"/curate/forecast/{slug}/")
    page.get_by_label("Why").fill("The count of 2026 was 310.")
    page.get_by_label("Question").fill(
        f"Will the yearbook count more than 350 herons ({look}) before 1 January {year}?"
    )
    page.get_by_role("button", name="See what changes").click()
    expect(page.locator("del").first).to_have_text("300")
    expect(page.locator("ins").first).to_have_text("350")
    fit(page, look)
    confirm(page, "Put the new wording on record")
    expect(page.get_by_text(f"Wording 2 of “{slug}” is on record")).to_be_visible()
    assert Wording.objects.filter(forecast__slug=slug).count() == 2


def test_a_curator_finds_the_condition_of_a_pair(see: See, look: Look) -> None:
    page, year = see("curator", look), timezone.now().year + 2
    slug = f"otters-{look}"
    page.goto("/curate/forecast/")
    fill_in(page, f"In {{window}}, will the yearbook count more than 300 otters ({look})?")
    page.get_by_label("Criteria").fill(
        "Yes if the first edition gives, for {window}, a count above 300; otherwise it is no."
    )
    page.get_by_label("Find a forecast").fill("/forecasts/premise/")
    if not look.scripts:
        page.get_by_role("button", name="Find").last.click()
    page.locator("input[name=condition][value=premise]").check()
    page.get_by_label("twice, with and without").check()
    page.get_by_label("{window} if it resolves yes").fill("the 12 months after it starts")
    page.get_by_label("{window} if it resolves no").fill(str(year))
    page.get_by_label("Slug").fill(slug)
    page.get_by_role("button", name="See how it will stand").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register this pair?")
    fit(page, look)
    confirm(page, "Put both on record")
    expect(page.get_by_role("heading", level=1)).to_contain_text("In the 12 months after it starts")
    assert set(Forecast.objects.filter(pair__slug=slug).values_list("condition_outcome", flat=True)) == {"yes", "no"}


def test_a_curator_pastes_a_catalogue_and_sees_its_faults(see: See, look: Look) -> None:
    page = see("curator", look)
    page.goto("/curate/catalogue/")
    page.get_by_label("The catalogue (TOML)").fill("format = 1\n[source\n")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("line 2: file: column 8")).to_be_visible()
    expect(page.get_by_label("The catalogue (TOML)")).to_have_value("format = 1\n[source\n")
    fit(page, look)


def decide(page: Page, outcome: str, reason: str) -> None:
    page.get_by_label(outcome, exact=outcome in {"Yes", "No"}).check()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="See what this would do").click()


def test_a_resolver_decides_corrects_and_reopens(see: See, look: Look) -> None:
    at, slug = timezone.now(), f"decided-{look}"
    asked = forecast(slug, at, opens=-30, closes=-3, question=f"Will it be counted ({look})?")
    factories.estimate(asked, factories.forecaster(f"stander-{look}"), 0.7, at - 20 * DAY)
    page = see("resolver", look)
    page.goto("/resolve/")
    fit(page, look)
    page.goto(f"/resolve/{slug}/")
    decide(page, "No", "It was not.")
    expect(page.get_by_text("Scores 1 forecaster.")).to_be_visible()
    fit(page, look)
    page.get_by_role("button", name="Resolve no").click()
    expect(page.get_by_text("On record: no, revision 1.")).to_be_visible()
    wait_for_boards(page, look)
    fit(page, look)

    page.get_by_role("link", name="Correct or reopen it").click()
    decide(page, "Yes", "It was after all.")
    expect(page.get_by_text("Replaces the score of 1 forecaster")).to_be_visible()
    page.get_by_role("button", name="Resolve yes").click()
    expect(page.get_by_text("On record: yes, revision 2.")).to_be_visible()
    wait_for_boards(page, look)

    page.get_by_role("link", name="Correct or reopen it").click()
    decide(page, "Reopened", "The count is counted again.")
    expect(page.get_by_text("Takes back the score of 1 forecaster")).to_be_visible()
    page.get_by_role("button", name="Reopen it").click()
    expect(page.get_by_text("On record: reopened, revision 3.")).to_be_visible()
    outcomes = Resolution.objects.filter(forecast=asked).order_by("revision").values_list("outcome", flat=True)
    assert list(outcomes) == ["no", "yes", "reopened"]


def wait_for_boards(page: Page, look: Look) -> None:
    """With scripts the page follows the worker by itself; without them one looks again."""
    done = page.locator("#progress").get_by_text("boards are up to date")
    if look.scripts:
        expect(done).to_be_visible(timeout=40_000)
        expect(page.locator("#progress")).not_to_have_attribute("hx-trigger", re.compile("."))
        return
    for _ in range(80):
        if done.is_visible():
            return
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    raise AssertionError("it was not scored")


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("part => part === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def test_a_forecast_is_decided_by_keyboard_alone(see: See) -> None:
    at, slug = timezone.now(), "by-keyboard"
    forecast(slug, at, opens=-30, closes=-3, question="Will it be decided by keyboard?")
    page = see("resolver")
    page.goto(f"/resolve/{slug}/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the decision")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("It was not.")
    tab_to(page, page.get_by_role("button", name="See what this would do"))
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Resolve no")
    expect(button).to_be_visible()
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_text("On record: no, revision 1.")).to_be_visible()


def test_a_forecast_is_registered_by_keyboard_alone(see: See) -> None:
    page, year = see("curator"), timezone.now().year + 2
    page.goto("/curate/forecast/")
    typed = {
        "Question": f"Will the yearbook count more than 300 kingfishers before 1 January {year}?",
        "Criteria": CRITERIA,
        "Where to look": "The Yearbook, https://example.org/yearbook",
        "If that fails": "The archive.",
    }
    for label, words in typed.items():
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(words)
    tab_to(page, page.get_by_label("Closes (UTC)"))
    page.keyboard.type(f"0101{year}")
    page.keyboard.press("Tab")
    page.keyboard.type("1200AM")
    tab_to(page, page.get_by_label("Slug"))
    page.keyboard.type("kingfishers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Register this forecast?")
    doubted = page.get_by_label("I have looked at these")
    if doubted.count():
        tab_to(page, doubted)
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Put it on record"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("On record as “kingfishers”")).to_be_visible()
