"""The record."""

from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    name = "forecasts"
    verbose_name = "The record"

    def ready(self) -> None:
        from . import receivers

        receivers.connect()
