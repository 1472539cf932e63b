"""What a forecast looks like over the API, in a list and in full, and what registering one takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasts.models import ENDED, Estimate, Forecast, Status, Wording
from forecasts.queries import ORDERINGS

from .estimate_shapes import EstimateOut
from .shapes import Flag, Instant, Shape, Share, Slug, Text, Whole

OUTCOMES = [(outcome.value, outcome.value) for outcome in ENDED]
BRANCHES = [("yes", "yes"), ("no", "no")]


class ForecastParameters(Shape):
    status = serializers.ChoiceField(Status.choices, required=False, help_text="Only forecasts in this state now.")
    source = Text(required=False, help_text="Only forecasts of this source, by its slug.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    collection = Text(required=False, help_text="Only forecasts of this collection, by its slug.")
    tag = Text(required=False, help_text="Only forecasts with this tag.")
    condition = Text(
        required=False, help_text="Only forecasts that count on this one, by its slug; none: on no other forecast."
    )
    mine = serializers.ChoiceField(
        [("yes", "yes"), ("no", "no")],
        required=False,
        help_text="Only forecasts on which you have ever made an estimate, or have not; nothing to visitors.",
    )
    search = Text(
        required=False,
        max_length=500,
        help_text="Words of the question, its claim's key, slug, tags, source, background or criteria, in any form. "
        "The last may be unfinished; one that no forecast has is taken for those that are spelt most like it.",
    )
    ordering = serializers.ChoiceField(
        [(name, name) for name in ORDERINGS],
        required=False,
        help_text="closes: soonest first; -closes: latest first; newest: registered last first; active: whose visible "
        "crowd moved last first; forecasters: with the largest visible crowd first; claim: by source and claim; "
        "relevance: what fits the search best first, among the newest 1,000 that fit. Without it relevance if there "
        "is a search, else closes.",
    )


class ClaimRef(serializers.Serializer[Any]):
    """Where a forecast is from."""

    source = serializers.CharField(source="source.slug", help_text="The source's slug.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    key = serializers.CharField(help_text="The claim's key in its source, such as C1.")


class ConditionRef(serializers.Serializer[Any]):
    """What a branch counts on."""

    slug = serializers.CharField(help_text="The condition: another forecast.")
    question = serializers.CharField(help_text="What the condition asks.")
    outcome = serializers.CharField(help_text="How the condition has resolved; empty while it has not.")


class ForecastSummary(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="Its public name, as in its address.")
    page = serializers.CharField(source="get_absolute_url", help_text="The path of its page.")
    label = serializers.CharField(help_text="The claim's key and the part, such as C1a; empty if it stands alone.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    question = serializers.CharField(help_text="What is asked, in the current wording.")
    status = serializers.SerializerMethodField(help_text="Derived from the times and the resolution.")
    outcome = serializers.SerializerMethodField(help_text="The outcome in force; null while there is none.")
    opens_at = serializers.DateTimeField(help_text="From when estimates are taken and scored.")
    closes_at = serializers.DateTimeField(help_text="Up to when estimates are taken.")
    resolve_by = serializers.DateTimeField(help_text="When it is due to be resolved.")
    reveal_at = serializers.DateTimeField(
        allow_null=True, help_text="When everyone may see the crowd; null means when it closes."
    )
    tags = serializers.ListField(child=serializers.CharField(help_text="A tag."), help_text="Its tags, sorted.")
    claim = ClaimRef(allow_null=True, help_text="Where it is from; null if it stands alone.")
    condition = serializers.CharField(
        source="condition.slug", default=None, allow_null=True, help_text="The forecast it depends on; null for none."
    )
    condition_outcome = serializers.CharField(help_text="It counts only if the condition resolves so; empty for none.")
    simulated = serializers.BooleanField(help_text="Invented for a rehearsal; counts in its own collection only.")
    programs_in_crowd = serializers.BooleanField(help_text="Whether the estimates of programs count in its crowd.")
    crowd_hidden = serializers.SerializerMethodField(
        help_text="Whether the crowd is still hidden from you: until your first estimate, or until it is revealed."
    )
    crowd = Share(
        allow_null=True,
        help_text="The crowd's P(yes), recency-weighted median, 0 to 1; null if hidden or nobody stands.",
    )
    n_standing = serializers.IntegerField(
        allow_null=True, help_text="How many stand with an estimate; null while hidden."
    )
    moved_at = serializers.DateTimeField(allow_null=True, help_text="When the crowd last moved; null while hidden.")
    own = Share(allow_null=True, help_text="Your standing P(yes), 0 to 1; null if you have none.")

    @extend_schema_field(serializers.ChoiceField(Status.choices))
    def get_status(self, forecast: Forecast) -> str:
        return forecast.status_at(self.context["at"])

    @extend_schema_field(serializers.ChoiceField(OUTCOMES, allow_null=True))
    def get_outcome(self, forecast: Forecast) -> str | None:
        return forecast.outcome or None

    def get_crowd_hidden(self, forecast: Any) -> bool:
        return not forecast.revealed


class WordingOut(serializers.Serializer[Wording]):
    version = serializers.IntegerField(help_text="From 1; the highest is in force.")
    question = serializers.CharField(help_text="What was asked.")
    background = serializers.CharField(help_text="What a forecaster should know first; Markdown.")
    criteria = serializers.CharField(help_text="When it is yes, and when it is no; Markdown.")
    sources = serializers.ListField(
        child=serializers.CharField(help_text="A public source."), help_text="Where the resolver looks."
    )
    fallback = serializers.CharField(help_text="Where to look when the sources are gone.")
    annulled_if = serializers.CharField(help_text="What would annul it.")
    known_at_rule = serializers.CharField(help_text="From when the answer counts as knowable.")
    opens_at = serializers.DateTimeField(help_text="From when estimates are taken and scored.")
    closes_at = serializers.DateTimeField(help_text="Up to when estimates are taken.")
    resolve_by = serializers.DateTimeField(help_text="When it is due to be resolved.")
    spot_at = serializers.DateTimeField(
        allow_null=True, help_text="The instant of the spot scores; null: the reveal time, else closing."
    )
    author = serializers.CharField(source="author.username", help_text="Who worded it.")
    made_at = serializers.DateTimeField(help_text="When it was worded.")
    reason = serializers.CharField(help_text="Why it was changed; empty for the first.")


class Provenance(serializers.Serializer[Any]):
    source = serializers.CharField(source="source.slug", help_text="The source's slug.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    source_title = serializers.CharField(source="source.title", help_text="The document that predicts.")
    source_url = serializers.CharField(source="source.url", help_text="Its address; empty if it has none.")
    key = serializers.CharField(help_text="The claim's key, such as C1.")
    author = serializers.CharField(help_text="Whose prediction it is.")
    where = serializers.CharField(help_text="Section and bullet in the source.")
    restated = serializers.CharField(help_text="The claim in our words.")
    hedge_word = serializers.CharField(help_text="The author's own word for how likely it is; empty for none.")
    hedge_low = Share(allow_null=True, help_text="Lower end of the word's range of P(claim), 0 to 1; null for none.")
    hedge_high = Share(allow_null=True, help_text="Upper end of the word's range of P(claim), 0 to 1; null for none.")
    hedge_scale = serializers.CharField(help_text="The published scale that gives the range.")
    hedge_note = serializers.CharField(help_text="Where the word stands and what it covers.")


class PairRef(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="The pair's public name.")
    title = serializers.CharField(help_text="The event that is asked about twice.")
    twin = serializers.CharField(allow_null=True, help_text="The other branch; null while it is not registered.")
    twin_outcome = serializers.CharField(
        allow_null=True, help_text="The other branch counts only if the condition resolves so; null without a twin."
    )


class BranchRef(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="A forecast that depends on this one.")
    question = serializers.CharField(help_text="What it asks.")
    condition_outcome = serializers.CharField(help_text="It counts only if this one resolves so: yes or no.")
    outcome = serializers.CharField(help_text="How it has resolved; empty while it has not.")


class ForecastDetail(ForecastSummary):
    version = serializers.IntegerField(help_text="The current wording's version.")
    spot_at = serializers.DateTimeField(
        allow_null=True, help_text="The instant of the spot scores; null: the reveal time, else closing."
    )
    part = serializers.CharField(help_text="Which part of its claim, such as a; empty for the whole.")
    hedged = serializers.BooleanField(help_text="Whether the claim's hedge word covers it.")
    collections = serializers.SerializerMethodField(help_text="The collections it is in, by their slugs.")
    created_at = serializers.DateTimeField(help_text="When it was registered.")
    provenance = Provenance(source="claim", allow_null=True, help_text="Where it is from; null if it stands alone.")
    depends_on = ConditionRef(source="condition", allow_null=True, help_text="Its condition; null for none.")
    pair = serializers.SerializerMethodField(help_text="The same event given the other outcome; null for none.")
    branches = serializers.SerializerMethodField(help_text="What depends on this one, oldest first.")
    wordings = serializers.SerializerMethodField(help_text="Every wording, oldest first.")
    wording = serializers.SerializerMethodField(help_text="The wording in force.")
    own_estimate = serializers.SerializerMethodField(help_text="Your standing estimate; null if you have none.")

    def get_collections(self, forecast: Forecast) -> list[str]:
        return [collection.slug for collection in forecast.collections.all()]

    @extend_schema_field(PairRef(allow_null=True))
    def get_pair(self, forecast: Forecast) -> Any:
        if forecast.pair is None:
            return None
        twin: Forecast | None = self.context["twin"]
        return {
            "slug": forecast.pair.slug,
            "title": forecast.pair.title,
            "twin": twin.slug if twin else None,
            "twin_outcome": twin.condition_outcome if twin else None,
        }

    @extend_schema_field(BranchRef(many=True))
    def get_branches(self, forecast: Forecast) -> Any:
        return BranchRef(self.context["branches"], many=True).data

    @extend_schema_field(WordingOut(many=True))
    def get_wordings(self, forecast: Forecast) -> Any:
        return WordingOut(self.context["wordings"], many=True).data

    @extend_schema_field(WordingOut)
    def get_wording(self, forecast: Forecast) -> Any:
        return WordingOut(next(each for each in self.context["wordings"] if each.version == forecast.version)).data

    @extend_schema_field(EstimateOut(allow_null=True))
    def get_own_estimate(self, forecast: Forecast) -> Any:
        own: Estimate | None = self.context["own"]
        return None if own is None else EstimateOut(own, context=self.context).data


class ClaimKey(Shape):
    source = Text(help_text="The source's slug.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    key = Text(help_text="The claim's key in its source, such as C1.")


class Wordable(Shape):
    """What a wording holds, as in a catalogue."""

    question = Text(max_length=500, help_text="What is asked; it ends with a question mark.")
    criteria = Text(max_length=20_000, help_text="When it is yes, and when it is no; Markdown.")
    background = Text(
        max_length=20_000, default="", allow_blank=True, help_text="What a forecaster should know; Markdown."
    )
    sources = serializers.ListField(
        child=Text(max_length=500, help_text="A public source."),
        max_length=50,
        default=list,
        help_text="Where the resolver looks.",
    )
    fallback = Text(
        max_length=20_000, default="", allow_blank=True, help_text="Where to look when the sources are gone."
    )
    annulled_if = Text(max_length=20_000, default="", allow_blank=True, help_text="What would annul it.")
    known_at_rule = Text(
        max_length=20_000, default="", allow_blank=True, help_text="From when the answer counts as knowable."
    )
    opens_at = Instant(help_text="From when estimates are taken and scored, with its zone.")
    closes_at = Instant(help_text="Up to when estimates are taken, with its zone.")
    resolve_by = Instant(
        required=False, allow_null=True, help_text="When it is due to be resolved; null: when it closes."
    )
    spot_at = Instant(
        default=None, allow_null=True, help_text="The instant of the spot scores; null: the reveal time, else closing."
    )


class NewWording(Wordable):
    version = Whole(min_value=1, help_text="The wording that you saw in force; 409 where another has come since.")
    reason = Text(max_length=20_000, help_text="Why it is changed. It stays on record, beside the old wording.")


class NewForecast(Wordable):
    slug = Text(max_length=120, help_text="Its public name: lower-case letters, digits and single dashes.")
    reveal_at = Instant(default=None, allow_null=True, help_text="When everyone may see the crowd; null: at closing.")
    condition = Text(
        default="", allow_blank=True, max_length=120, help_text="The forecast it depends on, by its slug; empty: none."
    )
    condition_outcome = serializers.ChoiceField(
        BRANCHES, default="", allow_blank=True, help_text="It counts only if the condition resolves so."
    )
    claim = ClaimKey(default=None, allow_null=True, help_text="Where it is from; null if it stands alone.")
    part = Text(default="", allow_blank=True, max_length=10, help_text="Which part of its claim, such as a.")
    hedged = Flag(default=False, help_text="Whether the claim's hedge word covers it.")
    predicts = serializers.ChoiceField(BRANCHES, default="yes", help_text="What would bear the claim out.")
    tags = serializers.ListField(
        child=Slug(max_length=40, help_text="A tag."), max_length=20, default=list, help_text="Its tags."
    )
    collections = serializers.ListField(
        child=Slug(max_length=80, help_text="A collection's slug."),
        max_length=20,
        default=list,
        help_text="The collections it is in.",
    )


class Amendment(Shape):
    """What is not given stays."""

    tags = serializers.ListField(
        child=Slug(max_length=40, help_text="A tag."), max_length=20, required=False, help_text="All of its tags."
    )
    collections = serializers.ListField(
        child=Slug(max_length=80, help_text="A collection's slug."),
        max_length=20,
        required=False,
        help_text="All the collections it is in.",
    )
