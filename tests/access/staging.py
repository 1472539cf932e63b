"""One world in which everybody has something, and a way in for every role, old and new."""

import datetime as dt
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from forecasts.models import (
    Claim,
    Collection,
    Evidence,
    Forecaster,
    Import,
    Note,
    Registration,
    RegistrationProgress,
    Resolution,
)
from forecasts.services import accounts, evidencing, imports, noting, sealing, tokens
from tests import factories
from tests.forecasts.elsewhere import FILE
from tests.world import DAY, World, estimate, forecast, stage
from tracker.models import Archive, ArchivePart, Webhook

_address = count(1)


@dataclass(frozen=True)
class Way:
    """What somebody's browser and program still hold: a session, a token, or nothing."""

    session: str = ""
    token: str = ""

    def client(self, **options: Any) -> Client:
        """A fresh one, since what one request leaves behind is not the next one's. Visitors are counted by address."""
        number = next(_address)
        headers = {"Authorization": f"Token {self.token}"} if self.token else {}
        client = Client(REMOTE_ADDR=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", headers=headers, **options)
        client.raise_request_exception = False
        if self.session:
            client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: self.session})
        return client


def session(of: Forecaster) -> str:
    client = Client()
    client.force_login(of)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def ways(cast: factories.Cast, at: dt.datetime) -> dict[str, Way]:
    """How each role comes: by session, or by what it was given when it still had an account."""
    cache.clear()
    named = {"forecaster": cast.ann, "other": cast.bob, "curator": cast.curator}
    named |= {"resolver": cast.resolver, "admin": cast.admin}
    late, disabled, closed = (factories.forecaster(name) for name in ("late", "disabled", "shut"))
    gone = {who: Way(session(who), tokens.make(owner=who, expires_at=None, at=at)[1]) for who in (disabled, closed)}
    made, expired = tokens.make(owner=late, expires_at=None, at=at)
    made.expiry = at - DAY
    made.save(update_fields=["expiry"])
    disabled.is_active = False
    disabled.save(update_fields=["is_active"])
    accounts.close(account=closed, by=closed, at=at, typed_name=closed.username)
    return {
        "visitor": Way(),
        **{role: Way(session(who)) for role, who in named.items()},
        "expired": Way(token=expired),
        "disabled": gone[disabled],
        "closed": gone[closed],
    }


@dataclass(frozen=True)
class Staged:
    """The world, and what in it belongs to whom: `ann` is the forecaster of the table, `bob` the other."""

    world: World
    cast: factories.Cast
    evidence: Evidence
    note: Note
    withdrawn: Note
    token: Any
    webhook: Webhook
    archive: Archive
    registration: Registration
    sent: Import
    rows: dict[str, Any]


def staged(cast: factories.Cast, at: dt.datetime) -> Staged:
    world = stage(cast, at)
    piece = evidencing.add(
        forecast=world.premise,
        by=cast.bob,
        at=at - 9 * DAY,
        title="A poll",
        direction="raises",
        url="https://a.example/",
    )
    for by in (cast.ann, cast.bob):
        estimate(world.premise, by, 0.4, at - 5 * DAY)
    revealed = forecast("revealed", at, reveal_at=at - DAY)
    note = noting.write(forecast=revealed, by=cast.ann, at=at - 4 * DAY, text="Does it count?")
    withdrawn = noting.write(forecast=revealed, by=cast.ann, at=at - 3 * DAY, text="Said in haste.")
    noting.withhold(note=withdrawn, by=cast.ann, at=at - 2 * DAY, reason="")
    rating = evidencing.rate(evidence=piece, by=cast.ann, at=at - DAY, useful=True)
    token, _ = tokens.make(owner=cast.ann, expires_at=None, at=at)
    webhook = Webhook.objects.create(
        owner=cast.ann, url="https://hooks.example/", events=["forecast.resolved"], made_at=at, since_at=at
    )
    archive = Archive.objects.create(by=cast.admin, asked_at=at, ended_at=at, state="made", size=3, sha256="1f" * 32)
    ArchivePart.objects.create(archive=archive, number=0, content=b"zip")
    sent = {"title": "Rain", "source": "rain", "n_forecasts": 300, "text": "format = 1", "digest": "0" * 64}
    registration = Registration.objects.create(by=cast.curator, asked_at=at, **sent)
    RegistrationProgress.objects.create(registration=registration, told_at=at)
    brought = {"by": cast.ann, "at": at, "origin": "plain", "content": FILE.encode()}
    imports.carry_out(import_id=imports.ask(**brought).pk, clock=timezone.now)
    kept = {
        "forecast": world.premise,
        "resolution": Resolution.objects.earliest("pk"),
        "wording": world.premise.wordings.get(),
        "estimate": world.premise.estimates.first(),
        "evidence": piece,
        "rating": rating,
        "note": note,
        "source": world.source,
        "claim": Claim.objects.get(key="C1"),
        "collection": Collection.objects.create(slug="set", title="A set"),
        "pair": world.given_yes.pair,
        "forecaster": cast.bob,
        "emailaddress": EmailAddress.objects.create(
            user=cast.ann, email="ann@example.org", verified=True, primary=True
        ),
        "authenticator": Authenticator.objects.create(user=cast.bob, type="totp", data={}),
        "usersession": UserSession.objects.create(user=cast.ann, ip="10.0.0.1", session_key="a" * 32),
        "authtoken": token,
    }
    sealing.seal(at=at)
    return Staged(
        world, cast, piece, note, withdrawn, token, webhook, archive, registration, imports.look(**brought), kept
    )
