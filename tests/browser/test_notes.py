"""The discussion of a forecast in a browser: writing, replying, withdrawing, in four looks."""

from collections.abc import Callable
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forecasts.models import Forecast, Forecaster, Note
from forecasts.services import noting
from tests.world import DAY, forecast

from .looks import LOOKS, Look, barriers, wider_than_the_screen

pytestmark = pytest.mark.browser

See = Callable[..., Page]
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 5
_number = count(1)


def discussed() -> tuple[Forecast, Note]:
    """An open forecast of this test alone, with a note by bob that everyone may read, four replies deep."""
    at = timezone.now()
    made = forecast(f"discussed-{next(_number)}", at, reveal_at=at - DAY)
    first, answered = None, None
    for hour in range(5):
        by = Forecaster.objects.get(username=("bob", "ann")[hour % 2])
        said = noting.write(
            forecast=made,
            by=by,
            at=at - DAY + hour * DAY / 24,
            text=f"Is *{LONG}* counted?",
            reply_to=answered.pk if answered else None,
        )
        first, answered = first or said, said
    assert first
    return made, first


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_note_is_written_answered_and_withdrawn(see: See, look: Look) -> None:
    made, first = discussed()
    page = see("eve", look)
    page.goto(made.get_absolute_url())
    page.get_by_text("Write a note").click()
    page.get_by_label("Your note").fill("It is **not**.")
    page.get_by_role("button", name="Put this note on record").click()
    expect(page.get_by_text("Your note is on record.")).to_be_visible()
    own = page.locator("article.note", has_text="It is not.")
    expect(own).to_be_in_viewport()
    page.get_by_role("link", name="The whole discussion").click()
    expect(page.locator("article.note")).to_have_count(6)

    page.locator(f"#note-{first.pk}").get_by_role("link", name="Reply").click()
    expect(page.get_by_role("heading", name="Reply to bob")).to_be_in_viewport()
    expect(page.get_by_label("Your note")).to_be_focused()
    if not look.scripts:
        assert urlsplit(page.url).query == f"reply_to={first.pk}"
    assert wider_than_the_screen(page) == []
    if look.scripts:
        assert barriers(page) == []
    page.get_by_role("button", name="Put this note on record").click()
    expect(page.locator("#note_text_error")).to_contain_text("required")
    page.get_by_label("Your note").fill("Ask the yearbook.")
    page.get_by_role("button", name="Put this note on record").click()
    answer = page.locator("article.note", has_text="Ask the yearbook.")
    expect(answer).to_contain_text("in reply to bob")

    answer.get_by_text("Withdraw").first.click()
    answer.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn by its author")).to_be_visible()
    expect(page.get_by_text("Ask the yearbook.")).to_have_count(0)
    assert Note.objects.filter(forecast=made, author__username="eve").count() == 2


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_replies_are_indented_no_further_than_there_is_room(see: See, look: Look) -> None:
    made, _ = discussed()
    page = see(None, look)
    page.goto(made.get_absolute_url())
    lefts = [round(note.bounding_box()["x"]) for note in page.locator("article.note").all()]  # type: ignore[index]  # it is shown
    assert len(set(lefts)) == (2 if look.width < 400 else 4)
    assert lefts == sorted(lefts)
    assert wider_than_the_screen(page) == []
