"""Whatever bytes come, a reader gives a reading that can be stored, or refuses them in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.importing import records
from forecasts.importing.formats import FORMATS
from forecasts.importing.records import Reading, Unreadable
from tests.importing.holding import FILES, check, folder, zipped

# Each a file, or the members of a ZIP file.
GOOD = {
    name: [folder(path.name) if path.is_dir() else path.read_bytes() for path in sorted(FILES.glob(f"{name}*"))]
    for name in FORMATS
}
PIECES = [
    b"", b",", b";", b'"', b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"%", b"0", b"1", b"1e400", b"NaN", b"null",
    b"[", b"]", b"{", b"}", b"0.5", b"-1", b"yes", b"2024-01-01", b"9999-12-31 23:59:59-12:00", b"\\ud800", b"\\u0000",
]  # fmt: skip


def tried(name: str, content: bytes, whose: str) -> Reading | None:
    try:
        return FORMATS[name].read(content, whose=whose)
    except Unreadable:
        return None


def packed(file: bytes | dict[str, bytes]) -> bytes:
    return zipped(file) if isinstance(file, dict) else file


@st.composite
def mutated(draw: st.DrawFn, files: list[bytes | dict[str, bytes]]) -> bytes:
    """A good file, or a ZIP file or one of its members, with some stretches of it replaced, repeated or lost."""
    file = draw(st.sampled_from(files))
    if isinstance(file, dict) and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(file)))
        return zipped(file | {name: draw(_worn(file[name]))})
    return draw(_worn(packed(file)))


@st.composite
def _worn(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        new = draw(st.sampled_from(PIECES) | st.binary(max_size=4) | st.just(content[start:end] * 2))
        content = content[:start] + new + content[end:]
    return content


@pytest.mark.parametrize("name", FORMATS)
@given(draw=st.data())
@settings(max_examples=100)
def test_a_file_with_faults_is_read_the_same_twice_or_refused(name, draw):
    content = draw.draw(mutated(GOOD[name]))
    reading = tried(name, content, whose="")
    for whose in ("", *(reading.names[:2] if reading else ())):
        reading = tried(name, content, whose=whose)
        assert reading == tried(name, content, whose=whose)
        if reading:
            check(reading)


@pytest.mark.parametrize("name", FORMATS)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=100)
def test_arbitrary_bytes_are_refused_or_read(name, content):
    if reading := tried(name, content, whose=""):
        check(reading)


def test_the_formats_are_those_that_records_may_come_from():
    assert tuple(FORMATS) == records.FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_which_file_to_bring_and_has_one_that_is_read(name):
    form = FORMATS[name]
    assert form.name == name
    assert form.file.endswith(".")
    assert all(extension.startswith(".") for extension in form.extensions)
    assert all(tried(name, packed(content), whose="") for content in GOOD[name])
