"""The files of the record, in the order in which they can be read: nothing refers to what comes after it."""

from .discussions import NOTES, WITHHOLDINGS
from .elsewhere import ELSEWHERE
from .estimations import ESTIMATES, EVIDENCE, RATINGS
from .origins import CLAIMS, COLLECTIONS, FORECASTERS, SOURCES
from .questions import FORECASTS, PAIRS, RESOLUTIONS, WORDINGS

RECORD = (
    FORECASTERS,
    SOURCES,
    COLLECTIONS,
    CLAIMS,
    PAIRS,
    WORDINGS,
    FORECASTS,
    EVIDENCE,
    RATINGS,
    RESOLUTIONS,
    ESTIMATES,
    NOTES,
    WITHHOLDINGS,
    *ELSEWHERE,
)
MANIFEST = "manifest.json"
# Written for other programs; scores are made anew from the record.
EXPORT_ONLY = ("scores.csv", "crowd_scores.csv")
