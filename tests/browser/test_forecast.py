"""A forecast's page in a browser: reading, estimating by keyboard, weighing evidence, and how a score came about."""

import datetime as dt
from collections.abc import Callable
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.instants import microseconds
from forecasts.models import Estimate, Evidence, Forecast, Forecaster
from forecasts.notation import DOUBTS, FAULTS
from forecasts.templatetags.words import signed
from tests import factories
from tests.crowded import crowd
from tests.world import DAY, estimate, forecast
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import score

from .looks import PHONE, WIDE, Look, barriers, wider_than_the_screen

pytestmark = pytest.mark.browser

See = Callable[..., Page]
PLAIN = Look(360, "light", scripts=False)
_number = count(1)


def asked(**fields: object) -> Forecast:
    """An open forecast of this test alone."""
    return forecast(f"asked-{next(_number)}", timezone.now(), **fields)


def person(name: str) -> Forecaster:
    return Forecaster.objects.get(username=name)


@pytest.mark.parametrize("look", [WIDE, PLAIN], ids=str)
def test_a_visitor_reads_why_the_crowd_is_hidden_and_is_asked_to_sign_in(see: See, look: Look) -> None:
    hidden = asked()
    estimate(hidden, person("bob"), 0.37, timezone.now() - DAY)
    page = see(None, look)
    page.goto(hidden.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("The crowd is hidden from you until your first estimate")).to_be_visible()
    expect(page.get_by_text("37%")).to_have_count(0)
    page.get_by_role("link", name="Sign in to estimate").click()
    assert urlsplit(page.url).path == "/accounts/login/"
    assert hidden.slug in page.url


def test_an_estimate_is_made_by_keyboard_alone_and_taken_back(see: See) -> None:
    hidden = asked()
    estimate(hidden, person("bob"), 0.5, timezone.now() - DAY)
    page = see("ann", PHONE)
    page.goto(hidden.get_absolute_url())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    box = page.locator("input[name=percent]")
    expect(box).to_be_focused()
    page.keyboard.type("1 in 14")
    expect(page.locator("[data-read]")).to_have_text("is 7.1428571%, odds 1 to 13")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value("8%")
    expect(page.locator("[data-submit]")).to_have_text("Put 8% on record")
    assert wider_than_the_screen(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("8% is on record.")).to_be_visible()
    expect(page.get_by_role("heading", name="You say 8%, the crowd says 29%")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="withdraw", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Withdraw 8%").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You no longer stand here")).to_be_visible()
    assert [made.probability for made in Estimate.objects.filter(forecast=hidden, forecaster=person("ann"))] == [
        0.08,
        None,
    ]


def test_keys_move_the_slider_by_a_point_in_the_middle_and_by_less_towards_the_ends(see: See) -> None:
    page = see("ann")
    page.goto(asked().get_absolute_url())
    slider, box = page.get_by_role("slider"), page.locator("input[name=percent]")
    slider.focus()
    for key, found in (
        ("ArrowRight", "51%"),
        ("ArrowLeft", "50%"),
        ("PageUp", "60%"),
        ("End", "99.99%"),
        ("ArrowDown", "99.98%"),
        ("PageDown", "99.9%"),
        ("ArrowDown", "99.8%"),
        ("PageDown", "99%"),
        ("ArrowDown", "98%"),
        ("Home", "0.01%"),
        ("PageUp", "0.1%"),
        ("ArrowUp", "0.2%"),
    ):
        page.keyboard.press(key)
        expect(box).to_have_value(found)
    assert slider.get_attribute("aria-valuetext") == "0.2%, odds 1 to 499"


def test_what_cannot_be_read_or_might_mean_something_else_is_said_before_it_is_sent(see: See) -> None:
    page = see("ann")
    page.goto(asked().get_absolute_url())
    box = page.locator("input[name=percent]")
    for typed, name in (("0.5", "fraction"), ("2 to 1", "favour"), ("0", "zero"), ("perhaps", "unread")):
        box.fill(typed)
        box.press("Tab")
        expect(page.locator("[data-note]:visible")).to_have_text((DOUBTS | FAULTS)[name])
    expect(page.locator("[data-submit]")).to_have_text("Put it on record")
    expect(page.locator("[data-stakes]")).to_be_hidden()


