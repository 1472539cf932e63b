"""The record: what was claimed, asked, estimated, shown and settled."""

from .crowds import CrowdPoint, CrowdState
from .estimates import HIGHEST, LOWEST, Citation, Estimate, Evidence, Rating
from .forecasters import NAME_PATTERN, PSEUDONYM, TAKEN, Forecaster, RetiredName
from .forecasts import ANSWERED, ENDED, UNANSWERED, Forecast, Outcome, Pair, Status, Wording
from .imports import Import, ImportedEstimate, ImportedForecast, ImportedOutcome, ImportedRecord, ImportProgress
from .ledger import Checkpoint, Leaf, Removal, Unsealed
from .mailboxes import Mailbox, Rhythm
from .notes import LONGEST_NOTE, Note, Withholding
from .registrations import Registration, RegistrationProgress
from .resolutions import Resolution
from .searching import SearchEntry, SearchWord, TagInUse
from .sources import Claim, Collection, Source
from .sweeps import Sweep
from .visibility import Viewer

__all__ = [
    "ANSWERED",
    "ENDED",
    "HIGHEST",
    "LONGEST_NOTE",
    "LOWEST",
    "NAME_PATTERN",
    "PSEUDONYM",
    "TAKEN",
    "UNANSWERED",
    "Checkpoint",
    "Citation",
    "Claim",
    "Collection",
    "CrowdPoint",
    "CrowdState",
    "Estimate",
    "Evidence",
    "Forecast",
    "Forecaster",
    "Import",
    "ImportProgress",
    "ImportedEstimate",
    "ImportedForecast",
    "ImportedOutcome",
    "ImportedRecord",
    "Leaf",
    "Mailbox",
    "Note",
    "Outcome",
    "Pair",
    "Rating",
    "Registration",
    "RegistrationProgress",
    "Removal",
    "Resolution",
    "RetiredName",
    "Rhythm",
    "SearchEntry",
    "SearchWord",
    "Source",
    "Status",
    "Sweep",
    "TagInUse",
    "Unsealed",
    "Viewer",
    "Withholding",
    "Wording",
]
