"""The chart of a forecast and its table hold the whole history, however long."""

import datetime as dt
import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from forecasts.models import Evidence
from forecasts.pages import chronicle
from forecasts.services import crowds, evidencing
from tests import factories
from tests.crowded import crowd

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db
PAGE = "/forecasts/premise/"
WHOLE = "/forecasts/premise/history/"
HOUR = dt.timedelta(hours=1)


def rows(html: str) -> list[str]:
    cells = html.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in cells.split("<tr>")[1:]]


def test_the_page_of_fifty_thousand_points_is_light(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    crowd(world.premise, 50_000, since=at - 20 * DAY, until=at - 2 * HOUR)
    factories.estimate(world.premise, cast.ann, 0.5, at - HOUR)
    client = browse(cast.ann)
    html = client.get(PAGE).content
    parts = [html, client.get(re.findall(r'data-src-crowd="([^"]+)"', html.decode())[0]).content]
    paths = re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', html.decode())
    parts += [Path(str(finders.find(path))).read_bytes() for path in paths]
    assert sum(len(gzip.compress(part)) for part in parts) < 400_000
    assert len(parts) > 4


def test_all_of_it_is_a_table_page_by_page(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    crowd(world.premise, 230, since=at - 20 * DAY, until=at - DAY)
    piece = evidencing.add(
        forecast=world.premise, by=cast.bob, at=at - 19 * DAY, title="The first count", direction="raises"
    )
    factories.estimate(world.premise, cast.ann, 0.37, at - 18 * DAY)
    client = browse(cast.ann)
    front = client.get(PAGE).content.decode()
    assert len(rows(front)) == 60
    assert f'href="{WHOLE}"' in front
    address, found = WHOLE, []
    while address:
        html = client.get(address).content.decode()
        found += rows(html)
        onward = re.search(r'href="([^"]+)"[^>]*>Next</a>', html)
        address = WHOLE + onward.group(1) if onward else ""
    assert len(found) == len(set(found)) == 232
    assert [number > 200 for number, row in enumerate(found) if piece.title in row] == [True]
    assert sum("37%" in row for row in found) >= 1
    assert "99%" in " ".join(found)
    assert re.search(rf'href="{WHOLE}"[^>]*>First</a>', html)
    assert "First</a>" not in client.get(WHOLE).content.decode()


def test_ones_older_estimates_and_evidence_in_another_order_stay_in_the_table(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for hour in range(40):
        factories.estimate(world.premise, cast.ann, 0.1 + hour / 100, at - (50 - hour) * HOUR)
    crowds.refresh(forecast_id=world.premise.pk, at=at)
    Evidence.objects.bulk_create(
        Evidence(
            forecast=world.premise,
            added_by=cast.bob,
            added_at=at - DAY * 9 - hour * HOUR,
            title="Old",
            direction="raises",
        )
        for hour in range(100)
    )
    evidencing.add(forecast=world.premise, by=cast.bob, at=at - HOUR, title="The newest", direction="lowers")
    html = browse(cast.ann).get(f"{PAGE}?evidence=useful").content.decode()
    assert "The newest" in rows(html)[0]
    assert [row for row in rows(html) if row.endswith("10% 1 10%")]


def test_while_the_crowd_is_hidden_the_table_has_the_rest_and_says_why(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.31, at - DAY)
    evidencing.add(forecast=world.premise, by=cast.bob, at=at - 2 * DAY, title="A poll", direction="raises")
    html = browse(cast.bob).get(WHOLE).content.decode()
    assert "hidden from you until your first estimate" in html
    assert "A poll" in rows(html)[0]
    assert "31%" not in html


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "9" * 17, "9" * 30, "²", "1e9"])
def test_a_page_before_no_instant_is_no_fault_of_ours(browse: Browse, world: World, before: str) -> None:
    assert browse(None).get(WHOLE, {"before": before}).status_code == 200


def test_however_much_evidence_came_at_one_instant_all_of_it_and_what_is_older_is_there(
    world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for number, days in enumerate([3, 2, 1, 1, 1, 1]):
        evidencing.add(
            forecast=world.premise,
            by=cast.bob,
            at=at - days * DAY,
            title=f"Count {number}",
            url=f"https://example.org/{number}",
            direction="raises",
        )
    found: list[str] = []
    before = None
    while not found or before:
        told = chronicle.chronicle(world.premise, user=cast.ann, at=at, before=before, most=2)
        found += [what for entry in told.entries for what in entry.what]
        before = told.left_before
    assert [what[-1] for what in found] == ["5", "4", "3", "2", "1", "0"]
