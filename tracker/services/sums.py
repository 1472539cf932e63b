"""The SQL that adds score rows to the totals, or takes them back, in whole numbers and in one statement.

`moves` says which runs' rows go where: run, scope, year, settled, and sign, 1 or -1. Everybody's rows count for their
owner and, if that is a forecaster, for everyone. What is squared is a forecast's sum, over all who count for the owner:
a thousand people on one question are one trial.
"""

MOVES = """
moves AS (
    SELECT m.*, r.outcome = 'yes' AS yes
    FROM unnest(%(run)s::bigint[], %(scope)s::text[], %(year)s::smallint[], %(settled)s::boolean[], %(sign)s::int[])
        AS m (run_id, scope, year, settled, sign)
    JOIN tracker_scoringrun run ON run.id = m.run_id
    JOIN forecasts_resolution r ON r.id = run.resolution_id
),
owned AS MATERIALIZED (
    SELECT m.scope, m.year, m.settled, m.sign, m.yes, o.owner, o.forecaster, o.method, s.*
    FROM moves m
    JOIN (SELECT run_id, owner AS scored, forecaster_id, method AS scored_by, brier, log_score, baseline, peer,
                 spot_baseline, spot_peer, crowd_brier, spot_early, coverage, contested, attainable, cells, shares,
                 final_cell
          FROM tracker_score) s USING (run_id)
    CROSS JOIN LATERAL (VALUES (s.scored, coalesce(s.forecaster_id, 0), s.scored_by), ('everyone', 0, ''))
        AS o (owner, forecaster, method)
    WHERE o.owner <> 'everyone' OR s.scored = 'forecaster'
)"""

# Only texts of this module go into these statements; what varies is a parameter.
# ruff: noqa: S608
OPEN_TOTALS = f"""
WITH {MOVES}
INSERT INTO tracker_total (scope, owner, forecaster, method, year, settled)
SELECT DISTINCT scope, owner, forecaster, method, year, settled FROM owned
ON CONFLICT DO NOTHING
"""

# Log odds in whole millionths, so that a sum of them can be taken back: the same numbers whoever works them out.
LOG_ODDS = "round(ln(cell / (10000 - cell)::float8) * 1e6)::bigint"

KEYED = """
keyed AS MATERIALIZED (
    SELECT t.id AS total_id, o.*
    FROM owned o JOIN tracker_total t USING (scope, owner, forecaster, method, year, settled)
),
held AS MATERIALIZED (
    SELECT k.total_id, k.run_id, k.sign, k.yes, v.view, v.cell, v.weight
    FROM keyed k CROSS JOIN LATERAL (
        SELECT 'time' AS view, * FROM unnest(k.cells, k.shares) AS held (cell, weight)
        UNION ALL SELECT 'final', k.final_cell, 1000000 WHERE k.final_cell IS NOT NULL AND NOT k.spot_early) v
)"""

ADD_CELLS = """
INSERT INTO tracker_celltotal AS t (total_id, view, cell, weight, yes)
SELECT total_id, view, cell, sum(sign * weight), coalesce(sum(sign * weight) FILTER (WHERE yes), 0)
FROM held GROUP BY total_id, view, cell
ON CONFLICT (total_id, view, cell) DO UPDATE SET weight = t.weight + excluded.weight, yes = t.yes + excluded.yes
"""

_CLUSTERS = ("n", "c", "cc", "ss", "sx", "xx", "spread", "spread_x", "spread_xx")


def _grown(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} = t.{name} + excluded.{name}" for name in names)


