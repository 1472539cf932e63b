"""ZIP files are opened without trusting what they say of themselves."""

import zipfile

import pytest

from forecasts.importing import bundles
from forecasts.importing.bundles import unpacked
from forecasts.importing.records import Unreadable
from tests.importing.holding import zipped

PLAIN = zipped({"a.csv": b"x,y\n1,2\n"})


def test_members_are_given_by_their_names_whatever_folder_they_lie_in_and_the_rest_is_named():
    content = zipped({"deep/er/a.csv": b"1", "back\\slash\\b.csv": b"2", "../c.csv": b"3", "notes.txt": b"4"})
    assert unpacked(content, (".csv",)) == ({"a.csv": b"1", "b.csv": b"2", "c.csv": b"3"}, ("notes.txt",))


def test_hidden_members_that_some_systems_add_are_not_asked_for():
    content = zipped({"a.csv": b"1", "__MACOSX/._a.csv": b"2"})
    assert unpacked(content, (".csv",)).members == {"a.csv": b"1"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"question,probability\n", "not a ZIP file"),
        (b"PK\x03\x04" + bytes(200), "not a ZIP file"),
        (PLAIN[:-10], "not a ZIP file"),
        (PLAIN.replace(b"x,y\n1,2", b"x,y\n1,3"), "damaged"),
        (zipped({f"{n}.csv": b"" for n in range(101)}), "holds 101 files; 100 are the most"),
        (zipped({"a/x.csv": b"1", "b/x.csv": b"2"}), "two files of the name x.csv"),
        (zipped({"a.csv": bytes(100)}, compression=zipfile.ZIP_LZMA), "packed in an unusual way"),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused(content, said):
    with pytest.raises(Unreadable, match=said):
        unpacked(content, (".csv",))


def test_an_encrypted_zip_is_refused():
    # The bit that says so stands in the member's own header and in the directory at the end.
    local, central = PLAIN.index(b"PK\x03\x04") + 6, PLAIN.index(b"PK\x01\x02") + 8
    content = bytearray(PLAIN)
    content[local] |= 1
    content[central] |= 1
    with pytest.raises(Unreadable, match="encrypted"):
        unpacked(bytes(content), (".csv",))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(bundles, "LARGEST", 10_000)
    bomb = zipped({"a.csv": bytes(6_000), "b.csv": bytes(6_000)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 500
    with pytest.raises(Unreadable, match="Unpacked, the ZIP file has more than"):
        unpacked(bomb, (".csv",))
    assert set(unpacked(bomb, ("a.csv",)).members) == {"a.csv"}


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_claims():
    bomb = bytearray(zipped({"a.csv": bytes(1_000_000)}, compression=zipfile.ZIP_DEFLATED))
    for place in (bomb.index(b"PK\x03\x04") + 22, bomb.index(b"PK\x01\x02") + 24):
        bomb[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Unreadable, match="damaged"):
        unpacked(bytes(bomb), (".csv",))
