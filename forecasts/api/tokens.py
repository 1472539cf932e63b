"""Tokens for programs: making, listing, revoking."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.services import tokens

from .endpoints import Endpoint
from .shapes import Instant, Shape

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
        return self.paged(tokens.working(self.actor, at=self.at), TokenOut)

    @extend_schema(
        summary="Make a token",
        description="You choose when it expires. A token can make none that outlives it; sign in for that.",
        request=NewToken,
        responses={201: NewTokenOut},
    )
    def post(self, request: Request) -> Response:
        given = self.body(NewToken)
        made, token = tokens.make(owner=self.actor, at=self.at, presented=request.auth, **given)
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
        if not tokens.revoke(owner=self.actor, key=key):
            raise NotFound(f"You have no token “{key}”.")
        return Response(status=204)
