"""Faults made on purpose on real servers, and what is left of them: nothing."""

# Where a worker can be made to wait: its scores are committed and the next step is not announced; all is done and the
# queue does not know it.
SCORED, UNACKNOWLEDGED = "scored", "unacknowledged"
