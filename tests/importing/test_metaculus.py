"""Metaculus’s data download."""

import csv
import io

import pytest

from forecasts.importing.metaculus import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import at, check, folder, given, outcomes, reasons, zipped

MEMBERS = folder("metaculus")


def rewritten(name: str, old: str, new: str) -> bytes:
    return zipped(MEMBERS | {name: MEMBERS[name].decode().replace(old, new).encode()})


def test_the_download_gives_ones_binary_forecasts_with_what_became_of_them():
    reading = read(zipped(MEMBERS), whose="ann")
    check(reading)
    assert (reading.names, reading.n_rows, reading.scale) == (("ann", "bob"), 12, "fractions, 0 to 1")
    assert given(reading)["Will the bridge open in May?"] == [
        ("2024-03-01 09:05:07", 0.6),
        ("2024-04-20 07:59:59", 0.85),
    ]
    assert list(outcomes(reading).values()) == ["yes", "no", "annulled", "", ""]
    bridge = reading.forecasts[0]
    assert (bridge.key, bridge.known_at) == ("501", at("2024-05-12 18:30:41.950000"))
    assert bridge.url == "https://www.metaculus.com/questions/401/will-the-bridge-open-in-may/"
    assert (bridge.opened_at, bridge.closes_at) == (at("2024-01-02 10:00"), at("2024-06-01 00:00"))


def test_a_question_that_was_answered_early_keeps_its_scheduled_close():
    """Metaculus closes it with its answer: taken for the schedule, each early yes would count before any no can."""
    early = rewritten(
        "question_data.csv", "2024-06-01 00:00:00+00:00,2024-05-12", "2030-06-01 00:00:00+00:00,2024-05-12"
    )
    assert read(early, whose="ann").forecasts[0].closes_at == at("2030-06-01 00:00")
    unscheduled = rewritten("question_data.csv", "2024-06-01 00:00:00+00:00,2024-05-12", ",2024-05-12")
    assert read(unscheduled, whose="ann").forecasts[0].closes_at == at("2024-05-12 18:30:41.950000")


def test_an_end_at_which_the_question_closed_early_withdraws_nothing():
    closed = zipped(
        MEMBERS
        | {
            "question_data.csv": MEMBERS["question_data.csv"].replace(
                b"2024-06-10 00:00:00+00:00,2024-06-10 00:00:00+00:00",
                b"2024-07-10 00:00:00+00:00,2024-06-10 00:00:00+00:00",
            )
        }
    )
    assert given(read(closed, whose="ann"))["Will it rain on the fair?"] == [("2024-05-01 12:00:03", 0.999)]


def test_an_end_withdraws_unless_another_followed_or_the_question_was_over():
    reading = read(zipped(MEMBERS), whose="ann")
    taken = given(reading)
    assert taken["Will these open on Sundays? (The library)"] == [
        ("2024-02-01 21:03:00", 0.05),
        ("2024-02-20 21:03:00", None),
        ("2024-03-01 21:03:00", 0.1),
    ]
    assert taken["Will these open on Sundays? (The baths)"][1] == ("2024-02-21 08:00:00", None)
    assert taken["Will it rain on the fair?"] == [("2024-05-01 12:00:03", 0.999)]
    assert reading.forecasts[-1].estimates[1].remark == "withdrawn or expired on Metaculus"


def test_an_end_that_was_yet_to_come_when_the_file_was_made_is_not_taken():
    baths = "Will these open on Sundays? (The baths)"
    assert given(read(zipped(MEMBERS), whose="ann"))[baths][-1] == ("2024-05-01 08:00:00", 0.55)
    later = rewritten("README.md", "exported on 2024", "exported on 2026")
    assert given(read(later, whose="ann"))[baths][-1] == ("2025-05-01 08:00:00", None)
    undated = zipped({name: content for name, content in MEMBERS.items() if name != "README.md"})
    assert given(read(undated, whose="ann"))[baths][-1] == ("2025-05-01 08:00:00", None)


