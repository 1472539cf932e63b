"""Files of the archive: what people said to one another, and what of that is withheld."""

from forecasts.models import LONGEST_NOTE

from .kinds import ANSWERED, FLAG, INSTANT, PERSON, WHOLE_NUMBER, slug, text
from .tables import Column, Table, filled, required

NOTES = Table(
    name="notes",
    key=("forecast", "author", "made_at"),
    columns=(
        required("forecast", slug(120)),
        required("author", PERSON),
        required("made_at", INSTANT),
        required("text", text(LONGEST_NOTE, required=True)),
        Column("is_private", FLAG, default="false"),
        Column("reply_to", ANSWERED),
        Column("estimate", INSTANT),
    ),
    query="""
        SELECT f.slug AS forecast, u.username AS author, n.made_at, n.text, n.is_private,
               CASE WHEN r.id IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
                   a.username,
                   rtrim(rtrim(to_char(r.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z')
               END AS reply_to,
               e.made_at AS estimate, n.id AS note_id, n.forecast_id, n.author_id
        FROM forecasts_note n
        JOIN forecasts_forecast f ON f.id = n.forecast_id
        JOIN forecasts_forecaster u ON u.id = n.author_id
        LEFT JOIN forecasts_note r ON r.id = n.reply_to_id
        LEFT JOIN forecasts_forecaster a ON a.id = r.author_id
        LEFT JOIN forecasts_estimate e ON e.id = n.estimate_id""",
    order="forecast_id, made_at, author_id",
)

WITHHOLDINGS = Table(
    name="withholdings",
    key=("forecast", "author", "made_at", "revision"),
    columns=(
        required("forecast", slug(120)),
        required("author", PERSON),
        required("made_at", INSTANT),
        required("revision", WHOLE_NUMBER),
        required("withheld", FLAG),
        filled("decided_by", PERSON),
        filled("decided_at", INSTANT),
        Column("reason", text(500)),
    ),
    query="""
        SELECT f.slug AS forecast, u.username AS author, n.made_at, w.revision, w.withheld, d.username AS decided_by,
               w.decided_at, w.reason, n.forecast_id, n.author_id
        FROM forecasts_withholding w
        JOIN forecasts_note n ON n.id = w.note_id
        JOIN forecasts_forecast f ON f.id = n.forecast_id
        JOIN forecasts_forecaster u ON u.id = n.author_id
        JOIN forecasts_forecaster d ON d.id = w.decided_by_id""",
    order="forecast_id, made_at, author_id, revision",
    rules=(("i.revision < 1", "revision: The first is 1."),),
)
