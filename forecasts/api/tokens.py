"""Tokens for programs: made with an expiry of the owner's choice, shown once, listed, revoked. Hashed at rest."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Forecaster
from forecasts.refusals import Conflict, Invalid

from .endpoints import Endpoint
from .shapes import Instant, Shape

# Each sign-in by token looks at all tokens of its owner.
MOST = 20

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The first characters of the token.")


class TokenOut(serializers.Serializer[Any]):
    key = serializers.CharField(source="token_key", help_text="The token's first characters: its name for revoking it.")
    created_at = serializers.DateTimeField(source="created", help_text="When it was made.")
    expires_at = serializers.DateTimeField(
        source="expiry", allow_null=True, help_text="From when it is refused; null: never."
    )


class NewTokenOut(TokenOut):
    token = serializers.CharField(help_text="For the header “Authorization: Token ...”. Shown this once: keep it.")


class NewToken(Shape):
    expires_at = Instant(allow_null=True, help_text="From when it is refused, with its zone; null: never.")


class TokenList(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Your tokens", description="Those that still work, newest first.", responses=TokenOut(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(_working(self.actor, self.at).order_by("-created", "digest"), TokenOut)

    @extend_schema(
        summary="Make a token",
        description="You choose when it expires. A token can make none that outlives it; sign in for that.",
        request=NewToken,
        responses={201: NewTokenOut},
    )
    def post(self, request: Request) -> Response:
        expires_at = self.body(NewToken)["expires_at"]
        if expires_at is not None and expires_at <= self.at:
            raise Invalid("It would never work. Choose a later time, or null for never.", field="expires_at")
        _refuse_to_outlive(request.auth, expires_at)
        made, token = _make(self.actor, expires_at, self.at)
        made.token = token
        return Response(NewTokenOut(made).data, status=201)


@extend_schema(parameters=[KEY])
class TokenOne(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Revoke a token",
        description="It stops working at once.",
        responses={204: OpenApiResponse(description="Revoked.")},
    )
    def delete(self, request: Request, key: str) -> Response:
        deleted, _ = AuthToken.objects.filter(user=self.actor, token_key=key).delete()
        if not deleted:
            raise NotFound(f"You have no token “{key}”.")
        return Response(status=204)


def _working(owner: Forecaster, at: dt.datetime) -> QuerySet[Any]:
    found: QuerySet[Any] = AuthToken.objects.filter(Q(expiry=None) | Q(expiry__gt=at), user=owner)
    return found


def _refuse_to_outlive(presented: Any, expires_at: dt.datetime | None) -> None:
    if isinstance(presented, AuthToken) and presented.expiry and (expires_at is None or expires_at > presented.expiry):
        raise Invalid(
            f"It would outlive the token that makes it, which expires at {presented.expiry.isoformat()}. "
            "Choose an earlier time, or sign in.",
            field="expires_at",
        )


@transaction.atomic
def _make(owner: Forecaster, expires_at: dt.datetime | None, at: dt.datetime) -> tuple[Any, str]:
    """Made and then dated, because knox takes a span and would read the clock itself."""
    Forecaster.objects.select_for_update().get(pk=owner.pk)
    if _working(owner, at).count() >= MOST:
        raise Conflict(f"You have {MOST} tokens. Revoke one first.")
    made, token = AuthToken.objects.create(user=owner, expiry=None)
    made.expiry = expires_at
    made.save(update_fields=["expiry"])
    return made, token
