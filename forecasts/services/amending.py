"""Changing what is neither wording nor a fact that scores depend on: tags and collections, the scopes it counts in."""

from collections.abc import Collection as Some

from django.db import transaction

from forecasts.models import Collection, Forecast, Forecaster
from forecasts.refusals import Invalid

from . import checks
from .registering import refuse_unless_curator


@transaction.atomic
def amend(*, forecast: Forecast, tags: Some[str], collections: Some[Collection], by: Forecaster) -> bool:
    """Give the forecast these tags and collections, and return whether anything differed."""
    refuse_unless_curator(by)
    wanted = checks.tags(tags, field="tags")
    forecast = Forecast.objects.select_for_update().get(pk=forecast.pk)
    _refuse_other_kind(forecast, collections)
    before = set(forecast.collections.values_list("pk", flat=True))
    after = {collection.pk for collection in collections}
    if wanted == sorted(forecast.tags) and before == after:
        return False
    forecast.tags = wanted
    forecast.save(update_fields=["tags"])
    forecast.collections.set(collections)
    return True


def _refuse_other_kind(forecast: Forecast, collections: Some[Collection]) -> None:
    """What was registered as simulated stays so, and what is real stays real: their scores never meet."""
    if any(collection.simulated != forecast.simulated for collection in collections):
        kind, other = ("simulated", "real") if forecast.simulated else ("real", "simulated")
        raise Invalid(f"A {kind} forecast cannot be in a {other} collection.", field="collections")
    if forecast.simulated and not collections:
        raise Invalid("A simulated forecast stays in a simulated collection.", field="collections")
