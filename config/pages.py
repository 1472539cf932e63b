"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from forecasts import queries

# Whoever has more before them needs no exact number.
MOST_DUE = 99


def frame(request: HttpRequest) -> dict[str, object]:
    """Template context: the section of the site, and how many forecasts wait for a resolver, counted only if shown."""
    user = getattr(request, "user", None)
    section, _, rest = request.path.strip("/").partition("/")
    return {
        "section": section,
        "site": settings.SITE_URL,
        "own_record": section == "forecasters" and user is not None and rest == user.get_username(),
        "n_due": SimpleLazyObject(lambda: _up_to(MOST_DUE, queries.n_due(at=timezone.now(), most=MOST_DUE + 1))),
    }


def _up_to(most: int, n: int) -> str:
    return "" if n == 0 else str(n) if n <= most else f"{most}+"


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Pages of others, such as the admin's, name no icon, and browsers then ask for this one."""
    return redirect(static("icon.svg"))
