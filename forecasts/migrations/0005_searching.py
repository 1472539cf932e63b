"""Search, menus and the order of lists: what each looks in, kept by the database, and filled from what is there."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations, models

# Everything about a forecast that can be searched, as of its latest wording. A word stands in it by its stem, and as it
# is written, so that its beginning finds it.
DOCUMENT = """
CREATE FUNCTION forecasts_search_documents(ids bigint[])
RETURNS TABLE (forecast_id bigint, document tsvector, plain tsvector) LANGUAGE sql STABLE AS $$
    SELECT f.id,
        setweight(to_tsvector('english', w.question) || to_tsvector('simple', w.question), 'A')
            || setweight(to_tsvector('english', named.names) || to_tsvector('simple', named.names), 'B')
            || setweight(to_tsvector('english', named.origin) || to_tsvector('simple', named.origin), 'C')
            || setweight(to_tsvector('english', left(w.background || ' ' || w.criteria, 200000)), 'D'),
        to_tsvector('simple', concat_ws(' ', w.question, named.names, named.origin))
    FROM forecasts_forecast f
    JOIN LATERAL (SELECT * FROM forecasts_wording WHERE forecast_id = f.id ORDER BY version DESC LIMIT 1) w ON true
    LEFT JOIN forecasts_claim c ON c.id = f.claim_id
    LEFT JOIN forecasts_source s ON s.id = c.source_id
    CROSS JOIN LATERAL (
        SELECT concat_ws(' ', c.key, c.key || f.part, translate(f.slug, '-_', '  '),
                   translate(array_to_string(f.tags, ' '), '-_', '  ')) AS names,
            concat_ws(' ', s.title, s.author) AS origin) named
    WHERE f.id = ANY (ids)
