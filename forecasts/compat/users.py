"""Forecasters as users: who is asking."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Forecaster

from .endpoints import Adapter


class Me(Adapter):
    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        return Response(user(self.actor) | {"date_joined": self.actor.date_joined})


def user(forecaster: Forecaster) -> dict[str, Any]:
    return {"id": forecaster.pk, "username": forecaster.username, "is_bot": forecaster.is_bot}
