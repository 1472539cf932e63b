"""The rows of the table of access: each route's address in the staged world, and what a good request there carries."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http.response import HttpResponseBase
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

from forecasts.links import feed_token, stop_token
from tests.factories import DAY
from tests.forecasts.catalog_files import GOOD
from tests.forecasts.elsewhere import FILE

from .staging import Staged, Way

API, COMPAT = "/api/v1/", "/compat/metaculus/api/"
SIGN_IN = ("/accounts/login/", "/admin/login/")
# One for all: it looks for every static file when it starts.
HANDLER = ClientHandler(enforce_csrf_checks=False)
PASSING = ["django_session", "usersessions_usersession", "tracker_picture"]
# What cannot be left out of a question.
ASKED = {
    "/charts/<chart>.svg": "?forecast=resolved",
    "/charts/<chart>.png": "?forecast=resolved",
    "/compare.csv": "?a=ann&b=bob",
    f"{API}compare/": "?a=ann&b=bob",
    f"{COMPAT}comments/": "?author=1",
}
Rows = Sequence[URLPattern | URLResolver]


def routes(patterns: Rows | None = None, before: str = "/") -> Iterator[str]:
    """Each route as the URL configuration writes it, with the names of its arguments: no row may miss one."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        written = str(each.pattern)
        if written in {"^", "(?P<url>.*)$"}:  # all that nothing else takes
            written = "<anything>"
        written = re.sub(r"\(\?P<(\w+)>(?:[^()]|\[[^]]*\])*\)", r"<\1>", written)
        written = re.sub(r"<\w+:(\w+)>", r"<\1>", written).replace("/?$", "/").strip("^$")
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + written)
        else:
            yield before + written


def address(route: str, staged: Staged) -> str:
    """Where it leads to something that is there."""
    of_source = route.startswith(("/sources/", "/curate/source/", "/feeds/", "/calendars/", f"{API}sources/"))
    model = re.match(r"/admin/\w+/(\w+)/", route)
    filled = {
        "<slug>": "essay" if of_source else _forecast(route),
        "<object_id>": str(_row(model[1], route, staged).pk) if model else "",
        "<evidence_id>": str(staged.evidence.pk),
        "<note_id>": str((staged.withdrawn if "/restore/" in route else staged.note).pk),
        "<archive_id>": str(staged.archive.pk),
        "<webhook_id>": str(staged.webhook.pk),
        "<registration_id>": str(staged.registration.pk),
        "<import_id>": str(staged.sent.pk),
        "<origin>": "plain",
        "<verb>": "off",
        "<kind>/<row_id>": f"estimate/{staged.world.resolved.estimates.all()[0].pk}",
        "<key>": "P0" if of_source else staged.token.token_key,
        "<name>": "claim" if route.startswith("/curate/") else "essay" if "tournaments" in route else "ann",
        "<part>": "bins",
        "<chart>": "history",
        "<token>": stop_token(staged.cast.ann.pk) if "/letters/" in route else feed_token(staged.cast.ann),
        "<number>": str(staged.world.premise.pk),
        "<content_type_id>": "1",
        "<app_label>": "forecasts",
        "<anything>": "no/such/address/",
        "<uidb36>-<key>": f"1-{default_token_generator.make_token(staged.cast.ann)}",
    }
    made = route
    for argument in sorted(filled, key=len, reverse=True):
        made = made.replace(argument, filled[argument])
    return made + ASKED.get(route, "")


def _row(model: str, route: str, staged: Staged) -> Any:
    return staged.withdrawn if "/restore/" in route else staged.rows.get(model, staged.note)


def _forecast(route: str) -> str:
    """One that has what the route is about; the crowd of the premise is hidden from who has not said anything yet."""
    if "/notes/" in route:
        return "revealed"
    return "resolved" if route.endswith(("/decided/", "/scores/<name>/")) else "premise"


