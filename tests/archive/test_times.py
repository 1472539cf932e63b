"""When things may have happened: not in the future, not after the close, and no wording once the answer is known."""

import pytest

from forecasts.models import Estimate, Forecast, Resolution, Wording
from forecasts.services import registering
from forecasts.services.archiving import ArchiveRefused
from tests import factories
from tests.archive.conftest import Archive, Bring, Heard
from tests.factories import DAY, NOW
from tracker.services import archiving

ESTIMATES = "forecast,forecaster,made_at,probability,expires_at\n"
RESOLUTIONS = "forecast,outcome,known_at,decided_at\n"
WORDINGS = "forecast,version,question,opens_at,closes_at,made_at,reason\n"
OPENS, CLOSES = "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"
AHEAD = f"slug,question,opens_at,closes_at\nlong,Will it last?,{OPENS},2030-01-01T00:00:00Z\n"


def refusals(archive: Archive, bring: Bring, **files: str) -> list[str]:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(**files), heard)
    return heard.refusals


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("rain,yes,2099-01-20T00:00:00Z,", "known_at"),
        ("rain,yes,2099-01-20T00:00:00Z,2099-01-20T00:00:00Z", "known_at"),
        ("rain,yes,2027-01-20T00:00:00Z,2099-01-20T00:00:00Z", "decided_at"),
        ("long,yes,2028-01-01T00:00:00Z,", "known_at"),
        ("long,yes,2030-01-01T00:00:00Z,2030-01-02T00:00:00Z", "known_at"),
        ("long,annulled,2030-01-01T00:00:00Z,", "known_at"),
    ],
)
def test_no_answer_is_known_or_decided_in_the_future(archive: Archive, bring: Bring, row: str, column: str) -> None:
    questions = AHEAD + f"rain,Will it rain?,{OPENS},{CLOSES}\n"
    said = refusals(archive, bring, forecasts=questions, resolutions=f"{RESOLUTIONS}{row}\n")
    assert said[0].startswith(f"resolutions.csv:2: {column}: It lies in the future.")


def test_no_estimate_is_made_in_the_future(archive: Archive, bring: Bring) -> None:
    said = refusals(archive, bring, forecasts=AHEAD, estimates=f"{ESTIMATES}long,ann,{NOW + DAY / 2:%FT%TZ},0.3,\n")
    assert said == ["estimates.csv:2: made_at: It lies in the future, and its forecast is not answered ahead."]
    bring(archive(forecasts=AHEAD, estimates=f"{ESTIMATES}long,ann,{NOW:%FT%TZ},0.3,\n"))


def test_a_case_that_is_worked_ahead_comes_in_and_comes_back(archive: Archive, bring: Bring) -> None:
    """Its crowd is worked out to the close, and no further."""
    folder = archive(
        forecasts=AHEAD,
        estimates=f"{ESTIMATES}long,ann,2027-02-01T00:00:00Z,0.3,\nlong,bob,2029-12-31T00:00:00Z,0.3,\n",
        resolutions=f"{RESOLUTIONS}long,no,2030-01-01T00:00:00Z,\n",
    )
    archiving.bring(folder, by="curator", at=NOW, listener=Heard(), score=True)
    long = Forecast.objects.get()
    assert long.resolution is not None
    assert long.resolution.decided_at == long.crowd_state.through_at == long.closes_at
    assert Estimate.objects.count() == 2


@pytest.mark.parametrize("at", [CLOSES, "2027-03-01T00:00:00Z"])
def test_an_estimate_after_every_close_is_refused(archive: Archive, bring: Bring, at: str) -> None:
    said = refusals(archive, bring, estimates=f"{ESTIMATES}rain,ann,{at},0.3,\n")
    assert said == ["estimates.csv:2: made_at: Its forecast had closed by then, by each of its wordings."]


def test_an_estimate_before_the_opening_or_by_an_earlier_closing_is_taken(archive: Archive, bring: Bring) -> None:
    shorter = f"rain,1,Will it rain?,{OPENS},{CLOSES},,\nrain,2,Will it rain?,{OPENS},2027-01-15T00:00:00Z,,Sooner.\n"
    bring(
        archive(
            wordings=WORDINGS + shorter,
            estimates=f"{ESTIMATES}rain,ann,2026-12-01T00:00:00Z,0.3,\nrain,ann,2027-01-20T00:00:00Z,0.3,\n",
        )
    )
    assert Estimate.objects.count() == 2


