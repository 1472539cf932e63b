"""What seals the record: leaves, the checkpoints that chain them, and texts that had to go."""

from django.db import models
from django.db.models import Q


class Unsealed(models.Model):
    """A row of the record that has no leaf yet, noted by triggers in the transaction that made it."""

    kind = models.PositiveSmallIntegerField(help_text="Its number in forecasts.ledger.kinds.")
    row_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind}/{self.row_id}"


class Checkpoint(models.Model):
    """A seal on some rows and on every checkpoint before. Append-only."""

    number = models.PositiveIntegerField(primary_key=True, help_text="From 1, without gaps.")
    made_at = models.DateTimeField()
    size = models.PositiveIntegerField(help_text="How many leaves it has.")
    root = models.BinaryField(max_length=32, help_text="Of the Merkle tree of its leaves.")
    previous = models.BinaryField(max_length=32, unique=True, help_text="The hash of the one before.")
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, size__gte=1), name="checkpoint_seals_something"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


class Leaf(models.Model):
    """The hash of what a row said when it was sealed. Append-only.

    No foreign key to the row: what has become of it is what the leaf is there to tell.
    """

    pk = models.CompositePrimaryKey("kind", "row_id")
    kind = models.PositiveSmallIntegerField(help_text="Its number in forecasts.ledger.kinds.")
    row_id = models.BigIntegerField()
    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="leaves", db_index=False, db_constraint=False
    )
    place = models.PositiveIntegerField(help_text="From 0, among the leaves of its checkpoint.")
    salt = models.BinaryField(max_length=16, help_text="Nonce and salts of texts derive from it; never shown.")
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("checkpoint", "place"), name="leaf_once_per_place")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.row_id}"


class Removal(models.Model):
    """A text that an administrator removed because a law demands it; its digest keeps its leaf whole. Append-only."""

    kind = models.CharField(max_length=20, help_text="As forecasts.ledger.kinds names it.")
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32, help_text="Of the text with its salt, as its leaf has it.")
    decided_by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="removals")
    decided_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("kind", "row_id", "field"), name="removal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="removal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.kind} {self.row_id}"
