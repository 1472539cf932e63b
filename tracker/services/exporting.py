"""Everything that is on record of one account, as a ZIP of CSV files, in the archive's columns, and JSON."""

import datetime as dt
import hashlib
import json
import tempfile
import zipfile
from typing import IO, Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from psycopg import sql

from forecasts.archive.discussions import NOTES
from forecasts.archive.elsewhere import ELSEWHERE
from forecasts.archive.estimations import ESTIMATES, EVIDENCE, RATINGS
from forecasts.archive.files import MANIFEST
from forecasts.archive.kinds import cell_of
from forecasts.archive.questions import WORDINGS
from forecasts.archive.writing import FORMAT, Written, snapshot, write_table
from forecasts.models import Forecaster, Mailbox
from forecasts.services import tokens
from tracker.webhooks import registering

from .archiving import SCORES

# Which rows of each file are of the account.
FILES: Final = (
    (ESTIMATES, sql.SQL("forecaster_id = {}")),
    (
        WORDINGS,
        sql.SQL("forecast_id IN (SELECT e.forecast_id FROM forecasts_estimate e WHERE e.forecaster_id = {})"),
    ),
    (EVIDENCE, sql.SQL("added_by_id = {}")),
    (RATINGS, sql.SQL("forecaster_id = {}")),
    (NOTES, sql.SQL("author_id = {}")),
    (SCORES, sql.SQL("forecaster_id = {}")),
    *((table, sql.SQL("owner_id = {}")) for table in ELSEWHERE),
)
ACCOUNT, ABOUT = "account.json", "README.txt"
ABOUT_TEXT = """\
Everything that Forecast Tracker has on record of one account.

account.json    the account: name, e-mail, roles, letters, tokens and webhooks (without secrets), sessions
estimates.csv   every estimate, with rationale, the version of the wording it answered, and the evidence it cites;
                without a probability it withdraws the one before
wordings.csv    what those forecasts asked, in every version
evidence.csv    the evidence you added
ratings.csv     how you rated evidence
notes.csv       the notes you wrote, private ones too
scores.csv      your score on each forecast that resolved
imported_*.csv  what you brought along from elsewhere: records, questions (forecasts), estimates and outcomes
manifest.json   rows and SHA-256 of each file

CSV files are UTF-8 with the columns of the archive that `manage.py export_archive` writes. Times are UTC.
"""


def name(account: Forecaster, *, at: dt.datetime) -> str:
    return f"forecast-tracker-{account.username}-{at:%Y-%m-%d}.zip"


def packed(*, account: Forecaster, at: dt.datetime) -> IO[bytes]:
    """The ZIP as an open file without a name; on the disk first, so that a fault is an answer and not half a file."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    export(file, account=account, at=at)
    file.seek(0)
    return file


def export(into: IO[bytes], *, account: Forecaster, at: dt.datetime) -> dict[str, Written]:
    """Write the ZIP, from one snapshot of the record. Rows pass through one by one, however many there are."""
    own = sql.Literal(account.pk)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive, snapshot():
        archive.writestr(ABOUT, ABOUT_TEXT)
        files = {ACCOUNT: _write_json(archive, ACCOUNT, _account(account, at=at))}
        for table, of in FILES:
            with archive.open(table.file, "w", force_zip64=True) as file:
                files[table.file] = write_table(file, table, only=of.format(own))
        listed = {name: {"rows": file.rows, "sha256": file.sha256} for name, file in sorted(files.items())}
        _write_json(archive, MANIFEST, {"format": FORMAT, "exported_at": cell_of(at), "files": listed})
    return files


def _write_json(archive: zipfile.ZipFile, name: str, content: dict[str, Any]) -> Written:
    written = json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"
    archive.writestr(name, written)
    return Written(1, hashlib.sha256(written).hexdigest())


def _account(account: Forecaster, *, at: dt.datetime) -> dict[str, Any]:
    mailbox = Mailbox.objects.filter(pk=account.pk).first()
    return {
        "name": account.username,
        "email": account.email,
        "addresses": list(EmailAddress.objects.filter(user=account).values("email", "verified", "primary")),
        "is_bot": account.is_bot,
        "simulated": account.simulated,
        "curator": account.is_curator,
        "resolver": account.is_resolver,
        "administrator": account.is_superuser,
        "joined_at": cell_of(account.date_joined),
        "last_sign_in_at": _cell(account.last_login),
        "second_factor": Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists(),
        "letters": mailbox and {"rhythm": mailbox.rhythm, "since_at": cell_of(mailbox.since_at)} | _told(mailbox),
        "tokens": [
            {"begins_with": token.token_key, "created_at": cell_of(token.created), "expires_at": _cell(token.expiry)}
            for token in tokens.working(account, at=at)
        ],
        "webhooks": [
            {"url": webhook.url, "events": webhook.events, "made_at": cell_of(webhook.made_at)}
            for webhook in registering.own(account)
        ],
        "sessions": [
            {"started_at": cell_of(session.created_at), "address": session.ip, "browser": session.user_agent}
            for session in UserSession.objects.filter(user=account).order_by("created_at", "pk")
        ],
    }


def _told(mailbox: Mailbox) -> dict[str, bool]:
    return {kind: getattr(mailbox, f"tells_{kind}") for kind in ("closing", "revealed", "resolved", "due")}


def _cell(at: dt.datetime | None) -> str | None:
    return cell_of(at) if at else None
