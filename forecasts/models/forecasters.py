"""Who forecasts: the user model."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import salted_hmac

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{1,39}$"
TAKEN = "This name is taken. Choose another."
# What a closed account is called from then on begins so.
PSEUDONYM = "closed-"


def refuse_retired(name: str) -> None:
    """Neither a name that a closed account had, nor one that looks like a closed account's, whoever gives it."""
    if RetiredName.holds(name) or name.casefold().startswith(PSEUDONYM):
        raise ValidationError(TAKEN, code="unique")


class Forecaster(AbstractUser):
    """A person or a program. The user name is public; roles say what else its holder may do."""

    username = models.CharField(
        "name",
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                NAME_PATTERN, "Use 2 to 40 letters, digits, dots, dashes and underscores, a letter or digit first."
            ),
            refuse_retired,
        ],
        error_messages={"unique": TAKEN},
    )
    is_bot = models.BooleanField(default=False, help_text="A program, marked as such wherever it shows.")
    simulated = models.BooleanField(default=False, help_text="Invented for a rehearsal; counts nowhere else.")
    is_curator = models.BooleanField("curator", default=False, help_text="Registers and words forecasts.")
    is_resolver = models.BooleanField("resolver", default=False, help_text="Resolves, corrects and reopens forecasts.")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="The account was closed; its estimates stay.")
    link_serial = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Raised to end the private link to one's feed and calendar."
    )

    class Meta(AbstractUser.Meta):
        verbose_name = "forecaster"
        verbose_name_plural = "forecasters"
        # Who is a program is asked by boards and crowds, and they are few.
        indexes = [models.Index(fields=("id",), condition=models.Q(is_bot=True), name="forecaster_programs")]

    @property
    def takes_part(self) -> bool:
        """Whether the account may write at all."""
        return self.is_active and self.closed_at is None

    @property
    def may_curate(self) -> bool:
        return self.takes_part and (self.is_curator or self.is_superuser)

    @property
    def may_resolve(self) -> bool:
        return self.takes_part and (self.is_resolver or self.is_superuser)

    @property
    def may_moderate(self) -> bool:
        return self.takes_part and self.is_superuser

    @property
    def may_archive(self) -> bool:
        return self.takes_part and self.is_superuser


class RetiredName(models.Model):
    """The name of a closed account, which nobody else may take: only a keyed digest, so that it cannot be read."""

    digest = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"

    @classmethod
    def digest_of(cls, name: str) -> str:
        return salted_hmac("forecasts.retired-name", name.casefold(), algorithm="sha256").hexdigest()

    @classmethod
    def holds(cls, name: str) -> bool:
        return cls.objects.filter(pk=cls.digest_of(name)).exists()
