"""Who may do what."""

from typing import Any

from django.contrib import admin
from django.db.models import PROTECT, ForeignObjectRel
from django.http import HttpRequest

from forecasts.models import Forecaster
from forecasts.services import programs

ROLES = ("is_active", "is_bot", "is_curator", "is_resolver", "is_staff")


class ForecasterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's is not generic when it runs
    """Administrators give and take roles. Accounts come from sign-up, and whoever left a trace stays."""

    list_display = ("username", "email", *ROLES, "is_superuser", "simulated", "closed_at", "date_joined")
    list_filter = (*ROLES, "is_superuser", "simulated")
    search_fields = ("username", "email")
    ordering = ("username",)
    fields = ("username", "email", *ROLES, "is_superuser", "simulated", "closed_at", "date_joined", "last_login")
    readonly_fields = tuple(name for name in fields if name not in ROLES)
    show_full_result_count = False
    actions = None

    def save_model(self, request: HttpRequest, obj: Forecaster, form: Any, change: bool) -> None:
        if isinstance(request.user, Forecaster):
            # Before the row says so: what follows from it goes with the change.
            programs.mark(account=obj, is_bot=obj.is_bot, by=request.user)
        super().save_model(request, obj, form, change)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Forecaster | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Forecaster | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Forecaster | None = None) -> bool:
        return request.user.is_superuser and obj is not None and not _left_a_trace(obj)


def _left_a_trace(forecaster: Forecaster) -> bool:
    """Whether the record refers to them: an estimate, evidence, a wording, a decision."""
    relations = Forecaster._meta.get_fields(include_hidden=True)  # noqa: SLF001  Django's public way to relations
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: forecaster}).exists()  # noqa: SLF001
        for relation in relations
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is PROTECT
    )
