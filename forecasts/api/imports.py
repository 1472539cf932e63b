"""Bringing along a record from elsewhere: what a file would bring, bringing it, and how far that is."""

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.importing.formats import FORMATS
from forecasts.models import Import
from forecasts.queries.imports import own
from forecasts.services import imports

from .endpoints import Endpoint
from .shapes import LARGEST_ID, Shape

FORMS: Final = [(each.name, each.label) for each in FORMATS.values()]
ID = OpenApiParameter("import_id", int, OpenApiParameter.PATH, description="The import's id.")


class NewImport(Shape):
    format = serializers.ChoiceField(
        FORMS, help_text=" ".join(f"{each.name}: {each.file}" for each in FORMATS.values())
    )
    file = serializers.FileField(
        allow_empty_file=True, help_text=f"The file as it is, at most {imports.LARGEST:,} bytes."
    )
    whose = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=200,
        help_text="Whose record of it is yours, by the name there; needed where it names several people.",
    )
    shows = serializers.BooleanField(
        default=None,
        allow_null=True,
        help_text="Whether everybody shall see what you bring from there; left out, that stays as it is: at first you "
        "alone.",
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only say what it would bring; nothing is kept.")


class CountsOut(serializers.Serializer[Any]):
    forecasts = serializers.IntegerField(help_text="Questions.")
    estimates = serializers.IntegerField(help_text="Estimates on them, withdrawals included.")
    outcomes = serializers.IntegerField(help_text="Outcomes, corrected ones included.")


class NotTakenOut(serializers.Serializer[Any]):
    place = serializers.CharField(help_text="Where it stands in the file.")
    reason = serializers.CharField(help_text="Why it was not taken.")
    whole = serializers.BooleanField(help_text="Whether the whole row was left out; else a part of it.")


class ReportOut(serializers.Serializer[Any]):
    new = CountsOut(help_text="What was added, or would be.")
    here = CountsOut(help_text="What was here already.")
    n_rows = serializers.IntegerField(help_text="Rows read, taken or not.")
    n_duplicates = serializers.IntegerField(help_text="Rows that said the same as one before them.")
    n_remarked = serializers.IntegerField(help_text="Things changed on the way, such as 0% stored as 0.01%.")
    scale = serializers.CharField(help_text="In which numbers the file gives probabilities.")
    names = serializers.ListField(
        child=serializers.CharField(help_text="A name there."), help_text="The people whose estimates are in it."
    )
    remarks = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."), help_text="What holds for the whole file."
    )
    not_taken = NotTakenOut(many=True, help_text="Every row, or part of one, that was not taken.")


class ImportBrief(serializers.Serializer[Import]):
    id = serializers.IntegerField(source="pk", allow_null=True, help_text="Its name in addresses; null of a dry run.")
    format = serializers.ChoiceField(FORMS, help_text="Where it is from.")
    whose = serializers.CharField(help_text="Whose record of it, where it names several people.")
    file_name = serializers.CharField(help_text="As it was sent.")
    digest = serializers.CharField(help_text="SHA-256 of the file, in hexadecimal.")
    size = serializers.IntegerField(help_text="Of the file, in bytes.")
    n_estimates = serializers.IntegerField(help_text="How many were read in it.")
    state = serializers.ChoiceField(Import.State.choices, help_text="What became of it.")
    asked_at = serializers.DateTimeField(help_text="When it was sent.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it came to an end; null: not yet.")
    done = serializers.IntegerField(source="progress.done", help_text="Questions gone through, by the last try.")
    faults = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."), help_text="Why it was refused or failed."
    )


class ImportOut(ImportBrief):
    report = ReportOut(allow_null=True, help_text="What it brought; before it has ended, what it would.")


class ImportList(Endpoint):
    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="The files you sent",
        description="Newest first, without their reports.",
        responses=ImportBrief(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(own(self.actor), ImportBrief)

    @extend_schema(
        summary="Bring a record along",
        description="What you forecast elsewhere, kept apart from what is made here. The same file again changes "
        f"nothing; a later one adds what is new. One of more than {imports.AT_ONCE:,} estimates is brought by a job: "
        "the answer is 202, and its address tells how far it is. One of yours waits at a time, and you may send "
        f"{imports.HOURLY} within an hour.",
        request={"multipart/form-data": NewImport},
        responses={
            201: ImportOut,
            200: OpenApiResponse(ImportOut, description="What it would bring, of a dry run."),
            202: OpenApiResponse(ImportOut, description="It waits for a job; look again at imports/{id}/."),
        },
    )
    def post(self, request: Request) -> Response:
        given, by = self.body(NewImport), self.actor
        imports.count(by)
        file = given.pop("file")
        # No more is read of one that is too large than what shows that it is.
        content = file.read(imports.LARGEST + 1)
        sent = {"origin": given["format"], "content": content, "whose": given["whose"], "file_name": file.name}
        if given["dry_run"]:
            return Response(ImportOut(imports.foresee(by=by, at=self.at, **sent)).data)
        row = imports.ask(by=by, shows=given["shows"], at=self.at, **sent)
        if row.n_estimates <= imports.AT_ONCE:
            imports.carry_out(import_id=row.pk, clock=timezone.now)
        found = _found(self, row.pk)
        return Response(ImportOut(found).data, status=201 if found.ended_at else 202)


@extend_schema(parameters=[ID])
class ImportOne(Endpoint):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="A file you sent",
        description="How far it is, what came of it, and every row that was not taken.",
        responses=ImportOut,
    )
    def get(self, request: Request, import_id: int) -> Response:
        return Response(ImportOut(_found(self, import_id)).data)


def _found(endpoint: Endpoint, import_id: int) -> Import:
    """One's own; another's is as if it were not there."""
    mine = Import.objects.filter(by=endpoint.actor).select_related("progress").defer("content")
    row = mine.filter(pk=min(import_id, LARGEST_ID)).first()
    if row is None:
        raise NotFound(f"You have no import {import_id}.")
    return row
