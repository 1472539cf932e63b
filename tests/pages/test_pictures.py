"""Pictures of charts for pages of others: what is in them, who may see it, and what a request for one is told."""

import datetime as dt
import html
import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.test import Client

from forecasts.models import Forecast
from tests import factories
from tracker import charts, tasks
from tracker.charts import composing, drawing
from tracker.models import Picture
from tracker.pages.pictures import asking, showing, subjects
from tracker.services import picturing

from .conftest import DAY, Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
ADDRESSES = {
    "history": "forecast=resolved",
    "accrual": "forecast=resolved&forecaster=ann",
    "comparison": "a=ann&b=bob&settled=false",
    "reliability": "settled=false",
}


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The queue takes what it is told, and no worker is there."""
    cache.clear()
    told: list[int] = []
    monkeypatch.setattr(showing, "announce_picture", lambda picture_id: told.append(picture_id) or True)
    monkeypatch.setattr(showing, "PATIENCE", 0.0)
    yield told
    cache.clear()


@pytest.fixture
def visitor(browse: Browse, world: World) -> Client:
    return browse(None)


def drawn(client: Client, address: str) -> Any:
    """The answer once a worker has been there."""
    assert client.get(address).status_code == 503
    tasks.draw_picture(Picture.objects.latest("pk").pk)
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer


def texts(svg: bytes) -> str:
    return " ".join(each.text or "" for each in ET.fromstring(svg).iter() if each.text)


def test_every_chart_has_a_picture() -> None:
    assert set(subjects.SUBJECTS) == set(charts.specifications()) == set(asking.PARAMETERS) == set(ADDRESSES)


@pytest.mark.parametrize("chart", ADDRESSES)
def test_an_svg_is_well_formed_says_where_it_is_from_and_runs_and_fetches_nothing(visitor: Client, chart: str) -> None:
    answer = drawn(visitor, f"/charts/{chart}.svg?{ADDRESSES[chart]}")
    root = ET.fromstring(answer.content)
    assert (root.tag, root.get("width"), root.get("role")) == (f"{SVG}svg", "720", "img")
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    for each in root.iter():
        assert each.tag.removeprefix(SVG) not in {"script", "style", "a", "image", "use", "foreignObject", "iframe"}
        assert not [name for name in each.attrib if name.startswith("on") or "href" in name]
    assert b"NaN" not in answer.content
    assert "as it stood on" in texts(answer.content)
    assert "127.0.0.1:8000/" in texts(answer.content)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "X-Frame-Options" not in answer
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "public, max-age=240"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(("asked", "width"), [("", 1440), ("&width=400&scale=1&theme=dark", 400)])
def test_a_png_has_the_size_that_was_asked_for(visitor: Client, asked: str, width: int) -> None:
    answer = drawn(visitor, f"/charts/history.png?{ADDRESSES['history']}{asked}")
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(drawing.PNG)
    wide, high = struct.unpack(">II", answer.content[16:24])
    assert wide == width
    assert 0.5 * wide < high < 1.2 * wide
    assert len(answer.content) < 60_000


def test_a_dark_one_has_the_colours_of_the_dark_page(visitor: Client) -> None:
    light, dark = (
        drawn(visitor, f"/charts/history.svg?forecast=resolved&theme={theme}").content.decode()
        for theme in ("light", "dark")
    )
    assert (composing.tokens("light")["--card"], composing.tokens("dark")["--card"]) == ("#fffefb", "#1c1e24")
    assert ("#fffefb" in light, "#1c1e24" in light) == (True, False)
    assert ("#fffefb" in dark, "#1c1e24" in dark) == (False, True)


def test_a_picture_shows_what_a_visitor_may_see_whoever_asks(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.6, at - DAY)
    address = f"/charts/history.svg?forecast={world.given_yes.slug}"
    assert "60%" in browse(cast.ann).get(world.given_yes.get_absolute_url()).content.decode()
    said = drawn(browse(cast.ann), address).content
    assert "The crowd is hidden until" in texts(said)
    assert "60%" not in texts(said)
    assert b"line mark" not in said
    assert Picture.objects.get().recipe == ""
    Forecast.objects.filter(pk=world.given_yes.pk).update(reveal_at=at - DAY / 2)
    cache.clear()
    revealed = drawn(browse(None), address).content
    assert "at last 60%: the median of one forecaster" in texts(revealed)
    assert b"line mark" in revealed


def test_nothing_hidden_waits_in_the_recipe_either(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.6123, at - DAY, rationale="A secret reason.")
    browse(cast.ann).get("/charts/history.svg?forecast=gap-yes")
    recipe = Picture.objects.get().recipe
    assert "0.6123" not in recipe
    assert "secret" not in recipe


def test_once_drawn_it_is_drawn_again_only_where_something_has_changed(
    visitor: Client, world: World, cast: factories.Cast, at: dt.datetime, nobody_waits: list[int]
) -> None:
    address = "/charts/history.svg?forecast=resolved"
    first = drawn(visitor, address)
    cache.clear()
    again = visitor.get(address)
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert visitor.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert Picture.objects.count() == len(nobody_waits) == 1
    factories.resolution(world.resolved, "no", at, revision=1)
    assert visitor.get(address)["ETag"] == first["ETag"]  # for a minute
    cache.clear()
    assert visitor.get(address).status_code == 503
    tasks.draw_pictures()
    tasks.draw_picture(Picture.objects.latest("pk").pk)
    changed = visitor.get(address)
    assert changed["ETag"] != first["ETag"]
    assert "Resolved no." in texts(changed.content)


def test_words_of_forecasters_stay_words(visitor: Client, world: World, cast: factories.Cast) -> None:
    given = '<script>alert("1")</script> & {{ 7 }} ]]> Will it?'
    subject = composing.Subject("history", given, "", "/x/", given, nothing=given)
    recipe = {"specification": None, "format": "svg", "scale": 1, "title": given, "alt": given}
    recipe["specification"] = composing.composed(subject, composing.Look(), at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    svg = drawing.drawn(recipe)
    assert ET.fromstring(svg)[0].text == given
    assert b"<script" not in svg


@pytest.mark.parametrize(
    "part",
    [
        {"data": {"url": "http://127.0.0.1:1/x.json"}},
        {"data": {"url": "file:///etc/passwd"}},
        {"layer": [{"encoding": {"href": {"value": "https://example.org"}}}]},
    ],
)
def test_what_draws_fetches_nothing(part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        drawing.drawn({"specification": part, "format": "svg", "scale": 1, "title": "", "alt": ""})


REFUSED = [
    ("/charts/reliability.svg?crowd=recency", 400, "Choose one of recency_weighted, median"),
    ("/charts/reliability.svg?scale=2", 400, "scale: Only a PNG has one"),
    ("/charts/none.svg", 404, "Charts are history, accrual, comparison, reliability"),
    ("/charts/history.svg?forecast=none", 404, "There is no forecast “none”"),
    ("/charts/history.svg", 400, "forecast: This field is required."),
    ("/charts/history.svg?forecast=resolved&colour=red", 400, "unknown field “colour”"),
    ("/charts/history.svg?forecast=resolved&width=5000", 400, "width: "),
    ("/charts/history.png?forecast=resolved&scale=4", 400, "scale: "),
    ("/charts/history.svg?forecast=resolved&theme=blue", 400, "theme: "),
    ("/charts/history.svg?forecast=%00", 400, "forecast: "),
    ("/charts/accrual.svg?forecast=resolved&forecaster=curator", 404, "has no score on this forecast"),
    ("/charts/accrual.svg?forecast=gap-yes&forecaster=ann", 404, "has no score on this forecast"),
    ("/charts/comparison.svg?a=ann&b=nobody", 400, "b: There is no forecaster “nobody”."),
    ("/charts/comparison.svg?a=ann&b=ann", 400, "b: "),
    ("/charts/reliability.svg?forecaster=nobody", 400, "forecaster: There is no forecaster “nobody”."),
    ("/charts/reliability.svg?scope=tag:%00", 400, "scope: "),
]


def test_what_cannot_be_drawn_is_said_in_plain_words(visitor: Client) -> None:
    for address, status, said in REFUSED:
        answer = visitor.get(address)
        assert answer.status_code == status, address
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert said in answer.content.decode(), address
    assert not Picture.objects.exists()


@pytest.mark.parametrize("chart", ["comparison", "reliability"])
def test_what_has_nothing_to_show_yet_says_so_in_the_picture(browse: Browse, cast: factories.Cast, chart: str) -> None:
    said = texts(drawn(browse(None), f"/charts/{chart}.svg?{ADDRESSES[chart]}").content)
    assert {"comparison": "too little", "reliability": "Nothing has resolved"}[chart] in said


def test_meanwhile_one_is_told_when_to_ask_again(visitor: Client) -> None:
    answer = visitor.get("/charts/history.svg?forecast=resolved")
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")


def test_with_a_worker_at_hand_the_first_answer_is_the_picture(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PATIENCE", 5.0)
    monkeypatch.setattr(showing, "announce_picture", lambda picture_id: tasks.draw_picture(picture_id) or True)
    assert visitor.get("/charts/history.svg?forecast=resolved").status_code == 200


def test_without_a_queue_nobody_waits(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "PATIENCE", 600.0)
    monkeypatch.setattr(showing, "announce_picture", lambda _: False)
    assert visitor.get("/charts/history.svg?forecast=resolved").status_code == 503
    monkeypatch.setattr(showing, "announce_picture", lambda _: True)
    monkeypatch.setattr(showing._seats, "acquire", lambda **_: False)
    assert visitor.get("/charts/history.svg?forecast=resolved").status_code == 503


def test_too_many_at_a_time_are_refused_with_when_to_ask_again(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing.PerAddress, "rate", "2/min")
    answers = [visitor.get("/charts/none.svg") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    monkeypatch.setattr(picturing, "MOST_WAITING", 0)
    monkeypatch.setattr(showing.PerAddress, "rate", "200/min")
    answer = visitor.get("/charts/history.svg?forecast=resolved")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("page", "chart", "parameters"),
    [
        ("/forecasts/resolved/", "history", "forecast=resolved"),
        ("/forecasts/resolved/scores/?forecaster=ann", "accrual", "forecast=resolved&forecaster=ann"),
        ("/calibration/?settled=false", "reliability", "scope=all&view=time&settled=false"),
    ],
)
def test_under_a_chart_stands_how_to_have_it_elsewhere(visitor: Client, page: str, chart: str, parameters: str) -> None:
    content = visitor.get(page).content.decode()
    offered = re.search(rf'<textarea id="snippet-{chart}"[^>]*>(.*?)</textarea>', content)
    assert offered
    snippet = ET.fromstring(html.unescape(offered[1]).replace(' loading="lazy">', "/>"))
    picture = snippet[0]
    assert picture.get("src") == f"http://127.0.0.1:8000/charts/{chart}.svg?{parameters}"
    assert picture.get("alt")
    assert visitor.get(str(snippet.get("href")).removeprefix("http://127.0.0.1:8000")).status_code == 200
    for kind in ("svg", "png"):
        address = f"/charts/{chart}.{kind}?{html.escape(parameters)}"
        assert f'href="{address}" download' in content
        assert visitor.get(html.unescape(address)).status_code == 503


def test_a_question_with_marks_of_html_in_it_does_not_break_the_snippet(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    question = 'Will "A & B" be < 3?'
    made = forecast("marks", at, question=question, reveal_at=at - DAY)
    estimate(made, cast.ann, 0.4, at - 2 * DAY)
    content = browse(None).get("/forecasts/marks/").content.decode()
    offered = re.search(r'<textarea id="snippet-history"[^>]*>(.*?)</textarea>', content)
    assert offered
    copied = html.unescape(offered[1])
    assert ET.fromstring(copied.replace(' loading="lazy">', "/>"))[0].get("alt", "").endswith(question)


def test_what_is_provisional_or_simulated_says_so_in_the_picture(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    client = browse(None)
    assert "Provisional: what has resolved" in texts(drawn(client, "/charts/reliability.svg?settled=false").content)
    Forecast.objects.filter(pk=world.resolved.pk).update(simulated=True)
    for address in ("history.svg?forecast=resolved", "accrual.svg?forecast=resolved&forecaster=ann"):
        assert "A rehearsal: these forecasters are simulated." in texts(drawn(client, f"/charts/{address}").content)
