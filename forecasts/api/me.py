"""Who is asking, and what they are told."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Forecaster, Mailbox, Rhythm
from forecasts.services import mailboxes, programs

from .endpoints import Endpoint
from .shapes import Flag, Shape, Text


class Me(serializers.Serializer[Forecaster]):
    name = serializers.CharField(source="username", help_text="Your public name.")
    email = serializers.CharField(help_text="Shown to you alone.")
    is_bot = serializers.BooleanField(help_text="Whether the account is marked as a program.")
    simulated = serializers.BooleanField(help_text="Whether it was invented for a rehearsal.")
    may_curate = serializers.BooleanField(help_text="Whether you may register and word forecasts.")
    may_resolve = serializers.BooleanField(help_text="Whether you may resolve, correct and reopen forecasts.")
    is_admin = serializers.BooleanField(source="is_superuser", help_text="Whether you may do everything.")
    joined_at = serializers.DateTimeField(source="date_joined", help_text="When the account was made.")


class Mark(Shape):
    is_bot = Flag(help_text="true: its estimates are a program's.")


class LettersOut(serializers.Serializer[Mailbox]):
    rhythm = serializers.ChoiceField(Rhythm.choices, help_text="How often a letter may come.")
    tells = serializers.SerializerMethodField(help_text=f"What you are told of, of {', '.join(mailboxes.KINDS)}.")
    next_at = serializers.DateTimeField(
        allow_null=True, help_text="When there is a letter next, if anything is to be told; null: never."
    )
    gave_up_on = serializers.CharField(
        help_text="An address that refused letters for days and gets none; empty: none did."
    )

    def get_tells(self, mailbox: Mailbox) -> list[str]:
        return sorted(mailboxes.told(mailbox))


class Letters(Shape):
    rhythm = serializers.ChoiceField(Rhythm.choices, required=False, help_text="How often a letter may come.")
    tells = serializers.ListField(
        child=Text(max_length=20, help_text="One of them."),
        max_length=len(mailboxes.KINDS),
        required=False,
        help_text=f"What to be told of, of {', '.join(mailboxes.KINDS)}; closing: soon, where you stand; revealed: the "
        "crowd, where you estimated; resolved: likewise, with your score; due: waiting for a resolver.",
    )


class MeOne(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="Your account", description="Who you are and what you may do.", responses=Me)
    def get(self, request: Request) -> Response:
        return Response(Me(self.actor).data)

    @extend_schema(
        summary="Mark your account as a program",
        description="For an account whose estimates a program makes by itself. Only an administrator takes it back.",
        request=Mark,
        responses=Me,
    )
    def patch(self, request: Request) -> Response:
        programs.mark(account=self.actor, by=self.actor, **self.body(Mark))
        return Response(Me(Forecaster.objects.get(pk=self.actor.pk)).data)


class LettersOne(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Your letters", description="What you are told of by e-mail, and how often.", responses=LettersOut
    )
    def get(self, request: Request) -> Response:
        return Response(LettersOut(mailboxes.mailbox_of(self.actor, at=self.at)).data)

    @extend_schema(
        summary="Choose your letters",
        description="What happened before a kind is switched on is not told. What is not given stays.",
        request=Letters,
        responses=LettersOut,
    )
    def patch(self, request: Request) -> Response:
        given, before = self.body(Letters), mailboxes.mailbox_of(self.actor, at=self.at)
        chosen = {"rhythm": before.rhythm, "tells": mailboxes.told(before)} | given
        return Response(LettersOut(mailboxes.choose(account=self.actor, by=self.actor, at=self.at, **chosen)).data)
