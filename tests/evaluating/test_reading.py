"""Whatever a file looks like, it gives the scores of its rows, or the line that stands in the way."""

import io
import json
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.evaluating import records
from tracker.evaluating.faults import FileFault
from tracker.evaluating.plain import plain
from tracker.evaluating.reading import Evaluated, evaluate_stream
from tracker.evaluating.table import WIDTH, table
from tracker.scoring.evaluation import Evaluation, evaluate

TOKENS = st.sampled_from(
    [
        *[
            "0.7",
            "0",
            "1",
            "0.15",
            "1e-3",
            "-0.0",
            "70%",
            "nan",
            "",
            " ",
            '"',
            '""',
            '"a\nb"',
            "yes",
            "No",
            "TRUE",
            ",",
            ";",
        ],
        *["\n", "\r\n", "\r", "\0", "\ufeff", "\u2028", "\x1b", "é", "0.5,1\n", "0.25,no\n", "9" * 400, "1e999", "_"],
    ]
)
NAMES = st.lists(st.sampled_from(["probability", "outcome", "forecast", "note"]), min_size=1, max_size=5).map(",".join)
ROWS = st.tuples(
    st.sampled_from(["a", "b", "c", '"d, e"', '"f\r\n""g"""']),
    st.sampled_from([0.0, 1e-12, 0.1, 0.35, 0.5, 0.999, 1.0]) | st.floats(0, 1),
    st.sampled_from(["x", "y", "", "z\u2028"]),
)


def read(text: str | bytes, by: str | None = None) -> Evaluated:
    return evaluate_stream(io.BytesIO(text if isinstance(text, bytes) else text.encode()), by)


def result_or_fault(content: bytes, by: str | None) -> Evaluated | FileFault:
    try:
        return read(content, by)
    except FileFault as fault:
        return fault


def is_whole_or_names_a_line(content: bytes, by: str | None) -> None:
    found = result_or_fault(content, by)
    if isinstance(found, FileFault):
        assert 1 <= found.line <= len(content.splitlines()) + 2
        assert found.reason.isprintable()
    else:
        again = json.loads(json.dumps(plain(found), allow_nan=False))
        assert again["n"] == sum(row["n"] for row in again["bins"]) == sum(row["n"] for row in again["curve"]) > 0
        assert all(len(line) <= WIDTH for line in table(found).splitlines())


@settings(max_examples=150)
@given(st.binary(max_size=200), st.sampled_from([None, "note"]))
def test_any_bytes_give_a_result_or_a_line(content: bytes, by: str | None) -> None:
    is_whole_or_names_a_line(content, by)
    is_whole_or_names_a_line(b"probability,outcome\n" + content, by)


@settings(max_examples=150)
@given(NAMES, st.lists(TOKENS, max_size=30), st.sampled_from([None, "note", "forecast"]), st.integers(1, 40))
def test_any_text_gives_a_result_or_a_line(names: str, tokens: list[str], by: str | None, block: int) -> None:
    with patch.object(records, "BLOCK", block):
        is_whole_or_names_a_line("".join([names, "\n", *tokens]).encode(), by)


@settings(max_examples=80)
@given(st.lists(ROWS, min_size=1, max_size=40), st.integers(1, 50), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_file_gives_the_scores_of_its_rows_however_it_is_cut(rows, block: int, end: str, clustered: bool) -> None:
    yes = {name: k % 2 for k, name in enumerate(["a", "b", "c", '"d, e"', '"f\r\n""g"""'])}
    lines = [f"{note},{yes[name]},{p!r}" + f",{name}" * clustered for name, p, note in rows]
    header = "note,outcome,probability" + ",forecast" * clustered
    with patch.object(records, "BLOCK", block), patch.object(records, "_AT_ONCE", 3):
        found = read(end.join([header, *lines]), by="note")
    groups = {note: [row for row in rows if row[2] == note] for _, _, note in rows}
    assert found.by is not None
    assert list(found.by) == list(groups)
    for ours, those in [(found.overall, rows), *((found.by[note], group) for note, group in groups.items())]:
        assert_same(ours, scores_of(those, yes, clustered))


def scores_of(rows, yes, clustered: bool) -> Evaluation:
    forecast = np.array([list(yes).index(name) for name, _, _ in rows]) if clustered else None
    outcome = np.array([yes[name] for name, _, _ in rows])
    return evaluate(np.array([p for _, p, _ in rows]), np.ones_like(outcome), outcome, forecast)


def assert_same(ours: Evaluation, theirs: Evaluation) -> None:
    one, other = (plain(Evaluated(scores, None)) for scores in (ours, theirs))
    fits = [scores.pop("recalibration") for scores in (one, other)]
    assert one == other
    known = [{name: part for name, part in fit.items() if part is not None} for fit in fits]
    assert known[0] == pytest.approx(known[1], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("written", ["1", "yes", "YES", "True", "true", " yes "])
def test_yes_may_be_written_in_several_ways(written: str) -> None:
    assert read(f"probability,outcome\n0.7,{written}\n").overall.tally.yes.tolist() == [1]


@pytest.mark.parametrize("written", ["0", "no", "No", "False", "FALSE"])
def test_no_may_be_written_in_several_ways(written: str) -> None:
    assert read(f"probability,outcome\n0.7,{written}\n").overall.tally.yes.tolist() == [0]


def test_a_mark_of_byte_order_spaces_quotes_other_columns_and_blank_lines_do_no_harm() -> None:
    plainly = read("probability,outcome\n0.7,1\n0.2,0\n")
    oddly = read('\ufeffid,"outcome", probability \r\n\r\n1,"1", 0.7 \r\n\r\n2,0,.2\r\n\r\n')
    assert plain(oddly) == plain(plainly)


def test_probabilities_keep_their_precision() -> None:
    assert read("probability,outcome\n0.12345678901234567,0\n").overall.brier == pytest.approx(
        0.12345678901234567**2, rel=1e-15
    )


def test_an_edge_of_a_bin_lies_in_the_bin_that_begins_there() -> None:
    bins = read("probability,outcome\n" + "".join(f"0.{k},1\n" for k in range(10)) + "1,1\n").overall.bins
    assert bins.weight.tolist() == [1] * 9 + [2]


def test_groups_may_be_the_forecasts_themselves() -> None:
    found = read("forecast,probability,outcome\na,0.7,1\nb,0.2,0\na,0.9,1\n", by="forecast")
    assert found.by is not None
    assert {name: scores.tally.total for name, scores in found.by.items()} == {"a": 2, "b": 1}
    assert [scores.sizes.n_clusters for scores in found.by.values() if scores.sizes] == [1, 1]
