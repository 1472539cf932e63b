"""The reading: scoring runs and the scores that they made."""

from .scores import Owner, Score, ScoringRun

__all__ = ["Owner", "Score", "ScoringRun"]
