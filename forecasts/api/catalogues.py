"""Whole catalogues: what one would do, applying it, and how far a large one is."""

from dataclasses import asdict
from typing import Any, Final

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.catalog.entries import Catalog
from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read_text
from forecasts.models import Registration
from forecasts.queries.registrations import looks
from forecasts.refusals import Invalid, RefusedMany
from forecasts.services import cataloguing, registering, registrations
from forecasts.services.cataloguing import Report
from forecasts.services.foreseeing import foreseen

from .endpoints import Endpoint
from .shapes import LARGEST_ID, Flag, Shape, Text

LONGEST: Final = 1_500_000
STATES: Final = [
    ("previewed", "previewed"),
    *Registration.State.choices,
]


class NewCatalogue(Shape):
    text = Text(max_length=LONGEST, trim_whitespace=False, help_text="The catalogue, TOML.")
    preview = Flag(default=False, help_text="Only say what it would do; nothing is put on record.")


def _names(said: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(help_text="A slug or key."), help_text=said)


class CatalogueOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True, help_text="Of the job that applies it; null where there is none.")
    state = serializers.ChoiceField(STATES, help_text="What became of it.")
    source = serializers.CharField(help_text="The slug of the source that it is about.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    n_forecasts = serializers.IntegerField(help_text="How many forecasts it has.")
    done = serializers.IntegerField(help_text="How many of them have been gone through.")
    registered = _names("New.")
    reworded = _names("With a new wording.")
    amended = _names("Changed in what is no wording, such as tags.")
    unchanged = _names("As it was.")
    faults = serializers.ListField(
        child=serializers.CharField(help_text="One of them, with its place."),
        help_text="Why it was refused or failed; told to whoever sent it alone.",
    )


class CatalogueList(Endpoint):
    @extend_schema(
        summary="Register a catalogue",
        description=f"For curators; all or nothing, and twice the same changes nothing. What it changes of a forecast "
        f"becomes a new wording. One of more than {registrations.AT_ONCE} forecasts is applied by a job: the answer is "
        "202, and its address tells how far it is.",
        request=NewCatalogue,
        responses={
            201: CatalogueOut,
            200: OpenApiResponse(CatalogueOut, description="What it would do, when preview is asked for."),
            202: OpenApiResponse(CatalogueOut, description="It waits for a job; look again at catalogues/{id}/."),
        },
    )
    def post(self, request: Request) -> Response:
        given, by = self.body(NewCatalogue), self.actor
        registering.refuse_unless_curator(by)
        catalog = _read(given["text"])
        registrations.refuse_size(catalog)
        if given["preview"]:
            report = foreseen(lambda: cataloguing.apply(catalog, by=by, at=self.at))
            return Response(_told(catalog, report, state="previewed"))
        if len(catalog.forecasts) > registrations.AT_ONCE:
            asked = registrations.ask(text=given["text"], by=by, at=self.at)
            return Response(_of_job(self, asked.pk), status=202)
        report = cataloguing.apply(catalog, by=by, at=self.at)
        return Response(_told(catalog, report, state=Registration.State.MADE), status=201)


@extend_schema(parameters=[OpenApiParameter("registration_id", int, OpenApiParameter.PATH, description="The job's.")])
class CatalogueOne(Endpoint):
    @extend_schema(
        summary="How far a catalogue is",
        description="For curators: the job that applies a large catalogue.",
        responses=CatalogueOut,
    )
    def get(self, request: Request, registration_id: int) -> Response:
        registering.refuse_unless_curator(self.actor)
        return Response(_of_job(self, registration_id))


def _read(text: str) -> Catalog:
    try:
        return read_text(text.replace("\r\n", "\n"), registrations.NAME)
    except CatalogError as error:
        faults = [(str(fault.place), Invalid(fault.message, field=fault.field)) for fault in error.faults]
        said = f"Nothing was registered: {len(faults)} fault{'' if len(faults) == 1 else 's'}. {error.faults[0]}"
        raise RefusedMany(said, faults) from None


def _told(catalog: Catalog, report: Report, *, state: str) -> dict[str, Any]:
    n = len(catalog.forecasts)
    made: dict[str, Any] = {
        "id": None,
        "state": state,
        "source": catalog.source.slug,
        "n_forecasts": n,
        "done": n,
        "faults": [],
    }
    return made | asdict(report)


def _of_job(endpoint: Endpoint, registration_id: int) -> dict[str, Any]:
    found = Registration.objects.select_related("progress").filter(pk=min(registration_id, LARGEST_ID)).first()
    if found is None:
        raise Http404
    (look,) = looks([found])
    row = look.row
    nothing: dict[str, list[str]] = asdict(Report())
    return {
        "id": row.pk,
        "state": row.state,
        "source": row.source,
        "n_forecasts": row.n_forecasts,
        "done": row.n_forecasts if row.state == Registration.State.MADE else row.progress.done,
        "faults": row.faults if row.by_id == endpoint.actor.pk else [],
    } | (row.report or nothing)
