"""Applying a catalogue: all or nothing, once, and changes with their reasons."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from forecasts.catalog.entries import Catalog
from forecasts.catalog.reading import read
from forecasts.models import Claim, Estimate, Forecast, Pair, Source, Wording
from forecasts.refusals import NotAllowed
from forecasts.services import cataloguing
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
ESSAY = Path("forecasts/catalog/ai_pause.toml")


@pytest.fixture(scope="module")
def essay() -> Catalog:
    return read(ESSAY)


def with_change(catalog: Catalog, slug: str, **fields: object) -> Catalog:
    changed = (replace(entry, **fields) if entry.slug == slug else entry for entry in catalog.forecasts)  # type: ignore[arg-type]
    return replace(catalog, forecasts=tuple(changed))


def counts() -> list[int]:
    return [model.objects.count() for model in (Source, Claim, Forecast, Wording, Pair)]


def test_the_essay_is_registered_and_a_second_time_changes_nothing(essay: Catalog, cast: factories.Cast) -> None:
    first = cataloguing.apply(essay, by=cast.curator, at=NOW)
    assert len(first.registered) == 1 + len(essay.claims) + len(essay.forecasts)
    before = counts()
    again = cataloguing.apply(essay, by=cast.curator, at=NOW)
    assert (again.registered, again.reworded, again.amended) == ([], [], [])
    assert counts() == before


def test_a_changed_text_is_a_new_wording_with_its_reason(essay: Catalog, cast: factories.Cast) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    slug = essay.forecasts[0].slug
    changed = with_change(essay, slug, background="More is known now.", reason="A report came out.")
    report = cataloguing.apply(changed, by=cast.curator, at=NOW)
    assert report.reworded == [slug]
    wordings = list(Forecast.objects.get(slug=slug).wordings.order_by("version"))
    assert [(w.version, w.reason) for w in wordings] == [(1, ""), (2, "A report came out.")]
    assert (wordings[0].background, wordings[1].background) == (essay.forecasts[0].background, "More is known now.")


def test_changes_without_reasons_are_refused_all_at_once_and_nothing_is_applied(
    essay: Catalog, cast: factories.Cast
) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    first, second, third = (entry.slug for entry in essay.forecasts[:3])
    changed = with_change(with_change(essay, first, background="a"), second, background="b")
    changed = with_change(changed, third, background="c", reason="This one is fine.")
    before = counts()
    with pytest.raises(cataloguing.CatalogRefused) as refusal:
        cataloguing.apply(changed, by=cast.curator, at=NOW)
    assert [place for place, _ in refusal.value.faults] == [first, second]
    assert "reason" in str(refusal.value)
    assert counts() == before


def test_a_condition_cannot_be_changed_by_a_catalogue(essay: Catalog, cast: factories.Cast) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    branch = next(entry for entry in essay.forecasts if entry.condition and not entry.pair)
    with pytest.raises(cataloguing.CatalogRefused, match="set when a forecast is registered"):
        cataloguing.apply(
            with_change(essay, branch.slug, condition="", condition_outcome=None), by=cast.curator, at=NOW
        )


@pytest.mark.parametrize("field", ["reveal_at", "predicts", "hedge_word"])
def test_what_scores_depend_on_holds_from_the_first_estimate_on(
    essay: Catalog, cast: factories.Cast, field: str
) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    entry = next(entry for entry in essay.forecasts if entry.hedge_word and entry.predicts == "yes")
    changed = with_change(essay, entry.slug, **{field: {"reveal_at": NOW, "predicts": "no", "hedge_word": ""}[field]})
    factories.estimate(Forecast.objects.get(slug=entry.slug), cast.ann, 0.4)
    with pytest.raises(cataloguing.CatalogRefused, match="scores depend on this"):
        cataloguing.apply(changed, by=cast.curator, at=NOW)


FACTS = {"reveal_at": NOW + 9 * DAY, "predicts": "no", "hedge_word": ""}


@pytest.mark.parametrize("field", FACTS)
@pytest.mark.parametrize("estimated", [True, False])
def test_a_refusal_does_not_tell_whether_there_is_a_hidden_estimate(
    essay: Catalog, cast: factories.Cast, field: str, estimated: bool
) -> None:
    essay = hidden(essay)
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    entry = next(entry for entry in essay.forecasts if entry.hedge_word and entry.predicts == "yes")
    if estimated:
        factories.estimate(Forecast.objects.get(slug=entry.slug), cast.ann, 0.4)
    with pytest.raises(cataloguing.CatalogRefused) as refusal:
        cataloguing.apply(with_change(essay, entry.slug, **{field: FACTS[field]}), by=cast.curator, at=NOW)
    why = "It has opened, its crowd is hidden from you, and scores depend on this. Leave it as it was."
    assert str(refusal.value) == f"{entry.slug}: {'hedged' if field == 'hedge_word' else field}: {why}"


def hidden(catalog: Catalog) -> Catalog:
    """With every crowd hidden until long after NOW."""
    times = {"closes_at": NOW + 90 * DAY, "resolve_by": NOW + 90 * DAY, "reveal_at": NOW + 80 * DAY, "spot_at": None}
    return replace(catalog, forecasts=tuple(replace(entry, **times) for entry in catalog.forecasts))


@pytest.mark.parametrize("estimated", [True, False])
def test_nor_does_it_where_the_opening_was_moved(essay: Catalog, cast: factories.Cast, estimated: bool) -> None:
    essay = hidden(essay)
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    entry = next(entry for entry in essay.forecasts if entry.hedge_word and entry.predicts == "yes")
    if estimated:
        factories.estimate(Forecast.objects.get(slug=entry.slug), cast.ann, 0.4)
    moved = with_change(essay, entry.slug, opens_at=NOW + DAY, reason="Later.")
    cataloguing.apply(moved, by=cast.curator, at=NOW)
    with pytest.raises(cataloguing.CatalogRefused, match="It has opened"):
        cataloguing.apply(with_change(moved, entry.slug, predicts="no"), by=cast.curator, at=NOW)


@pytest.mark.parametrize("shown", ["upcoming", "revealed"])
def test_where_nothing_is_hidden_it_may_change_until_the_first_estimate(
    essay: Catalog, cast: factories.Cast, shown: str
) -> None:
    essay = hidden(essay)
    entry = next(entry for entry in essay.forecasts if entry.hedge_word and entry.predicts == "yes")
    times = {"opens_at": NOW + DAY} if shown == "upcoming" else {"reveal_at": NOW - DAY}
    cataloguing.apply(with_change(essay, entry.slug, **times), by=cast.curator, at=NOW - 2 * DAY)
    changed = with_change(essay, entry.slug, **times, predicts="no")
    report = cataloguing.apply(changed, by=cast.curator, at=NOW)
    assert report.amended == [entry.slug]


def test_a_hedge_holds_once_a_forecast_has_resolved_by_it(essay: Catalog, cast: factories.Cast) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    premise, branch = (Forecast.objects.get(slug=slug) for slug in ("ai-pause-p0", "ai-pause-c3b"))
    for forecast in (premise, branch):
        factories.resolution(forecast, "yes")
    claims = (replace(claim, hedge_low=0.6) if claim.key == "C3" else claim for claim in essay.claims)
    with pytest.raises(cataloguing.CatalogRefused, match="resolved by this hedge"):
        cataloguing.apply(replace(essay, claims=tuple(claims)), by=cast.curator, at=NOW)


def test_nobody_but_a_curator_applies_a_catalogue(essay: Catalog, cast: factories.Cast) -> None:
    with pytest.raises(NotAllowed):
        cataloguing.apply(essay, by=cast.ann, at=NOW)
    assert counts() == [0] * 5


def test_both_branches_of_every_pair_share_condition_and_criteria(essay: Catalog, cast: factories.Cast) -> None:
    cataloguing.apply(essay, by=cast.curator, at=NOW)
    for pair in Pair.objects.all():
        yes, no = pair.branches.order_by("-condition_outcome")
        assert (yes.condition_outcome, no.condition_outcome) == ("yes", "no")
        assert yes.condition_id == no.condition_id == pair.condition_id


def test_the_command_registers_and_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("register", ESSAY)
    call_command("register", ESSAY)
    first, again = capsys.readouterr().out.strip().splitlines()
    assert first.endswith("0 unchanged.")
    assert again.startswith("0 registered, 0 worded anew, 0 amended")


def test_the_command_refuses_a_bad_file_whole(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('format = 1\n[source]\nslug = "x y"\n')
    with pytest.raises(CommandError, match=r"(?s)Nothing was registered.*slug"):
        call_command("register", bad)
    assert counts() == [0] * 5
    assert not Estimate.objects.exists()


def test_the_command_names_a_curator_who_is_not_there() -> None:
    with pytest.raises(CommandError, match="no forecaster “nobody”"):
        call_command("register", ESSAY, by="nobody")
