"""How the database would read rows."""

import json
from typing import Any

from django.db import connection


def steps(found: Any) -> list[tuple[str, str]]:
    """How the rows come: each step of the plan with its index, without what is looked up for a single row."""
    sql, given = found.query.sql_with_params()
    with connection.cursor() as cursor:
        # Few rows are read whole and sorted: what matters is what could be done with many. What the statistics know
        # depends on what ran before, and so would the joins.
        for way in ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT json) {sql}", given)
        plan = cursor.fetchone()[0]
    waiting, seen = [json.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"]], []
    while waiting:
        step = waiting.pop()
        seen.append((step["Node Type"], step.get("Index Name", "")))
        waiting += [part for part in step.get("Plans", []) if part["Parent Relationship"] in {"Outer", "Inner"}]
    return seen