def body(verb: str, route: str, staged: Staged, at: dt.datetime) -> Any:
    """What a request that should succeed says; where nothing is needed, nothing."""
    if route.startswith((API, COMPAT)):
        return _posted(route, staged, at) if verb == "POST" else _patched(route)
    return _typed(route, staged, at)


def _posted(route: str, staged: Staged, at: dt.datetime) -> Any:
    decided = {"outcome": "yes", "reason": "It was counted.", "known_at": (at - DAY).isoformat()}
    question, premise = _question(at), staged.world.premise
    again = {name: said for name, said in question.items() if name != "slug"}
    sources = {"sources": ["The Yearbook, https://example.org/yearbook", "The Almanac"]}
    return {
        f"{API}forecasts/": question | sources | {"resolve_by": question["closes_at"]},
        f"{API}forecasts/<slug>/wordings/": again | sources | {"reason": "It was read in two ways.", "version": 1},
        f"{API}forecasts/<slug>/estimates/": {"probability": 0.3},
        f"{API}forecasts/<slug>/evidence/": {"title": "A count", "direction": "raises", "url": "https://b.example/"},
        f"{API}forecasts/<slug>/evidence/<evidence_id>/ratings/": {"useful": True},
        f"{API}forecasts/<slug>/notes/": {"text": "It does."},
        f"{API}forecasts/<slug>/notes/<note_id>/withhold/": {"reason": "In haste."},
        f"{API}forecasts/<slug>/notes/<note_id>/restore/": {"reason": "It stands."},
        f"{API}forecasts/<slug>/resolution/": decided,
        f"{API}estimates/bulk/": [{"forecast": "premise", "probability": 0.3}],
        f"{API}catalogues/": {"text": GOOD, "preview": True},
        f"{API}imports/": {"format": "plain", "file": _file()},
        f"{API}tokens/": {"expires_at": (at + DAY).isoformat()},
        f"{API}webhooks/": {"url": "https://93.184.216.34/", "events": ["forecast.resolved"]},
        f"{COMPAT}questions/forecast/": [{"question": premise.pk, "probability_yes": 0.3}],
        f"{COMPAT}questions/withdraw/": [{"question": premise.pk}],
        f"{COMPAT}comments/create/": {"on_post": premise.pk, "text": "It does."},
    }.get(route, {})


def _patched(route: str) -> Any:
    return {
        f"{API}forecasts/<slug>/": {"tags": ["gap"]},
        f"{API}imported/<origin>/": {"is_public": True},
        f"{API}me/": {"is_bot": True},
        f"{API}me/letters/": {"rhythm": "weekly", "tells": ["resolved"]},
        f"{API}webhooks/<webhook_id>/": {"on": False},
    }.get(route, {})


