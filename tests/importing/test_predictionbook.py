"""PredictionBook’s JSON, and why its CSV is refused."""

import json

import pytest

from forecasts.importing.predictionbook import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import at, check, file, given, outcomes, reasons

FILE = file("predictionbook.json")


def changed(**fields: object) -> bytes:
    """The first prediction alone, with these fields."""
    document = json.loads(FILE)
    document["predictions"] = [document["predictions"][0] | fields]
    return json.dumps(document).encode()


def test_the_file_says_whose_it_is_and_gives_their_own_confidences_alone():
    reading = read(FILE)
    check(reading)
    assert (reading.names, reading.n_rows, reading.scale) == (("ann",), 8, "percent, 0 to 100")
    assert given(reading) == {
        "The bridge opens in May": [("2013-03-01 09:05:07", 0.6), ("2013-04-20 07:59:59", 0.85)],
        "It rains on the fair": [("2013-06-01 12:00:03", 0.9999)],
        "The mayor stands again": [("2013-06-30 10:00:09", 0.2)],
        "[The library opens] on Sundays": [("2013-07-04 21:03:00", 0.05)],
    }
    bridge = reading.forecasts[0]
    assert (bridge.key, bridge.url) == ("3101", "https://predictionbook.com/predictions/3101")
    assert (bridge.known_at, bridge.closes_at) == (at("2013-05-12 18:30:41"), at("2013-06-01"))
    assert bridge.estimates[0].rationale == "The road is laid."


def test_responses_of_others_and_comments_alone_are_named():
    said = reasons(read(FILE))
    assert said["prediction 1, response 2"] == said["prediction 5, response 1"] == "It is by “bob”."
    assert said["prediction 1, response 4"] == "It is a comment without a confidence."
    assert said["prediction 4, response 1"] == "The deadline “9999-12-31T00:00:00.000Z” is after 2099."


def test_a_judgement_without_its_time_takes_that_of_the_last_change_and_a_withdrawn_one_is_annulled():
    reading = read(FILE)
    assert list(outcomes(reading).values()) == ["yes", "no", "annulled", ""]
    rain, mayor = reading.forecasts[1:3]
    assert rain.known_at == at("2013-06-11 08:00")
    assert mayor.remark == "It was withdrawn on PredictionBook."
    assert any("last change stands for it" in remark for remark in reading.remarks)


def test_somebody_elses_record_can_be_asked_for_and_a_list_without_an_owner_needs_it():
    assert read(FILE, whose="bob").n_taken == 2
    listed = json.dumps(json.loads(FILE)["predictions"]).encode()
    assert (read(listed).names, read(listed).n_taken) == (("ann", "bob"), 0)
    assert read(listed, whose="ann").forecasts == read(FILE).forecasts


def test_several_pages_in_a_list_are_read_as_one_and_twice_counts_once():
    page = json.loads(FILE)
    reading = read(json.dumps([page, page]).encode())
    check(reading)
    assert (reading.n_taken, reading.n_duplicates) == (5, 5)


@pytest.mark.parametrize("confidence", [101, -1, 1e400, True, "likely", [60], None])
def test_a_confidence_that_is_none_refuses_its_response(confidence):
    document = json.loads(FILE)
    document["predictions"][0]["responses"][0] |= {"confidence": confidence, "comment": None}
    reading = read(json.dumps(document).encode())
    check(reading)
    assert "prediction 1, response 1" in reasons(reading)
    assert reading.n_taken == 4


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [({"outcome": None}, ""), ({"outcome": "right"}, ""), ({"outcome": True, "last_judgement_at": "soon"}, "")],
)
def test_an_outcome_that_is_none_or_has_no_time_is_left_out(fields, outcome):
    reading = read(changed(**fields))
    check(reading)
    assert reading.forecasts[0].outcome == outcome


def test_a_prediction_without_an_id_has_a_key_that_lasts():
    first, later = read(changed(id=None)), read(changed(id=None, outcome=None, updated_at="2014-01-01T00:00:00.000Z"))
    assert first.forecasts[0].key == later.forecasts[0].key
    assert len(first.forecasts[0].key) == 64


def test_the_csv_is_refused_since_ones_own_probabilities_are_not_in_it():
    with pytest.raises(Unreadable, match="mean of all confidences and not your own"):
        read(b"id,description,mean_confidence,outcome\n1,The bridge opens,60,true\n")
    with pytest.raises(Unreadable, match="no predictions with their responses"):
        read(b'[{"id": 1, "description": "The bridge opens"}]')
