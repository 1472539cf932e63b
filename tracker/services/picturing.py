"""Pictures of charts: asked for by whoever wants to see one, drawn by a worker, kept while they may be wanted again."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from forecasts.refusals import Busy
from tracker.models import Picture

# A recipe that a worker dies of must not be tried for ever.
TRIES: Final = 3
# Longer than the job may take (tracker.tasks): then whoever began it is gone.
LEASE: Final = dt.timedelta(minutes=1)
KEPT: Final = dt.timedelta(days=1)
# Pictures kept at most, and waiting at most; a picture takes a tenth of a second, and scores must not wait for them.
MOST, MOST_WAITING = 1000, 40
LARGEST: Final = 4_000_000
LONGEST_SAID: Final = 500
log = logging.getLogger(__name__)


def digest_of(recipe: str) -> str:
    return hashlib.sha256(recipe.encode()).hexdigest()


def written(recipe: Mapping[str, Any]) -> str:
    """The same text for the same recipe."""
    return json.dumps(recipe, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def ask(*, recipe: str, at: dt.datetime) -> Picture:
    """The picture of that recipe: as it was drawn, or waiting to be."""
    digest = digest_of(recipe)
    found = Picture.objects.filter(digest=digest).first()
    if found is not None:
        return found
    if Picture.objects.filter(drawn_at=None, tries__lt=TRIES).count() >= MOST_WAITING:
        raise Busy("Many pictures are being drawn just now. Ask again in a few seconds.")
    return Picture.objects.get_or_create(digest=digest, defaults={"recipe": recipe, "asked_at": at})[0]


def draw(*, picture_id: int, clock: Callable[[], dt.datetime], by: Callable[[Mapping[str, Any]], bytes]) -> bool:
    """Draw one, unless that is done or somebody is at it; return whether it was drawn. `by` is what draws."""
    picture = _claimed(picture_id, at=clock())
    if picture is None:
        return False
    try:
        content = _small_enough(by(json.loads(picture.recipe)))
    except Exception as error:
        log.exception("picture %d could not be drawn", picture_id)
        said = f"{type(error).__name__}: {error}"[:LONGEST_SAID]
        Picture.objects.filter(pk=picture_id).update(said=said)
        return False
    return bool(_waiting().filter(pk=picture_id).update(content=content, drawn_at=clock(), recipe="", said=""))


def _small_enough(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise ValueError(f"the picture has {len(content):,} bytes")
    return content


def due(*, at: dt.datetime) -> list[int]:
    """Those that wait and nobody is at."""
    return list(_free(at).order_by("pk").values_list("pk", flat=True)[:MOST_WAITING])


def sweep(*, at: dt.datetime) -> int:
    """Forget what was asked for long ago, and of too many the oldest. Whoever wants one again has it drawn anew."""
    oldest = Picture.objects.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1].first() or 0
    return Picture.objects.filter(Q(asked_at__lt=at - KEPT) | Q(pk__lte=oldest)).delete()[0]


def _waiting() -> QuerySet[Picture]:
    return Picture.objects.filter(drawn_at=None)


def _free(at: dt.datetime) -> QuerySet[Picture]:
    return _waiting().filter(Q(rests_until=None) | Q(rests_until__lte=at), tries__lt=TRIES)


def _claimed(picture_id: int, *, at: dt.datetime) -> Picture | None:
    """Counted before it is begun, by an UPDATE that only one of two can make; a dead worker's ends by itself."""
    claimed = _free(at).filter(pk=picture_id).update(tries=F("tries") + 1, rests_until=at + LEASE)
    return Picture.objects.filter(pk=picture_id).first() if claimed else None
