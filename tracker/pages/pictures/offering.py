"""What a page needs to offer its chart as a picture."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Offer:
    """The picture's parameters, the page that it leads back to, and what it shows in words."""

    query: str
    page: str
    alt: str


def offer(page: str, alt: str, **asked: object) -> Offer:
    """Of a chart whose page takes the same parameters."""
    query = urlencode(asked, safe=":")
    return Offer(query, f"{page}?{query}", alt)
