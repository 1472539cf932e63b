"""Bringing an archive into the record: set by set, all or nothing, and what is there already stays as it is."""

from .importing import ArchiveRefused, Listener, Report, import_archive

__all__ = ["ArchiveRefused", "Listener", "Report", "import_archive"]
