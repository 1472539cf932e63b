"""What pages, the API and feeds read of the record. The same number of queries whatever the number of rows."""

from .crowds import crowd_is_hidden, crowd_points, with_crowd
from .listing import MOST, ORDERINGS, Filters, Page, in_full, listed, page, rows
from .menus import UNCONDITIONAL, Menus, menus
from .reading import (
    EVIDENCE_ORDERINGS,
    branches,
    due,
    estimates,
    evidence,
    own_estimates,
    revisions,
    twin,
    voices,
    weighed,
)

__all__ = [
    "EVIDENCE_ORDERINGS",
    "MOST",
    "ORDERINGS",
    "UNCONDITIONAL",
    "Filters",
    "Menus",
    "Page",
    "branches",
    "crowd_is_hidden",
    "crowd_points",
    "due",
    "estimates",
    "evidence",
    "in_full",
    "listed",
    "menus",
    "own_estimates",
    "page",
    "revisions",
    "rows",
    "twin",
    "voices",
    "weighed",
    "with_crowd",
]
