"""The whole API, /api/v1/, on one page."""

from typing import Any, NoReturn

from django.urls import URLPattern, path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView

from config.schema import Description, Docs
from forecasts.api.bulk import EstimateBulk
from forecasts.api.catalogues import CatalogueList, CatalogueOne
from forecasts.api.crowd import CrowdOne
from forecasts.api.estimates import EstimateList
from forecasts.api.evidence import EvidenceList, RatingList
from forecasts.api.forecasts import ForecastList, ForecastOne, WordingList
from forecasts.api.history import HistoryOne
from forecasts.api.imports import ImportList, ImportOne
from forecasts.api.ledger import CheckpointList, ProofOne
from forecasts.api.me import LettersOne, MeOne
from forecasts.api.notes import NoteList, NoteRestore, NoteWithhold
from forecasts.api.resolutions import ResolutionOne
from forecasts.api.tokens import TokenList, TokenOne
from tracker.api.accruals import AccrualOne
from tracker.api.calibration import CalibrationOne
from tracker.api.comparison import CompareOne
from tracker.api.effects import PairList
from tracker.api.export import ExportOne
from tracker.api.imported import ImportedList, ImportedOne
from tracker.api.leaderboards import LeaderboardOne
from tracker.api.scores import ScoresOne
from tracker.api.scoring import ScoringList
from tracker.api.sources import SourceList, SourceOne
from tracker.api.webhooks import DeliveryList, WebhookList, WebhookOne, WebhookTest


class Nowhere(APIView):
    """Every other address, so that a 404 is a problem like any other."""

    schema = None
    permission_classes = []

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        slash = "" if request.path.endswith("/") else f" Addresses end with a slash: {request.path[:200]}/."
        raise NotFound(f"There is nothing at this address.{slash} The API is described at /api/v1/docs/.")


urlpatterns: list[URLPattern] = [
    path("sources/", SourceList.as_view(), name="api-sources"),
    path("sources/<slug:slug>/", SourceOne.as_view(), name="api-source"),
    path("forecasts/", ForecastList.as_view(), name="api-forecasts"),
    path("forecasts/<slug:slug>/", ForecastOne.as_view(), name="api-forecast"),
    path("forecasts/<slug:slug>/wordings/", WordingList.as_view(), name="api-wordings"),
    path("forecasts/<slug:slug>/estimates/", EstimateList.as_view(), name="api-estimates"),
    path("forecasts/<slug:slug>/crowd/", CrowdOne.as_view(), name="api-crowd"),
    path("forecasts/<slug:slug>/history/", HistoryOne.as_view(), name="api-history"),
    path("forecasts/<slug:slug>/evidence/", EvidenceList.as_view(), name="api-evidence"),
    path("forecasts/<slug:slug>/evidence/<int:evidence_id>/ratings/", RatingList.as_view(), name="api-ratings"),
    path("forecasts/<slug:slug>/notes/", NoteList.as_view(), name="api-notes"),
    path("forecasts/<slug:slug>/notes/<int:note_id>/withhold/", NoteWithhold.as_view(), name="api-note-withhold"),
    path("forecasts/<slug:slug>/notes/<int:note_id>/restore/", NoteRestore.as_view(), name="api-note-restore"),
    path("forecasts/<slug:slug>/resolution/", ResolutionOne.as_view(), name="api-resolution"),
    path("forecasts/<slug:slug>/scores/", ScoresOne.as_view(), name="api-scores"),
    path("forecasts/<slug:slug>/scores/<str:name>/", AccrualOne.as_view(), name="api-accrual"),
    path("estimates/bulk/", EstimateBulk.as_view(), name="api-estimates-bulk"),
    path("catalogues/", CatalogueList.as_view(), name="api-catalogues"),
    path("catalogues/<int:registration_id>/", CatalogueOne.as_view(), name="api-catalogue"),
    path("ledger/checkpoints/", CheckpointList.as_view(), name="api-checkpoints"),
    path("ledger/proofs/<slug:kind>/<int:row_id>/", ProofOne.as_view(), name="api-proof"),
    path("scoring/", ScoringList.as_view(), name="api-scoring"),
    path("leaderboards/", LeaderboardOne.as_view(), name="api-leaderboards"),
    path("calibration/", CalibrationOne.as_view(), name="api-calibration"),
    path("pairs/", PairList.as_view(), name="api-pairs"),
    path("compare/", CompareOne.as_view(), name="api-compare"),
    path("me/", MeOne.as_view(), name="api-me"),
    path("me/letters/", LettersOne.as_view(), name="api-letters"),
    path("me/export/", ExportOne.as_view(), name="api-export"),
    path("imports/", ImportList.as_view(), name="api-imports"),
    path("imports/<int:import_id>/", ImportOne.as_view(), name="api-import"),
    path("imported/", ImportedList.as_view(), name="api-imported"),
    path("imported/<slug:origin>/", ImportedOne.as_view(), name="api-imported-record"),
    path("tokens/", TokenList.as_view(), name="api-tokens"),
    path("tokens/<slug:key>/", TokenOne.as_view(), name="api-token"),
    path("webhooks/", WebhookList.as_view(), name="api-webhooks"),
    path("webhooks/<int:webhook_id>/", WebhookOne.as_view(), name="api-webhook"),
    path("webhooks/<int:webhook_id>/test/", WebhookTest.as_view(), name="api-webhook-test"),
    path("webhooks/<int:webhook_id>/deliveries/", DeliveryList.as_view(), name="api-webhook-deliveries"),
    path("schema/", Description.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path(r"^", Nowhere.as_view()),
]
