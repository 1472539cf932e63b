"""Bringing a record from elsewhere: what is new is added, what is here stays, and every row not taken is named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from forecasts.importing.records import NotTaken, Reading
from forecasts.importing.reports import Report
from forecasts.models import (
    Forecaster,
    ImportedEstimate,
    ImportedForecast,
    ImportedOutcome,
    ImportedRecord,
)
from forecasts.services import bringing, imported, sifting
from tests import factories
from tests.factories import DAY, NOW

from .elsewhere import estimate, question, reading
from .test_at_once import at_once

pytestmark = pytest.mark.django_db

ANSWERED = {"outcome": "yes", "known_at": NOW - DAY}


@pytest.fixture
def ann(db: None) -> Forecaster:
    return factories.forecaster("ann")


def bring(of: Reading, owner: Forecaster) -> Report:
    return bringing.bring(of, owner=owner, origin="plain", at=NOW)


def left(report: Report) -> list[tuple[str, str]]:
    return [(each["place"], each["reason"]) for each in report.not_taken]


def test_all_of_it_is_kept_as_it_was_said(ann: Forecaster) -> None:
    first = estimate(0.7, -20, rationale="Clouds.")
    facts = {"url": "https://example.org/q1", "background": "It is June.", "opened_at": NOW - 30 * DAY}
    certain = estimate(0.9999, -5, remark="100% stored as 99.99%")
    whole = question("q1", first, estimate(None, -10), certain, remark="It was cut.", **facts)
    report = bring(reading(replace(whole, closes_at=NOW + DAY, **ANSWERED), question("q2")), ann)
    assert vars(report.new) == {"forecasts": 2, "estimates": 4, "outcomes": 1}
    assert vars(report.here) == {"forecasts": 0, "estimates": 0, "outcomes": 0}
    assert (report.n_remarked, report.not_taken) == (2, [])
    kept = ImportedForecast.objects.get(key="q1")
    assert (kept.question, kept.url, kept.background) == ("Will q1 happen?", "https://example.org/q1", "It is June.")
    assert kept.remark == "It was cut."
    assert (kept.opened_at, kept.closes_at, kept.brought_at) == (NOW - 30 * DAY, NOW + DAY, NOW)
    assert list(kept.estimates.values_list("probability", "made_at", "rationale", "remark")) == [
        (0.7, NOW - 20 * DAY, "Clouds.", ""),
        (None, NOW - 10 * DAY, "", ""),
        (0.9999, NOW - 5 * DAY, "", "100% stored as 99.99%"),
    ]
    assert list(kept.outcomes.values_list("revision", "outcome", "known_at")) == [(1, "yes", NOW - DAY)]
    record = ImportedRecord.objects.get()
    assert (record.owner, record.origin, record.is_public, record.begun_at) == (ann, "plain", False, NOW)


def test_the_same_again_changes_nothing(ann: Forecaster) -> None:
    of = reading(question("q1", estimate(), estimate(None, -3), **ANSWERED), question("q2"))
    bring(of, ann)
    again = bring(of, ann)
    assert vars(again.new) == {"forecasts": 0, "estimates": 0, "outcomes": 0}
    assert vars(again.here) == {"forecasts": 2, "estimates": 3, "outcomes": 1}
    assert again.not_taken == []
    assert (ImportedForecast.objects.count(), ImportedEstimate.objects.count()) == (2, 3)


def test_a_later_export_adds_what_is_new_and_an_older_one_takes_nothing_back(ann: Forecaster) -> None:
    older = reading(question("q1", estimate(0.7, -20)))
    later = reading(question("q1", estimate(0.7, -20), estimate(0.8, -10), **ANSWERED), question("q2"))
    bring(older, ann)
    report = bring(later, ann)
    assert (vars(report.new), report.here.estimates) == ({"forecasts": 1, "estimates": 2, "outcomes": 1}, 1)
    again = bring(older, ann)
    assert (vars(again.new), again.not_taken) == ({"forecasts": 0, "estimates": 0, "outcomes": 0}, [])
    assert ImportedOutcome.objects.get().outcome == "yes"


def test_another_outcome_is_a_further_revision(ann: Forecaster) -> None:
    bring(reading(question("q1", **ANSWERED)), ann)
    corrected = reading(question("q1", outcome="no", known_at=NOW - 2 * DAY))
    assert bring(corrected, ann).new.outcomes == 1
    assert bring(corrected, ann).new.outcomes == 0
    assert list(ImportedOutcome.objects.values_list("revision", "outcome")) == [(1, "yes"), (2, "no")]


def test_another_probability_for_the_same_moment_is_named_and_not_taken(ann: Forecaster) -> None:
    bring(reading(question("q1", estimate(0.7, rationale="Clouds."))), ann)
    report = bring(reading(question("q1", estimate(0.25))), ann)
    why = "70% was brought for this moment before; what was brought first stands."
    assert left(report) == [("line 1, 25% of 2027-05-12 12:00:00 UTC", why)]
    (reason,) = bring(reading(question("q1", estimate(0.7, rationale="Wind."))), ann).not_taken
    assert "Another reason was given for it before" in reason["reason"]
    assert ImportedEstimate.objects.get().probability == 0.7


def test_other_words_or_times_of_a_question_are_named_and_the_first_stand(ann: Forecaster) -> None:
    bring(reading(question("q1")), ann)
    report = bring(reading(question("q1", question="Will it?", closes_at=NOW)), ann)
    why = "Its question and close differ from what was brought before; what was brought first stands."
    assert left(report) == [("line 1", why)]
    assert ImportedForecast.objects.get().question == "Will q1 happen?"


UNFIT: list[tuple[Any, tuple[str, str]]] = [
    (question("q1", estimate(0.5, 1)), ("line 1, 50% of 2027-06-02 12:00:00 UTC", "It is dated later than now.")),
    (question("q1", estimate(0.5, -60_000)), ("line 1, 50% of 1863-02-21 12:00:00 UTC", "It is dated before 1900.")),
    (question("q1", estimate(1.0)), ("line 1, 100% of 2027-05-12 12:00:00 UTC", "1 is outside 0.0001 to 0.9999.")),
    (question("q" * 65, place="line 1"), ("line 1", "Nothing names the question.")),
    (question("", place="line 1"), ("line 1", "Nothing names the question.")),
    (question("q1", question=" "), ("line 1", "It asks nothing: the question is empty.")),
    (question("q1", question="q" * 20_001), ("line 1", "The question is longer than 20,000 characters.")),
    (question("q1", closes_at=NOW - 60_000 * DAY), ("line 1", "It opens or closes before 1900 or after 9000.")),
]


@pytest.mark.parametrize(("unfit", "why"), UNFIT)
def test_what_cannot_be_is_named_and_nothing_else_suffers(ann: Forecaster, unfit: Any, why: tuple[str, str]) -> None:
    report = bring(reading(unfit, question("q2"), not_taken=(NotTaken("line 9", "It is no row."),)), ann)
    assert left(report)[:2] == [("line 9", "It is no row."), why]
    assert [row.key for row in ImportedForecast.objects.all()] == ["q2"]


def test_parts_of_a_question_that_cannot_be_are_left_out_alone(ann: Forecaster) -> None:
    later = question("q1", outcome="yes", known_at=NOW + DAY, url="javascript:alert(1)")
    untimed = question("q2", outcome="yes")
    report = bring(reading(later, untimed, question("q2")), ann)
    assert [place for place, _ in left(report)] == ["line 1", "line 1", "line 2", "line 2"]
    assert [reason[:20] for _, reason in left(report)] == [
        "Its address was left",
        "Its outcome, yes, wa",
        "Its outcome, yes, wa",
        "The same question st",
    ]
    assert [each["whole"] for each in report.not_taken] == [False, False, False, True]
    assert list(ImportedForecast.objects.values_list("key", "url")) == [("q1", ""), ("q2", "")]
    assert not ImportedOutcome.objects.exists()


def test_a_file_of_which_nothing_can_be_taken_makes_no_record(ann: Forecaster) -> None:
    bring(reading(question("q1", estimate(0.5, 1))), ann)
    bring(reading(), ann)
    assert not ImportedRecord.objects.exists()


def test_a_preview_says_the_same_and_keeps_nothing(ann: Forecaster) -> None:
    bring(reading(question("q1")), ann)
    of = reading(question("q1"), question("q2", **ANSWERED), question("q3", estimate(0.5, 1)))
    seen = bringing.preview(of, owner=ann, origin="plain", at=NOW)
    assert ImportedForecast.objects.count() == 1
    assert seen.first[1] == {
        "question": "Will q2 happen?",
        "place": "line 2",
        "n_estimates": 1,
        "last": 0.7,
        "last_at": (NOW - 20 * DAY).isoformat(),
        "outcome": "yes",
    }
    assert vars(seen) | {"first": []} == vars(bring(of, ann))


def test_each_person_and_each_place_has_a_record_of_its_own(ann: Forecaster) -> None:
    bob = factories.forecaster("bob")
    for owner, origin in ((ann, "plain"), (ann, "fatebook"), (bob, "plain")):
        bringing.bring(reading(question("q1")), owner=owner, origin=origin, at=NOW)
    assert ImportedRecord.objects.count() == ImportedForecast.objects.count() == 3


def test_queries_do_not_grow_with_the_questions_of_a_chunk(
    ann: Forecaster, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    of = reading(*(question(f"q{number}", **ANSWERED) for number in range(sifting.CHUNK)))
    with django_assert_max_num_queries(14):
        bring(of, ann)
    with django_assert_max_num_queries(9):
        bring(of, ann)


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_bring_each_thing_once(ann: Forecaster) -> None:
    one = reading(*(question(f"q{number}", **ANSWERED) for number in range(60)))
    two = reading(*(question(f"q{number}", estimate(0.7), estimate(0.8, -1)) for number in range(30, 90)))
    made = at_once(*(lambda of=of: bring(of, ann) for of in (one, two)))
    assert sum(report.new.forecasts for report in made) == ImportedForecast.objects.count() == 90
    assert sum(report.new.estimates for report in made) == ImportedEstimate.objects.count() == 150


REWRITES = ["UPDATE forecasts_{} SET brought_at = now()", "TRUNCATE forecasts_{} CASCADE"]


@pytest.mark.parametrize("table", ["importedforecast", "importedestimate", "importedoutcome"])
@pytest.mark.parametrize("sql", REWRITES)
def test_nothing_that_was_brought_can_be_changed(ann: Forecaster, table: str, sql: str) -> None:
    bring(reading(question("q1", **ANSWERED)), ann)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE forecasts_{table} ENABLE TRIGGER refuse_truncate")
        with pytest.raises(IntegrityError, match=f"{table} is append-only"), transaction.atomic():
            cursor.execute(sql.format(table))


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda of: ImportedRecord.objects.create(owner=of.record.owner, origin="plain", begun_at=NOW), "record_once"),
        (lambda of: ImportedRecord.objects.create(owner=of.record.owner, origin="", begun_at=NOW), "names_its_origin"),
        (lambda of: ImportedForecast.objects.create(record=of.record, key="q1", question="?", brought_at=NOW), "_once"),
        (lambda of: ImportedForecast.objects.create(record=of.record, key="", question="?", brought_at=NOW), "asks"),
        (lambda of: ImportedForecast.objects.create(record=of.record, key="q2", question="", brought_at=NOW), "asks"),
        (lambda of: of.estimates.create(made_at=NOW - 20 * DAY, probability=0.5, brought_at=NOW), "once_per_instant"),
        (lambda of: of.estimates.create(made_at=NOW, probability=0.0, brought_at=NOW), "within_bounds"),
        (lambda of: of.estimates.create(made_at=NOW, probability=1.0, brought_at=NOW), "within_bounds"),
        (lambda of: of.outcomes.create(revision=1, outcome="no", known_at=NOW, brought_at=NOW), "revision_once"),
        (lambda of: of.outcomes.create(revision=0, outcome="no", known_at=NOW, brought_at=NOW), "from_1"),
        (lambda of: of.outcomes.create(revision=2, outcome="late", known_at=NOW, brought_at=NOW), "outcome_is_one"),
        (lambda of: of.outcomes.create(revision=3, outcome="no", known_at=NOW, brought_at=NOW), "leave a gap after 1"),
    ],
)
def test_the_database_refuses_what_cannot_be(
    ann: Forecaster, make: Callable[[ImportedForecast], Any], constraint: str
) -> None:
    bring(reading(question("q1", **ANSWERED)), ann)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(ImportedForecast.objects.get())


def test_the_owner_may_take_all_of_one_place_away(ann: Forecaster) -> None:
    of = reading(question("q1", **ANSWERED), question("q2"))
    bring(of, ann)
    bringing.bring(of, owner=ann, origin="fatebook", at=NOW)
    assert imported.take_away(owner=ann, origin="plain") == 2
    assert imported.take_away(owner=ann, origin="plain") == 0
    assert list(ImportedRecord.objects.values_list("origin", flat=True)) == ["fatebook"]
    assert (ImportedForecast.objects.count(), ImportedOutcome.objects.count()) == (2, 1)
    assert bring(of, ann).new.forecasts == 2
