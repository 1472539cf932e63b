"""Sources over the API."""

import pytest

from forecasts.models import Claim, Pair
from forecasts.services import crowds
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(cast: factories.Cast) -> list[Claim]:
    source = factories.source("essay", title="An essay", url="https://example.org/essay")
    return [
        Claim.objects.create(source=source, key=f"C{n}", position=n, author="A. Writer", restated=f"Claim {n}.")
        for n in (2, 1)
    ]


def test_the_list_counts_what_became_of_each(visitor: Api, claims: list[Claim]) -> None:
    factories.forecast(claim=claims[0])
    factories.resolution(factories.forecast(claim=claims[0]), "yes")
    factories.resolution(factories.forecast(claim=claims[1]), "annulled")
    (row,) = everything(visitor, "sources/")
    assert (row["slug"], row["url"], row["page"]) == ("essay", "https://example.org/essay", "/sources/essay/")
    counts = (row["n_claims"], row["n_forecasts"], row["n_resolved"], row["n_annulled"])
    assert counts == (2, 3, 1, 1)


def test_one_source_has_its_claims_in_order_with_their_forecasts(visitor: Api, claims: list[Claim]) -> None:
    second, first = claims
    premise = factories.forecast("premise", claim=first)
    pair = Pair.objects.create(slug="pair", title="It", condition=premise)
    given = {"claim": second, "condition": premise, "pair": pair}
    factories.forecast("given-no", condition_outcome="no", **given)
    factories.forecast("given-yes", condition_outcome="yes", **given)
    shown = visitor.get("sources/essay/").json()
    assert [claim["key"] for claim in shown["claims"]] == ["C1", "C2"]
    assert [one["slug"] for one in shown["claims"][1]["forecasts"]] == ["given-yes", "given-no"]
    assert shown["conditions"] == [{"condition": "premise", "branches": ["given-no", "given-yes"]}]
    assert shown["n_forecasts"] == 3


def test_a_hidden_crowd_does_not_show_here_either(
    visitor: Api, ann: Api, claims: list[Claim], cast: factories.Cast
) -> None:
    forecast = factories.forecast(claim=claims[0])
    factories.estimate(forecast, cast.ann, 0.9)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    for api, crowd in ((visitor, None), (ann, 0.9)):
        (row,) = api.get("sources/essay/").json()["claims"][1]["forecasts"]
        assert (row["crowd"], row["own"]) == (crowd, crowd)
        assert row["n_standing"] == (crowd and 1)


def test_an_unknown_source_is_not_found(visitor: Api) -> None:
    refusal(visitor.get("sources/no-such/"), 404)


def test_sources_are_read_only(ann: Api, claims: list[Claim]) -> None:
    refusal(ann.post("sources/", {}), 405)
    refusal(ann.delete("sources/essay/"), 405)


def test_both_take_the_same_queries_for_any_number_of_rows(queries: Count, claims: list[Claim]) -> None:
    condition = factories.forecast(claim=claims[0])
    few = queries("sources/"), queries("sources/essay/")
    for number in range(5):
        factories.source(f"other{number}")
        factories.forecast(claim=claims[1], condition=condition, condition_outcome="yes")
    assert (queries("sources/"), queries("sources/essay/")) == few == (1, 3)
