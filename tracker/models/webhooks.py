"""Webhooks: where programs want to be told of what happens, and what was sent to each."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from forecasts.models import Forecast, Forecaster, Source


class Event(models.TextChoices):
    """What a webhook can ask for, and the trial that its owner asks for."""

    OPENED = "forecast.opened", "a forecast opened"
    RESOLVED = "forecast.resolved", "a forecast was resolved, corrected, annulled or reopened"
    SCORED = "forecast.scored", "your score on a forecast"
    REVEALED = "crowd.revealed", "everybody can see a crowd"
    PING = "ping", "a trial"


SUBJECTS = [Event.OPENED, Event.RESOLVED, Event.SCORED, Event.REVEALED]


def new_salt() -> str:
    return secrets.token_hex(16)


class Webhook(models.Model):
    """An address that is told of events. Its secret is not stored: the salt and our own key make it anew."""

    owner = models.ForeignKey(Forecaster, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=1000)
    events = ArrayField(models.CharField(max_length=20, choices=[(each.value, each.label) for each in SUBJECTS]))
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+", help_text="Only of it.")
    tag = models.CharField(max_length=40, blank=True, help_text="Only forecasts with it.")
    salt = models.CharField(max_length=32, unique=True, default=new_salt, editable=False)
    made_at = models.DateTimeField()
    since_at = models.DateTimeField(help_text="What happened before is not told.")
    rests_until = models.DateTimeField(
        null=True, help_text="Nothing is sent before: something is being sent just now, or the last was not taken."
    )
    failures = models.PositiveIntegerField(default=0, help_text="How many tries in a row failed.")
    failing_since = models.DateTimeField(null=True)
    off_at = models.DateTimeField(null=True, help_text="Since when nothing is sent.")
    off_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(url__regex="^https?://"), name="webhook_address_is_http"),
            models.CheckConstraint(
                condition=Q(events__len__gt=0, events__contained_by=[each.value for each in SUBJECTS]),
                name="webhook_events_are_known",
            ),
            models.CheckConstraint(condition=Q(source__isnull=True) | Q(tag=""), name="webhook_has_one_scope"),
            models.CheckConstraint(
                condition=Q(off_at__isnull=True, off_why="") | (Q(off_at__isnull=False) & ~Q(off_why="")),
                name="webhook_says_why_it_is_off",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True) | Q(failures__gt=0, failing_since__isnull=False),
                name="webhook_fails_since_its_first_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk} of forecaster {self.owner_id}"


class Delivery(models.Model):
    """One thing told to one webhook, or waiting to be; the row is what makes it be told once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given-up"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=20, choices=Event.choices)
    forecast = models.ForeignKey(
        Forecast, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    revision = models.PositiveIntegerField(default=0, help_text="Of the resolution that it tells of, or scores.")
    about_at = models.DateTimeField(help_text="When it happened.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="When to try, while it waits.")
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="What the receiver answered last; null: nothing.")
    said = models.CharField(max_length=500, blank=True, help_text="The beginning of the answer, or what went wrong.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            # A trial has no forecast, and may be asked for again.
            models.UniqueConstraint(fields=("webhook", "event", "forecast", "revision"), name="delivery_tells_once"),
            models.CheckConstraint(condition=Q(event__in=Event.values), name="delivery_event_is_known"),
            models.CheckConstraint(
                condition=Q(event="ping", forecast__isnull=True) | (~Q(event="ping") & Q(forecast__isnull=False)),
                name="delivery_is_about_a_forecast",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False)
                | Q(state__in=["delivered", "given-up"], next_at__isnull=True),
                name="delivery_is_tried_again_while_it_waits",
            ),
        ]
        indexes = [
            models.Index(fields=("webhook", "-id"), name="delivery_log"),
            models.Index(fields=("webhook", "next_at"), condition=Q(state="waiting"), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to webhook {self.webhook_id}: {self.state}"
