"""How far the jobs that find by query have looked."""

from django.db import models


class Sweep(models.Model):
    """A job that looks for what no message brought in, and when its last whole look began."""

    name = models.CharField(max_length=40, primary_key=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} from {self.began_at:%Y-%m-%d %H:%M}"
