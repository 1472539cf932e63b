"""The formats that are read: what they are called, which file to bring and how to get it there."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from . import fatebook, manifold, metaculus, plain, predictionbook
from .records import Reader


@dataclass(frozen=True, slots=True)
class Format:
    """One format, for the page, the command and the API."""

    # One of records.FORMATS.
    name: str
    label: str
    read: Reader
    # Which file it is and how to get it there: whole sentences, plain text.
    file: str
    # With their dots, for the file chooser; the content decides all the same.
    extensions: tuple[str, ...]
    # What its probabilities are instead, for readers of a record, where they are not what somebody said.
    caveat: str = ""


_ALL: Final = (
    Format(
        name="fatebook",
        label="Fatebook",
        read=fatebook.read,
        file="The CSV of “Export all your forecasts” in Fatebook’s menu, or the JSON of its API at "
        "fatebook.io/api/v0/getQuestions.",
        extensions=(".csv", ".json"),
    ),
    Format(
        name="predictionbook",
        label="PredictionBook",
        read=predictionbook.read,
        file="The JSON of predictionbook.com/api/my_predictions with your API token; its CSV lacks your own "
        "probabilities and cannot be read.",
        extensions=(".json",),
    ),
    Format(
        name="metaculus",
        label="Metaculus",
        read=metaculus.read,
        file="The ZIP file of “Email me my data” in Metaculus’s account settings, or of a question’s download.",
        extensions=(".zip",),
    ),
    Format(
        name="manifold",
        label="Manifold",
        read=manifold.read,
        file="A ZIP file of JSON: your bets from api.manifold.markets/v0/bets, and their markets from /v0/market/ID. "
        "What the market said after a bet stands in for what you believed.",
        extensions=(".zip", ".json"),
        caveat="Manifold records bets, not beliefs: what the market said after each bet stands in for what its maker "
        "believed then.",
    ),
    Format(
        name="plain",
        label="Plain CSV",
        read=plain.read,
        file="A spreadsheet saved as CSV, with the columns question, probability, made_at, outcome and known_at.",
        extensions=(".csv",),
    ),
)
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({each.name: each for each in _ALL})
