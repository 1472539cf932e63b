"""Everything on record of whoever asks."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from forecasts.api.endpoints import Endpoint
from tracker.services import exporting


class Zip(JSONRenderer):
    """Lets a program ask for a ZIP by name; what is rendered, rather than sent as a file, is a problem."""

    media_type, format, charset = "application/zip", "zip", None


class ExportOne(Endpoint):
    permission_classes = [IsAuthenticated]
    renderer_classes = [JSONRenderer, Zip]

    @extend_schema(
        summary="Everything on record of you",
        parameters=[OpenApiParameter("format", exclude=True)],
        description=(
            "A ZIP of CSV files, in the columns of the archive: your estimates with rationale and the wordings they "
            "answered, evidence, ratings, notes and scores; what you brought along from elsewhere; and account.json: "
            "your preferences, and your tokens without their secrets."
        ),
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> FileResponse:
        file = exporting.packed(account=self.actor, at=self.at)
        return FileResponse(file, as_attachment=True, filename=exporting.name(self.actor, at=self.at))
