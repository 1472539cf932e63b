"""Pictures that no test takes, for `make shots` alone: a new site, paper, letters, and what comes late.

The name keeps it out of `make test`, which must stay quick.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests import factories
from tests.service import running

from . import late
from .conftest import signed_in
from .looks import FOUR, WIDE, Look, barriers, wait_for_charts, wider_than_the_screen
from .pages import Place

pytestmark = pytest.mark.browser

See = Callable[..., Page]
Shot = Callable[[Page, str], None]

NEW = (
    Place("home", "/"),
    Place("home", "/", "ann"),
    Place("home", "/", "curator"),
    Place("forecasts", "/forecasts/"),
    Place("forecasts", "/forecasts/", "curator"),
    Place("sources", "/sources/", "curator"),
    Place("leaderboards", "/leaderboards/", "ann"),
    Place("calibration", "/calibration/"),
    Place("compare", "/compare/", "ann"),
    Place("resolve", "/resolve/", "resolver"),
    Place("scoring", "/scoring/", "resolver"),
    Place("answer", "/answer/", "ann"),
    Place("forecaster", "/forecasters/ann/", "ann"),
    Place("curate", "/curate/", "curator"),
    Place("letters-preview", "/accounts/letters/preview/", "ann"),
    Place("feeds", "/feeds/", "ann"),
)
ON_PAPER = (
    Place("source", "/sources/ai-pause-will-likely-backfire/", "ann"),
    Place("source", "/sources/essay/", "ann"),
    Place("forecast", "/forecasts/gap-yes/", "ann"),
    Place("forecast", "/forecasts/resolved/", "ann"),
    Place("leaderboards", "/leaderboards/", "ann"),
    Place("calibration", "/calibration/?forecaster=ann", "ann"),
    Place("compare", "/compare/?a=ann&b=bob", "ann"),
    Place("forecaster", "/forecasters/ann/", "ann"),
    Place("scores", "/forecasts/season-3/scores/", "ann"),
    Place("forecasts", "/forecasts/", "ann"),
    Place("help", "/help/"),
)
LATE = (
    Place("home", "/", "ann"),
    Place("source", "/sources/ai-pause-will-likely-backfire/", "ann"),
    Place("source-embed", "/sources/ai-pause-will-likely-backfire/embed/"),
    Place("premise", f"/forecasts/{late.PREMISE}/", "ann"),
    Place("with-it", f"/forecasts/{late.WITH_IT}/", "ann"),
    Place("without-it", f"/forecasts/{late.WITHOUT_IT}/", "ann"),
)
# What is left of a sheet of A4 between its margins, at 96 pixels to the inch.
PAPER = Look(718, "light", scripts=True)


@pytest.fixture
def new_site(
    django_db_setup: None, django_db_blocker: Any, browser: Any, tmp_path: Path, visit: Callable[..., Page]
) -> Any:
    """The running service with people and nothing else, gone again before `site` is laid in; yields what `see` does."""
    with django_db_blocker.unblock():
        factories.Cast()
        with running(tmp_path / "service.log") as address:

            def see(name: str | None, look: Look) -> Page:
                page = visit(address, width=look.width, scheme=look.scheme)
                return signed_in(page, name, address)

            yield see
        call_command("flush", verbosity=0, interactive=False)


def look_at(page: Page, place: Place, shot: Shot, name: str) -> list[Any]:
    """Open it, keep the picture, close it, and name what is wrong with the page."""
    page.goto(place.path)
    wait_for_charts(page)
    shot(page, name.format(f"{place.name}-{place.who or 'visitor'}"))
    wrong = [*wider_than_the_screen(page), *barriers(page)]
    page.context.close()
    return wrong


def test_a_new_site_says_what_to_do(new_site: See, shot: Shot) -> None:
    """First of all, since it needs a database without anything else in it."""
    wrong = {}
    for look in FOUR:
        for place in NEW:
            wrong[place, str(look)] = look_at(new_site(place.who, look), place, shot, f"new-{{}}-{look}")
    assert {where: faults for where, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize("place", ON_PAPER, ids=lambda place: place.path)
def test_a_page_is_fit_for_paper(see: See, shot: Shot, place: Place) -> None:
    page = see(place.who, WIDE)
    page.goto(place.path)
    wait_for_charts(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": PAPER.width, "height": 1000})
    shot(page, f"paper-{place.name}-{place.path.strip('/').replace('/', '-')[:40]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER.width


@pytest.mark.parametrize("width", [600, 360])
def test_a_letter_is_fit_to_be_read(see: See, shot: Shot, width: int) -> None:
    page = see(None, Look(width, "light", scripts=True))
    page.set_content(late.letter_with_news(f"reader-of-letters-{width}"))
    shot(page, f"letter-{width}")
    assert wider_than_the_screen(page) == []


@pytest.mark.parametrize("look", FOUR, ids=str)
def test_what_was_corrected_and_what_expired_say_so(see: See, shot: Shot, look: Look) -> None:
    if look is WIDE:
        late.stage_corrected()
        late.stage_expired()
    for slug in (late.CORRECTED, late.EXPIRED):
        assert look_at(see("ann", look), Place(slug, f"/forecasts/{slug}/", "ann"), shot, f"{{}}-{look}") == []


@pytest.mark.parametrize("look", FOUR, ids=str)
@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_an_essay_whose_premise_is_decided_says_what_became_of_it(
    see: See, shot: Shot, outcome: str, look: Look
) -> None:
    if look is WIDE and outcome == "yes":
        late.say_much_about_the_essay()
    if look is WIDE:
        late.decide(late.PREMISE, outcome, reason=f"The journals say so: {outcome}.")
    wrong = {place: look_at(see(place.who, look), place, shot, f"late-{outcome}-{{}}-{look}") for place in LATE}
    assert {where: faults for where, faults in wrong.items() if faults} == {}
