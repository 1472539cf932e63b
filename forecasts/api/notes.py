"""Notes on a forecast: the discussion as one may see it, writing one, withholding one and showing it again."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import LONGEST_NOTE, Note, Withholding
from forecasts.services import noting

from .endpoints import SLUG, Endpoint, found_forecast
from .estimates import idempotency_key
from .shapes import Flag, Shape, Text, Whole

NOTE_ID = OpenApiParameter("note_id", int, OpenApiParameter.PATH, description="The note.")
TRUTHS = [("true", "true"), ("false", "false")]


class NoteParameters(Shape):
    author = Text(required=False, max_length=40, help_text="Only the notes of this forecaster, by name.")
    private = serializers.ChoiceField(
        TRUTHS, required=False, help_text="true: only your private notes; false: only public ones. Without it both."
    )


class WithholdingOut(serializers.Serializer[Withholding]):
    by_author = serializers.BooleanField(help_text="true: its author withdrew it; false: a moderator withholds it.")
    reason = serializers.CharField(help_text="Why; empty where its author gave none.")
    decided_at = serializers.DateTimeField(help_text="Since when.")


class NoteOut(serializers.Serializer[Note]):
    id = serializers.IntegerField(help_text="What a reply names it by; it says nothing about order.")
    author = serializers.CharField(source="author.username", help_text="Who wrote it.")
    is_bot = serializers.BooleanField(source="author.is_bot", help_text="Whether a program wrote it.")
    made_at = serializers.DateTimeField(help_text="When it was written.")
    text = serializers.SerializerMethodField(
        help_text="What it says, in Markdown, as written: sanitise it before showing it as HTML. null where it is "
        "withheld, but for administrators."
    )
    is_private = serializers.BooleanField(help_text="Only its author ever sees it.")
    reply_to = serializers.IntegerField(
        source="reply_to_id", allow_null=True, help_text="The id of the note that it answers; null: of none."
    )
    estimate = serializers.IntegerField(
        source="estimate_id", allow_null=True, help_text="The id of its author's estimate that it goes with, if any."
    )
    withholding = WithholdingOut(allow_null=True, help_text="Why its text is not shown; null where it is.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_text(self, note: Note) -> str | None:
        return note.text_for(self.context["user"])


class NewNote(Shape):
    text = Text(max_length=LONGEST_NOTE, trim_whitespace=False, help_text="What it says, in Markdown.")
    is_private = Flag(default=False, help_text="Let nobody else ever see it. It cannot be made public later.")
    reply_to = Whole(default=None, allow_null=True, help_text="The id of a public note on this forecast.")
    estimate = Whole(
        default=None, allow_null=True, help_text="The id of an estimate of yours on this forecast, to go with."
    )


class NewWithholding(Shape):
    reason = Text(
        default="",
        allow_blank=True,
        max_length=noting.LONGEST_REASON,
        help_text="Why, shown in place of the note. A moderator gives one; its author may.",
    )


@extend_schema(parameters=[SLUG])
class NoteList(Endpoint):
    @extend_schema(
        summary="Notes on a forecast",
        description="Newest first: your own, and public ones of others once the forecast is revealed to you.",
        parameters=[NoteParameters],
        responses=NoteOut(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        found, given = (
            queries.notes(found_forecast(slug), user=request.user, at=self.at),
            self.parameters(NoteParameters),
        )
        if name := given.get("author"):
            found = found.filter(author__username=name)
        if private := given.get("private"):
            found = found.filter(is_private=private == "true")
        return self.paged(found, NoteOut, user=request.user)

    @extend_schema(
        summary="Write a note",
        description="For everyone who may see estimates on this forecast, or for yourself; as a reply to another, or "
        "not. It cannot be changed later; its author may withdraw it.",
        parameters=[idempotency_key(100)],
        request=NewNote,
        responses={
            201: NoteOut,
            200: OpenApiResponse(NoteOut, description="The note that this idempotency key made before."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        forecast, given = found_forecast(slug), self.body(NewNote)
        key = request.headers.get("Idempotency-Key")
        made = noting.write(forecast=forecast, by=self.actor, at=self.at, idempotency_key=key, **given)
        return Response(_shown(made, self), status=201 if made.made_at == self.at else 200)


class _Deciding(Endpoint):
    """One note, of those that the actor may see."""

    def found(self, slug: str, note_id: int) -> Note:
        seen = queries.notes(found_forecast(slug), user=self.actor, at=self.at).filter(pk=note_id).first()
        if seen is None:
            raise NotFound(f"There is no note {note_id} on this forecast.")
        return seen


@extend_schema(parameters=[SLUG, NOTE_ID])
class NoteWithhold(_Deciding):
    @extend_schema(
        summary="Withhold a note",
        description="Its text is no longer shown, and in its place why: for its author, who withdraws it, and for "
        "administrators. What is decided stays on record.",
        request=NewWithholding,
        responses=NoteOut,
    )
    def post(self, request: Request, slug: str, note_id: int) -> Response:
        note = self.found(slug, note_id)
        noting.withhold(note=note, by=self.actor, at=self.at, **self.body(NewWithholding))
        return Response(_shown(note, self))


@extend_schema(parameters=[SLUG, NOTE_ID])
class NoteRestore(_Deciding):
    @extend_schema(
        summary="Show a withheld note again",
        description="Its author shows again what they withdrew, an administrator what one of them withheld.",
        request=NewWithholding,
        responses=NoteOut,
    )
    def post(self, request: Request, slug: str, note_id: int) -> Response:
        note = self.found(slug, note_id)
        noting.restore(note=note, by=self.actor, at=self.at, **self.body(NewWithholding))
        return Response(_shown(note, self))


def _shown(note: Note, view: Endpoint) -> Any:
    """As it is now, to who acted."""
    now = queries.notes(note.forecast, user=view.actor, at=view.at).get(pk=note.pk)
    return NoteOut(now, context={"user": view.actor}).data
