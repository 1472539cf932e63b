"""Who is asking."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Forecaster

from .endpoints import Endpoint


class Me(serializers.Serializer[Forecaster]):
    name = serializers.CharField(source="username", help_text="Your public name.")
    email = serializers.CharField(help_text="Shown to you alone.")
    is_bot = serializers.BooleanField(help_text="Whether the account is marked as a program.")
    simulated = serializers.BooleanField(help_text="Whether it was invented for a rehearsal.")
    may_curate = serializers.BooleanField(help_text="Whether you may register and word forecasts.")
    may_resolve = serializers.BooleanField(help_text="Whether you may resolve, correct and reopen forecasts.")
    is_admin = serializers.BooleanField(source="is_superuser", help_text="Whether you may do everything.")
    joined_at = serializers.DateTimeField(source="date_joined", help_text="When the account was made.")


class MeOne(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="Your account", description="Who you are and what you may do.", responses=Me)
    def get(self, request: Request) -> Response:
        return Response(Me(self.actor).data)
