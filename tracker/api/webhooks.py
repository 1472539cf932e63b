"""One's webhooks: adding, listing, trying and deleting them, and the log of what was sent."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.shapes import Flag, Shape, Text
from tracker.models import SUBJECTS, Delivery, Event, Webhook
from tracker.webhooks import registering, signing
from tracker.webhooks.composing import id_of

ID = OpenApiParameter("webhook_id", int, OpenApiParameter.PATH, description="The webhook's id.")
KINDS = [(each.value, each.label) for each in SUBJECTS]


class WebhookOut(serializers.Serializer[Webhook]):
    id = serializers.IntegerField(help_text="Its name in addresses.")
    url = serializers.CharField(help_text="Where it is sent to.")
    events = serializers.ListField(
        child=serializers.ChoiceField(KINDS, help_text="An event."), help_text="What it is told of."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
        source="source.slug", default=None, allow_null=True, help_text="Only of this source, by its slug; null: of all."
    )
    tag = serializers.CharField(help_text="Only of forecasts with this tag; empty: of all.")
    made_at = serializers.DateTimeField(help_text="When it was added.")
    since_at = serializers.DateTimeField(help_text="What happened before is not told.")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when it has taken nothing; null: it took the last, or there was none."
    )
    off_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is switched off; null: it is on.")
    off_why = serializers.CharField(help_text="Why it is switched off; empty while it is on.")


class NewWebhookOut(WebhookOut):
    secret = serializers.SerializerMethodField(help_text="For verifying signatures. Shown this once: keep it.")

    def get_secret(self, webhook: Webhook) -> str:
        return signing.secret_of(webhook.salt)


class NewWebhook(Shape):
    url = Text(max_length=1000, help_text="A public https address, without user and password.")
    events = serializers.ListField(
        child=Text(max_length=20, help_text=f"One of {', '.join(SUBJECTS)}."),
        max_length=len(SUBJECTS),
        help_text="What to be told of.",
    )
    source = Text(  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
        default="", allow_blank=True, max_length=100, help_text="Only of this source, by its slug; empty: of all."
    )
    tag = Text(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="Only of forecasts with this tag; empty: of all. Not together with a source.",
    )


class Switch(Shape):
    on = Flag(help_text="Whether it is told of anything.")


class DeliveryOut(serializers.Serializer[Delivery]):
    id = serializers.SerializerMethodField(help_text="The header webhook-id: the same each time that it is sent.")
    type = serializers.ChoiceField(Event.choices, source="event", help_text="What it tells of; ping: a trial.")
    at = serializers.DateTimeField(source="about_at", help_text="When that happened.")
    forecast = serializers.CharField(
        source="forecast.slug", default=None, allow_null=True, help_text="The forecast's slug; null for a ping."
    )
    revision = serializers.IntegerField(help_text="Of the resolution that it tells of, or scores; else 0.")
    state = serializers.ChoiceField(
        Delivery.State.choices, help_text="waiting: for its first or next try. given-up: it is not tried again."
    )
    attempts = serializers.IntegerField(help_text="How often it was tried.")
    tried_at = serializers.DateTimeField(allow_null=True, help_text="When last; null: not yet.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried next; null: never.")
    status = serializers.IntegerField(allow_null=True, help_text="The status of the last answer; null: there was none.")
    said = serializers.CharField(help_text="The beginning of the last answer, or why there was none.")

    def get_id(self, delivery: Delivery) -> str:
        return id_of(delivery)


class WebhookEndpoint(Endpoint):
    permission_classes = [IsAuthenticated]

    def found(self, webhook_id: int) -> Webhook:
        """One's own; another's is as if it were not there."""
        webhook = registering.own(self.actor).filter(pk=webhook_id).first()
        if webhook is None:
            raise NotFound(f"You have no webhook {webhook_id}.")
        return webhook


class WebhookList(WebhookEndpoint):
    @extend_schema(
        summary="Your webhooks", description="In the order in which you added them.", responses=WebhookOut(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(registering.own(self.actor), WebhookOut)

    @extend_schema(
        summary="Add a webhook",
        description="From now on each event is sent there by a POST, signed as Standard Webhooks has it, and again, "
        "ever later for a day and a half, until it is answered with 2xx. The same event has the same webhook-id.",
        request=NewWebhook,
        responses={201: NewWebhookOut},
    )
    def post(self, request: Request) -> Response:
        made = registering.add(owner=self.actor, at=self.at, **self.body(NewWebhook))
        return Response(NewWebhookOut(made).data, status=201)


@extend_schema(parameters=[ID])
class WebhookOne(WebhookEndpoint):
    @extend_schema(summary="A webhook", description="One of yours, without its secret.", responses=WebhookOut)
    def get(self, request: Request, webhook_id: int) -> Response:
        return Response(WebhookOut(self.found(webhook_id)).data)

    @extend_schema(
        summary="Switch a webhook on or off",
        description="Off, nothing is sent, not even what waits. On again, it is told of what happens from then on.",
        request=Switch,
        responses=WebhookOut,
    )
    def patch(self, request: Request, webhook_id: int) -> Response:
        switch = registering.switch_on if self.body(Switch)["on"] else registering.switch_off
        switch(webhook=self.found(webhook_id), at=self.at)
        return Response(WebhookOut(self.found(webhook_id)).data)

    @extend_schema(
        summary="Delete a webhook",
        description="It ends at once, and its log with it.",
        responses={204: OpenApiResponse(description="Deleted.")},
    )
    def delete(self, request: Request, webhook_id: int) -> Response:
        registering.remove(webhook=self.found(webhook_id))
        return Response(status=204)


@extend_schema(parameters=[ID])
class WebhookTest(WebhookEndpoint):
    @extend_schema(
        summary="Try a webhook",
        description="Sends a ping within half a minute, once. What came of it is in the log.",
        request=None,
        responses={202: DeliveryOut},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        made = registering.try_out(webhook=self.found(webhook_id), at=self.at)
        return Response(DeliveryOut(made).data, status=202)


@extend_schema(parameters=[ID])
class DeliveryList(WebhookEndpoint):
    @extend_schema(
        summary="What was sent to a webhook", description="The newest first.", responses=DeliveryOut(many=True)
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        return self.paged(registering.log_of(self.found(webhook_id)), DeliveryOut)
