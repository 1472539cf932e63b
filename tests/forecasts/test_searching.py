"""Finding forecasts by words: in any form, ranked, unfinished or mistyped."""

import pytest

from forecasts.models import Claim, Collection, Forecast, SearchEntry, SearchWord, TagInUse
from forecasts.queries import Filters, page
from forecasts.queries.searching import understood
from forecasts.services import registering
from tests import factories
from tests.factories import NOW
from tests.forecasts.record import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(cast: factories.Cast) -> Claim:
    source = factories.source("essay", title="Backfiring pauses", author="Ada Writer")
    return Claim.objects.create(source=source, key="C7", position=1, author="Ada Writer", restated="It goes up.")


@pytest.fixture
def asked(claim: Claim) -> dict[str, Forecast]:
    made = {
        "pause": factories.forecast("pause", question="Will a pause on training come into force?", tags=["law"]),
        "chips": factories.forecast("chips", question="Will exports of microchips fall?", claim=claim, part="b"),
        "leak": factories.forecast("leak", question="Will weights leak?", criteria="Yes if a pause is broken."),
        "fall": factories.forecast("fall", question="Will capabilities grow faster?", background="Since 2019."),
    }
    factories.forecast("other", question="Will anything else come?")
    return made


def found(text: str, **filters: str) -> list[str]:
    rows = page(Filters(search=text, **filters), user=factories.curator(), at=NOW).forecasts
    return [forecast.slug for forecast in rows]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("training", ["pause"]),
        ("trained", ["pause"]),
        ("trai", ["pause"]),
        ("capabili", ["fall"]),
        ("PAUSE force", ["pause"]),
        ("law", ["pause"]),
        ("C7", ["chips"]),
        ("c7b", ["chips"]),
        ("writer", ["chips"]),
        ("2019", ["fall"]),
        ("broken pause", ["leak"]),
        ("will the weights", ["leak"]),
        ("zebra", []),
        ("pause zebra", []),
        ("!?", []),
    ],
)
def test_words_are_found_in_any_form_and_place(asked: dict[str, Forecast], text: str, slugs: list[str]) -> None:
    assert found(text) == slugs


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("pasue", ["pause", "chips", "leak"]),
        ("trainign", ["pause"]),
        ("capabilitis", ["fall"]),
        ("wieghts leek", ["leak"]),
    ],
)
def test_a_mistyped_word_is_taken_for_the_nearest(asked: dict[str, Forecast], text: str, slugs: list[str]) -> None:
    assert found(text) == slugs


def test_a_part_of_a_word_is_found_where_no_word_is_like_it(asked: dict[str, Forecast]) -> None:
    assert found("chips exports") == ["chips"]
    assert understood("rochip").meant == {"rochip": ["microchips"]}


def test_what_is_known_is_not_second_guessed(asked: dict[str, Forecast]) -> None:
    assert understood("leak the pause").meant == {}
    assert understood("pasue").meant == {"pasue": ["pause"]}
    assert understood("zzzzzz").meant == {}


def test_the_question_weighs_more_than_its_names_and_these_more_than_the_criteria(claim: Claim) -> None:
    factories.forecast("criteria", question="Will a?", criteria="Yes if a zebra runs.")
    factories.forecast("source", question="Will b?", claim=claim)
    factories.forecast("zebra", question="Will c?")
    factories.forecast("question", question="Will a zebra run?")
    claim.source.title = "Zebra"
    claim.source.save()
    assert found("zebra") == ["question", "zebra", "source", "criteria"]
    assert found("zebra", ordering="newest") == ["question", "zebra", "source", "criteria"]
    assert found("zebra", ordering="claim")[0] == "source"


def test_a_whole_word_comes_before_one_that_only_begins_like_it(asked: dict[str, Forecast], claim: Claim) -> None:
    Claim.objects.create(source=claim.source, key="C71", position=2, author="Ada Writer", restated="Other.")
    for key in ("C71", "C7"):  # Equal ranks would come in this order.
        factories.forecast(f"of-{key.lower()}", claim=Claim.objects.get(key=key), question="Will it?")
    assert found("C7")[-1] == "of-c71"


def test_the_search_follows_a_new_wording(asked: dict[str, Forecast], cast: factories.Cast) -> None:
    text = factories.text(question="Will a moratorium begin?")
    registering.reword(forecast=asked["pause"], text=text, by=cast.curator, at=NOW, reason="Plainer.")
    assert found("moratorium") == ["pause"]
    assert found("training") == []


def test_the_search_follows_tags_and_keys(asked: dict[str, Forecast], claim: Claim) -> None:
    Forecast.objects.filter(slug="pause").update(tags=["treaty"])
    Claim.objects.update(key="K9")
    assert (found("law"), found("treaty"), found("c7"), found("k9")) == ([], ["pause"], [], ["chips"])


def test_the_menu_of_tags_holds_those_that_real_forecasts_have(asked: dict[str, Forecast]) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    factories.forecast("played", collections=[rehearsal], tags=["invented"])
    factories.forecast("second", tags=["law", "trade"])
    tags = TagInUse.objects.order_by("name").values_list("name", flat=True)
    assert list(tags.all()) == ["law", "trade"]
    Forecast.objects.filter(slug="second").update(tags=["trade"])
    assert list(tags.all()) == ["law", "trade"]
    Forecast.objects.filter(slug="pause").update(tags=[])
    assert list(tags.all()) == ["trade"]


def test_what_is_looked_in_can_be_made_again(asked: dict[str, Forecast]) -> None:
    before = dict(SearchEntry.objects.values_list("forecast", "document"))
    words = sorted(SearchWord.objects.values_list("word", flat=True))
    for model in (SearchEntry, SearchWord, TagInUse):
        model.objects.all().delete()
    run("SELECT forecasts_index_search(array_agg(id)) FROM forecasts_forecast")
    assert dict(SearchEntry.objects.values_list("forecast", "document")) == before
    assert sorted(set(SearchWord.objects.values_list("word", flat=True))) == words
    assert list(TagInUse.objects.values_list("name", flat=True)) == ["law"]


@pytest.mark.parametrize("text", ["a:*", "'", "\\", "!(x", "pause & | !", "%_%", "x" * 500, "é ü 漢字", "<->"])
def test_signs_that_mean_something_to_the_database_mean_nothing_here(asked: dict[str, Forecast], text: str) -> None:
    found(text)
