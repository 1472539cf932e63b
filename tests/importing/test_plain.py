"""Plain CSV, as anybody writes it in a spreadsheet."""

import pytest

from forecasts.importing.plain import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import at, check, file, given, outcomes, reasons

HEADER = "question,probability,made_at,outcome,known_at"


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def probabilities(*written: str) -> list[float | None]:
    """What is taken of each, in one file; None where it is not."""
    reading = read(csv(*(f'Q{n},"{each}",2024-01-01,,' for n, each in enumerate(written))))
    check(reading)
    taken = {each.question: each.estimates[0].probability for each in reading.forecasts}
    return [taken.get(f"Q{n}") for n in range(len(written))]


def test_many_rows_make_one_question_and_blank_outcomes_say_nothing():
    reading = read(file("plain.csv"))
    check(reading)
    assert given(reading)["Will the bridge open in May?"] == [
        ("2023-03-01 00:00:00", 0.6),
        ("2023-04-20 00:00:00", 0.85),
    ]
    assert list(outcomes(reading).values()) == ["yes", "no", "annulled", ""]
    assert reading.forecasts[1].known_at == at("2023-06-11 08:00")
    assert reading.scale == "fractions, 0 to 1"


def test_a_spreadsheet_with_semicolons_commas_and_a_byte_order_mark_is_read():
    reading = read(file("plain-spreadsheet.csv"))
    check(reading)
    assert given(reading) == {
        "Will the bridge open in May?": [("2023-03-01 00:00:00", 0.6), ("2023-04-20 00:00:00", 0.855)],
        "Will the ferry be late?": [("2023-08-02 00:00:00", 0.01)],
    }
    assert reading.scale == "percent, 0 to 100"
    assert reading.remarks[:3] == (
        "Columns that are not read: “Notes”.",
        "Times have no zone and are read as UTC.",
        "A decimal comma is read as a point: 0,7 is 0.7.",
    )


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        (["0.7", "1", "0"], [0.7, 0.9999, 0.0001]),
        (["70", "1", "0"], [0.7, 0.01, 0.0001]),
        (["70%", "0.5%", "0"], [0.7, 0.005, 0.0001]),
        (["70 %", "70\xa0%", "7e1"], [0.7, 0.7, 0.7]),
        (["0,7", ".3", "1."], [0.7, 0.3, 0.9999]),
        (["70", "0.7", "1", "0"], [0.7, None, None, 0.0001]),
        (["70%", "0.7", "1", "30"], [0.7, None, None, 0.3]),
        (["1", "0", "1"], [0.9999, 0.0001, 0.9999]),
        (["0.7", "-0.1", "150", "1e400", "NaN", "inf", "", "likely", "9" * 500], [0.7] + 8 * [None]),
        (["70", "101", "-3"], [0.7, None, None]),
    ],
)
def test_percent_or_fraction_is_decided_for_the_whole_file(written, taken):
    assert probabilities(*written) == taken


def test_a_number_that_could_be_either_is_refused_with_the_line_that_raised_the_doubt():
    assert reasons(read(file("plain-percent-signs.csv"))) == {
        "line 4": "0.7 could be 0.7% or 70%. As line 2 has a % sign, the file is in percent. "
        "Write a % sign after this one too."
    }


def test_only_zeros_and_ones_are_read_as_certainties_and_the_reader_is_told():
    reading = read(csv("A,1,2024-01-01,,", "B,0,2024-01-01,,"))
    assert reading.scale == "fractions, 0 to 1"
    assert any("read as 0% and 100%" in remark for remark in reading.remarks)


def test_an_outcome_without_known_at_is_left_out_and_its_estimates_are_taken():
    reading = read(csv("A,0.3,2024-01-01,yes,", "A,0.4,2024-01-02,yes,"))
    check(reading)
    assert [(each.outcome, len(each.estimates)) for each in reading.forecasts] == [("", 2)]
    assert [each.whole for each in reading.not_taken] == [False]


def test_two_outcomes_of_one_question_are_left_out_and_of_two_times_the_earlier_holds():
    reading = read(csv("A,0.3,2024-01-01,yes,2024-02-01", "A,0.4,2024-01-02,no,2024-02-01", "A,0.5,2024-01-03,yes,"))
    check(reading)
    assert outcomes(reading) == {"A": ""}
    assert reasons(reading)["line 3"] == "It says no where line 2 says yes; the outcome is left out."
    reading = read(csv("A,0.3,2024-01-01,yes,2024-02-03", "A,0.4,2024-01-02,yes,2024-02-01"))
    assert reading.forecasts[0].known_at == at("2024-02-01")


def test_an_id_keeps_questions_of_the_same_words_apart():
    header = f"{HEADER},id,url,rationale"
    rows = (
        "Rain tomorrow?,0.3,2024-01-01,no,2024-01-02,d1,https://weather.example/1,Clear sky",
        "Rain tomorrow?,0.8,2024-01-02,yes,2024-01-03,d2,javascript:alert(1),",
    )
    reading = read(csv(*rows, header=header))
    check(reading)
    assert [each.url for each in reading.forecasts] == ["https://weather.example/1", ""]
    assert reading.forecasts[0].estimates[0].rationale == "Clear sky"
    assert len(read(csv(*rows, header=header.replace("id", "ident"))).forecasts) == 1


def test_the_columns_that_are_missing_are_named():
    with pytest.raises(Unreadable, match=r"lacks the columns “probability”, “made_at”\. It has"):
        read(b"question,confidence\nA,0.3\n")
