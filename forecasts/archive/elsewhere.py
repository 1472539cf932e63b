"""Files of the archive: what people brought along from elsewhere, which is no part of the record."""

from forecasts.importing.records import FORMATS

from .kinds import FLAG, INSTANT, PERSON, PROBABILITY, TEXT, WHOLE_NUMBER, choice, text, web
from .tables import Column, Table, filled, required

ORIGIN = choice(*FORMATS)

IMPORTED_RECORDS = Table(
    name="imported_records",
    key=("forecaster", "origin"),
    columns=(
        required("forecaster", PERSON),
        required("origin", ORIGIN),
        # Its owner may have changed this since.
        Column("is_public", FLAG, default="false", compared=False),
        filled("begun_at", INSTANT, compared=False),
    ),
    query="""
        SELECT u.username AS forecaster, r.origin, r.is_public, r.begun_at, r.owner_id
        FROM forecasts_importedrecord r
        JOIN forecasts_forecaster u ON u.id = r.owner_id""",
    order='owner_id, origin COLLATE "C"',
)

IMPORTED_FORECASTS = Table(
    name="imported_forecasts",
    key=("forecaster", "origin", "key"),
    columns=(
        required("forecaster", PERSON),
        required("origin", ORIGIN),
        required("key", text(64, required=True)),
        required("question", text(required=True)),
        Column("background", TEXT),
        Column("url", web(1000)),
        Column("opened_at", INSTANT),
        Column("closes_at", INSTANT),
        Column("remark", text(500)),
        filled("brought_at", INSTANT, compared=False),
    ),
    query="""
        SELECT u.username AS forecaster, r.origin, f.key, f.question, f.background, f.url, f.opened_at, f.closes_at,
               f.remark, f.brought_at, r.owner_id
        FROM forecasts_importedforecast f
        JOIN forecasts_importedrecord r ON r.id = f.record_id
        JOIN forecasts_forecaster u ON u.id = r.owner_id""",
    order='owner_id, origin COLLATE "C", key COLLATE "C"',
    sought=("key",),
)

IMPORTED_ESTIMATES = Table(
    name="imported_estimates",
    key=("forecaster", "origin", "key", "made_at"),
    columns=(
        required("forecaster", PERSON),
        required("origin", ORIGIN),
        required("key", text(64, required=True)),
        required("made_at", INSTANT),
        required("probability", PROBABILITY, nullable=True),
        Column("rationale", TEXT),
        Column("remark", text(500)),
        filled("brought_at", INSTANT, compared=False),
    ),
    query="""
        SELECT u.username AS forecaster, r.origin, f.key, e.made_at, e.probability, e.rationale, e.remark,
               e.brought_at, r.owner_id
        FROM forecasts_importedestimate e
        JOIN forecasts_importedforecast f ON f.id = e.forecast_id
        JOIN forecasts_importedrecord r ON r.id = f.record_id
        JOIN forecasts_forecaster u ON u.id = r.owner_id""",
    order='owner_id, origin COLLATE "C", key COLLATE "C", made_at',
)

IMPORTED_OUTCOMES = Table(
    name="imported_outcomes",
    key=("forecaster", "origin", "key", "revision"),
    columns=(
        required("forecaster", PERSON),
        required("origin", ORIGIN),
        required("key", text(64, required=True)),
        required("revision", WHOLE_NUMBER),
        required("outcome", choice("yes", "no", "annulled")),
        required("known_at", INSTANT),
        filled("brought_at", INSTANT, compared=False),
    ),
    query="""
        SELECT u.username AS forecaster, r.origin, f.key, o.revision, o.outcome, o.known_at, o.brought_at, r.owner_id
        FROM forecasts_importedoutcome o
        JOIN forecasts_importedforecast f ON f.id = o.forecast_id
        JOIN forecasts_importedrecord r ON r.id = f.record_id
        JOIN forecasts_forecaster u ON u.id = r.owner_id""",
    order='owner_id, origin COLLATE "C", key COLLATE "C", revision',
    rules=(("i.revision < 1", "revision: The first is 1."),),
)

ELSEWHERE = (IMPORTED_RECORDS, IMPORTED_FORECASTS, IMPORTED_ESTIMATES, IMPORTED_OUTCOMES)
