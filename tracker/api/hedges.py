"""How the authors of a source do, by their words as a published scale translates them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasts.api.shapes import Share
from tracker.queries.hedges import AuthorRecord


class BrierOut(serializers.Serializer[Any]):
    midpoint = Share(help_text="Brier score by the middle of each word's range, 0 to 1; lower is better.")
    best = Share(help_text="The best of all translations that give each word one probability in its range.")
    worst = Share(help_text="The worst of them.")


class LogScoreOut(serializers.Serializer[Any]):
    midpoint = serializers.FloatField(
        min_value=0, help_text="Log score by the middle of each word's range, in nats; lower is better."
    )
    best = serializers.FloatField(
        min_value=0, help_text="The best of all translations that give each word one probability in its range."
    )
    worst = serializers.FloatField(min_value=0, help_text="The worst of them.")


class OutcomesOut(serializers.Serializer[Any]):
    n = serializers.IntegerField(help_text="Forecasts of this word that are scored.")
    n_true = serializers.IntegerField(help_text="Of them, those that bore the claim out.")
    share = Share(help_text="n_true / n, to be held against the word's range, 0 to 1.")
    share_low = Share(help_text="Lower end of its Wilson 95% interval, the forecasts taken as independent.")
    share_high = Share(help_text="Upper end, likewise.")
    brier = BrierOut(help_text="The word's Brier score, weighted by coverage.")
    log_score = LogScoreOut(help_text="The word's log score, weighted by coverage.")


class WordOut(serializers.Serializer[Any]):
    word = serializers.CharField(help_text="The author's own word.")
    scale = serializers.CharField(help_text="The published scale that translates it.")
    low = Share(help_text="Lower end of its range of P(claim), 0 to 1: a translation, not the author's number.")
    high = Share(help_text="Upper end, likewise.")
    n_forecasts = serializers.IntegerField(help_text="Forecasts that inherit it.")
    n_annulled = serializers.IntegerField(help_text="Of them, those that were annulled, which score nobody.")
    scored = OutcomesOut(allow_null=True, help_text="What became of those that are scored; null while none is.")


class UntranslatedOut(serializers.Serializer[Any]):
    word = serializers.CharField(help_text="A word that no scale translates, so that it is not scored.")
    n_claims = serializers.IntegerField(help_text="Claims with that word.")


class OpeningOut(serializers.Serializer[Any]):
    n = serializers.IntegerField(help_text="Scored forecasts on which a crowd had gathered.")
    author_brier = Share(help_text="The midpoints' Brier score on these, 0 to 1; lower is better.")
    crowd_brier = Share(help_text="The crowd's on these, by what it said at opening; lower is better.")
    author_log_score = serializers.FloatField(
        min_value=0, help_text="The midpoints' log score on these, in nats; lower is better."
    )
    crowd_log_score = serializers.FloatField(min_value=0, help_text="The crowd's, likewise.")


class AuthorOut(serializers.Serializer[Any]):
    author = serializers.CharField(help_text="Whose predictions these are.")
    n = serializers.IntegerField(help_text="Forecasts by which the author is scored.")
    brier = BrierOut(allow_null=True, help_text="Over all words, weighted by coverage; null while nothing is scored.")
    log_score = LogScoreOut(allow_null=True, help_text="Likewise.")
    words = WordOut(many=True, help_text="Words with a range, least likely first.")
    untranslated = serializers.SerializerMethodField(help_text="Words without one.")
    opening = OpeningOut(
        allow_null=True,
        help_text="Beside the crowd, both by one probability that stays: an author cannot update. The crowd's is that "
        "of a week after opening, or just before the answer or the close if that came first. Null for none.",
    )

    @extend_schema_field(UntranslatedOut(many=True))
    def get_untranslated(self, record: AuthorRecord) -> list[dict[str, Any]]:
        return [{"word": word, "n_claims": n} for word, n in record.untranslated.items()]


class AuthorsOut(serializers.Serializer[Any]):
    settled = serializers.BooleanField(help_text="Whether only settled forecasts are counted.")
    provisional = serializers.BooleanField(
        help_text="Whether unsettled ones are, because none has settled. Those are a biased sample."
    )
    records = AuthorOut(many=True, help_text="One for each author whose claims carry such a word, the source's first.")