FIRST = "rain,ann,2027-01-02T00:00:00Z,0.3,\n"
WITHDRAWN = "rain,ann,2027-01-04T00:00:00Z,,\n"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (WITHDRAWN, 2),
        (f"{WITHDRAWN}rain,ann,2027-01-05T00:00:00Z,0.3,\nrain,bob,2027-01-03T00:00:00Z,0.3,\n", 2),
        (f"{FIRST}{WITHDRAWN}rain,ann,2027-01-05T00:00:00Z,,\n", 4),
        (f"rain,ann,2027-01-02T00:00:00Z,0.3,2027-01-04T00:00:00Z\n{WITHDRAWN}", 3),
    ],
)
def test_a_withdrawal_when_nothing_stands_is_refused(archive: Archive, bring: Bring, rows: str, line: int) -> None:
    assert refusals(archive, bring, estimates=ESTIMATES + rows) == [
        f"estimates.csv:{line}: probability: No estimate of theirs stands then, so there is nothing to withdraw."
    ]


def test_a_withdrawal_may_be_of_an_estimate_on_record(archive: Archive, bring: Bring) -> None:
    bring(archive(estimates=ESTIMATES + FIRST))
    bring(archive(estimates=f"{ESTIMATES}{WITHDRAWN}rain,ann,2027-01-05T00:00:00Z,0.3,\n"))
    assert Estimate.objects.count() == 3


def test_what_is_resolved_is_not_rescheduled(archive: Archive, bring: Bring, cast: factories.Cast) -> None:
    factories.resolution(factories.forecast("wind"), "yes", at=NOW - DAY)
    later = "wind,2,Other?,2027-01-01T00:00:00Z,2029-01-01T00:00:00Z,2027-01-02T00:00:00Z,Longer.\n"
    assert refusals(archive, bring, wordings=WORDINGS + later) == [
        (
            "wordings.csv:2: version: Its forecast is resolved, and this has other times. "
            "Reopen it before it is worded anew."
        )
    ]
    assert Wording.objects.count() == 1


@pytest.mark.parametrize(("made_at", "taken"), [("01-09", True), ("01-21", False), ("01-24", True), ("01-29", False)])
@pytest.mark.parametrize("recorded", [False, True])
def test_a_wording_is_made_while_the_answer_is_unknown(
    archive: Archive, bring: Bring, *, recorded: bool, made_at: str, taken: bool
) -> None:
    files = {
        "resolutions": f"{RESOLUTIONS}rain,yes,2027-01-19T00:00:00Z,2027-01-20T00:00:00Z\n"
        "rain,reopened,2027-01-23T00:00:00Z,2027-01-23T00:00:00Z\n"
        "rain,no,2027-01-19T00:00:00Z,2027-01-28T00:00:00Z\n"
    }
    if recorded:
        bring(archive(**files))
        files = {}
    files["wordings"] = (
        f"{WORDINGS}rain,1,Will it rain?,{OPENS},{CLOSES},,\n"
        f"rain,2,Will it pour?,{OPENS},{CLOSES},2027-{made_at}T00:00:00Z,Clearer.\n"
    )
    if taken:
        bring(archive(**files))
        assert Forecast.objects.get(slug="rain").question == "Will it pour?"
    else:
        said = "wordings.csv:3: made_at: Its forecast was resolved then, and a question is worded while its answer is "
        assert f"{said}unknown." in refusals(archive, bring, **files)


def test_a_wording_between_a_reopening_and_the_next_answer_comes_in_whole(
    archive: Archive, bring: Bring, cast: factories.Cast
) -> None:
    wind = factories.forecast("wind")
    factories.resolution(wind, "yes", at=NOW - 3 * DAY)
    factories.resolution(wind, "reopened", at=NOW - 2 * DAY)
    text = factories.text(closes_at=NOW + 9 * DAY)
    wording = registering.reword(
        forecast=wind, text=text, by=cast.curator, at=NOW - 2 * DAY, reason="The yearbook is late."
    )
    factories.resolution(wind, "no", at=NOW - DAY)
    rows = [f"rain,{r.outcome},{r.known_at:%FT%TZ},{r.decided_at:%FT%TZ}\n" for r in Resolution.objects.order_by("pk")]
    second = f"rain,2,Will it pour?,{OPENS},2027-03-01T00:00:00Z,{wording.made_at:%FT%TZ},Late.\n"
    bring(
        archive(
            resolutions=RESOLUTIONS + "".join(rows),
            wordings=f"{WORDINGS}rain,1,Will it rain?,{OPENS},{CLOSES},,\n{second}",
        )
    )
    assert (Forecast.objects.get(slug="rain").version, Forecast.objects.get(slug="rain").outcome) == (2, "no")
