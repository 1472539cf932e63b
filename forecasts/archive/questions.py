"""Files of the archive: what was asked, and how it was settled."""

from .kinds import FLAG, INSTANT, LINKS, PERSON, RESOLUTION, SLUGS, TAGS, TEXT, WHOLE_NUMBER, choice, slug, text
from .kinds import SOURCES as TEXTS
from .tables import Column, Table, filled, required

# What a forecast holds copies of: see the wording that rules instead.
QUESTION = ("question", "criteria", "background", "opens_at", "closes_at", "spot_at", "resolve_by")

PAIRS = Table(
    name="pairs",
    key=("slug",),
    sought=("slug",),
    columns=(
        required("slug", slug(120)),
        filled("title", text(300)),
        required("condition", slug(120)),
    ),
    query="""
        SELECT p.slug, p.title, f.slug AS condition
        FROM forecasts_pair p JOIN forecasts_forecast f ON f.id = p.condition_id""",
    order='slug COLLATE "C"',
)

FORECASTS = Table(
    name="forecasts",
    key=("slug",),
    sought=("slug", "pair", "condition"),
    columns=(
        required("slug", slug(120)),
        Column("question", text(500, required=True), required=True, compared=False),
        Column("criteria", TEXT, compared=False),
        Column("background", TEXT, compared=False),
        Column("opens_at", INSTANT, required=True, compared=False),
        Column("closes_at", INSTANT, required=True, compared=False),
        Column("spot_at", INSTANT, compared=False),
        Column("reveal_at", INSTANT),
        filled("resolve_by", INSTANT, compared=False),
        Column("condition", slug(120)),
        Column("condition_outcome", choice("yes", "no")),
        Column("pair", slug(120)),
        Column("source", slug(80)),
        Column("claim", text(20)),
        Column("tags", TAGS),
        Column("part", text(10)),
        Column("position", WHOLE_NUMBER, default="0"),
        Column("hedged", FLAG, default="false"),
        Column("predicts", choice("yes", "no"), default="yes"),
        Column("collections", SLUGS),
        filled("simulated", FLAG),
        Column("programs_in_crowd", FLAG, default="true"),
        filled("created_by", PERSON),
        filled("created_at", INSTANT),
    ),
    query="""
        SELECT f.slug, f.question, w.criteria, w.background, f.opens_at, f.closes_at, f.spot_at, f.reveal_at,
               f.resolve_by, coalesce(c.slug, '') AS condition, f.condition_outcome, coalesce(p.slug, '') AS pair,
               coalesce(s.slug, '') AS source, coalesce(cl.key, '') AS claim, f.tags::text[] AS tags, f.part,
               f.position, f.hedged, f.predicts,
               ARRAY(SELECT k.slug::text FROM forecasts_forecast_collections m
                     JOIN forecasts_collection k ON k.id = m.collection_id WHERE m.forecast_id = f.id
                     ORDER BY k.slug COLLATE "C") AS collections,
               f.simulated, f.programs_in_crowd, u.username AS created_by, f.created_at, f.id
        FROM forecasts_forecast f
        JOIN forecasts_wording w ON w.forecast_id = f.id AND w.version = f.version
        JOIN forecasts_forecaster u ON u.id = f.created_by_id
        LEFT JOIN forecasts_forecast c ON c.id = f.condition_id
        LEFT JOIN forecasts_pair p ON p.id = f.pair_id
        LEFT JOIN forecasts_claim cl ON cl.id = f.claim_id
        LEFT JOIN forecasts_source s ON s.id = cl.source_id""",
    order="id",
    rules=(
        ("i.closes_at <= i.opens_at", "closes_at: It must close after it opens."),
        ("i.resolve_by < i.closes_at", "resolve_by: It cannot be due before it closes."),
        (
            "(i.condition = '') <> (i.condition_outcome = '')",
            "condition, condition_outcome: Name the forecast it depends on and the outcome it needs, or neither.",
        ),
        ("i.pair <> '' AND i.condition = ''", "pair: A branch of a pair depends on a forecast. Say on which."),
        ("i.source <> '' AND i.claim = ''", "claim: A forecast is from a source by way of a claim. Name its key."),
        ("i.source = '' AND i.claim <> ''", "source: A claim is of a source. Name it."),
    ),
)

WORDINGS = Table(
    name="wordings",
    key=("forecast", "version"),
    sought=("forecast",),
    columns=(
        required("forecast", slug(120)),
        required("version", WHOLE_NUMBER),
        required("question", text(500, required=True)),
        Column("background", TEXT),
        Column("criteria", TEXT),
        Column("sources", TEXTS),
        Column("fallback", TEXT),
        Column("annulled_if", TEXT),
        Column("known_at_rule", TEXT),
        required("opens_at", INSTANT),
        required("closes_at", INSTANT),
        filled("resolve_by", INSTANT),
        Column("spot_at", INSTANT),
        filled("author", PERSON),
        filled("made_at", INSTANT),
        Column("reason", TEXT),
    ),
    query="""
        SELECT f.slug AS forecast, w.version, w.question, w.background, w.criteria, w.sources::text[] AS sources,
               w.fallback, w.annulled_if, w.known_at_rule, w.opens_at, w.closes_at, w.resolve_by, w.spot_at,
               u.username AS author, w.made_at, w.reason, w.forecast_id
        FROM forecasts_wording w
        JOIN forecasts_forecast f ON f.id = w.forecast_id
        JOIN forecasts_forecaster u ON u.id = w.author_id""",
    order="forecast_id, version",
    rules=(
        ("i.version < 1", "version: Versions count from 1."),
        ("i.version > 1 AND i.reason = ''", "reason: A new wording has a reason."),
        ("i.closes_at <= i.opens_at", "closes_at: It must close after it opens."),
        ("i.resolve_by < i.closes_at", "resolve_by: It cannot be due before it closes."),
    ),
)

RESOLUTIONS = Table(
    name="resolutions",
    key=("forecast", "revision"),
    sought=("forecast",),
    columns=(
        required("forecast", slug(120)),
        required("outcome", choice("yes", "no", "annulled", "reopened")),
        required("known_at", INSTANT),
        filled("revision", WHOLE_NUMBER),
        filled("decided_at", INSTANT),
        filled("decided_by", PERSON),
        Column("reason", TEXT),
        Column("links", LINKS),
        Column("cause", RESOLUTION),
    ),
    query="""
        SELECT f.slug AS forecast, r.outcome, r.known_at, r.revision, r.decided_at, u.username AS decided_by, r.reason,
               r.links::text[] AS links, coalesce(cf.slug || '#' || c.revision, '') AS cause, r.forecast_id
        FROM forecasts_resolution r
        JOIN forecasts_forecast f ON f.id = r.forecast_id
        LEFT JOIN forecasts_forecaster u ON u.id = r.decided_by_id
        LEFT JOIN forecasts_resolution c ON c.id = r.cause_id
        LEFT JOIN forecasts_forecast cf ON cf.id = c.forecast_id""",
    order="forecast_id, revision",
    rules=(
        ("i.revision < 1", "revision: Revisions count from 1."),
        ("i.revision = 1 AND i.outcome = 'reopened'", "outcome: There is no resolution before it to reopen."),
        ("i.known_at > i.decided_at", "known_at: The answer cannot become known after it was decided."),
        ("i.cause <> '' AND i.decided_by IS NOT NULL", "decided_by: A cause decides, or a person; leave one empty."),
    ),
)
