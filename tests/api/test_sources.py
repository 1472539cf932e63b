"""Sources over the API."""

import pytest

from forecasts.models import Claim, Forecast, Forecaster, Pair
from forecasts.services import crowds, registering
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


def twins(claim: Claim, condition: Forecast, slug: str, by: Forecaster) -> None:
    pair = registering.make_pair(slug=slug, title="It", condition=condition, by=by)
    for outcome in ("yes", "no"):
        made = factories.forecast(
            claim=claim, condition=condition, condition_outcome=outcome, pair=pair, hedged=outcome == "yes"
        )
        factories.estimate(made, by, 0.7 if outcome == "yes" else 0.5)


def test_one_source_has_the_effects_of_its_pairs_and_how_its_authors_words_do(
    visitor: Api, curator: Api, claims: list[Claim], cast: factories.Cast
) -> None:
    second, first = claims
    Claim.objects.filter(pk=second.pk).update(
        hedge_word="likely", hedge_low=0.55, hedge_high=0.8, hedge_scale="A scale"
    )
    Claim.objects.filter(pk=first.pk).update(hedge_word="may", hedge_scale="A scale")
    premise = factories.forecast("premise", claim=first)
    twins(second, premise, "pair", cast.curator)
    hidden, shown = (api.get("sources/essay/").json() for api in (visitor, curator))
    assert (hidden["pairs"][0]["slug"], hidden["pairs"][0]["effect"]) == ("pair", None)
    assert shown["pairs"][0]["effect"]["difference"]["value"] == pytest.approx(0.2)
    listed = curator.get("pairs/", source="essay").json()["results"]
    assert [row | {"at": None} for row in shown["pairs"]] == [row | {"at": None} for row in listed]
    (author,) = shown["authors"]["records"]
    assert (author["author"], author["n"], author["brier"], author["opening"]) == ("A. Writer", 0, None, None)
    assert author["words"] == [
        {
            "word": "likely",
            "scale": "A scale",
            "low": 0.55,
            "high": 0.8,
            "n_forecasts": 1,
            "n_annulled": 0,
            "scored": None,
        }
    ]
    assert author["untranslated"] == [{"word": "may", "n_claims": 1}]


def test_an_authors_words_are_scored_once_something_resolves(visitor: Api, claims: list[Claim]) -> None:
    claim = claims[0]
    Claim.objects.filter(pk=claim.pk).update(hedge_word="likely", hedge_low=0.55, hedge_high=0.8)
    made = factories.forecast(claim=claim, hedged=True)
    factories.resolution(made, "yes", at=NOW)
    factories.score(at=NOW)
    authors = visitor.get("sources/essay/").json()["authors"]
    (author,) = authors["records"]
    assert (authors["settled"], authors["provisional"], author["n"]) == (False, True, 1)
    assert author["brier"] == pytest.approx({"midpoint": 0.325**2, "best": 0.2**2, "worst": 0.45**2})
    scored = author["words"][0]["scored"]
    assert (scored["n"], scored["n_true"], scored["share"], scored["share_high"]) == (1, 1, 1.0, 1.0)


def test_both_take_the_same_queries_for_any_number_of_rows(
    queries: Count, claims: list[Claim], cast: factories.Cast
) -> None:
    claims[0].source.claims.update(hedge_word="likely", hedge_low=0.55, hedge_high=0.8)
    condition = factories.forecast(claim=claims[0])
    twins(claims[0], condition, "pair", cast.curator)
    few = queries("sources/"), queries("sources/essay/")
    for number in range(5):
        factories.source(f"other{number}")
        factories.forecast(claim=claims[1], condition=condition, condition_outcome="yes")
        twins(claims[1], condition, f"pair{number}", cast.curator)
    assert (queries("sources/"), queries("sources/essay/")) == few == (1, 10)
