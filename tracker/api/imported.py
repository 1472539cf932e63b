"""What was brought along from elsewhere: one's own and what others show, scored; showing it, and taking it away."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.imports import FORMS
from forecasts.api.shapes import Flag, Shape, Share, Text
from forecasts.models import Forecaster, ImportedRecord
from forecasts.services import imported as records
from tracker.queries import imported
from tracker.queries.measures import MEASURES

from .calibration import MeasuredOut

ORIGIN = OpenApiParameter(
    "origin", str, OpenApiParameter.PATH, description="Where it is from: the format of the files that brought it."
)


class Whose(Shape):
    forecaster = Text(
        required=False, max_length=40, help_text="Of this forecaster, as far as they show it; without, yours."
    )


class Visibility(Shape):
    is_public = Flag(help_text="true: everybody sees it; false: you alone.")


class ImportedBrief(serializers.Serializer[ImportedRecord]):
    forecaster = serializers.CharField(source="owner.username", help_text="Whose it is.")
    origin = serializers.ChoiceField(FORMS, help_text="Where it is from.")
    is_public = serializers.BooleanField(help_text="Whether everybody sees it.")
    begun_at = serializers.DateTimeField(help_text="When the first of it was brought along.")


class ImportedScoreOut(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(
        [(name, MEASURES[name].label) for name in imported.SHOWN],
        source="name",
        help_text="As on leaderboards; there is no peer score, since nobody stood beside.",
    )
    score = serializers.FloatField(
        help_text="In the unit of the measure: points (higher is better), or for brier and "
        "log_score 0 to 1 and nats (lower is better)."
    )
    low = serializers.FloatField(allow_null=True, help_text="Its 95% interval begins here; null below the minimum.")
    high = serializers.FloatField(allow_null=True, help_text="The upper end of it.")
    n = serializers.IntegerField(help_text="Questions counted.")
    coverage = Share(help_text="The share of their scheduled time that was stood, on average.")


class ImportedOut(serializers.Serializer[Any]):
    forecaster = serializers.CharField(source="record.owner.username", help_text="Whose it is.")
    origin = serializers.ChoiceField(FORMS, source="record.origin", help_text="Where it is from.")
    is_public = serializers.BooleanField(source="record.is_public", help_text="Whether everybody sees it.")
    begun_at = serializers.DateTimeField(source="record.begun_at", help_text="When the first of it was brought along.")
    n_questions = serializers.IntegerField(help_text="Questions brought along.")
    n_answered = serializers.IntegerField(help_text="How many of them came out yes or no.")
    n_counted = serializers.IntegerField(help_text="How many of those count in the scores.")
    n_unscheduled = serializers.IntegerField(
        help_text="How many of those counted give no time at which they were to close: they count from their answer, "
        "a biased sample where a yes can come early and a no cannot."
    )
    provisional = serializers.BooleanField(
        help_text="Whether none of them has closed as scheduled, so that all that were answered count: a biased sample."
    )
    scores = serializers.SerializerMethodField(help_text="By measure, from the times that the files give.")
    calibration = MeasuredOut(help_text="Of what was given 70%, how much happened.")

    def get_scores(self, read: imported.Imported) -> "list[dict[str, Any]]":
        rows = [{**vars(row), "name": name} for name, row in read.rows.items()]
        return list(ImportedScoreOut(rows, many=True).data)


class ImportedList(Endpoint):
    @extend_schema(
        summary="Records from elsewhere",
        description="Yours, or those that a forecaster shows; without their scores.",
        parameters=[Whose],
        responses=ImportedBrief(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(_visible(self).order_by("origin", "pk"), ImportedBrief)


@extend_schema(parameters=[ORIGIN])
class ImportedOne(Endpoint):
    @extend_schema(
        summary="A record from elsewhere",
        description="With scores and calibration from its own times. Nobody can prove when an imported estimate was "
        "made, so it counts nowhere else.",
        parameters=[Whose],
        responses=ImportedOut,
    )
    def get(self, request: Request, origin: str) -> Response:
        return Response(ImportedOut(imported.read(_found(_visible(self), origin), at=self.at)).data)

    @extend_schema(
        summary="Show or hide a record from elsewhere",
        description="Yours, to everybody or to you alone: all that came from one place.",
        request=Visibility,
        responses=ImportedBrief,
    )
    def patch(self, request: Request, origin: str) -> Response:
        is_public = self.body(Visibility)["is_public"]
        records.show(owner=self.actor, origin=origin, is_public=is_public)
        return Response(ImportedBrief(_found(_own(self.actor), origin)).data)

    @extend_schema(
        summary="Remove a record from elsewhere",
        description="Yours: all that came from one place, its scores, and the reports on the files that brought it. It "
        "cannot be undone; a file that you still have can be brought again.",
        responses={204: OpenApiResponse(description="Removed.")},
    )
    def delete(self, request: Request, origin: str) -> Response:
        _found(_own(self.actor), origin)
        records.take_away(owner=self.actor, origin=origin)
        return Response(status=204)


def _own(account: Forecaster) -> Any:
    return ImportedRecord.objects.filter(owner=account).select_related("owner")


def _visible(endpoint: Endpoint) -> Any:
    """Of the forecaster who is asked for, what the reader may see."""
    name = endpoint.parameters(Whose).get("forecaster")
    if name is None:
        if not endpoint.request.user.is_authenticated:
            raise NotAuthenticated
        return _own(endpoint.actor)
    found = ImportedRecord.objects.visible_to(endpoint.request.user).select_related("owner")
    return found.filter(owner__username=name)


def _found(records: Any, origin: str) -> ImportedRecord:
    """What is not shown to the reader is as if it were not there."""
    record: ImportedRecord | None = records.filter(origin=origin).first()
    if record is None:
        raise NotFound(f"There is no record from “{origin}” that you may see.")
    return record
