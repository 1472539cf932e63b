"""A file that cannot be read to its end is refused with the line and the remedy."""

import io

import pytest

from tracker.evaluating import records
from tracker.evaluating.faults import FileFault
from tracker.evaluating.reading import evaluate_stream

HEADER = b"probability,outcome\n"
GOOD = b"0.7,1\n0.2,0\n"


def fault_of(content: bytes, by: str | None = None) -> FileFault:
    with pytest.raises(FileFault) as raised:
        evaluate_stream(io.BytesIO(content), by)
    return raised.value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"70%,1", "“70%”. Did you mean 0.7?"),
        (b"7 %,1", "Did you mean 0.07?"),
        (b"70,1", "“70”. Did you mean 0.7?"),
        (b"1.5,1", "Did you mean 0.015?"),
        (b"100.5,1", "Write a number from 0 to 1"),
        (b"-0.1,1", "Write a number from 0 to 1"),
        (b"likely,1", "“likely”. Write a number from 0 to 1"),
        (b'"0,7",1', "Did you mean 0.7?"),
        (b"0,7,1", "3 fields and the header 2. Write decimals with a point"),
        (b"nan,1", "Write a number from 0 to 1"),
        (b"inf,1", "Write a number from 0 to 1"),
        (b"0_1,1", "Write a number from 0 to 1"),
        (b"0.1_5,1", "Write a number from 0 to 1"),
        ("0.\u0667,1".encode(), "Write a number from 0 to 1"),
        (b",1", "the probability is empty"),
        (b"  ,1", "the probability is empty"),
        (b"0.5,", "the outcome is empty"),
        (b"0.5,2", "“2”. Write 1 or 0, yes or no, true or false"),
        (b"0.5,annulled", "Write 1 or 0"),
        (b"0.5", "1 field and the header 2"),
        (b"0.5,1,", "3 fields and the header 2"),
        (b"0.5,1\0", "NUL"),
        (b"0.5,\xff", "not UTF-8"),
        (b'"0.5"x,1', "not CSV"),
        (b'"0.5,1', "not CSV"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_remedy(row: bytes, reason: str) -> None:
    for content in (HEADER + GOOD + row + b"\n" + GOOD, HEADER + GOOD + row):
        fault = fault_of(content)
        assert (fault.line, reason in fault.reason) == (4, True), fault
        assert len(str(fault).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "the file is empty"),
        (b"\n\r\n", 1, "the file is empty"),
        (b"\xef\xbb\xbf", 1, "the file is empty"),
        (HEADER, 2, "nothing follows"),
        (b"probability,outcome", 2, "nothing follows"),
        (HEADER + b"\n\n", 2, "nothing follows"),
        (b"0.7,1\n0.2,0\n", 1, "no column “probability” among “0.7”, “1”"),
        (b"probability\n0.7\n", 1, "no column “outcome” among “probability”"),
        (b"Probability,outcome\n0.7,1\n", 1, "no column “probability”"),
        (b"probability;outcome\n0.7;1\n", 1, "separated by “;”. Separate them by commas."),
        (b"probability,outcome,probability\n0.7,1,0.7\n", 1, "“probability” is there 2 times"),
        (b"forecast,probability,outcome,forecast\na,0.7,1,a\n", 1, "“forecast” is there 2 times"),
        ("probability,outcome\n0.7,1\n".encode("utf-16"), 1, "UTF-8"),
        ("probability,outcome\n0.7,1\n".encode("utf-16-le"), 1, "NUL"),
        (b'"probability,outcome\n0.7,1\n', 1, "not CSV"),
        (b"forecast,probability,outcome\na,0.7,1\n,0.7,1\n", 3, "the forecast is empty"),
    ],
)
def test_a_file_without_rows_or_columns_is_refused(content: bytes, line: int, reason: str) -> None:
    fault = fault_of(content)
    assert (fault.line, reason in fault.reason) == (line, True), fault


def test_a_group_column_that_is_not_there_is_refused() -> None:
    assert "no column “year” among “probability”, “outcome”" in fault_of(HEADER + GOOD, by="year").reason


def test_different_outcomes_within_a_forecast_are_refused() -> None:
    fault = fault_of(b"forecast,probability,outcome\na,0.7,1\nb,0.2,no\na,0.6,yes\nb,0.3,no\nb,0.3,yes\na,0.1,0\n")
    assert fault.line == 6
    assert "“b” came out yes here and no in a row above" in fault.reason


def test_outcomes_that_differ_blocks_apart_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(records, "BLOCK", 64)
    rows = b"".join(b"%d,0.5,0\n" % k for k in range(500))
    fault = fault_of(b"forecast,probability,outcome\n" + rows + b"3,0.9,1\n")
    assert (fault.line, "“3” came out yes here" in fault.reason) == (502, True)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("block", [8, 64, 1 << 20])
def test_lines_are_counted_as_an_editor_counts_them(monkeypatch, end: bytes, quoted: bool, block: int) -> None:
    monkeypatch.setattr(records, "BLOCK", block)
    note = b'"two' + end + b'lines, and ""quoted"""' if quoted else b"plain"
    good = [b"0.7,1," + note, b"", b"0.2,0,x"]
    lines = [b"probability,outcome,note", *good * 40]
    fault = fault_of(end.join([*lines, b"oops,1,x", *good]))
    assert (fault.line, "oops" in fault.reason) == (1 + 40 * (4 if quoted else 3) + 1, True)


def test_the_first_bad_row_is_named() -> None:
    assert fault_of(HEADER + GOOD + b"0.5,maybe\n7,1\n0.5,maybe\n").line == 4
    assert fault_of(b'probability,outcome,note\n0.7,1,"x"\n0.5,maybe,\n"unclosed,1,\n').line == 3


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    assert "longer than a million bytes" in fault_of(HEADER + GOOD + b"0" * (3 << 20)).reason


def test_a_field_without_end_is_refused() -> None:
    fault = fault_of(HEADER + b'0.7,"' + b"yes\n" * 100_000)
    assert (fault.line, "Close every quotation mark" in fault.reason) == (2, True)


def test_a_bad_value_cannot_write_to_the_terminal() -> None:
    reason = fault_of(HEADER + b"\x1b[2J" + b"x" * 500 + b",1\n").reason
    assert "\x1b" not in reason
    assert len(reason) < 200
