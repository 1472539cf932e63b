"""How a forecast is cited."""

import datetime as dt
import html
import re

import pytest
from django.test import Client

from tests import factories

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db


def citation(client: Client, slug: str) -> str:
    found = re.search(
        r'<textarea id="citation"[^>]*>(.*?)</textarea>', client.get(f"/forecasts/{slug}/").content.decode()
    )
    assert found
    return html.unescape(found[1])


def test_a_citation_says_what_stood_on_the_day_as_far_as_the_reader_may_see(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.6, at - DAY)
    day = f"as it stood on {at.day} {at:%B %Y}"
    asked = f"Forecast Tracker, “{world.given_yes.question}” (An Essay, C1a), wording 1. "
    for who, ends in ((cast.ann, f"{day}: 60%, by 1 forecaster."), (cast.bob, f"{day}."), (None, f"{day}.")):
        said = citation(browse(who), "gap-yes")
        assert said.startswith(asked)
        assert "/forecasts/gap-yes/, " in said
        assert said.endswith(ends)
    assert citation(browse(None), "resolved").endswith(f"{day}: resolved yes.")
    assert citation(browse(None), "annulled").endswith(f"{day}: annulled.")
