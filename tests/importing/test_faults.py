"""The faults that files really have, each by its name, in the two formats that anybody can edit."""

import codecs

import pytest

from forecasts.importing import documents, fatebook, gathering, manifold, tables
from forecasts.importing.formats import FORMATS
from forecasts.importing.plain import read
from forecasts.importing.records import Unreadable
from tests.importing.holding import check, file, given, reasons, zipped

HEADER = "question,probability,made_at,outcome,known_at\n"
GOOD = f"{HEADER}Will it?,0.3,2024-01-01,yes,2024-02-01\n"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        codecs.BOM_UTF8 + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.upper().replace("WILL IT", "Will it").encode(),
        f"{GOOD}\n,,,,\n  ,\n".encode(),
    ],
    ids=["as it is", "BOM", "UTF-16", "CRLF", "CR", "semicolons", "tabs", "capitals", "blank lines"],
)
def test_the_same_table_reads_the_same_however_it_was_saved(content):
    reading, plain = read(content), read(GOOD.encode())
    check(reading)
    assert (reading.forecasts, reading.n_rows) == (plain.forecasts, 1)


def test_quotes_commas_and_line_breaks_stand_in_cells_and_lines_are_counted_on():
    reading = read(f'{HEADER}"Will ""it"",\nor not?",0.3,2024-01-01,,\nB,0.2,soon,,\n'.encode())
    check(reading)
    assert list(given(reading)) == ['Will "it", or not?']
    assert list(reasons(reading)) == ["line 4"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [b"", b" \n", codecs.BOM_UTF8])
def test_an_empty_file_is_refused(name, content):
    with pytest.raises(Unreadable):
        FORMATS[name].read(content)


def test_a_header_alone_has_no_rows():
    reading = read(HEADER.encode())
    assert (reading.n_rows, reading.forecasts, reading.remarks) == (0, (), ("The file has no rows.",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace("Will", "W\xe4ll").encode("latin-1"), "Line 2 is not in UTF-8"),
        (f"{GOOD * 500}W\xe4ll\n".encode("latin-1"), "Line 1001 is not in UTF-8"),
        (f'{GOOD}"never closed,0.3\n'.encode(), "From line 3 on this is not CSV"),
        (f'{GOOD}"x"y,0.3\n'.encode(), "From line 3 on this is not CSV"),
        (f"{GOOD}{',' * 10_000_001}\n".encode(), "more than 10,000,000 characters"),
        (b"PK\x03\x04" + bytes(100), "Save it as “CSV UTF-8”"),
        (HEADER.replace("outcome", "question").encode(), "has the column “question” twice"),
    ],
)
def test_a_damaged_file_is_refused_with_the_line_and_the_way_out(content, said):
    with pytest.raises(Unreadable, match=said):
        read(content)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",0.3,2024-01-01,,", "There is no question."),
        ("A,,2024-01-01,,", "There is no probability."),
        ("A,0.3,,,", "There is no time."),
        ("A,0.3,1/5/2024,,", "The time “1/5/2024” cannot be read; write it as 2026-03-14 15:09:26."),
        ("A,0.3,2024-02-30,,", "The time “2024-02-30” is on no calendar."),
        ("A,0.3,2024-01-01 25:00,,", "The time “2024-01-01 25:00” is on no calendar."),
        ("A,0.3,0001-01-01T00:00+14:00,,", "The time “0001-01-01T00:00+14:00” is on no calendar."),
        ("A,0.3,1969-12-31,,", "The time “1969-12-31” is before 1970."),
        ("A,0.3,2345-01-01,,", "The time “2345-01-01” is after 2099."),
        ("A,0.3,2024-01-01,,,more", "It has 6 cells; the header has 5."),
        ("A", "There is no probability."),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_its_line(row, reason):
    reading = read(f"{GOOD}{row}\n".encode())
    check(reading)
    assert reasons(reading) == {"line 3": reason}
    assert reading.n_taken == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,0.3,2024-01-01,maybe,2024-02-01", "The outcome “maybe” is none of yes, no and annulled; it is left out."),
        ("A,0.3,2024-01-01,,2024-02-01", "A known_at (“2024-02-01”) without an outcome is left out."),
        ("A,0.3,2024-01-01,,someday", "“someday” cannot be read"),
    ],
)
def test_a_cell_that_cannot_be_read_is_left_out_and_the_estimate_taken(row, reason):
    reading = read(f"{HEADER}{row}\n".encode())
    check(reading)
    assert reading.n_taken == 1
    assert reason in reasons(reading)["line 2"]
    assert not any(each.whole for each in reading.not_taken)


def test_a_row_twice_counts_once_and_two_probabilities_at_one_moment_are_refused():
    rows = ("A,0.3,2024-01-01,,\n" * 3) + "A,0.4,2024-01-01,,\n"
    reading = read((HEADER + rows).encode())
    check(reading)
    assert (reading.n_taken, reading.n_duplicates, reading.n_rows) == (1, 2, 4)
    assert "Rows that say the same as one before them, and count once: 2." in reading.remarks
    assert reasons(reading) == {
        "line 5": "Another probability was given at the same moment (line 2); that one is taken."
    }