$$;
"""

# A word or tag that is there is not added again; two at once may both add it, which is harmless.
INDEX_SEARCH = """
CREATE FUNCTION forecasts_index_search(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO forecasts_searchentry (forecast_id, document)
    SELECT forecast_id, document FROM forecasts_search_documents(ids) ORDER BY forecast_id
    ON CONFLICT (forecast_id) DO UPDATE SET document = excluded.document;
    INSERT INTO forecasts_searchword (word)
    SELECT DISTINCT said.word FROM forecasts_search_documents(ids), unnest(tsvector_to_array(plain)) said (word)
    WHERE said.word ~ '^[[:alpha:]]{3,60}$'
        AND NOT EXISTS (SELECT 1 FROM forecasts_searchword known WHERE known.word = said.word COLLATE "C");
    INSERT INTO forecasts_taginuse (name)
    SELECT DISTINCT tag FROM forecasts_forecast f, unnest(f.tags) tag
    WHERE f.id = ANY (ids) AND NOT f.simulated
        AND NOT EXISTS (SELECT 1 FROM forecasts_taginuse known WHERE known.name = tag);
END $$;
"""

# A forecast has no words before its first wording, which comes in the same transaction.
KEEP_SEARCH = """
CREATE FUNCTION forecasts_wording_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM forecasts_index_search(ARRAY[NEW.forecast_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER wording_is_searched AFTER INSERT ON forecasts_wording
    FOR EACH ROW EXECUTE FUNCTION forecasts_wording_is_searched();

CREATE FUNCTION forecasts_forecast_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM forecasts_taginuse WHERE name = ANY (OLD.tags) AND NOT name = ANY (NEW.tags) AND NOT EXISTS (
        SELECT 1 FROM forecasts_forecast f WHERE f.tags @> ARRAY[name]::varchar[] AND NOT f.simulated);
    PERFORM forecasts_index_search(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER forecast_is_searched AFTER UPDATE OF slug, claim_id, part, tags ON forecasts_forecast
    FOR EACH ROW WHEN ((OLD.slug, OLD.claim_id, OLD.part, OLD.tags)
        IS DISTINCT FROM (NEW.slug, NEW.claim_id, NEW.part, NEW.tags))
    EXECUTE FUNCTION forecasts_forecast_is_searched();

CREATE FUNCTION forecasts_origin_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM forecasts_index_search(array_agg(f.id))
    FROM forecasts_forecast f JOIN forecasts_claim c ON c.id = f.claim_id
    WHERE CASE TG_TABLE_NAME WHEN 'forecasts_claim' THEN c.id ELSE c.source_id END = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_is_searched AFTER UPDATE OF key, source_id ON forecasts_claim
    FOR EACH ROW WHEN ((OLD.key, OLD.source_id) IS DISTINCT FROM (NEW.key, NEW.source_id))
    EXECUTE FUNCTION forecasts_origin_is_searched();
CREATE TRIGGER source_is_searched AFTER UPDATE OF title, author ON forecasts_source
    FOR EACH ROW WHEN ((OLD.title, OLD.author) IS DISTINCT FROM (NEW.title, NEW.author))
    EXECUTE FUNCTION forecasts_origin_is_searched();
"""
FORGET_SEARCH = """
DROP TRIGGER source_is_searched ON forecasts_source;
DROP TRIGGER claim_is_searched ON forecasts_claim;
DROP FUNCTION forecasts_origin_is_searched;
DROP TRIGGER forecast_is_searched ON forecasts_forecast;
DROP FUNCTION forecasts_forecast_is_searched;
DROP TRIGGER wording_is_searched ON forecasts_wording;
DROP FUNCTION forecasts_wording_is_searched;
"""

# What `crowds.summarise` keeps of each crowd, for those that were worked out before it did.
SUMMARIES = """
WITH timed AS (
    SELECT forecast_id, at, n, recency_weighted, (extract(epoch FROM at) * 1000000)::bigint AS instant,
        (extract(epoch FROM lead(at) OVER by_time) * 1000000)::bigint AS following,
        (extract(epoch FROM min(at) OVER of_forecast) * 1000000)::bigint AS first,
        (extract(epoch FROM max(at) OVER of_forecast) * 1000000)::bigint AS last,
        count(*) OVER of_forecast AS n_points
    FROM forecasts_crowdpoint
    WINDOW of_forecast AS (PARTITION BY forecast_id), by_time AS (PARTITION BY forecast_id ORDER BY at)
), kept AS (
    SELECT * FROM timed
    WHERE n_points <= 24 OR following IS NULL
        OR ((instant - first) * 23 + (last - first) - 1) / nullif(last - first, 0) * (last - first)
            < (following - first) * 23
), summary AS (
    SELECT forecast_id, max(at) AS moved_at, (array_agg(n ORDER BY at DESC))[1] AS n,
        (array_agg(recency_weighted ORDER BY at DESC))[1] AS recency_weighted, array_agg(at ORDER BY at) AS trace_at,
        array_agg(recency_weighted ORDER BY at) AS trace
    FROM kept GROUP BY forecast_id
)
UPDATE forecasts_crowdstate state
SET moved_at = summary.moved_at, n_standing = summary.n, recency_weighted = summary.recency_weighted,
    trace_at = summary.trace_at, trace = summary.trace
FROM summary WHERE summary.forecast_id = state.forecast_id
"""
FILL_SEARCH = "SELECT forecasts_index_search(array_agg(id)) FROM forecasts_forecast"


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0004_sweeps"),
    ]

    operations = [
        TrigramExtension(),
        # Edits between words: trigrams miss a swap of two letters in a short one.
        CreateExtension("fuzzystrmatch"),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "forecast",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="forecasts.forecast",
                    ),
                ),
                ("document", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(db_collation="C", max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="TagInUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
            ],
            options={
                "verbose_name_plural": "tags in use",
            },
        ),
        migrations.RemoveIndex(
            model_name="forecast",
            name="forecast_closes_at",
        ),
        migrations.AddField(
            model_name="crowdstate",
            name="moved_at",
            field=models.DateTimeField(
                editable=False, help_text="The last point's instant; null without one.", null=True
            ),
        ),
        migrations.AddField(
            model_name="crowdstate",
            name="n_standing",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="crowdstate",
            name="recency_weighted",
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="crowdstate",
            name="trace",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.FloatField(null=True), db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="crowdstate",
            name="trace_at",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(), db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="crowdstate",
            index=models.Index(fields=["-moved_at", "-forecast"], name="crowd_state_moved"),
        ),
        migrations.AddIndex(
            model_name="crowdstate",
            index=models.Index(fields=["-n_standing", "-forecast"], name="crowd_state_standing"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(fields=["closes_at", "id"], name="forecast_closes_at"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(fields=["created_at", "id"], name="forecast_created_at"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(fields=["claim", "position", "id"], name="forecast_in_its_claim"),
        ),
        migrations.AddConstraint(
            model_name="crowdstate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("moved_at__isnull", False),
                    models.Q(
                        ("n_standing", 0), ("recency_weighted__isnull", True), ("trace__len", 0), ("trace_at__len", 0)
                    ),
                    _connector="OR",
                ),
                name="crowd_state_without_a_point_says_nothing",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(fields=["document"], name="search_entry_document"),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(fields=["word"], name="search_word"),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("word", name="gin_trgm_ops"), name="search_word_trigrams"
            ),
        ),
        migrations.AddIndex(
            model_name="taginuse",
            index=models.Index(fields=["name"], name="tag_in_use_name"),
        ),
        migrations.RunSQL(DOCUMENT, "DROP FUNCTION forecasts_search_documents"),
        migrations.RunSQL(INDEX_SEARCH, "DROP FUNCTION forecasts_index_search"),
        migrations.RunSQL(KEEP_SEARCH, FORGET_SEARCH),
        migrations.RunSQL(FILL_SEARCH, migrations.RunSQL.noop),
        migrations.RunSQL(SUMMARIES, migrations.RunSQL.noop),
    ]
