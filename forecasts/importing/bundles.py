"""Opens a ZIP file without trusting it: few members, of bounded size unpacked, and nothing is written anywhere."""

import io
import struct
import zipfile
import zlib
from typing import Final, NamedTuple

from .records import Unreadable

MOST_MEMBERS: Final = 100
# Bytes of all members together, unpacked.
LARGEST: Final = 100_000_000
# The other methods need memory that the file itself chooses.
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)


class Bundle(NamedTuple):
    """What was asked for, by its names without folders, and the names of the rest."""

    members: dict[str, bytes]
    others: tuple[str, ...]


def is_zip(content: bytes) -> bool:
    """Whether it begins as a ZIP file does, an empty one too."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpacked(content: bytes, endings: tuple[str, ...]) -> Bundle:
    """The members whose names end so; the others are not unpacked."""
    if not content:
        raise Unreadable("The file is empty.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            return _members(bundle, endings)
    except DAMAGED as error:
        raise Unreadable("This is not a ZIP file, or it is damaged.") from error


def _members(bundle: zipfile.ZipFile, endings: tuple[str, ...]) -> Bundle:
    listed = [info for info in bundle.infolist() if not info.is_dir()]
    if len(listed) > MOST_MEMBERS:
        raise Unreadable(f"The ZIP file holds {len(listed):,} files; {MOST_MEMBERS} are the most.")
    wanted = [info for info in listed if _name(info).endswith(endings) and not _name(info).startswith(".")]
    if sum(info.file_size for info in wanted) > LARGEST:
        raise Unreadable(f"Unpacked, the ZIP file has more than {LARGEST // 1_000_000} MB, the most that is read.")
    members: dict[str, bytes] = {}
    for info in wanted:
        name = _name(info)
        if name in members:
            raise Unreadable(f"The ZIP file holds two files of the name {name[:100]}.")
        if info.flag_bits & 0x1:
            raise Unreadable("The ZIP file is encrypted. Bring it without a password.")
        if info.compress_type not in METHODS:
            raise Unreadable("The ZIP file is packed in an unusual way. Pack it again as an ordinary ZIP file.")
        with bundle.open(info) as member:
            # No more than it claims; where that is not true, the checksum is not either.
            members[name] = member.read(info.file_size)
    return Bundle(members, tuple(name for name in map(_name, listed) if name not in members))


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").rsplit("/", 1)[-1]
