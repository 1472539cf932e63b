"""Looking without touching: rows that only the services write."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.db.models.options import Options
from django.http import HttpRequest


class ViewOnly:
    """Every member of staff may look; nobody adds, changes or deletes, whatever their rights."""

    opts: "Options[Model]"
    computed: ClassVar[tuple[str, ...]] = ()  # what is shown beside the columns

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """All of them, so that no widget is built either."""
        columns = (*self.opts.fields, *self.opts.many_to_many)
        return (*self.computed, *(field.name for field in columns if not field.primary_key))


# Django's classes take no model in brackets when they run.
class Row(ViewOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50


class Under(ViewOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Rows under the row that they belong to."""

    extra = 0
    show_change_link = True
