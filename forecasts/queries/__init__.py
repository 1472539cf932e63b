"""What pages, the API and feeds read of the record. The same number of queries whatever the number of rows."""

from .answering import Progress, Sheet, latest_own, progress, sheet
from .crowds import crowd_is_hidden, crowd_points, with_crowd
from .listing import MOST, ORDERINGS, Filters, Page, first, in_full, listed, page, rows, selected
from .menus import UNCONDITIONAL, Menus, menus
from .reading import (
    EVIDENCE_ORDERINGS,
    branches,
    due,
    estimates,
    evidence,
    first_due,
    own_estimates,
    revisions,
    twin,
    voices,
    weighed,
)
from .standing import stands, stood_on

__all__ = [
    "EVIDENCE_ORDERINGS",
    "MOST",
    "ORDERINGS",
    "UNCONDITIONAL",
    "Filters",
    "Menus",
    "Page",
    "Progress",
    "Sheet",
    "branches",
    "crowd_is_hidden",
    "crowd_points",
    "due",
    "estimates",
    "evidence",
    "first",
    "first_due",
    "in_full",
    "latest_own",
    "listed",
    "menus",
    "own_estimates",
    "page",
    "progress",
    "revisions",
    "rows",
    "selected",
    "sheet",
    "stands",
    "stood_on",
    "twin",
    "voices",
    "weighed",
    "with_crowd",
]
