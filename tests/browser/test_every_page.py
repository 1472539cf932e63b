"""Every page, wide and light, narrow and dark: nothing wider than the screen, no barrier, no word on the console."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Page

from forecasts.pages import urls as record
from tracker.pages import urls as reading

from .looks import SEEN, Look, barriers, wait_for_charts, wider_than_the_screen
from .pages import NO_PAGES, PLACES, Place

pytestmark = pytest.mark.browser

See = Callable[..., Page]


@pytest.mark.parametrize("look", SEEN, ids=str)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.path}-{place.who}")
def test_a_page_is_fit_to_be_seen(see: See, shot: Callable[[Page, str], None], place: Place, look: Look) -> None:
    page = see(place.who, look)
    answer = page.goto(place.path)
    assert answer is not None
    assert answer.status == 200
    assert urlsplit(page.url).path == urlsplit(place.path).path
    wait_for_charts(page)
    shot(page, f"{place.name}-{place.path.strip('/').replace('/', '-')[:40]}-{place.who or 'visitor'}-{look}")
    assert wider_than_the_screen(page) == []
    assert barriers(page) == []


def test_no_page_is_left_out() -> None:
    named = {name for urls in (record, reading) for name in _names(urls.urlpatterns)}
    assert named - {place.name for place in PLACES} - NO_PAGES == set()


def _names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        found |= _names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name or ""}
    return found - {""}
