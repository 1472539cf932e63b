"""Branches and their conditions: what an archive leaves out is settled, what it contradicts refused."""

import pytest

from forecasts.models import Forecast, Resolution
from forecasts.services.archiving import ArchiveRefused
from tests import factories
from tests.archive.conftest import Archive, Bring, Heard
from tests.factories import DAY, NOW

OPEN = "2027-01-01T00:00:00Z,2027-02-01T00:00:00Z"
CHAIN = f"""\
slug,question,opens_at,closes_at,condition,condition_outcome
rain,Will it rain?,{OPEN},,
flood,Will it flood?,{OPEN},rain,yes
drought,Will it be dry?,{OPEN},rain,no
drown,Will it drown?,{OPEN},flood,yes
"""
HEAD = "forecast,outcome,known_at,decided_at,cause\n"
DRY = "rain,no,2027-01-20T00:00:00Z,2027-01-21T00:00:00Z,\n"


def outcomes() -> dict[str, str]:
    return {forecast.slug: forecast.outcome for forecast in Forecast.objects.select_related("resolution")}


@pytest.mark.parametrize("outcome", ["no", "annulled"])
def test_what_a_condition_rules_out_is_annulled_at_any_depth(archive: Archive, bring: Bring, outcome: str) -> None:
    folder = archive(forecasts=CHAIN, resolutions=HEAD + DRY.replace(",no,", f",{outcome},"))
    bring(folder)
    dry = "annulled" if outcome == "annulled" else ""
    assert outcomes() == {"rain": outcome, "flood": "annulled", "drought": dry, "drown": "annulled"}
    rain, flood, drown = (Resolution.objects.get(forecast__slug=slug) for slug in ("rain", "flood", "drown"))
    assert (flood.cause, drown.cause, flood.decided_by) == (rain, flood, None)
    assert (flood.known_at, flood.decided_at, drown.decided_at) == (rain.known_at, rain.decided_at, rain.decided_at)
    assert flood.reason == f"Its condition “Will it rain?” resolved {outcome}; it counts only if that is yes."
    before = Resolution.objects.count()
    bring(folder)
    assert Resolution.objects.count() == before


def test_a_branch_of_what_had_failed_before_is_annulled(archive: Archive, bring: Bring) -> None:
    bring(archive(forecasts="\n".join(CHAIN.splitlines()[:2]), resolutions=HEAD + DRY))
    bring(archive(forecasts=CHAIN))
    assert outcomes() == {"rain": "no", "flood": "annulled", "drought": "", "drown": "annulled"}


def test_a_correction_of_the_condition_settles_what_is_on_record(archive: Archive, bring: Bring) -> None:
    bring(archive(forecasts=CHAIN, resolutions=HEAD + DRY + "drought,yes,2027-01-21T00:00:00Z,,\n"))
    assert outcomes()["drought"] == "yes"
    wet = "rain,yes,2027-01-20T00:00:00Z,2027-02-21T00:00:00Z,\n"
    bring(archive(forecasts=CHAIN, resolutions=HEAD + DRY + wet))
    assert outcomes() == {"rain": "yes", "flood": "", "drought": "annulled", "drown": ""}


def test_a_branch_that_a_person_annulled_stays_that_persons(archive: Archive, bring: Bring) -> None:
    bring(archive(forecasts=CHAIN, resolutions=HEAD + DRY + "flood,annulled,2027-01-21T00:00:00Z,,\n"))
    assert Resolution.objects.get(forecast__slug="flood").cause is None


