"""Files of the archive: who takes part, and where forecasts are from."""

from .kinds import DAY, FLAG, INSTANT, PERSON, SHARE, TEXT, WHOLE_NUMBER, slug, text, web
from .tables import Column, Table, filled, required

FORECASTERS = Table(
    name="forecasters",
    key=("name",),
    columns=(
        required("name", PERSON),
        Column("is_bot", FLAG, default="false"),
        Column("simulated", FLAG, default="false"),
        Column("closed_at", INSTANT),
        # One person joins two installations at two times.
        filled("joined_at", INSTANT, compared=False),
    ),
    query="""
        SELECT username AS name, is_bot, simulated, closed_at, date_joined AS joined_at, id
        FROM forecasts_forecaster""",
    order="id",
)

SOURCES = Table(
    name="sources",
    key=("slug",),
    columns=(
        required("slug", slug(80)),
        required("title", text(300, required=True)),
        required("author", text(200, required=True)),
        Column("publisher", text(200)),
        Column("url", web(500)),
        Column("published_on", DAY),
        Column("summary", TEXT),
    ),
    query="SELECT slug, title, author, publisher, url, published_on, summary FROM forecasts_source",
    order='slug COLLATE "C"',
)

CLAIMS = Table(
    name="claims",
    key=("source", "key"),
    sought=("source",),
    columns=(
        required("source", slug(80)),
        required("key", text(20, required=True)),
        required("position", WHOLE_NUMBER),
        required("author", text(200, required=True)),
        Column("premise", FLAG, default="false"),
        Column("section", text(200)),
        Column("bullet", WHOLE_NUMBER),
        required("restated", text(required=True)),
        Column("hedge_word", text(60)),
        Column("hedge_low", SHARE),
        Column("hedge_high", SHARE),
        Column("hedge_scale", text(200)),
        Column("hedge_note", TEXT),
    ),
    query="""
        SELECT s.slug AS source, c.key, c.position, c.author, c.premise, c.section, c.bullet, c.restated, c.hedge_word,
               c.hedge_low, c.hedge_high, c.hedge_scale, c.hedge_note
        FROM forecasts_claim c JOIN forecasts_source s ON s.id = c.source_id""",
    order='source COLLATE "C", position',
    rules=(
        (
            "(i.hedge_low IS NULL) <> (i.hedge_high IS NULL) OR i.hedge_low >= i.hedge_high",
            "hedge_low, hedge_high: Give both ends of the range, the lower first, or neither.",
        ),
    ),
)

COLLECTIONS = Table(
    name="collections",
    key=("slug",),
    columns=(
        required("slug", slug(80)),
        required("title", text(200, required=True)),
        Column("description", TEXT),
        Column("simulated", FLAG, default="false"),
    ),
    query="SELECT slug, title, description, simulated FROM forecasts_collection",
    order='slug COLLATE "C"',
)
