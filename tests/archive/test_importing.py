"""What an archive brings in: defaults, identity, wordings, conditions, causes, accounts and scores."""

import datetime as dt

import pytest

from forecasts.models import Estimate, Forecast, Forecaster, Pair, Resolution, Wording
from forecasts.services.archiving import ArchiveRefused
from tests import factories
from tests.archive.conftest import QUESTIONS, Archive, Bring, Heard
from tests.factories import NOW

OPENS, CLOSES = dt.datetime(2027, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
OPEN = "2027-01-01T00:00:00Z,2027-02-01T00:00:00Z"
ESTIMATES = "forecast,forecaster,made_at,probability\nrain,ann,2027-01-02T00:00:00.000001+01:00,0.1\n"
RESOLUTIONS = "forecast,outcome,known_at\nrain,yes,2027-01-20T00:00:00Z\n"


def everything() -> list[object]:
    models = (Forecaster, Forecast, Wording, Estimate, Resolution, Pair)
    return [list(model.objects.order_by("pk").values()) for model in models]  # type: ignore[attr-defined]


def test_only_the_starred_columns_are_needed_and_the_rest_has_defaults(archive: Archive, bring: Bring) -> None:
    bring(archive(estimates=ESTIMATES, resolutions=RESOLUTIONS, evidence="forecast,added_by,added_at,title\n"))
    rain = Forecast.objects.get(slug="rain")
    assert (rain.opens_at, rain.closes_at, rain.resolve_by, rain.spot_at) == (OPENS, CLOSES, CLOSES, None)
    assert (rain.created_by.username, rain.created_at, rain.simulated, rain.tags) == ("curator", NOW, False, [])
    wording = rain.wordings.get()
    assert (wording.version, wording.question, wording.author, wording.made_at) == (
        1,
        "Will it rain?",
        rain.created_by,
        NOW,
    )
    estimate = Estimate.objects.get()
    assert estimate.made_at == dt.datetime(2027, 1, 1, 23, 0, 0, 1, tzinfo=dt.UTC)
    assert (estimate.wording, estimate.via, estimate.crowd_seen) == (wording, "import", False)
    resolution = rain.resolution
    assert resolution is not None
    assert (resolution.revision, resolution.decided_at) == (1, NOW)
    assert resolution.decided_by == rain.created_by


def test_importing_twice_changes_nothing(archive: Archive, bring: Bring) -> None:
    folder = archive(estimates=ESTIMATES, resolutions=RESOLUTIONS)
    first = bring(folder)
    before = everything()
    again = bring(folder)
    assert everything() == before
    assert (again.report.brought, again.report.known) == ({}, first.report.brought)


def test_forecasters_who_are_only_named_cannot_sign_in(archive: Archive, bring: Bring) -> None:
    bring(archive(estimates=ESTIMATES + "rain,bob,2027-01-02T00:00:00Z,0.2\n"))
    ann, bob = Forecaster.objects.get(username="ann"), Forecaster.objects.get(username="bob")
    assert not ann.has_usable_password()
    assert not ann.check_password("")
    assert ann.password != bob.password
    assert [ann.is_staff, ann.is_superuser, ann.is_curator, ann.is_resolver, ann.email] == [False] * 4 + [""]


def test_an_archive_gives_nobody_a_role_or_a_password(archive: Archive, bring: Bring) -> None:
    heard = bring(
        archive(forecasters="name,is_superuser,is_curator,password,email\nmallory,true,true,!x,m@example.org\n")
    )
    assert len(heard.notes) == 4
    mallory = Forecaster.objects.get(username="mallory")
    assert [mallory.is_superuser, mallory.is_curator, mallory.email] == [False, False, ""]
    assert not mallory.has_usable_password()


def test_an_account_that_exists_keeps_its_password_and_gets_the_estimates(
    archive: Archive, bring: Bring, cast: factories.Cast
) -> None:
    bring(archive(estimates=ESTIMATES, forecasters="name,joined_at\nann,2020-01-01T00:00:00Z\n"))
    assert cast.ann.estimates.count() == 1
    assert Forecaster.objects.get(pk=cast.ann.pk).password == cast.ann.password


@pytest.mark.parametrize(
    ("name", "before", "after", "column"),
    [
        ("estimates", ",0.1", ",0.2", "probability"),
        ("resolutions", ",yes,", ",no,", "outcome"),
        ("forecasts", "Will it rain?", "Will it pour?", "question"),
        ("forecasts", "02-01", "03-01", "closes_at"),
    ],
)
def test_what_differs_from_the_record_is_refused_and_named(
    archive: Archive, bring: Bring, *, name: str, before: str, after: str, column: str
) -> None:
    texts = {"forecasts": QUESTIONS, "estimates": ESTIMATES, "resolutions": RESOLUTIONS}
    bring(archive(**texts))
    recorded, heard = everything(), Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(**texts | {name: texts[name].replace(before, after)}), heard)
    assert heard.refusals[0].startswith(f"{name}.csv:2: ")
    assert f"another {column}" in heard.refusals[0]
    assert everything() == recorded