ADD_CLUSTERS = f"""
INSERT INTO tracker_clustertotal AS t (total_id, view, {", ".join(_CLUSTERS)})
SELECT total_id, view, sum(sign), sum(sign * c), sum(sign * c * c),
       sum(sign * s0 * s0), sum(sign * s0 * s1), sum(sign * s1 * s1),
       sum(sign * c * v0), sum(sign * c * v1), sum(sign * c * v2)
FROM (
    SELECT total_id, view, run_id, sign, sum(weight) AS c,
           sum(weight * miss) AS s0, sum(weight * miss * x) AS s1,
           sum(weight * v) AS v0, sum(weight * v * x) AS v1, sum(weight * v * x * x) AS v2
    FROM (SELECT total_id, view, run_id, sign, weight, (10000 * yes::int - cell)::bigint AS miss,
                 (cell * (10000 - cell))::numeric AS v, {LOG_ODDS} AS x FROM held) missed
    GROUP BY total_id, view, run_id, sign) clusters
GROUP BY total_id, view
ON CONFLICT (total_id, view) DO UPDATE SET {_grown(_CLUSTERS)}
"""

ADD_BINS = """
INSERT INTO tracker_bintotal AS t (total_id, view, bin, n, uu)
SELECT total_id, view, bin, sum(sign), sum(sign * u * u)
FROM (
    SELECT total_id, view, run_id, sign, least(cell / 1000, 9) AS bin, sum(weight) AS u
    FROM held GROUP BY total_id, view, run_id, sign, bin) binned
GROUP BY total_id, view, bin
ON CONFLICT (total_id, view, bin) DO UPDATE SET n = t.n + excluded.n, uu = t.uu + excluded.uu
"""

# For each measure: the coverage that counts for it, what it accrued, what it held, and which rows count.
MEASURED = """
measured AS (
    SELECT k.total_id, k.sign, m.measure, m.held,
           round(m.c * 1e6)::bigint AS c, round(m.a * 1e9)::bigint AS a,
           CASE m.measure WHEN 'brier' THEN coalesce(round(k.coverage * k.crowd_brier * 1e9), 0) ELSE 0 END::bigint
               AS beside,
           round(k.coverage * 1e6)::bigint AS coverage, round(k.contested * 1e6)::bigint AS contested,
           round(k.attainable * 1e6)::bigint AS attainable
    FROM keyed k
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(weight * least(cell, 10000 - cell)::bigint), 0) FROM unnest(k.cells, k.shares)
            AS held (cell, weight)) AS time (held)
    CROSS JOIN LATERAL (SELECT 1000000 * least(k.final_cell, 10000 - k.final_cell)::bigint) AS spot (held)
    CROSS JOIN LATERAL (VALUES
        ('peer', k.contested, k.peer, time.held, k.contested > 0),
        ('baseline', k.coverage, k.baseline, time.held, k.coverage > 0),
        ('brier', k.coverage, k.coverage * k.brier, time.held, k.coverage > 0),
        ('log_score', k.coverage, k.coverage * k.log_score, time.held, k.coverage > 0),
        ('spot_peer', 1, k.spot_peer, spot.held, NOT k.spot_early AND k.contested > 0),
        ('spot_baseline', 1, k.spot_baseline, spot.held, NOT k.spot_early)
    ) AS m (measure, c, a, held, counts)
    WHERE m.counts AND m.a IS NOT NULL AND k.owner <> 'everyone'
)"""

_SUMS = (
    *("n", "c", "a", "cc", "ca", "aa", "ccc", "cca", "caa", "aaa"),
    *("beside", "coverage", "contested", "attainable", "upsets"),
)

ADD_MOMENTS = f"""
INSERT INTO tracker_momenttotal AS t (total_id, measure, {", ".join(_SUMS)})
SELECT total_id, measure, sum(sign), sum(sign * c), sum(sign * a), sum(sign * c * c), sum(sign * c * a),
       sum(sign * aa), sum(sign * c * c * c), sum(sign * (c * c)::numeric * a), sum(sign * c * aa), sum(sign * a * aa),
       sum(sign * beside), sum(sign * coverage), sum(sign * contested), sum(sign * attainable), sum(sign * held)
FROM (SELECT *, a::numeric * a AS aa FROM measured) squared GROUP BY total_id, measure
ON CONFLICT (total_id, measure) DO UPDATE SET {_grown(_SUMS)}
"""

ADD = f"""
WITH {MOVES}, {KEYED}, {MEASURED},
cells AS ({ADD_CELLS}), clusters AS ({ADD_CLUSTERS}), bins AS ({ADD_BINS})
{ADD_MOMENTS}
"""
