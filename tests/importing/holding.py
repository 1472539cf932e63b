"""What holds of every reading, and the files that the tests read."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from forecasts.importing.records import HIGHEST, LOWEST, Reading

FILES = Path(__file__).parent / "files"


def file(name: str) -> bytes:
    return (FILES / name).read_bytes()


def folder(name: str) -> dict[str, bytes]:
    """The members of a ZIP file, which lie here as files that can be read."""
    return {path.name: path.read_bytes() for path in sorted((FILES / name).iterdir())}


def zipped(members: Mapping[str, bytes], within: str = "", **options: int) -> bytes:
    """A ZIP file, as the download has it or with its members in a folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as bundle:
        for name, content in members.items():
            bundle.writestr(zipfile.ZipInfo(f"{within}{name}"), content, options.get("compression"))
    return buffer.getvalue()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def given(reading: Reading) -> dict[str, list[tuple[str, float | None]]]:
    """Each question with its estimates, as pairs of time and probability."""
    return {
        each.question: [(f"{it.made_at:%Y-%m-%d %H:%M:%S}", it.probability) for it in each.estimates]
        for each in reading.forecasts
    }


def outcomes(reading: Reading) -> dict[str, str]:
    return {each.question: each.outcome for each in reading.forecasts}


def reasons(reading: Reading) -> dict[str, str]:
    return {each.place: each.reason for each in reading.not_taken}


def check(reading: Reading) -> None:
    """Every row is accounted for, and all that is taken can be stored."""
    if reading.forecasts or reading.not_taken:
        refused = sum(each.whole for each in reading.not_taken)
        assert reading.n_taken + reading.n_duplicates + refused == reading.n_rows
    keys = [each.key for each in reading.forecasts]
    assert len(keys) == len(set(keys))
    for each in reading.forecasts:
        assert 1 <= len(each.key) <= 64
        assert 1 <= len(each.question) <= 500
        assert each.estimates
        assert bool(each.outcome) == bool(each.known_at)
        times = [it.made_at for it in each.estimates]
        assert times == sorted(set(times))
        assert all(time.tzinfo is dt.UTC and 1970 <= time.year < 2100 for time in times)
        assert all(it.probability is None or LOWEST <= it.probability <= HIGHEST for it in each.estimates)
        assert all(len(it.rationale) <= 10_000 for it in each.estimates)
        said = [each.key, each.question, each.url, each.background, *(it.rationale for it in each.estimates)]
        assert not any("\x00" in text for text in said)
        "".join(said).encode()
    "".join(part for one in reading.not_taken for part in (one.place, one.reason)).encode()
    "".join((*reading.remarks, *reading.names)).encode()
    assert "\x00" not in "".join(reading.names)
