"""What a page weighs on its way to a browser, compressed, with all that it loads."""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
from django.test import Client

from tests import factories

from .conftest import Browse, World
from .test_every_page import addresses

pytestmark = pytest.mark.django_db

PLAIN, WITH_A_CHART = 60_000, 400_000
CHARTS = "vega/vega.js"
LOADED = re.compile(r'(?:src|href)="/static/([^"]+)"')


@cache
def weight(name: str) -> int:
    found = find(name)
    assert isinstance(found, str), name
    return len(gzip.compress(Path(found).read_bytes()))


def too_heavy(client: Client, address: str) -> int:
    """How many bytes the page has above what it may have, or none."""
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip", address
    loaded = set(LOADED.findall(gzip.decompress(answer.content).decode()))
    allowed = WITH_A_CHART if CHARTS in loaded else PLAIN
    return max(0, len(answer.content) + sum(map(weight, loaded)) - allowed)


def test_no_page_is_heavy(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    assert {address: over for address in addresses(world) if (over := too_heavy(client, address))} == {}


def test_an_essay_with_dozens_of_forecasts_is_no_heavy_page_either(browse: Browse, cast: factories.Cast) -> None:
    call_command("register", "forecasts/catalog/ai_pause.toml", verbosity=0)
    for address in ("/", "/forecasts/", "/sources/ai-pause-will-likely-backfire/"):
        assert too_heavy(browse(cast.ann), address) == 0, address
