"""What each chart shows a visitor who is not signed in: the very rows that the API gives one."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from rest_framework.exceptions import NotFound

from forecasts import queries
from forecasts.api.endpoints import found_forecast
from forecasts.api.history import History
from forecasts.models import Forecast, Forecaster
from forecasts.refusals import Invalid
from forecasts.templatetags.words import percent
from tracker.api.accruals import AccrualOut
from tracker.api.calibration import CalibrationOut
from tracker.api.comparison import RoundOut
from tracker.charts.composing import Subject
from tracker.queries import accruals
from tracker.queries.calibration import Calibration, calibration
from tracker.queries.calibration import subject as calibrated
from tracker.queries.comparison import Comparison, Round, comparison
from tracker.queries.comparison import subject as compared
from tracker.queries.glances import worked_out
from tracker.scopes import Scope

VISITOR: Final = AnonymousUser()
# Rounds of a comparison that a picture has pixels for.
ROUNDS: Final = 600
REHEARSAL: Final = "A rehearsal: these forecasters are simulated."


def history(asked: dict[str, Any], at: dt.datetime) -> Subject:
    found = queries.with_crowd(
        Forecast.objects.select_related("resolution", "claim__source"), user=VISITOR, at=at
    ).filter(slug=asked["forecast"])
    forecast = found.first()
    if forecast is None:
        raise NotFound(f"There is no forecast “{asked['forecast']}”.")
    shown = History(queries.history(forecast, user=VISITOR, at=at)).data
    rows = {name: shown[name]["rows"] for name in ("crowd", "evidence", "wordings")}
    drawn = [row["at"] for row in rows["crowd"] if row["recency_weighted"] is not None]
    return Subject(
        chart="history",
        title=forecast.question,
        says=_crowd(forecast, rows),
        path=forecast.get_absolute_url(),
        alt=f"The crowd’s probability over time: {forecast.question}",
        rows=rows,
        parameters={"until": max(_until(forecast, at), *drawn[-1:], "")},
        nothing="" if drawn else _nothing(forecast, hidden=shown["hidden"]),
    )


def _until(forecast: Forecast, at: dt.datetime) -> str:
    """To the hour, or each moment would need a picture of its own."""
    return f"{min(at, forecast.closes_at).astimezone(dt.UTC):%Y-%m-%dT%H:00:00Z}"


def _nothing(forecast: Forecast, *, hidden: bool) -> str:
    if hidden:
        day = forecast.reveal_at or forecast.closes_at
        return f"The crowd is hidden until {day.day} {day:%B %Y}, so that each estimate is its maker’s own."
    return "Nobody has estimated it yet."


def _crowd(forecast: Forecast, rows: dict[str, Sequence[Any]]) -> str:
    said = [REHEARSAL] if forecast.simulated else []
    if forecast.outcome:
        said.append("Annulled." if forecast.outcome == "annulled" else f"Resolved {forecast.outcome}.")
    if getattr(forecast, "revealed", False) and (crowd := getattr(forecast, "crowd", None)) is not None:
        n = getattr(forecast, "n_standing", 0)
        people = f"{n} forecasters, newer estimates weighing more" if n != 1 else "one forecaster"
        said.append(f"The line is what the crowd said, at last {percent(crowd)}: the median of {people}.")
    if rows["evidence"]:
        said.append("Triangles: evidence that raises it (▲) or lowers it (▼).")
    if rows["wordings"]:
        said.append("Dashed: a new wording.")
    return " ".join(said)


def accrual(asked: dict[str, Any], at: dt.datetime) -> Subject:
    forecast = found_forecast(asked["forecast"])
    person = Forecaster.objects.filter(username=asked["forecaster"]).first()
    found = accruals.accrual(forecast, person) if person else None
    if found is None:
        raise NotFound(f"“{asked['forecaster']}” has no score on this forecast.")
    path = reverse("forecast-scores", args=[forecast.slug])
    return Subject(
        chart="accrual",
        title=f"{asked['forecaster']} on: {forecast.question}",
        says=f"{REHEARSAL} "
        * forecast.simulated
        + "What each moment earned, were it always so. Blue is the peer score, the other line the baseline score; "
        "the mean over the scheduled time is the score.",
        path=f"{path}?{urlencode({'forecaster': asked['forecaster']})}",
        alt=f"Points that {asked['forecaster']} earned at each moment, by the baseline and by the peer score: "
        f"{forecast.question}",
        rows={"accrual": AccrualOut(found).data["moments"]},
    )


def comparing(asked: dict[str, Any], at: dt.datetime) -> Subject:
    a, b = (compared(asked[name], field=name) for name in ("a", "b"))
    scope = Scope.parse(asked["scope"])
    read = comparison(a=a, b=b, scope=scope, settled=asked["settled"], at=at)
    seen = worked_out(read, 1)
    chosen = {"a": a.key, "b": b.key, "scope": str(scope), "settled": str(asked["settled"]).lower()}
    return Subject(
        chart="comparison",
        title=f"{a.label} and {b.label}" + (f", {scope.label}" if scope.key else ""),
        says=f"{read.sentence} {_caution(read)}Line: the mean difference of their Brier scores, below 0 where "
        f"{a.phrase} did better. Band: its 95% interval, which holds however often one looks.",
        path=f"{reverse('compare')}?{urlencode(chosen, safe=':')}",
        alt=f"The mean difference of the Brier scores of {a.phrase} and {b.phrase} over time, with its interval.",
        rows={"rounds": list(RoundOut(_some(read.rounds), many=True).data)},
        parameters={"most": seen.most},
        nothing="" if seen.drawn else "They have stood together on too little that has been decided to draw a line.",
    )


def _caution(read: Comparison | Calibration) -> str:
    return "Provisional: what has resolved so far is a biased sample, since a yes can come early. " * read.provisional


def _some(rounds: Sequence[Round]) -> list[Round]:
    """The last, and of very many as many before it as there are pixels."""
    step = len(rounds) // ROUNDS + 1
    return list(rounds[::-1][::step][::-1])


def reliability(asked: dict[str, Any], at: dt.datetime) -> Subject:
    chosen = dict(asked)
    name, crowd = chosen.pop("forecaster", ""), chosen.pop("crowd", "")
    person = Forecaster.objects.filter(username=name).first() if name else None
    if name and person is None:
        raise Invalid(f"There is no forecaster “{name}”.", field="forecaster")
    whose = calibrated(forecaster=person, crowd=crowd, view=chosen["view"])
    scope = Scope.parse(chosen.pop("scope"))
    read = calibration(**chosen, scope=scope, forecaster=whose.forecaster, crowd=whose.method)
    shown = CalibrationOut(read).data
    of = {"forecaster": whose.key} if person else {"crowd": whose.key} if whose.key else {}
    told = of | {"scope": str(scope), "view": read.view, "settled": str(read.settled).lower()}
    told |= {"year": str(read.year)} if read.year else {}
    return Subject(
        chart="reliability",
        title=f"Calibration: {read.label}" + (f", {scope.label}" if scope.key else ""),
        says=f"{read.sentence} {_caution(read)}Line: the isotonic fit; band: where that of a calibrated forecaster "
        "would lie; dots: bins with their 95% intervals, pale where they rest on too few forecasts.",
        path=f"{reverse('calibration')}?{urlencode(told, safe=':')}",
        alt=f"Reliability diagram, {read.label}: what was said, against how much of it came true.",
        rows={part: shown[part] for part in ("bins", "curve", "band")},
        parameters={"forecasts": ""},
        nothing="" if read.bins else "Nothing has resolved here yet, so there is nothing to compare.",
    )


SUBJECTS: Final[dict[str, Callable[[dict[str, Any], dt.datetime], Subject]]] = {
    "history": history,
    "accrual": accrual,
    "comparison": comparing,
    "reliability": reliability,
}
