"""Wires the record and the reading into a service."""

from .celery import app as celery_app

__all__ = ["celery_app"]