def test_the_same_estimate_with_other_words_counts_once_and_says_what_is_lost():
    rows = "A,0.3,2024-01-01,,,First\nA,0.3,2024-01-01,,,First\nA,0.3,2024-01-01,,,Second\n"
    reading = read((HEADER.replace("\n", ",rationale\n") + rows).encode())
    check(reading)
    assert [it.rationale for it in reading.forecasts[0].estimates] == ["First"]
    assert list(reasons(reading)) == ["line 4"]


def test_more_rows_or_values_than_memory_should_hold_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert read((GOOD + "A,0.3,2024-01-01,,\n" * 2).encode()).n_rows == 3
    for more in ("A,0.3,2024-01-01,,\n", "\n"):
        with pytest.raises(Unreadable, match="more than 3 rows"):
            read((GOOD + more * 3).encode())
    monkeypatch.setattr(gathering, "MOST_ROWS", 3)
    with pytest.raises(Unreadable, match="more than 3 rows"):
        fatebook.read(file("fatebook-questions.json"))
    monkeypatch.setattr(documents, "MOST_VALUES", 100)
    with pytest.raises(Unreadable, match="more than 100 values"):
        fatebook.read(b"[" + b"{}," * 100 + b"{}]")
    members = {f"{n}.json": b"[" + b"{}," * 15 + b"{}]" for n in range(4)}
    with pytest.raises(Unreadable, match="more than 100 values"):
        manifold.read(zipped(members))


def test_names_and_links_cannot_smuggle_in_what_cannot_be_stored():
    header = HEADER.replace("\n", ",url\n")
    reading = read(
        f"{header}A,0.3,2024-01-01,,,https://a.example/\x00\nB,0.3,2024-01-01,,,https://b.example/x y\n".encode()
    )
    check(reading)
    assert [each.url for each in reading.forecasts] == ["", ""]
    named = fatebook.read(file("fatebook.csv").replace(b'"ann",0', b'"a\x00n",0'), whose="bob")
    check(named)
    assert named.names[0] == "a�n"


def test_estimates_are_put_in_order_and_late_ones_kept_with_a_remark():
    reading = read(f"{HEADER}A,0.9,2024-03-01,yes,2024-02-01\nA,0.3,2024-01-01,yes,2024-02-01\n".encode())
    check(reading)
    assert given(reading)["A"] == [("2024-01-01 00:00:00", 0.3), ("2024-03-01 00:00:00", 0.9)]
    assert any("when the answer was known already" in remark and remark.endswith(" 1.") for remark in reading.remarks)


def test_certainties_are_stored_short_of_certain_and_say_so():
    reading = read(f"{HEADER}A,100%,2024-01-01,,\nA,0%,2024-01-02,,\n".encode())
    assert [it.remark for it in reading.forecasts[0].estimates] == ["100% stored as 99.99%", "0% stored as 0.01%"]


def test_nul_bytes_are_replaced_and_very_long_texts_cut_each_with_a_remark():
    header = HEADER.replace("\n", ",rationale\n")
    reading = read(f"{header}A\x00B,0.3,2024-01-01,,,{'r' * 20_000}\n{'Q' * 600},0.3,2024-01-01,,,\n".encode())
    check(reading)
    first, second = reading.forecasts
    assert (first.question, first.estimates[0].remark) == ("A�B", "the rationale was cut to 10,000 characters")
    assert (len(second.question), second.question[-1], second.background) == (500, "…", "Q" * 600)
    assert second.remark == "The question was cut to 500 characters; all of it heads the background."
    assert any("replaced by �" in remark for remark in reading.remarks)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"items": ' * 100_000,
        b'{"items": [{]',
        b"{\xff}",
        b"[1, 2",
        b'"text"',
        b"[]",
        b"{}",
        b"[null]",
    ],
)
def test_json_of_no_sense_is_refused(content):
    with pytest.raises(Unreadable):
        fatebook.read(b"[" + content + b"]")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"0.85"', b"1e400"),
        (b'"0.85"', b"NaN"),
        (b'"0.85"', b"9" * 5000),
        (b'"0.85"', b"true"),
        (b'"0.85"', b'{"p": 1}'),
        (b'"0.85"', b"[" * 700 + b"]" * 700),
        (b'"2023-04-20T07:59:59.999Z"', b"1681977599999"),
    ],
)
def test_json_values_of_the_wrong_kind_refuse_their_row_alone(old, new):
    reading = fatebook.read(file("fatebook-questions.json").replace(old, new), whose="ann")
    check(reading)
    assert reading.n_taken == 3
    assert "question 4, forecast 3" in reasons(reading)


def test_halves_of_surrogate_pairs_are_replaced():
    content = file("fatebook-questions.json").replace(b"The road is laid.", rb"Half \ud83d of a face")
    reading = fatebook.read(content, whose="ann")
    check(reading)
    assert reading.forecasts[-1].estimates[0].rationale == "Half � of a face"