def _typed(route: str, staged: Staged, at: dt.datetime) -> dict[str, Any]:
    decided = {"outcome": "yes", "reason": "It was counted.", "confirmed": "yes", "_confirmed": "yes", "revision": "0"}
    known_at = {"known_at": f"{at - DAY:%Y-%m-%dT%H:%M}"}
    known_at |= {"known_at_0": f"{at - DAY:%Y-%m-%d}", "known_at_1": f"{at - DAY:%H:%M:%S}"}
    question = _question(at) | {"sources": "The Yearbook, https://example.org/yearbook\n\nThe Almanac"}
    source = {"title": "Another", "author": "A. Writer", "publisher": "A blog", "url": "https://b.example/"}
    return {
        "/accounts/webhooks/": {"url": "https://93.184.216.34/", "events": ["forecast.resolved"]},
        "/accounts/program/": {"is_bot": "yes"},
        "/accounts/import/": {"format": "plain", "file": _file()},
        "/accounts/import/<import_id>/": {"confirm": "yes"},
        "/accounts/import/<origin>/": {"show": "yes"},
        "/accounts/letters/": {"rhythm": "never"},
        "/accounts/tokens/": {"days": "30"},
        "/answer/": {"percent-premise": "30"},
        "/answer/<slug>/": {"percent-premise": "30"},
        "/resolve/<slug>/": decided | known_at,
        "/admin/forecasts/forecast/<object_id>/resolve/": decided | known_at,
        "/curate/forecast/": question | {"confirmed": "yes", "accepted": "yes"},
        "/curate/check/": question,
        "/curate/forecast/<slug>/": question
        | {"confirmed": "yes", "accepted": "yes", "reason": "It was read in two ways.", "version": "1"},
        "/curate/forecast/<slug>/tags/": {"tags": "gap"},
        "/curate/catalogue/": {"text": GOOD, "confirmed": "yes"},
        "/curate/source/": source | {"slug": "another", "published_on": "2024-05-01", "summary": "It predicts."},
        "/curate/source/<slug>/": {"key": "C2", "section": "Effects", "restated": "It rains more often."},
        "/curate/source/<slug>/<key>/": {
            "section": "Premise",
            "restated": "It begins sooner than most would think, in some country.",
            "premise": "yes",
        },
        "/forecasts/<slug>/estimate/": {"percent": "30"},
        "/forecasts/<slug>/evidence/": {"title": "A count", "direction": "raises", "url": "https://b.example/"},
        "/forecasts/<slug>/evidence/<evidence_id>/rating/": {"useful": "yes"},
        "/forecasts/<slug>/notes/": {"text": "It does."},
        "/accounts/login/": {"login": "bob", "password": "correct horse 9"},
        "/accounts/signup/": {"username": "zoe", "email": "zoe@example.org", "password1": "correct horse 9"},
        "/accounts/password/reset/": {"email": "ann@example.org"},
        "/admin/login/": {"username": "admin", "password": "correct horse 9"},
    }.get(route, {"reason": "Once more.", "post": "yes"})


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("mine.csv", FILE.replace("rain", "thunder").encode())


def _question(at: dt.datetime) -> dict[str, Any]:
    year = at.year + 2
    return {
        "slug": "otters",
        "question": f"Will the yearbook's count of otters exceed 300 before 1 January {year}?",
        "criteria": "Yes if the first printed edition of the yearbook gives a count above 300; otherwise it is no.",
        "fallback": "The national archive's copy.",
        "annulled_if": "There is no such edition.",
        "opens_at": f"{at:%Y-%m-%dT%H:%M}Z",
        "closes_at": f"{year - 1}-06-01T00:00Z",
    }


@dataclass(frozen=True)
class Told:
    """What came back, and whether anything was put on record by it."""

    answer: HttpResponseBase
    content: bytes
    wrote: bool

    def __str__(self) -> str:
        """As the table writes it: a status, + if it wrote; or where somebody is sent to sign in, or to do so again."""
        to = self.answer.headers.get("Location", "")
        if to.startswith(SIGN_IN):
            return "sign-in"
        if to.startswith("/accounts/reauthenticate/"):
            return "again"
        return f"{self.answer.status_code}{'+' if self.wrote else ''}"


def ask(way: Way, verb: str, to: str, content: Any, *, handler: ClientHandler = HANDLER) -> Told:
    """One request whose effects are taken back."""
    client = way.client()
    client.handler = handler
    if verb != "GET":
        cache.clear()
    with transaction.atomic():
        before = changes()
        if verb == "GET":
            answer = client.get(to)
        elif to.startswith(("/api/", "/compat/")) and "file" not in content:
            answer = client.generic(verb, to, json.dumps(content), content_type="application/json")
        elif verb == "POST":
            answer = client.post(to, content)
        else:
            answer = client.generic(verb, to)
        content = _read(answer)
        after = changes()
        transaction.set_rollback(True)
    return Told(answer, content, after > before)


def changes() -> int:
    """How many rows were written so far; of sessions and of the watch on sign-ins there are other tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname <> ALL(%s)",
            [PASSING],
        )
        return int(cursor.fetchone()[0])


def _read(answer: HttpResponseBase) -> bytes:
    """All of it; a stream to its end, on the connection of the test."""
    if not answer.streaming:
        return answer.content
    content = answer.getvalue()
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
    return content