WET = DRY.replace(",no,", ",yes,")
AGAIN = "rain,reopened,2027-02-01T00:00:00Z,2027-02-01T00:00:00Z,\n"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (
            f"{DRY}flood,yes,2027-01-20T00:00:00Z,,\n",
            3,
            "outcome: Its condition “rain” resolved no; it counts only if",
        ),
        (f"{DRY}drown,no,2027-01-20T00:00:00Z,,\n", 3, "outcome: Its condition “flood” resolved annulled; it counts"),
        ("flood,yes,2027-01-20T00:00:00Z,,\n", 2, "outcome: It counts only if “rain” resolves yes, which is not known"),
        (f"{WET}{AGAIN}flood,yes,2027-02-02T00:00:00Z,,\n", 4, "outcome: It counts only if “rain” resolves yes, which"),
        (f"{WET}flood,yes,2027-01-20T00:00:00Z,,rain#1\n", 3, "cause: A condition annuls, or revives what it annulled"),
        (f"{WET}flood,annulled,2027-01-20T00:00:00Z,,rain#1\n", 3, "cause: rain#1 says yes, which does not annul"),
        (f"{DRY}flood,reopened,2027-01-20T00:00:00Z,,rain#1\n", 3, "outcome: There is no resolution before it to"),
        (f"{WET}{AGAIN}{AGAIN}", 4, "outcome: It is open again already, so there is nothing to reopen."),
        (
            f"{WET}rain,no,2027-01-01T00:00:00Z,2027-01-20T23:00:00Z,\n",
            3,
            "decided_at: It would be decided before revision 1, which it follows.",
        ),
        (
            f"{DRY}flood,annulled,2027-01-20T00:00:00Z,2027-01-20T23:00:00Z,rain#1\n",
            3,
            "decided_at: It would be decided before its cause.",
        ),
    ],
)
def test_what_no_service_would_have_taken_is_refused(
    archive: Archive, bring: Bring, rows: str, line: int, reason: str
) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts=CHAIN, resolutions=HEAD + rows), heard)
    assert heard.refusals[0].startswith(f"resolutions.csv:{line}: {reason}"), heard.refusals
    assert not Forecast.objects.exists()


def test_a_contradiction_that_is_skipped_leaves_the_rest_consistent(archive: Archive, bring: Bring) -> None:
    rows = f"{DRY}flood,yes,2027-01-20T00:00:00Z,,\ndrown,yes,2027-01-20T00:00:00Z,,\n"
    heard = bring(archive(forecasts=CHAIN, resolutions=HEAD + rows), skip_bad=True)
    assert [refusal.split(": ")[0] for refusal in heard.refusals] == ["resolutions.csv:3", "resolutions.csv:4"]
    assert outcomes() == {"rain": "no", "flood": "annulled", "drought": "", "drown": "annulled"}


def test_an_answer_keeps_while_its_condition_is_open_again(archive: Archive, bring: Bring) -> None:
    bring(
        archive(
            forecasts=CHAIN,
            resolutions=f"{HEAD}{WET}flood,yes,2027-01-21T00:00:00Z,2027-01-22T00:00:00Z,\n{AGAIN}",
        )
    )
    assert outcomes() == {"rain": "", "flood": "yes", "drought": "", "drown": ""}


def test_a_branch_that_was_answered_annulled_and_revived_comes_in_whole(
    archive: Archive, bring: Bring, cast: factories.Cast
) -> None:
    """The history that the services make of these decisions is the one that is accepted."""
    rain = factories.forecast("wind")
    storm = factories.forecast("storm", condition=rain, condition_outcome="yes")
    for day, (of, outcome) in enumerate([(rain, "yes"), (storm, "no"), (rain, "no"), (rain, "yes"), (rain, "no")]):
        revision = Resolution.objects.filter(forecast=of).count()
        factories.resolution(of, outcome, at=NOW - (9 - day) * DAY, revision=revision)
    history = [
        f"{r.forecast.slug.replace('wind', 'rain').replace('storm', 'flood')},{r.outcome},{r.known_at:%FT%TZ},"
        f"{r.decided_at:%FT%TZ},{f'rain#{r.cause.revision}' if r.cause else ''}\n"
        for r in Resolution.objects.order_by("pk").select_related("cause", "forecast")
    ]
    assert [row.split(",")[1] for row in history] == ["yes", "no", "no", "annulled", "yes", "no", "no", "annulled"]
    bring(archive(forecasts=CHAIN, resolutions=HEAD + "".join(history)))
    assert outcomes()["flood"] == "annulled"
    flood = Resolution.objects.filter(forecast__slug="flood").order_by("revision")
    assert [(r.outcome, r.cause.revision if r.cause else None) for r in flood] == [
        ("no", None),
        ("annulled", 2),
        ("no", 3),
        ("annulled", 4),
    ]
