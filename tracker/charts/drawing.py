"""Draws pictures. Only workers load this: what draws is an engine of its own, of a hundred megabytes."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

import vl_convert

PNG: Final = b"\x89PNG\r\n\x1a\n"


def drawn(recipe: Mapping[str, Any]) -> bytes:
    """The picture of a recipe: its specification, format and scale. Nothing is fetched, neither files nor addresses."""
    specification = recipe["specification"]
    _refuse_addresses(specification)
    if recipe["format"] == "svg":
        return _titled(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]), recipe).encode()
    return packed(vl_convert.vegalite_to_png(specification, scale=recipe["scale"], allowed_base_urls=[]))


def _refuse_addresses(part: Any) -> None:
    """Data and pictures from elsewhere; the list of allowed addresses, which is empty, says nothing of files."""
    if isinstance(part, dict):
        if {"url", "href"} & part.keys():
            raise ValueError("a picture fetches nothing and leads nowhere")
        part = list(part.values())
    if isinstance(part, list):
        for within in part:
            _refuse_addresses(within)


def _titled(svg: str, recipe: Mapping[str, Any]) -> str:
    """With what it shows in words, for who does not see it."""
    head, rest = svg.split(">", 1)
    said = f"<title>{escape(recipe['title'])}</title><desc>{escape(recipe['alt'])}</desc>"
    return f'{head} role="img">{said}{rest}'


def packed(png: bytes) -> bytes:
    """The same picture in a tenth to a thirtieth of the bytes: the engine packs in haste.

    Source of the format: W3C, Portable Network Graphics, sections 5 (chunks) and 10 (compression).
    """
    chunks = list(_chunks(png))
    pixels = zlib.compress(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")), 6)
    kept = [each for each in chunks if each[0] not in {b"IDAT", b"IEND"}]
    return PNG + b"".join(_chunk(*each) for each in (*kept, (b"IDAT", pixels), (b"IEND", b"")))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
