"""A real Chromium that talks to nobody but us, and complains when a page does."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from config.sessions import SessionStore
from forecasts.models import Forecaster
from tests.service import running

from .looks import LOOKS, SHOOTING, WIDE, Look
from .staging import stage_site

# Playwright's loop runs in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SHOTS = Path(__file__).resolve().parents[2] / "shots"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()
        # While Playwright's loop runs Django keeps another connection, and that holds on to the database.
        connection.close()


def page_of(message: ConsoleMessage) -> bool:
    """Whether it is about the page itself, not about something that the page loads."""
    return message.page is not None and message.location.get("url") == message.page.url


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of a fresh visitor; at the end nothing may have been said on any console."""
    said: list[str] = []
    contexts: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        # A refusal is a page with a status of its own; Chromium calls it an error.
        refused = "the server responded with a status of 4" in message.text and page_of(message)
        if message.type in {"error", "warning"} and not refused:
            said.append(f"{message.location.get('url')}: {message.text}")

    def open_page(address: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(params=LOOKS, ids=str)
def look(request: Any) -> Look:
    """One of the ways in which a page is looked at; a test that asks for it runs once for each."""
    found: Look = request.param
    return found


@pytest.fixture(scope="package")
def site(
    django_db_setup: None, django_db_blocker: Any, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The running service with everything that `staging` lays in, for all tests that share it; yields its address.

    Tests that use it carry no database mark. Their rows are taken back only after the last of them, so that each makes
    forecasts and people of its own for whatever it changes.
    """
    with django_db_blocker.unblock():
        stage_site()
        with running(tmp_path_factory.mktemp("site") / "service.log") as address:
            yield address
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def see(site: str, visit: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page of the site for somebody signed in, by name, or for a visitor: `see("ann", look)`."""

    def open_page(name: str | None = None, look: Look = WIDE) -> Page:
        return signed_in(visit(site, width=look.width, scheme=look.scheme, scripts=look.scripts), name, site)

    return open_page


def signed_in(page: Page, name: str | None, address: str) -> Page:
    """The page, as somebody by that name sees it, or as a visitor does."""
    if name is not None:
        _let_in(page.context, Forecaster.objects.get(username=name), address)
    return page


def _let_in(context: BrowserContext, person: Forecaster, address: str) -> None:
    """Signed in without the form, which has a test of its own."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": address}])


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keeps a picture of the whole page under shots/, when `make shots` asks for pictures."""

    def keep(page: Page, name: str) -> None:
        if not SHOOTING:
            return
        SHOTS.mkdir(exist_ok=True)
        # What an address asks for is no name of a file everywhere.
        name = re.sub(r"[^\w-]+", "-", name)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return keep
