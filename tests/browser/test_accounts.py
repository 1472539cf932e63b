"""An account's whole life in a browser, by keyboard, with scripts and without: from signing up to closing it."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from allauth.mfa.totp.internal import auth
from playwright.sync_api import Page, expect

from forecasts.models import Forecaster, Mailbox
from tests.service import wait_until

from .looks import Look, barriers, wider_than_the_screen

pytestmark = pytest.mark.browser
PASSWORD = "correct horse 9"


@pytest.fixture
def log(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the service writes, its letters among it."""
    (found,) = tmp_path_factory.getbasetemp().glob("site[0-9]*/service.log")
    return found


class Visitor:
    """Somebody at the keyboard: whatever is pressed has the focus and gets Enter."""

    def __init__(self, page: Page, look: Look) -> None:
        self.page, self.look = page, look
        self.name = f"new-{look}"

    def press(self, role: str, name: str, *, exact: bool = True) -> None:
        self.page.locator("main").get_by_role(role, name=name, exact=exact).press("Enter")  # type: ignore[arg-type]

    def looks_fit(self) -> None:
        assert wider_than_the_screen(self.page) == []
        assert not self.look.scripts or barriers(self.page) == []

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def may_be_asked_who_it_is(self, *, before: str) -> None:
        """Until the page with that button is there: what lies between is not to be looked at."""
        asked, button = self.page.get_by_text("Is it you?"), self.page.get_by_role("button", name=before)
        asked.or_(button).first.wait_for()
        if asked.count():
            self.is_asked_who_it_is()
        button.wait_for()

    def is_asked_who_it_is(self) -> None:
        self.sees("Is it you?")
        self.page.fill("input[name=password]", PASSWORD)
        self.press("button", "Go on")


def test_an_account_from_signing_up_to_closing(see: Callable[..., Page], look: Look, log: Path, tmp_path: Path) -> None:
    visitor = Visitor(see(None, look), look)
    sign_up(visitor)
    confirm(visitor, log)
    codes = switch_on_second_factor(visitor)
    sign_in_again(visitor, codes[0])
    switch_off_second_factor(visitor)
    make_token(visitor)
    choose_letters(visitor)
    take_data(visitor, tmp_path)
    close(visitor)


def sign_up(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/")
    page.locator(".top").get_by_role("link", name="Sign up").press("Enter")
    page.locator("input[name=username]").focus()
    page.keyboard.type(visitor.name)
    page.keyboard.press("Tab")
    page.keyboard.type(f"{visitor.name}@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def confirm(visitor: Visitor, log: Path) -> None:
    def link() -> str | None:
        letters = re.findall(
            rf"account “{visitor.name}” named .*?(/accounts/confirm-email/\S+)", log.read_text(), re.DOTALL
        )
        return letters[-1] if letters else None

    visitor.page.goto(wait_until(link, "the letter with the link is sent"))
    visitor.looks_fit()
    visitor.press("button", "Yes, confirm it")
    visitor.page.goto("/accounts/")
    visitor.sees(f"{visitor.name}@example.org")
    expect(visitor.page.get_by_text("not confirmed")).to_have_count(0)


def switch_on_second_factor(visitor: Visitor) -> list[str]:
    """Returns the recovery codes."""
    page = visitor.page
    visitor.press("link", "Switch on two-factor sign-in")
    visitor.press("link", "Switch it on")
    visitor.is_asked_who_it_is()
    # Only the page with the code is to be looked at, not the one before it or what lies between.
    page.locator("input[name=code]").wait_for()
    visitor.looks_fit()
    page.fill("input[name=code]", "000000")
    visitor.press("button", "Switch it on")
    visitor.sees("That code is not right")
    secret = page.locator("#secret").input_value()
    page.fill("input[name=code]", auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30)))
    visitor.press("button", "Switch it on")
    visitor.sees("Two-factor sign-in is on.")
    visitor.looks_fit()
    codes = page.locator("#codes").inner_text().split()
    assert len(codes) == 10
    return codes


def sign_in_again(visitor: Visitor, code: str) -> None:
    page = visitor.page
    page.locator(".top summary").press("Enter")
    page.locator(".top").get_by_role("button", name="Sign out").press("Enter")
    visitor.sees("You are signed out.")
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.fill("input[name=login]", visitor.name)
    page.fill("input[name=password]", PASSWORD)
    visitor.press("button", "Sign in")
    visitor.sees("Second step")
    visitor.looks_fit()
    page.fill("input[name=code]", code)
    visitor.press("button", "Sign in")
    visitor.sees("9 left.")


def switch_off_second_factor(visitor: Visitor) -> None:
    visitor.press("link", "Switch it off")
    visitor.may_be_asked_who_it_is(before="Switch it off")
    visitor.looks_fit()
    visitor.press("button", "Switch it off")
    visitor.sees("Two-factor sign-in is off.")


def make_token(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/accounts/tokens/")
    visitor.press("button", "Make a token")
    visitor.sees("It is shown this once")
    visitor.looks_fit()
    expect(page.get_by_role("button", name="Copy the token")).to_have_count(1 if visitor.look.scripts else 0)
    token = page.locator("code.token").inner_text()
    page.goto("/accounts/tokens/")
    assert token not in page.content()
    visitor.press("button", f"Revoke {token[:15]}")
    visitor.sees("stopped working")


def choose_letters(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/accounts/letters/")
    page.get_by_label("Every day at most").press("Space")
    page.get_by_label("Revealed:", exact=False).press("Space")
    visitor.press("button", "Save")
    visitor.sees("Saved.")
    visitor.looks_fit()
    mailbox = Mailbox.objects.get(forecaster__username=visitor.name)
    assert (mailbox.rhythm, mailbox.tells_revealed, mailbox.tells_closing) == ("daily", False, True)
    visitor.press("link", "What a letter would say now")
    visitor.sees("Nothing yet that you were not told")


def take_data(visitor: Visitor, folder: Path) -> None:
    visitor.page.goto("/accounts/")
    with visitor.page.expect_download() as download:
        visitor.press("link", "Download your data")
    download.value.save_as(folder / "mine.zip")
    with ZipFile(folder / "mine.zip") as archive:
        assert {"account.json", "estimates.csv", "scores.csv"} <= set(archive.namelist())
        assert f"{visitor.name}@example.org" in archive.read("account.json").decode()


def close(visitor: Visitor) -> None:
    page = visitor.page
    account = Forecaster.objects.get(username=visitor.name)
    visitor.press("link", "Close account")
    visitor.may_be_asked_who_it_is(before="Close the account for good")
    visitor.looks_fit()
    page.get_by_label("Your name").fill("somebody else")
    visitor.press("button", "Close the account for good")
    visitor.sees(f"Type “{visitor.name}” to close this account.")
    page.get_by_label("Your name").fill(visitor.name)
    visitor.press("button", "Close the account for good")
    visitor.sees("The account is closed")
    visitor.looks_fit()
    account.refresh_from_db()
    visitor.sees(account.username)
    page.goto("/accounts/login/")
    page.fill("input[name=login]", visitor.name)
    page.fill("input[name=password]", PASSWORD)
    visitor.press("button", "Sign in")
    visitor.sees("do not belong together")