def test_other_kinds_of_question_others_forecasts_and_the_communitys_are_named():
    assert reasons(read(zipped(MEMBERS), whose="ann")) == {
        "forecast_data.csv, line 4": "It is by “bob”.",
        "forecast_data.csv, line 10": "It answers a question of the type “numeric”; only yes or no is taken.",
        "forecast_data.csv, line 11": "It answers a question of the type “multiple_choice”; only yes or no is taken.",
        "forecast_data.csv, line 12": "It is the community’s (“recency_weighted”), not anybody’s own.",
    }


def test_comments_and_scores_are_left_behind_and_said_to_be():
    assert read(zipped(MEMBERS), whose="ann").remarks == (
        "Comments are left behind: the file does not say which estimate one belongs to.",
        "Metaculus’s own scores are left behind: scores are reckoned here.",
    )


def test_the_download_of_one_person_needs_no_name_and_may_lie_in_a_folder():
    rows = [line for line in MEMBERS["forecast_data.csv"].splitlines(keepends=True) if b",bob," not in line]
    reading = read(zipped(MEMBERS | {"forecast_data.csv": b"".join(rows)}, within="data 2026/"))
    check(reading)
    assert (reading.names, reading.n_taken) == (("ann",), 8)


def test_an_anonymised_download_has_digests_for_names_and_methods_beside_them():
    ann, bob = "a" * 64, "b" * 64
    rows = [line.split(b",", 3) for line in MEMBERS["forecast_data.csv"].splitlines(keepends=True)]
    names = {b"ann": ann, b"bob": bob, b"Forecaster Username": "Forecaster (Anonymized)"}
    lines = [b",".join((first, names.get(name, name.decode()).encode(), rest)) for first, _, name, rest in rows]
    content = zipped(MEMBERS | {"forecast_data.csv": b"".join(lines)})
    assert read(content).names == (ann, bob)
    reading = read(content, whose=ann)
    check(reading)
    assert reading.n_taken == 8
    assert "community’s (“recency_weighted”)" in reasons(reading)["forecast_data.csv, line 12"]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("yes", "yes"), ("no", "no"), ("ambiguous", "annulled"), ("annulled", "annulled"), ("", ""), ("12.0", "")],
)
def test_a_resolution_is_yes_no_annulled_or_none(said, outcome):
    table = list(csv.reader(io.StringIO(MEMBERS["question_data.csv"].decode())))
    table[1][table[0].index("Resolution")] = said
    written = io.StringIO()
    csv.writer(written).writerows(table)
    reading = read(zipped(MEMBERS | {"question_data.csv": written.getvalue().encode()}), whose="ann")
    check(reading)
    assert reading.forecasts[0].outcome == outcome


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "reason"),
    [
        ("forecast_data.csv", ",0.85,", ",1.85,", "forecast_data.csv, line 3", "The probability is 1.85"),
        ("forecast_data.csv", ",0.85,", ",,", "forecast_data.csv, line 3", "There is no probability."),
        ("forecast_data.csv", "503,7", "999,7", "forecast_data.csv, line 6", "“999” is not in question_data.csv."),
        ("question_data.csv", "Will the mayor stand again?", "", "forecast_data.csv, line 6", "There is no question."),
        ("question_data.csv", "2025-01-02 10:00:00+00:00", "", "question_data.csv, line 4", "comes without the time"),
    ],
)
def test_what_cannot_be_taken_is_named_with_file_and_line(name, old, new, place, reason):
    reading = read(rewritten(name, old, new), whose="ann")
    check(reading)
    assert reason in reasons(reading)[place]


def test_a_zip_without_its_files_or_columns_is_refused():
    with pytest.raises(Unreadable, match=r"holds no question_data\.csv"):
        read(zipped({"forecast_data.csv": b""}))
    with pytest.raises(Unreadable, match=r"question_data\.csv, the header lacks the column “Question Type”"):
        read(rewritten("question_data.csv", "Question Type", "Kind"))
    with pytest.raises(Unreadable, match=r"forecast_data\.csv is empty"):
        read(zipped(MEMBERS | {"forecast_data.csv": b""}))