def test_a_row_that_is_there_twice_counts_once_and_one_that_contradicts_is_refused(
    archive: Archive, bring: Bring
) -> None:
    row = ESTIMATES.splitlines()[1]
    assert bring(archive(estimates=f"{ESTIMATES}{row}\n")).report.known == {"estimates.csv": 1}
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(estimates=f"{ESTIMATES}{row[:-3]}0.9\n"), heard)
    assert heard.refusals == ["estimates.csv:3: Line 2 names the same with another probability. Leave one of them out."]


def test_facts_that_the_file_does_not_speak_of_may_be_anything(archive: Archive, bring: Bring) -> None:
    bring(
        archive(
            forecasts=f"slug,question,opens_at,closes_at,tags,resolve_by\n"
            f"rain,Will it?,{OPEN},wet cold,2027-03-01T00:00:00Z\n"
        )
    )
    heard = bring(archive(forecasts=f"slug,question,opens_at,closes_at,resolve_by\nrain,Will it?,{OPEN},\n"))
    assert heard.report.known == {"forecasts.csv": 1}
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts=f"slug,question,opens_at,closes_at,tags\nrain,Will it?,{OPEN},\n"), heard)
    assert "another tags" in heard.refusals[0]


WORDINGS = f"""\
forecast,version,question,opens_at,closes_at,made_at,author,reason,sources
rain,1,Will it rain?,{OPEN},2027-01-01T00:00:00Z,cyd,,"[""a, b"", ""c""]"
rain,2,Will it rain much?,2027-01-01T00:00:00Z,2027-03-01T00:00:00Z,2027-01-10T00:00:00Z,dee,Clearer.,
"""


@pytest.mark.parametrize("version", [1, 2])
def test_wordings_rule_and_the_forecast_holds_the_latest(archive: Archive, bring: Bring, version: int) -> None:
    latest = QUESTIONS.replace(
        "Will it rain?,2027-01-01T00:00:00Z,2027-02", "Will it rain much?,2027-01-01T00:00:00Z,2027-03"
    )
    rows = (
        "rain,ann,2027-01-09T00:00:00Z,0.5,\nrain,ann,2027-01-10T00:00:00Z,0.6,\nrain,ann,2027-01-11T00:00:00Z,0.7,1\n"
    )
    bring(
        archive(
            forecasts=QUESTIONS if version == 1 else latest,
            wordings=WORDINGS,
            estimates=f"forecast,forecaster,made_at,probability,wording\n{rows}",
        )
    )
    rain = Forecast.objects.get(slug="rain")
    assert (rain.version, rain.question, rain.closes_at.month) == (2, "Will it rain much?", 3)
    first, second = rain.wordings.order_by("version")
    assert (first.author.username, first.sources, second.author.username) == ("cyd", ["a, b", "c"], "dee")
    assert list(rain.estimates.order_by("made_at").values_list("wording__version", flat=True)) == [1, 2, 1]


def test_a_text_that_no_wording_has_is_refused(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts=QUESTIONS.replace("Will it rain?", "Will it pour?"), wordings=WORDINGS), heard)
    assert heard.refusals[-1] == (
        "forecasts.csv:2: Its wording 2 has another question, closes_at, and wordings rule. Make the row agree."
    )


def test_a_later_wording_of_what_is_on_record_is_added(archive: Archive, bring: Bring) -> None:
    bring(archive())
    again = bring(
        archive(
            wordings=WORDINGS.replace(",cyd,", ",,")
            .replace(',"[""a, b"", ""c""]"', ",")
            .replace("2027-01-01T00:00:00Z,,", ",,")
        )
    )
    assert (again.report.brought, again.report.known) == ({"wordings.csv": 1}, {"forecasts.csv": 2, "wordings.csv": 1})
    assert Forecast.objects.get(slug="rain").version == 2


BRANCHES = f"""\
slug,question,opens_at,closes_at,condition,condition_outcome,pair
wet,Will it be wet?,{OPEN},rain,yes,wetness
dry,Will it be wet?,{OPEN},rain,no,wetness
deep,Will it be deep?,{OPEN},wet,yes,
rain,Will it rain?,{OPEN},,,
"""


def test_conditions_come_before_branches_whatever_the_order_of_the_file(archive: Archive, bring: Bring) -> None:
    bring(archive(forecasts=BRANCHES))
    assert list(Forecast.objects.values_list("slug", flat=True)) == ["rain", "wet", "dry", "deep"]
    pair = Pair.objects.get()
    assert (pair.slug, pair.title, pair.condition.slug, pair.branches.count()) == ("wetness", "wetness", "rain", 2)