def test_what_is_at_stake_is_what_scoring_would_give(see: See) -> None:
    """Half of the time is left, and bob, who is the crowd, says 40%."""
    now = timezone.now()
    seen = asked(reveal_at=now - DAY)
    estimate(seen, person("bob"), 0.4, now - DAY)
    page = see("ann")
    page.goto(seen.get_absolute_url())
    page.fill("input[name=percent]", "62%")
    schedule = Schedule(microseconds(seen.opens_at), microseconds(seen.closes_at))
    both = Estimates.of([1, 2], [microseconds(now - DAY), microseconds(now)], [0.4, 0.62])
    for outcome in ("yes", "no"):
        ann = score(both, schedule, schedule.closes_at, outcome=outcome == "yes").rows([1])

        def shown(measure: str, outcome: str = outcome) -> float:
            return float(page.locator(f"[data-{measure}-{outcome}]").inner_text().replace("−", "-"))

        assert shown("baseline") == pytest.approx(ann.baseline[0], abs=0.11), signed(ann.baseline[0])
        assert shown("beside") == pytest.approx(ann.peer[0], abs=0.11)
        assert shown("brier") == pytest.approx(ann.brier[0], abs=0.001)


def test_without_scripts_the_receipt_says_how_it_was_read_and_a_link_is_cited(see: See) -> None:
    plain = asked()
    page = see("ann", PLAIN)
    page.goto(plain.get_absolute_url())
    page.fill("input[name=percent]", "13:1 against")
    page.get_by_text("Cite evidence").click()
    page.fill("input[name=link]", "https://example.org/report")
    page.get_by_text("Let it expire").click()
    page.fill("input[name=expires_at]", f"{timezone.now() + DAY:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("“13:1 against” was read as 7.1428571%, odds 1 to 13.")).to_be_visible()
    made = Estimate.objects.get(forecast=plain)
    assert made.expires_at is not None
    assert [piece.url for piece in made.evidence.all()] == ["https://example.org/report"]
    assert wider_than_the_screen(page) == []


def test_a_likelihood_ratio_shows_what_it_makes_of_ones_estimate(see: See) -> None:
    weighed = asked()
    estimate(weighed, person("ann"), 0.3, timezone.now() - DAY)
    page = see("ann")
    page.goto(weighed.get_absolute_url())
    page.get_by_text("Add evidence", exact=True).click()
    page.fill("#evidence_title", "A poll")
    page.check("#evidence_direction_0")
    page.fill("#evidence_likelihood_ratio", "1.8")
    expect(page.get_by_text("turns 30% into 44%")).to_be_visible()
    page.get_by_role("button", name="Put this evidence on record").click()
    expect(page.get_by_role("heading", name="What your evidence implies")).to_be_visible()
    page.get_by_role("button", name="Useful", exact=True).click()
    expect(page.get_by_text("1 found it useful")).to_be_visible()
    assert Evidence.objects.get(forecast=weighed).likelihood_ratio == 1.8


def test_the_scores_come_into_the_page_with_how_ones_own_came_about(see: See) -> None:
    page = see("ann")
    page.goto("/forecasts/resolved/")
    page.get_by_role("link", name="Show the scores, and how yours came about").click()
    expect(page.get_by_role("heading", name="How your score came about")).to_be_visible()
    page.locator("figure[data-chart=accrual] svg").wait_for()
    expect(page.get_by_role("row", name="Together")).to_be_visible()
    assert urlsplit(page.url).path == "/forecasts/resolved/"
    assert barriers(page) == []
    page.get_by_role("link", name="how bob’s scores came about").click()
    expect(page.get_by_role("heading", name="How the score of bob came about")).to_be_visible()


def test_without_scripts_the_scores_are_a_page_of_their_own(see: See) -> None:
    page = see("ann", PLAIN)
    page.goto("/forecasts/resolved/")
    page.get_by_role("link", name="Show the scores, and how yours came about").click()
    assert urlsplit(page.url).path == "/forecasts/resolved/scores/"
    expect(page.get_by_role("row", name="Together")).to_be_visible()
    assert wider_than_the_screen(page) == []


def test_a_chart_of_very_many_points_says_what_it_leaves_out(see: See) -> None:
    long = asked()
    at = timezone.now()
    crowd(long, 50_000, since=at - 20 * DAY, until=at - DAY)
    for hour in range(60):
        made_at = at - DAY + dt.timedelta(minutes=10 * hour)
        factories.estimate(long, person("ann"), 0.2 + hour / 100, made_at)
    page = see("ann")
    page.goto(long.get_absolute_url())
    page.locator("figure[data-chart=history] svg").wait_for()
    expect(page.locator("[data-thinned]")).to_contain_text("of 50,0")
    expect(page.locator("[data-thinned]")).to_contain_text("changes of the crowd")
    expect(page.locator("[data-thinned]")).not_to_contain_text("of your estimates")
    # One's own are all there: more than a page of the API holds.
    assert page.locator("figure svg [aria-label*='Said:']").count() == 60
    assert barriers(page) == []


def test_a_short_chart_leaves_nothing_out_and_says_nothing(see: See) -> None:
    page = see("ann")
    page.goto("/forecasts/gap-yes/")
    page.locator("figure[data-chart=history] svg").wait_for()
    expect(page.locator("[data-thinned]")).to_be_hidden()
