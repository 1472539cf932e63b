"""The reading: scoring runs, the scores that they made, what those add up to, and what was told of it by letter
or by webhook, pictures of it, and archives.
"""

from .archives import Archive, ArchivePart
from .letters import Letter, News
from .pictures import Picture
from .progress import Backlog, Failure
from .scores import Owner, Score, ScoringRun
from .totals import EVERYONE, BinTotal, CellTotal, ClusterTotal, Counted, MomentTotal, Recount, Total
from .webhooks import SUBJECTS, Delivery, Event, Webhook

__all__ = [
    "EVERYONE",
    "SUBJECTS",
    "Archive",
    "ArchivePart",
    "Backlog",
    "BinTotal",
    "CellTotal",
    "ClusterTotal",
    "Counted",
    "Delivery",
    "Event",
    "Failure",
    "Letter",
    "MomentTotal",
    "News",
    "Owner",
    "Picture",
    "Recount",
    "Score",
    "ScoringRun",
    "Total",
    "Webhook",
]
