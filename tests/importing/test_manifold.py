"""Manifold’s bets and markets: what stands in for a belief, and what does not."""

import json

import pytest

from forecasts.importing.manifold import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import at, check, file, folder, given, outcomes, reasons, zipped

DOCUMENT = json.loads(file("manifold.json"))
STANDS_IN = "what the market said after a bet, in place of a belief"


def document(bet: dict | None = None, market: dict | None = None) -> bytes:
    """The last bet that was bought and its market, with these fields; the rest as it is."""
    bets = [it | (bet or {}) if it["id"] == "bet08" else it for it in DOCUMENT["bets"]]
    markets = [it | (market or {}) if it["id"] == "Mbridge00001" else it for it in DOCUMENT["markets"]]
    return json.dumps({"bets": bets, "markets": markets}).encode()


def test_what_the_market_said_after_a_bet_stands_in_for_a_belief_and_says_so():
    reading = read(file("manifold.json"))
    check(reading)
    assert (reading.names, reading.n_rows) == (("ann",), 12)
    assert given(reading)["Will the bridge open in May?"] == [
        ("2024-03-01 09:05:07", 0.6),
        ("2024-03-31 09:05:07", 0.66),
        ("2024-04-20 09:05:07", 0.85),
    ]
    assert reading.scale == "fractions, 0 to 1: probAfter, the market’s probability after each bet"
    assert reading.remarks[0].startswith("Manifold records bets, not beliefs")
    assert all(it.remark.startswith(STANDS_IN) for each in reading.forecasts for it in each.estimates)


def test_the_market_gives_question_text_link_times_and_resolution():
    reading = read(file("manifold.json"))
    assert outcomes(reading) == {
        "Will the ferry be late?": "annulled",
        "Will the bridge open in May?": "yes",
        "Will it rain on the fair?": "no",
        "Will the mayor stand again?": "annulled",
    }
    ferry, bridge = reading.forecasts[:2]
    assert ferry.remark == "Manifold resolved it to a probability, which is neither yes nor no."
    assert (bridge.key, bridge.url) == ("Mbridge00001", "https://manifold.markets/bob/will-the-bridge-open-in-may")
    assert bridge.background == "Opens means cars drive over it, not a ceremony."
    assert (bridge.opened_at, bridge.known_at) == (at("2024-02-29 09:05:07"), at("2024-05-12 09:05:07"))


def test_a_close_that_the_resolution_moved_to_itself_is_no_schedule():
    moved = document(market={"closeTime": 1715504707000})
    assert [each.closes_at for each in read(moved).forecasts if each.key == "Mbridge00001"] == [None]
    assert read(document()).forecasts[1].closes_at == at("2024-05-30 09:05:07")


def test_bets_that_tell_of_no_belief_are_named():
    assert {
        place: reason.split(":")[0].split(";")[0] for place, reason in reasons(read(file("manifold.json"))).items()
    } == {
        "bet 1": "It is on one of several answers",
        "bet 3": "It is a sale",
        "bet 4": "It is a redemption",
        "bet 6": "It is a limit order that others filled later",
        "bet 7": "It is a limit order that was never filled.",
        "bet 12": "It is an ante",
    }


def test_a_zip_of_pages_gives_the_same_forecasts_and_asks_whose():
    content = zipped(folder("manifold"))
    assert (read(content).names, read(content).forecasts) == (("ann", "bob"), ())
    reading = read(content, whose="ann")
    check(reading)
    assert given(reading) == given(read(file("manifold.json")))
    assert reasons(reading)["bets-2.json, bet 2"] == "It is by “bob”."


def test_pages_that_overlap_count_a_bet_once():
    members = folder("manifold")
    reading = read(zipped(members | {"bets-3.json": members["bets-2.json"]}), whose="ann")
    check(reading)
    assert reading.n_duplicates == 4


def test_bets_alone_are_refused_with_what_to_bring():
    with pytest.raises(Unreadable, match="bets without their markets"):
        read(json.dumps(DOCUMENT["bets"]).encode())
    with pytest.raises(Unreadable, match="There are no bets in it"):
        read(json.dumps(DOCUMENT["markets"]).encode())


@pytest.mark.parametrize(
    ("bet", "market", "reason"),
    [
        ({"contractId": "Mother000009"}, {}, "Its market “Mother000009” is not in the file."),
        ({}, {"outcomeType": "PSEUDO_NUMERIC"}, "It is on a market of the type “PSEUDO_NUMERIC”; only yes or no"),
        ({}, {"question": " "}, "There is no question."),
        ({"probAfter": 1.2}, {}, "The probability is 1.2; it must be from 0 to 1."),
        ({"probAfter": None}, {}, "There is no probability."),
        ({"createdTime": None}, {}, "There is no time."),
        ({"createdTime": 10**40}, {}, "is on no calendar."),
        ({"createdTime": -1}, {}, "The time “-1” is before 1970."),
        ({"createdTime": "2024-04-20"}, {}, "The time “2024-04-20” is not a number."),
        ({"createdTime": float("nan")}, {}, "is on no calendar."),
    ],
)
def test_a_bet_that_cannot_be_taken_is_named_with_the_reason(bet, market, reason):
    reading = read(document(bet, market))
    check(reading)
    assert reason in reasons(reading)["bet 5"]


@pytest.mark.parametrize("fields", [{"resolution": "PROB"}, {"resolution": ["YES"]}, {"resolutionTime": None}])
def test_a_resolution_that_is_none_or_has_no_time_is_left_out(fields):
    reading = read(document(market=fields))
    check(reading)
    assert outcomes(reading)["Will the bridge open in May?"] == ""


def test_a_zip_with_a_file_that_is_no_json_names_it():
    with pytest.raises(Unreadable, match=r"“bets-2\.json” in the ZIP file is not JSON"):
        read(zipped(folder("manifold") | {"bets-2.json": b"[{]"}))
