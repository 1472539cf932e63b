"""Scores for readers: tables that fit a terminal of 80 columns."""

from collections.abc import Iterator
from typing import Final

from tracker.evaluating.faults import printable
from tracker.evaluating.plain import Plain, plain_scores
from tracker.evaluating.reading import Evaluated
from tracker.scoring.evaluation import Evaluation

WIDTH: Final = 80
FEW_CLUSTERS: Final = 100
_NAME: Final = 22
_MOST_BLOCKS: Final = 40


def table(evaluated: Evaluated) -> str:
    """Return everything of the file, and a line for each group."""
    scores = plain_scores(evaluated.overall)
    parts = [_summary(scores), _score(scores), _decomposition(scores), _recalibration(scores), _bins(scores)]
    parts += [_curve(scores), *([] if evaluated.by is None else [_groups(evaluated.by)]), _remarks(scores)]
    return "\n\n".join("\n".join(part) for part in parts)


def _summary(scores: Plain) -> Iterator[str]:
    yield f"{scores['n']:,} rows" + (f" on {scores['n_clusters']:,} forecasts" if "n_clusters" in scores else "")
    yield _measure("base rate", scores["base_rate"], "the share that came out yes")
    yield _measure("mean probability", scores["mean_probability"])


def _score(scores: Plain) -> Iterator[str]:
    yield "Scores"
    yield _measure("Brier score", scores["brier"], "0 to 1, lower is better")
    yield _measure("log score", scores["log_score"], f"nats, lower is better; clipped at {scores['log_score_clip']:g}")
    yield _measure("AUC", scores["auc"], "higher is better, 0.5 by chance")


def _decomposition(scores: Plain) -> Iterator[str]:
    yield "Brier score = miscalibration - discrimination + uncertainty"
    parts = scores["decomposition"]
    yield _measure("miscalibration", parts["miscalibration"], "lower is better")
    yield _measure("discrimination", parts["discrimination"], "higher is better")
    yield _measure("uncertainty", parts["uncertainty"], "belongs to the questions alone")


def _recalibration(scores: Plain) -> Iterator[str]:
    yield "Log odds of yes = intercept + slope x stated log odds"
    fit = scores["recalibration"]
    if fit["slope"] is None:
        yield "  does not exist: some threshold separates the outcomes"
        return
    for name, ideal in (("intercept", 0), ("slope", 1)):
        yield _measure(name, fit[name], f"standard error {_number(fit[f'{name}_se'], 0)}; {ideal} when calibrated")


def _bins(scores: Plain) -> Iterator[str]:
    clustered = "n_clusters" in scores
    yield "What was said, and how often it happened"
    yield (
        f"  {'from':>4} {'to':>4} {'rows':>11}"
        + f" {'effective':>9}" * clustered
        + _columns("said", "happened", "95% interval")
    )
    for row in scores["bins"]:
        interval = "-" if row["low"] is None else f"{row['low']:.4f} to {row['high']:.4f}"
        effective = f" {row.get('n_effective', 0):>9,.1f}" * clustered
        said, happened = _number(row["mean_probability"], 0), _number(row["observed_frequency"], 0)
        yield f"  {row['lower']:>4.1f} {row['upper']:>4.1f} {row['n']:>11,}{effective}" + _columns(
            said, happened, interval
        )


def _columns(said: str, happened: str, interval: str) -> str:
    return f" {said:>8} {happened:>9}   {interval:<16}".rstrip()


def _curve(scores: Plain) -> Iterator[str]:
    yield "Recalibrated by isotonic regression"
    yield f"  {'from':>8} {'to':>8} {'rows':>11} {'recalibrated':>13}"
    for row in scores["curve"][:_MOST_BLOCKS]:
        yield f"  {row['from']:>8.4f} {row['to']:>8.4f} {row['n']:>11,} {row['recalibrated']:>13.4f}"
    if (more := len(scores["curve"]) - _MOST_BLOCKS) > 0:
        yield f"  and {more:,} more; --json prints all"


def _groups(by: dict[str, Evaluation]) -> Iterator[str]:
    yield "By group; --json prints everything of each"
    yield f"  {'':<{_NAME}} {'rows':>10} {'yes':>7} {'Brier':>7} {'log':>8} {'AUC':>7} {'slope':>7}"
    for name, evaluation in by.items():
        scores = plain_scores(evaluation)
        cells = (scores["base_rate"], scores["brier"], scores["log_score"], scores["auc"])
        slope = scores["recalibration"]["slope"]
        shown = [f"{_number(cell, width)}" for cell, width in zip(cells, (7, 7, 8, 7), strict=True)]
        yield f"  {_name(name):<{_NAME}} {scores['n']:>10,} {' '.join(shown)} {_number(slope, 7, 2)}"


def _remarks(scores: Plain) -> Iterator[str]:
    if scores["rows_are_independent"]:
        yield "Intervals and errors take rows as independent. If several rows are about one"
        yield "question, add a column “forecast” that names it."
        return
    yield f"Rows of one forecast are one trial: they weigh as {scores['n_effective']:,.1f} forecasts in all."
    if scores["n_clusters"] < FEW_CLUSTERS:
        yield f"Below {FEW_CLUSTERS} forecasts the standard errors are easily too small."


def _measure(name: str, value: float | None, remark: str = "") -> str:
    return f"  {name:<17} {_number(value, 9)}   {remark}".rstrip()


def _number(value: float | None, width: int, places: int = 4) -> str:
    return f"{'-' if value is None else f'{value:.{places}f}':>{width}}"


def _name(text: str) -> str:
    shown = printable(text) or "(empty)"
    return shown if len(shown) <= _NAME else shown[: _NAME - 3] + "..."
