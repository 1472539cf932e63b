"""The ledger: its checkpoints, and proofs that a row was sealed."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Checkpoint
from forecasts.queries.proving import PROVABLE, Unsealable, proof, told

from .endpoints import Endpoint

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(PROVABLE), description="What the row is.")
ROW = OpenApiParameter("row_id", int, OpenApiParameter.PATH, description="Its id.")
HEX = "SHA-256 in hexadecimal: "


class CheckpointOut(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="From 1, without gaps.")
    made_at = serializers.CharField(help_text="When, ISO 8601 in UTC to the microsecond, as its hash names it.")
    size = serializers.IntegerField(help_text="How many rows it sealed.")
    root = serializers.CharField(  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
        help_text=f"{HEX}the root of the Merkle tree of their leaves."
    )
    previous = serializers.CharField(help_text=f"{HEX}that of the checkpoint before; zeros at the first.")
    hash = serializers.CharField(help_text=f"{HEX}of a byte 2, previous, root, and number, time and size as JSON.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """A row of ours, or what was told of one already."""
        return super().to_representation(told(instance) if isinstance(instance, Checkpoint) else instance)


class StepOut(serializers.Serializer[Any]):
    side = serializers.ChoiceField([("left", "left"), ("right", "right")], help_text="On which side it stands.")
    hash = serializers.CharField(help_text=f"{HEX}of what stands beside the way there.")


class TextProof(serializers.Serializer[Any]):
    salt = serializers.CharField(help_text="16 bytes in hexadecimal, hashed before the text.")
    text = serializers.CharField(help_text="The text, of which the leaf has only the digest.")


class ProofOut(serializers.Serializer[Any]):
    leaf = serializers.CharField(help_text="What was sealed, byte for byte: its SHA-256 after a zero byte is the leaf.")
    texts = serializers.DictField(child=TextProof(help_text="One text."), help_text="The row's texts that you may see.")
    path = StepOut(many=True, help_text="From the leaf to the root; each step is hashed with the next after a byte 1.")
    checkpoint = CheckpointOut(help_text="What sealed it.")


class CheckpointList(Endpoint):
    @extend_schema(
        summary="Checkpoints of the ledger",
        description="Newest first. Each seals the one before, so whoever keeps the newest can show later that nothing "
        "before it was changed.",
        responses=CheckpointOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(Checkpoint.objects.order_by("-number"), CheckpointOut)


@extend_schema(parameters=[KIND, ROW])
class ProofOne(Endpoint):
    @extend_schema(
        summary="Proof that a row was sealed",
        description="For whoever may see the row. verify_proof.py, from the ledger's page, checks it with nothing but "
        "Python. A row is sealed about a minute after it was made.",
        responses=ProofOut,
    )
    def get(self, request: Request, kind: str, row_id: int) -> Response:
        if kind not in PROVABLE:
            raise NotFound(f"There are proofs of {', '.join(PROVABLE)}.")
        try:
            found = proof(kind, row_id, user=request.user, at=self.at)
        except Unsealable:
            raise NotFound("It is not sealed yet. Ask again in a minute.") from None
        if found is None:
            raise NotFound(f"There is no {kind} {row_id} that you can see.")
        return Response(ProofOut(found).data)
