"""Pages of what has no end: the newest, counted no further than they are shown."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST: Final = 1000


class Newest(Paginator):  # type: ignore[type-arg]  # Django's is not generic when it runs
    """Counting all of a long record would cost more with each row of it. The API goes through to its end."""

    object_list: QuerySet[Any]

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by().values("pk")[: MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, MOST)

    @property
    def ends_early(self) -> bool:
        """There is more than is shown at all."""
        return self._counted > MOST
