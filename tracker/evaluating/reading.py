"""From a stream to the scores of everything in it, and of each group."""

from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

import numpy as np

from tracker.evaluating.columns import Columns
from tracker.evaluating.faults import FileFault, quoted
from tracker.evaluating.pooling import Counts, Differs, Numbers, Pool
from tracker.evaluating.records import Records, read
from tracker.scoring.evaluation import Evaluation, evaluate


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The scores of a file, and of each value of the column that was asked for, if any, as the values first appear."""

    overall: Evaluation
    by: dict[str, Evaluation] | None


def evaluate_stream(stream: BinaryIO, by: str | None = None) -> Evaluated:
    r"""Return the scores of a CSV file; raise FileFault where it cannot be read to its end.

    Memory grows with the distinct probabilities, or with the distinct pairs of forecast and probability where there is
    a column `forecast`, in each group; and with the names of forecasts and groups. It does not grow with the rows.

    >>> import io
    >>> found = evaluate_stream(io.BytesIO(b"probability,outcome,year\n0.7,yes,2025\n0.2,no,2026\n"), by="year")
    >>> round(found.overall.brier, 3), [(year, round(scores.brier, 2)) for year, scores in found.by.items()]
    (0.065, [('2025', 0.09), ('2026', 0.04)])
    """
    pool, clustered = _read(stream, by)
    counts = pool.counts()
    return Evaluated(_scores(counts, clustered), None if by is None else _by_group(counts, pool.groups, clustered))


def _by_group(counts: Counts, names: Numbers, clustered: bool) -> dict[str, Evaluation]:
    first = np.searchsorted(counts.group, np.arange(len(names) + 1))
    return {
        name: _scores(counts.part(*ends), clustered) for name, ends in zip(names, pairwise(first.tolist()), strict=True)
    }


def _read(stream: BinaryIO, by: str | None) -> tuple[Pool, bool]:
    header, line, rest = read(stream)
    pool, columns = Pool(), Columns.of(header, line - 1, by)
    for some in rest:
        _add(pool, columns, some)
    if pool.is_empty:
        raise FileFault(line, "nothing follows the names of the columns. Add a row for each probability.")
    return pool, columns.forecast is not None


def _add(pool: Pool, columns: Columns, some: Records) -> None:
    rows = columns.rows(some)
    try:
        pool.add(rows)
    except Differs as difference:
        place = difference.place
        here, earlier = ("yes", "no") if rows.outcome[place] else ("no", "yes")
        name = quoted(rows.forecast[place] if rows.forecast else "")
        reason = (
            f"the forecast {name} came out {here} here and {earlier} in a row above. Correct one, or tell them apart."
        )
        raise FileFault(some.line_of(place), reason) from None


def _scores(counts: Counts, clustered: bool) -> Evaluation:
    return evaluate(counts.probability, counts.rows, counts.yes, counts.forecast if clustered else None)
