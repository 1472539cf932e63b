"""A database stocked in bulk: forecasters, resolved forecasts, estimates, and the points of their crowds.

Rows are made in the database from a seed, past its triggers and foreign keys, and are what these would let through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from unittest import mock

from django.db import connection, transaction

BEGIN = "timestamptz '2024-01-01 00:00:00+00'"
OPEN_FOR = "interval '180 days'"

FORECASTERS = """
INSERT INTO forecasts_forecaster (id, username, password, is_superuser, first_name, last_name, email, is_staff,
    is_active, date_joined, is_bot, simulated, is_curator, is_resolver)
SELECT i, 'stocked' || i, '!', false, '', '', '', false, true, {begin}, false, false, i = 1, i = 1
FROM generate_series(1, %(forecasters)s) i
"""
# Each is in enough questions for a full page, also of a small site.
SUBJECTS = "ARRAY['wheat', 'turnout', 'exports']"
SOURCES = """
INSERT INTO forecasts_source (id, slug, title, author, publisher, url, summary)
SELECT i, 'stocked-' || i, 'Document ' || i, 'Author ' || i, '', '', ''
FROM generate_series(1, %(sources)s) i
"""
CLAIMS = """
INSERT INTO forecasts_claim (id, source_id, key, position, author, premise, section, restated, hedge_word,
    hedge_scale, hedge_note)
SELECT i, 1 + (i - 1) / 10, 'C' || 1 + (i - 1) %% 10, 1 + (i - 1) %% 10, '', false, '', 'It will be so.', '', '', ''
FROM generate_series(1, %(sources)s * 10) i
"""
# The resolved and the unanswered are past; of what runs every other closes within two weeks and shows its crowd.
FORECASTS = """
INSERT INTO forecasts_forecast (id, slug, claim_id, part, hedged, predicts, position, tags, simulated,
    condition_outcome, created_at, version, question, opens_at, closes_at, resolve_by, reveal_at, created_by_id,
    resolution_id)
SELECT i, 'stocked-' || i, CASE WHEN %(sources)s > 0 THEN 1 + (i - 1) %% (%(sources)s * 10) END, '', false, 'yes', i,
    ARRAY['stocked', 'tag-' || i / 3 %% 2], false, '', opens_at, 1,
    'Will the ' || ({subjects})[1 + i %% 3] || ' of district ' || i %% 1000 || ' exceed ' || i || '?', opens_at,
    opens_at + {open_for}, opens_at + {open_for}, CASE WHEN i %% 2 = 0 THEN opens_at END, 1,
    CASE WHEN i <= %(forecasts)s THEN i END
FROM (SELECT i, CASE WHEN i <= %(forecasts)s + %(open)s THEN {begin} + i %% 400 * interval '1 day'
          ELSE now() - (CASE i %% 2 WHEN 0 THEN 167 + i %% 12 ELSE 1 + i %% 160 END) * interval '1 day' END AS opens_at
      FROM generate_series(1, %(forecasts)s + %(open)s + %(running)s) i) made
"""
WORDINGS = """
INSERT INTO forecasts_wording (id, forecast_id, version, question, background, criteria, sources, fallback,
    annulled_if, known_at_rule, opens_at, closes_at, resolve_by, made_at, author_id, reason)
SELECT id, id, 1, question, '', 'Yes if it does.', '{{}}', '', '', '', opens_at, closes_at, resolve_by, created_at, 1,
    ''
FROM forecasts_forecast
"""
RESOLUTIONS = """
INSERT INTO forecasts_resolution (id, forecast_id, revision, outcome, known_at, decided_at, decided_by_id, reason,
    links)
SELECT id, id, 1, CASE WHEN random() < 0.4 THEN 'yes' ELSE 'no' END, closes_at, closes_at, 1, 'It was counted.', '{{}}'
FROM forecasts_forecast WHERE id <= %(forecasts)s
"""
# People say whole percents.
ESTIMATES = """
INSERT INTO forecasts_estimate (forecast_id, forecaster_id, wording_id, probability, made_at, recorded_at, crowd_seen,
    rationale, via)
SELECT forecast, forecaster, forecast, probability, made_at, made_at, false, '', 'api'
FROM (SELECT f.id AS forecast, 1 + (f.id * 7919 + who) %% %(forecasters)s AS forecaster,
          f.opens_at + random() * (least(f.closes_at, now()) - f.opens_at) AS made_at,
          (1 + floor(99 * random())) / 100 AS probability
      FROM forecasts_forecast f, generate_series(1, %(people)s) who, generate_series(1, %(each)s)) made
"""
# As many points as estimates, as a crowd has; what they say costs the same to read whatever it is.
POINTS = """
INSERT INTO forecasts_crowdpoint (forecast_id, at, n, recency_weighted, median, mean_log_odds)
SELECT forecast_id, made_at, %(people)s, probability, probability, probability FROM forecasts_estimate
ON CONFLICT DO NOTHING
"""
STATES = """
INSERT INTO forecasts_crowdstate (forecast_id, n_estimates, through_at, read_at)
SELECT id, %(people)s * %(each)s, least(closes_at, now()), least(closes_at, now()) FROM forecasts_forecast
"""
# What the triggers and the crowd's writer would have kept for lists.
LISTS = "SELECT forecasts_index_search(array_agg(id)) FROM forecasts_forecast"
SUMMARIES = import_module("forecasts.migrations.0005_searching").SUMMARIES
SEQUENCES = """
SELECT setval(pg_get_serial_sequence('forecasts_{table}', 'id'), (SELECT max(id) FROM forecasts_{table}))
"""
TABLES = ("source", "claim", "forecaster", "forecast", "wording", "resolution", "estimate", "crowdpoint")


@dataclass(frozen=True, slots=True)
class Stock:
    """How many there are; on each forecast `people` of the forecasters give `each` estimates.

    `forecasts` are resolved, `open` are past and unanswered, `running` still take estimates; they are from `sources`,
    in turn.
    """

    forecasts: int
    forecasters: int
    people: int
    each: int
    open: int = 0
    running: int = 0
    sources: int = 0

    @property
    def estimates(self) -> int:
        """Those on resolved forecasts."""
        return self.forecasts * self.people * self.each

    def lay_in(self, *, points: bool = True) -> None:
        """Fill a database that is empty; without the points of the crowds, which then have no scores."""
        sizes = {name: getattr(self, name) for name in self.__dataclass_fields__}
        crowds = [POINTS, STATES, SUMMARIES] if points else [STATES]
        statements = [FORECASTERS, SOURCES, CLAIMS, FORECASTS, WORDINGS, RESOLUTIONS, ESTIMATES, *crowds, LISTS]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SELECT setseed(0.42)")
            for statement in statements:
                cursor.execute(statement.format(begin=BEGIN, open_for=OPEN_FOR, subjects=SUBJECTS), sizes)
            for table in TABLES:
                cursor.execute(SEQUENCES.format(table=table))
        settle()


@contextmanager
def own_database() -> Iterator[str]:
    """An empty database of the product's, which goes when it is no longer needed; yields its name."""
    name = connection.settings_dict["NAME"]
    # Named by itself: what runs the tests may have given the name of a test database to its own.
    with mock.patch.dict(connection.settings_dict["TEST"], {"NAME": f"own_{name}"}):
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            yield connection.settings_dict["NAME"]
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def at_hand(name: str) -> Iterator[None]:
    """Speak to that database for a while."""
    connection.close()
    with mock.patch.dict(connection.settings_dict, {"NAME": name}):
        yield
        connection.close()


def settle(*tables: str) -> None:
    """Do what the database does by itself in time: clear away dead rows and count the others."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")
