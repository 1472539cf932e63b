"""Files of the archive: what was estimated, and what was shown for it."""

from .kinds import CITED, DAY, FLAG, INSTANT, PERSON, PROBABILITY, RATIO, TEXT, WHOLE_NUMBER, choice, slug, text, web
from .tables import Column, Table, filled, required

EVIDENCE = Table(
    name="evidence",
    key=("forecast", "added_by", "url", "added_at"),
    columns=(
        required("forecast", slug(120)),
        required("added_by", PERSON),
        required("added_at", INSTANT),
        required("title", text(300, required=True)),
        Column("url", web(1000)),
        Column("summary", TEXT),
        Column("direction", choice("raises", "lowers", "neutral"), default="neutral"),
        Column("likelihood_ratio", RATIO),
        Column("published_on", DAY),
    ),
    query="""
        SELECT f.slug AS forecast, u.username AS added_by, e.added_at, e.title, e.url, e.summary, e.direction,
               e.likelihood_ratio, e.published_on, e.forecast_id, e.added_by_id
        FROM forecasts_evidence e
        JOIN forecasts_forecast f ON f.id = e.forecast_id
        JOIN forecasts_forecaster u ON u.id = e.added_by_id""",
    order='forecast_id, added_at, added_by_id, url COLLATE "C"',
    rules=(
        (
            """i.direction = 'raises' AND i.likelihood_ratio < 1
               OR i.direction = 'lowers' AND i.likelihood_ratio > 1""",
            "likelihood_ratio: A ratio above 1 raises the probability and one below 1 lowers it.",
        ),
    ),
)

RATINGS = Table(
    name="ratings",
    key=("forecast", "added_by", "url", "added_at", "forecaster", "rated_at"),
    columns=(
        required("forecast", slug(120)),
        required("added_by", PERSON),
        required("added_at", INSTANT),
        Column("url", web(1000)),
        required("forecaster", PERSON),
        required("rated_at", INSTANT),
        required("useful", FLAG),
        Column("likelihood_ratio", RATIO),
    ),
    query="""
        SELECT f.slug AS forecast, a.username AS added_by, e.added_at, e.url, u.username AS forecaster, r.rated_at,
               r.useful, r.likelihood_ratio, e.forecast_id, e.added_by_id, r.forecaster_id
        FROM forecasts_rating r
        JOIN forecasts_evidence e ON e.id = r.evidence_id
        JOIN forecasts_forecast f ON f.id = e.forecast_id
        JOIN forecasts_forecaster a ON a.id = e.added_by_id
        JOIN forecasts_forecaster u ON u.id = r.forecaster_id""",
    order='forecast_id, added_at, added_by_id, url COLLATE "C", rated_at, forecaster_id',
)

ESTIMATES = Table(
    name="estimates",
    key=("forecast", "forecaster", "made_at"),
    columns=(
        required("forecast", slug(120)),
        required("forecaster", PERSON),
        required("made_at", INSTANT),
        required("probability", PROBABILITY, nullable=True),
        Column("expires_at", INSTANT),
        Column("rationale", TEXT),
        filled("wording", WHOLE_NUMBER),
        Column("evidence", CITED),
        Column("via", choice("page", "api", "import", "simulation"), default="import"),
        Column("crowd_seen", FLAG, default="false"),
    ),
    query="""
        SELECT f.slug AS forecast, u.username AS forecaster, e.made_at, e.probability, e.expires_at, e.rationale,
               w.version AS wording,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(
                    a.username,
                    rtrim(rtrim(to_char(v.added_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z',
                    v.url) ORDER BY a.username COLLATE "C", v.added_at, v.url COLLATE "C"), '[]')
                FROM forecasts_citation c
                JOIN forecasts_evidence v ON v.id = c.evidence_id
                JOIN forecasts_forecaster a ON a.id = v.added_by_id
                WHERE c.estimate_id = e.id) AS evidence,
               e.via, e.crowd_seen, e.forecast_id, e.forecaster_id
        FROM forecasts_estimate e
        JOIN forecasts_forecast f ON f.id = e.forecast_id
        JOIN forecasts_forecaster u ON u.id = e.forecaster_id
        JOIN forecasts_wording w ON w.id = e.wording_id""",
    order="forecast_id, made_at, forecaster_id",
    rules=(("i.expires_at <= i.made_at", "expires_at: It would expire before it is made."),),
)
