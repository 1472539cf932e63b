"""Where forecasts are from, and what joins them."""

from .looking import Row


class SourceAdmin(Row):
    list_display = ("title", "author", "published_on")
    search_fields = ("title", "author", "slug")


class ClaimAdmin(Row):
    list_display = ("key", "source", "restated", "author", "hedge_word")
    list_filter = ("source",)
    list_select_related = ("source",)
    search_fields = ("key", "restated", "author")


class CollectionAdmin(Row):
    list_display = ("title", "slug", "simulated")
    search_fields = ("title", "slug")


class PairAdmin(Row):
    list_display = ("title", "condition")
    list_select_related = ("condition",)
    search_fields = ("title", "slug")
