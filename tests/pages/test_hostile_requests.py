"""Whatever is sent to a page is answered: at worst as the sender's fault, never as one of ours."""

from collections.abc import Iterator, Sequence

import pytest
from django.urls import URLPattern, URLResolver

from forecasts.pages import urls as record
from tests import factories
from tracker.pages import urls as reading

from .conftest import Browse, World

pytestmark = pytest.mark.django_db
HUGE = "9" * 5000
VALUES = ["99999", str(2**63), HUGE, "%00", "%FF%FE", "1e999", "tag:%00", "%C2%B2"]
# Each is sent to every page, whether it knows the name or not.
NAMES = (
    "a accepted after b before bin claim claim_search collection collections condition condition_search content crowd "
    "direction evidence expires_at file forecaster format is_private key known_at likelihood_ratio link links measure "
    "note notes of opens_at ordering outcome page part percent percent-premise published_on question rationale reason "
    "reply_to revision rhythm scope search settled show shows slug sort source status tag tags tells text title token "
    "typed_name url useful version view whose words year "
)
ARGUMENTS = {
    "<int:evidence_id>": str(2**64),
    "<int:note_id>": str(2**64),
    "<int:archive_id>": str(2**64),
    "<int:import_id>": str(2**64),
    "<slug:origin>": "plain",
    "<slug:name>": "claim",
    "<str:name>": "ann",
    "<slug:key>": "C1",
    "<slug:chart>": "history",
    "<slug:part>": "bins",
    "<str:token>": "1-0.é",
}


def routes(patterns: Sequence[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for each in patterns:
        route = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield route


def address(route: str) -> str:
    of_source = "source" in route and "evidence" not in route
    for argument, value in {**ARGUMENTS, "<slug:slug>": "essay" if of_source else "premise"}.items():
        route = route.replace(argument, value)
    return route


ADDRESSES = [address(route) for route in [*routes(reading.urlpatterns), *routes(record.urlpatterns)]]
# A file, which takes no parameters, and which a client in a test leaves open.
ADDRESSES.remove("/accounts/export/")


@pytest.mark.parametrize("to", ADDRESSES)
def test_no_parameter_is_a_fault_of_ours(browse: Browse, world: World, cast: factories.Cast, to: str) -> None:
    client = browse(cast.admin)
    client.raise_request_exception = False
    for value in VALUES:
        sent = "&".join(f"{name}={value}" for name in NAMES.split())
        assert client.get(f"{to}?{sent}").status_code < 500, value
        assert client.post(to, sent, content_type="application/x-www-form-urlencoded").status_code < 500, value


def test_nobody_has_a_name_with_a_null_character(browse: Browse, world: World) -> None:
    assert browse(None).get("/api/v1/forecasts/resolved/scores/an%00n/").status_code == 404


def test_a_page_of_the_queue_begins_at_no_time_before_all_times(browse: Browse, world: World) -> None:
    assert browse(None).get("/resolve/?after=0001-01-01T00:00%2B23:59_1").status_code == 200


def test_a_forecast_that_no_slug_can_name_is_not_there(browse: Browse, world: World, cast: factories.Cast) -> None:
    assert browse(cast.ann).post("/answer/", {"percent-\x00": "50"}).status_code == 404
    assert browse(cast.ann).post("/answer/", {"percent-premise\x00": "50"}).status_code == 404
