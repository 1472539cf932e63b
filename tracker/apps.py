"""The reading."""

from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = "The reading"

    def ready(self) -> None:
        from . import receivers

        receivers.connect()
