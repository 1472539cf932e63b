"""Fatebook’s CSV, and the JSON of its API."""

import json

import pytest

from forecasts.importing.fatebook import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import at, check, file, given, outcomes, reasons

HEADER, BRIDGE, *_ = file("fatebook.csv").decode().partition("\n")
ROW = (
    '"Will it?",,"ann",{p},2023-03-01 09:05:7,"ann",2023-03-01 09:05:7,2023-05-31 00:00:0,{outcome},{at},,,,"",false,""'
)


def csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def row(p: object = 0.6, outcome: str = "", at: str = "") -> str:
    return ROW.format(p=p, outcome=outcome and f'"{outcome}"', at=at)


def test_the_csv_gives_ones_own_estimates_with_outcomes_and_times_in_utc():
    reading = read(file("fatebook.csv"), whose="ann")
    check(reading)
    assert given(reading) == {
        "Will the bridge open in May?": [("2023-03-01 09:05:07", 0.6), ("2023-04-20 07:59:59", 0.85)],
        "Will it rain on the fair?": [("2023-06-01 12:00:03", 0.9999)],
        "Will the mayor stand again?": [("2023-07-01 10:00:09", 0.2)],
        "Will the library open on Sundays?": [("2023-07-04 21:03:00", 0.05)],
    }
    assert list(outcomes(reading).values()) == ["yes", "no", "annulled", ""]
    bridge = reading.forecasts[0]
    assert bridge.background == 'Opens means "cars drive over it", not a ceremony.\n\nSee the council page.'
    assert (bridge.opened_at, bridge.closes_at) == (at("2023-03-01 09:05:07"), at("2023-05-31"))
    assert (bridge.known_at, bridge.place, bridge.url) == (at("2023-05-12 18:30:41"), "line 2", "")
    assert (reading.scale, reading.n_rows) == ("fractions, 0 to 1", 8)
    assert "Times have no zone and are read as UTC." in reading.remarks


def test_what_is_not_ones_own_or_no_answer_of_yes_or_no_is_named_with_its_line():
    said = reasons(read(file("fatebook.csv"), whose="ann"))
    assert list(said) == ["line 5", "line 14", "line 15"]
    assert said["line 5"] == "It is by “bob”."
    assert said["line 14"] == "It answers a question with several options; only yes or no is taken."
    assert said["line 15"].startswith("It has no probability: Fatebook hides those of others")


def test_a_file_of_several_people_waits_until_somebody_says_whose():
    reading = read(file("fatebook.csv"))
    assert (reading.names, reading.forecasts, reading.not_taken) == (("ann", "bob"), (), ())
    assert read(file("fatebook.csv"), whose="Bob").n_taken == 1
    with pytest.raises(Unreadable, match="no estimates by “cleo”; it has those of “ann”, “bob”"):
        read(file("fatebook.csv"), whose="cleo")


def test_a_file_of_before_questions_had_options_gives_the_same_key():
    old, new = read(file("fatebook-before-options.csv")), read(file("fatebook.csv"), whose="ann")
    check(old)
    assert old.forecasts[0].key == new.forecasts[0].key
    assert old.forecasts[0].known_at == new.forecasts[0].known_at


def test_a_later_export_with_more_rows_keeps_the_keys():
    earlier = read(csv(row(0.6)))
    later = read(csv(row(0.6), row(0.7).replace("09:05:7", "10:00:0", 1), row().replace("Will it", "Will she")))
    assert later.forecasts[0].key == earlier.forecasts[0].key
    assert len(later.forecasts) == 2


@pytest.mark.parametrize(
    ("said", "outcome"), [("YES", "yes"), ("NO", "no"), ("AMBIGUOUS", "annulled"), ("", ""), ("Reds", "")]
)
def test_a_resolution_is_yes_no_annulled_or_none(said, outcome):
    reading = read(csv(row(outcome=said, at="2023-05-01 10:00:0")))
    check(reading)
    assert reading.forecasts[0].outcome == outcome
    assert len(reading.not_taken) == (said == "Reds")


def test_a_resolution_without_its_time_is_left_out_and_the_estimate_taken():
    reading = read(csv(row(outcome="YES")))
    check(reading)
    assert reading.forecasts[0].outcome == ""
    assert "without the time at which it became known" in reasons(reading)["line 2"]


def test_the_json_of_a_page_gives_ids_links_and_comments_on_estimates():
    reading = read(file("fatebook-questions.json"), whose="ann")
    check(reading)
    assert [each.key for each in reading.forecasts] == ["clqlibrary0004", "clqrain0002", "clqbridge0001"]
    bridge = reading.forecasts[-1]
    assert (bridge.url, bridge.outcome) == ("https://fatebook.io/q/clqbridge0001", "yes")
    assert [(it.probability, it.rationale) for it in bridge.estimates] == [(0.6, "The road is laid."), (0.85, "")]
    assert set(reasons(reading)) == {"question 2, forecast 1", "question 4, forecast 2", "question 4, forecast 4"}
    assert any("one page of several" in remark for remark in reading.remarks)


def test_the_json_of_one_question_and_of_several_pages_are_read_too():
    assert read(file("fatebook-question.json")).n_taken == 2
    page = json.loads(file("fatebook-questions.json"))
    reading = read(json.dumps([page, page]).encode(), whose="ann")
    check(reading)
    assert (reading.n_taken, reading.n_duplicates) == (4, 4)


def test_questions_without_their_forecasts_are_refused_with_the_way_to_get_them():
    with pytest.raises(Unreadable, match="/api/v0/getQuestions"):
        read(b'{"items": [{"id": "clq1", "title": "Will it?"}]}')
