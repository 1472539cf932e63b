"""Where one is signed in: allauth's page, without its queries for each session."""

from typing import Any

from allauth.usersessions.views import ListUserSessionsView
from django.utils import timezone

from forecasts.services import sessions

from .actors import actor


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # allauth ships no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The view that allauth's own stands on: allauth's would look each session up.
        context: dict[str, Any] = super(ListUserSessionsView, self).get_context_data(**kwargs)
        found = sessions.live(account=actor(self.request), at=timezone.now())
        return context | {"sessions": found, "session_count": len(found), "most": sessions.MOST}
