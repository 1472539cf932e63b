"""What pages, the API and feeds read of the record. The same number of queries whatever the number of rows."""

from .answering import Progress, Sheet, latest_own, progress, sheet, unanswered
from .crowds import crowd_is_hidden, crowd_points, with_crowd
from .histories import Drawn, History, history
from .listing import MOST, ORDERINGS, Filters, Page, best, estimated, first, in_full, page, rows, selected, stretches
from .menus import UNCONDITIONAL, Menus, menus
from .reading import (
    EVIDENCE_ORDERINGS,
    branches,
    due,
    estimates,
    evidence,
    first_due,
    n_due,
    own_estimates,
    revisions,
    twin,
    voices,
    weighed,
)
from .standing import LATEST, stands, stood_on

__all__ = [
    "EVIDENCE_ORDERINGS",
    "LATEST",
    "MOST",
    "ORDERINGS",
    "UNCONDITIONAL",
    "Drawn",
    "Filters",
    "History",
    "Menus",
    "Page",
    "Progress",
    "Sheet",
    "best",
    "branches",
    "crowd_is_hidden",
    "crowd_points",
    "due",
    "estimated",
    "estimates",
    "evidence",
    "first",
    "first_due",
    "history",
    "in_full",
    "latest_own",
    "menus",
    "n_due",
    "own_estimates",
    "page",
    "progress",
    "revisions",
    "rows",
    "selected",
    "sheet",
    "stands",
    "stood_on",
    "stretches",
    "twin",
    "unanswered",
    "voices",
    "weighed",
    "with_crowd",
]