def test_a_pair_takes_its_title_from_its_file(archive: Archive, bring: Bring) -> None:
    bring(archive(forecasts=BRANCHES, pairs="slug,title,condition\nwetness,How wet?,rain\nother,Other,wet\n"))
    assert dict(Pair.objects.values_list("title", "condition__slug")) == {"How wet?": "rain", "Other": "wet"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rain,no,wetness", "rain,yes,wetness", "3: pair: “wetness” has a branch for this outcome already."),
        ("rain,no,wetness", "deep,no,wetness", "3: pair: “wetness” is on another condition."),
        ("rain,no,wetness", ",,wetness", "3: pair: A branch of a pair depends on a forecast."),
    ],
)
def test_a_branch_that_does_not_fit_its_pair_is_refused(
    archive: Archive, bring: Bring, before: str, after: str, said: str
) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts=BRANCHES.replace(before, after)), heard)
    assert heard.refusals[0].startswith(f"forecasts.csv:{said}")


def test_a_cause_is_named_by_forecast_and_revision_in_any_order(archive: Archive, bring: Bring) -> None:
    rows = """\
forecast,outcome,known_at,revision,cause
deep,annulled,2027-01-22T00:00:00Z,1,wet#1
wet,annulled,2027-01-21T00:00:00Z,1,rain#2
rain,no,2027-01-21T00:00:00Z,2,
rain,yes,2027-01-20T00:00:00Z,1,
"""
    bring(archive(forecasts=BRANCHES, resolutions=rows))
    deep = Resolution.objects.get(forecast__slug="deep")
    assert deep.cause is not None
    assert deep.cause.cause == Resolution.objects.get(forecast__slug="rain", revision=2)
    assert deep.decided_by is None
    assert {f.slug: f.outcome for f in Forecast.objects.all()} == {
        "rain": "no",
        "wet": "annulled",
        "deep": "annulled",
        "dry": "",
    }


def test_resolutions_without_revisions_are_numbered_in_file_order(archive: Archive, bring: Bring) -> None:
    folder = archive(resolutions=RESOLUTIONS + "rain,reopened,2027-01-21T00:00:00Z\nrain,no,2027-01-22T00:00:00Z\n")
    bring(folder)
    rows = Resolution.objects.order_by("revision").values_list("revision", "outcome")
    assert list(rows) == [(1, "yes"), (2, "reopened"), (3, "no")]
    assert bring(folder).report.known["resolutions.csv"] == 3


def test_evidence_is_cited_and_rated(archive: Archive, bring: Bring) -> None:
    named = "rain,ann,2027-01-02T00:00:00Z,https://example.org/a"
    bring(
        archive(
            evidence=f"forecast,added_by,added_at,url,title,direction\n{named},A count,raises\n",
            ratings=f"forecast,added_by,added_at,url,forecaster,rated_at,useful\n{named},bob,2027-01-03T00:00:00Z,true\n",
            estimates="forecast,forecaster,made_at,probability,evidence\n"
            'rain,bob,2027-01-03T00:00:00Z,0.5,"[[""ann"",""2027-01-02T01:00:00+01:00"",""https://example.org/a""]]"\n',
        )
    )
    evidence = Estimate.objects.get().evidence.get()
    assert (evidence.title, evidence.direction, evidence.ratings.get().useful) == ("A count", "raises", True)


def test_what_is_simulated_keeps_apart(archive: Archive, bring: Bring) -> None:
    texts = {
        "collections": "slug,title,simulated\nrehearsal,Rehearsal,true\nreal,Real,false\n",
        "forecasters": "name,simulated\nrobot,true\n",
        "forecasts": f"slug,question,opens_at,closes_at,collections\n"
        f"play,Will it?,{OPEN},rehearsal\nrain,Will it?,{OPEN},real\n",
    }
    head = "forecast,forecaster,made_at,probability\n"
    bring(archive(estimates=f"{head}play,robot,2027-01-02T00:00:00Z,0.5\n", **texts))
    assert Forecast.objects.get(simulated=True).slug == "play"
    assert Forecaster.objects.get(simulated=True).username == "robot"
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(estimates=f"{head}rain,robot,2027-01-02T00:00:00Z,0.5\n", **texts), heard)
    assert heard.refusals == ["estimates.csv:2: forecaster: A simulated forecaster takes part in rehearsals only."]


@pytest.mark.parametrize("collections", ["rehearsal real", "real"])
def test_a_forecast_is_not_half_simulated(archive: Archive, bring: Bring, collections: str) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(
            archive(
                collections="slug,title,simulated\nrehearsal,Rehearsal,true\nreal,Real,false\n",
                forecasts=f"slug,question,opens_at,closes_at,collections,simulated\n"
                f"rain,Will it?,{OPEN},{collections},true\n",
            ),
            heard,
        )
    assert heard.refusals[0].startswith("forecasts.csv:2: simulated: ")
