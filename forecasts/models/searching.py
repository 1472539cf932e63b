"""What search and menus look in. Derived in the database by triggers (see migration 0005), and rebuildable by
`SELECT forecasts_index_search(array_agg(id)) FROM forecasts_forecast`.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """All of a forecast that can be searched, as of its current wording. Not a copy of the record: an index of it.

    Weight A: the question. B: its claim's key and label, slug and tags. C: the source's title and author. D: background
    and criteria. Words stand in it as they are written too, so that the beginning of one finds it.
    """

    forecast = models.OneToOneField(
        "Forecast", primary_key=True, on_delete=models.CASCADE, related_name="search_entry", db_constraint=False
    )
    document = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=("document",), name="search_entry_document")]

    def __str__(self) -> str:
        return f"forecast {self.forecast_id}"


class SearchWord(models.Model):
    """A word of some question, slug, tag or source, to find what a mistyped one may have meant.

    Not unique: two registrations at once may both add it, and neither waits for the other.
    """

    word = models.CharField(max_length=60, db_collation="C")

    class Meta:
        indexes = [
            models.Index(fields=("word",), name="search_word"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word


class TagInUse(models.Model):
    """A tag that some forecast has which is not simulated, for menus. Not unique, for the same reason."""

    name = models.CharField(max_length=40)

    class Meta:
        verbose_name_plural = "tags in use"
        indexes = [models.Index(fields=("name",), name="tag_in_use_name")]

    def __str__(self) -> str:
        return self.name
