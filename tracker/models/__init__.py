"""The reading: scoring runs, the scores that they made, and what those add up to."""

from .scores import Owner, Score, ScoringRun
from .totals import EVERYONE, BinTotal, CellTotal, ClusterTotal, Counted, MomentTotal, Recount, Total

__all__ = [
    "EVERYONE",
    "BinTotal",
    "CellTotal",
    "ClusterTotal",
    "Counted",
    "MomentTotal",
    "Owner",
    "Recount",
    "Score",
    "ScoringRun",
    "Total",
]
