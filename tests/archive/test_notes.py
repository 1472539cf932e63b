"""Notes in an archive: written by hand, refused by line, and the same when they come back."""

from pathlib import Path

import pytest

from forecasts.models import Forecaster, Note
from forecasts.services import noting
from forecasts.services.archiving.importing import ArchiveRefused
from tests import factories
from tests.factories import DAY, NOW
from tracker.services import archiving

from .conftest import Archive, Bring, Heard

pytestmark = pytest.mark.django_db

HEADER = "forecast,author,made_at,text,is_private,reply_to,estimate\n"
FIRST = 'rain,ann,2027-01-02T00:00:00Z,"A *poll*, they say.",,,\n'
TO_FIRST = '"[""ann"", ""2027-01-02T01:00:00+01:00""]"'
REPLY = f"rain,bob,2027-01-03T00:00:00Z,Which?,,{TO_FIRST},\n"
HELD = "forecast,author,made_at,revision,withheld,decided_by,decided_at,reason\n"


def test_notes_come_in_with_their_threads_however_they_are_ordered(archive: Archive, bring: Bring) -> None:
    estimates = "forecast,forecaster,made_at,probability\nrain,ann,2027-01-02T00:00:00Z,0.7\n"
    deep = 'rain,ann,2027-01-03T00:00:00Z,"Theirs.",true,"[""bob"", ""2027-01-03T00:00:00Z""]",2027-01-02T00:00:00Z\n'
    held = "rain,bob,2027-01-03T00:00:00Z,1,true,admin,2027-01-04T00:00:00Z,Spam.\n"
    folder = archive(notes=HEADER + deep + REPLY + FIRST, withholdings=HELD + held, estimates=estimates)
    assert bring(folder).report.brought["notes.csv"] == 3
    first, reply, last = Note.objects.order_by("made_at", "author__username").select_related("reply_to", "thread")
    last, reply = (last, reply) if last.author.username == "ann" else (reply, last)
    assert (first.text, first.thread, first.is_private) == ("A *poll*, they say.", None, False)
    assert (reply.reply_to, reply.thread, last.reply_to, last.thread) == (first, first, reply, first)
    assert last.is_private
    assert last.estimate
    assert last.estimate.probability == 0.7
    assert reply.withholding
    assert reply.withholding.reason == "Spam."
    again = bring(folder).report
    assert (again.brought, again.known["notes.csv"], again.known["withholdings.csv"]) == ({}, 3, 1)


def test_a_reply_joins_what_is_on_record(archive: Archive, bring: Bring) -> None:
    bring(archive(notes=HEADER + FIRST))
    bring(archive(notes=HEADER + REPLY))
    first, reply = Note.objects.order_by("made_at")
    assert (reply.reply_to, reply.thread) == (first, first)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("hail,ann,2027-01-02T00:00:00Z,Hm.,,,", "forecast: “hail” is not on record"),
        ("rain,ann,2027-01-02T00:00:00Z, ,,,", "text: This is required."),
        (f"rain,ann,2027-01-02T00:00:00Z,{'x' * 10_001},,,", "text: At most 10,000"),
        ("rain,ann,2028-01-02T00:00:00Z,Hm.,,,", "made_at: It lies in the future."),
        ("rain,ann,2027-01-02T00:00:00Z,Hm.,perhaps,,", "is_private: “perhaps” is neither"),
        ("rain,ann,2027-01-02T00:00:00Z,Hm.,,bob,", "reply_to: “bob” is not a list"),
        ('rain,ann,2027-01-02T00:00:00Z,Hm.,,"[""bob""]",', "does not name a note as [author, made_at]"),
        (f"rain,bob,2027-01-03T00:00:00Z,Hm.,,{TO_FIRST},", "reply_to: It names no earlier public note"),
        ("rain,ann,2027-01-02T00:00:00Z,Hm.,,,2027-01-01T00:00:00Z", "estimate: Its author made none then"),
    ],
)
def test_a_faulty_note_is_refused_by_line(archive: Archive, bring: Bring, row: str, said: str) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(notes=f"{HEADER}{row}\n"), heard)
    (refusal,) = heard.refusals
    assert refusal.startswith("notes.csv:2: ")
    assert said in refusal
    assert not Note.objects.exists()


def test_replies_fall_with_what_they_answer_and_the_rest_comes_in(archive: Archive, bring: Bring) -> None:
    private = FIRST.replace(",,,", ",true,,")
    circle = "".join(
        f'snow,{by},2027-01-02T00:00:00Z,Hm.,,"[""{to}"", ""2027-01-02T00:00:00Z""]",\n'
        for by, to in (("ann", "bob"), ("bob", "ann"))
    )
    elsewhere = REPLY.replace("rain", "snow")
    held = HELD + "rain,ann,2027-01-02T00:00:00Z,1,true,,,Spam.\n"
    folder = archive(notes=HEADER + private + REPLY + circle + elsewhere, withholdings=held)
    heard = bring(folder, skip_bad=True)
    assert [refusal.split(": ")[0] for refusal in heard.refusals] == [
        *(f"notes.csv:{line}" for line in (3, 4, 5, 6)),
        "withholdings.csv:2",
    ]
    assert [note.is_private for note in Note.objects.all()] == [True]


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("2,true,,,Spam.", 2, "revision: One before it is missing."),
        ("0,true,,,Spam.", 2, "revision: The first is 1."),
        ("1,false,,,Spam.", 2, "withheld: Nothing is withheld before it"),
        ("1,true,,2028-01-01T00:00:00Z,Spam.", 2, "decided_at: It lies in the future."),
        ("1,true,,,Spam.\nrain,ann,2027-01-02T00:00:00Z,3,false,,,Settled.", 3, "revision: One before it is missing."),
    ],
)
def test_a_faulty_withholding_is_refused_by_line(
    archive: Archive, bring: Bring, rows: str, line: int, said: str
) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(notes=HEADER + FIRST, withholdings=f"{HELD}rain,ann,2027-01-02T00:00:00Z,{rows}\n"), heard)
    assert len(heard.refusals) == 1
    assert heard.refusals[0].startswith(f"withholdings.csv:{line}: {said}")


def test_simulated_forecasters_have_no_notes(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(notes=HEADER + FIRST, forecasters="name,simulated\nann,true\n"), heard)
    assert heard.refusals == ["notes.csv:2: author: A simulated forecaster writes no notes."]
    assert not Forecaster.objects.filter(username="ann").exists()


def test_the_archive_holds_private_notes_marked_as_such_and_what_is_withheld(
    cast: factories.Cast, tmp_path: Path
) -> None:
    forecast = factories.forecast("asked", reveal_at=NOW - DAY)
    first = noting.write(forecast=forecast, by=cast.ann, at=NOW - DAY, text="Said in haste.")
    noting.write(forecast=forecast, by=cast.bob, at=NOW, text="Look again.", is_private=True, reply_to=first.pk)
    noting.withhold(note=first, by=cast.admin, at=NOW, reason="Names somebody.")
    archiving.export(tmp_path / "out", at=NOW, progress=lambda *_: None)
    assert (tmp_path / "out/notes.csv").read_text().splitlines()[1:] == [
        "asked,ann,2027-05-31T12:00:00Z,Said in haste.,false,,",
        'asked,bob,2027-06-01T12:00:00Z,Look again.,true,"[""ann"", ""2027-05-31T12:00:00Z""]",',
    ]
    assert (tmp_path / "out/withholdings.csv").read_text().splitlines()[1:] == [
        "asked,ann,2027-05-31T12:00:00Z,1,true,admin,2027-06-01T12:00:00Z,Names somebody."
    ]
