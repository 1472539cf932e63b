"""How a page is looked at: how wide, light or dark, with scripts or without; and what must not be found there."""

import os
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


@dataclass(frozen=True)
class Look:
    width: int
    scheme: str
    scripts: bool

    def __str__(self) -> str:
        """As a test's name and a picture's."""
        return f"{self.width}-{self.scheme}{'' if self.scripts else '-plain'}"


WIDE = Look(1280, "light", scripts=True)
PHONE = Look(360, "dark", scripts=True)
# Four of the eight there are: each two of width, colours and scripts meet in every combination.
LOOKS = (WIDE, PHONE, Look(1280, "dark", scripts=False), Look(360, "light", scripts=False))

# With scripts: the two that differ most, and, where `make shots` asks for pictures, all four.
SHOOTING = "SHOTS" in os.environ
FOUR = (WIDE, PHONE, Look(1280, "dark", scripts=True), Look(360, "light", scripts=True))
SEEN = FOUR if SHOOTING else (WIDE, PHONE)


def wait_for_charts(page: Page) -> None:
    """Until each figure that a script draws is drawn."""
    for chart in page.locator("figure[data-chart] .chart").all():
        chart.locator("svg").first.wait_for()


def wider_than_the_screen(page: Page) -> list[str]:
    """What reaches over the right edge, as tags with their classes; empty where nothing has to be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll("body *")]
                .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest(".scroll > *"))
                .map((part) => `${part.tagName} ${part.getAttribute("class") ?? ""}`).slice(0, 5)"""
    )
    return found


def barriers(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds against accessibility: the rule, and the first place."""
    faults = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in faults]
