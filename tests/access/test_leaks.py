"""What is hidden shows nowhere: worlds that differ in nothing but what somebody may not see answer them alike.

Two sets of secrets are laid in, one after the other, into the same world at the same instant, and each viewer asks for
everything: pages, lists in every order, searches for the very words of the secrets, files, feeds, calendars, pictures,
proofs, what their webhook is sent, and refusals. Whatever differs in one byte has leaked.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.middleware import csrf
from django.utils import timezone

from forecasts.models import Forecaster, Registration
from forecasts.services import evidencing, imports, noting, sealing, tokens
from tests import factories
from tests.forecasts.elsewhere import FILE
from tests.world import DAY, estimate
from tracker.models import Delivery, Event, Picture, Webhook
from tracker.pages.pictures import showing
from tracker.webhooks import composing, finding

from .staging import Staged, Way, session, staged
from .walking import API, COMPAT, address, ask, routes

pytestmark = pytest.mark.django_db
HIDDEN = ("gap-yes", "gap-no")
WORDS = ("gap", "zebra", "quagga", "sudden")
# They tell which request it was and when it came.
PASSING = {
    "X-Request-ID",
    "X-Request-Id",
    "Expires",
    "Last-Modified",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
}
# The ledger commits to every row, so that its roots and counts tell that there are rows, and nothing of what they say.
COMMITTED = re.compile(r"/ledger/|/metrics")
COUNTS = re.compile(rb"[0-9a-f]{64}|\b\d[\d,]*\b")
DIGESTS = re.compile(rb"[0-9a-f]{64}")

# Dear, or the same for everybody, or of one's own sign-in alone; the admin's addresses are below.
NOBODYS = re.compile(r"^/admin/|export|/schema/|/docs/|<anything>|/accounts/(2fa|password|email|confirm|log|sign|re)")

Secrets = Callable[[Staged, dt.datetime], None]


# --- what is hidden


def crowd(world: Staged, at: dt.datetime, *, said: tuple[float, ...], word: str) -> None:
    """What the others say of the branches, why, and with which evidence; and what they discuss there."""
    for forecast in (world.world.given_yes, world.world.given_no):
        for by in (world.cast.bob, Forecaster.objects.get(username="dora")):
            for day, probability in enumerate(said):
                cited = [forecast.evidence.get(title=word).pk]
                when = at - (4 - day) * DAY
                estimate(forecast, by, probability, when, rationale=f"A {word}.", evidence=cited)
        if said:
            noting.write(forecast=forecast, by=world.cast.bob, at=at - DAY, text=f"Did you see the {word}?")


def private(world: Staged, at: dt.datetime, *, word: str) -> None:
    """A note to oneself, one that is withheld, and a record from elsewhere that is not shown."""
    revealed, cast = world.note.forecast, world.cast
    noting.write(forecast=revealed, by=cast.bob, at=at - DAY, text=f"Look for the {word}.", is_private=True)
    file = FILE.replace("rain", word).replace("0.7", str(len(word) / 10)).encode()
    brought = {"by": cast.bob, "at": at, "origin": "plain", "content": file, "file_name": f"{word}.csv"}
    imports.carry_out(import_id=imports.ask(**brought).pk, clock=lambda: at)


def moderated(world: Staged, at: dt.datetime, *, word: str) -> None:
    said = noting.write(forecast=world.note.forecast, by=world.cast.bob, at=at - 2 * DAY, text=f"The {word} is mine.")
    noting.withhold(note=said, by=world.cast.admin, at=at - DAY, reason="Names a private person.")


def account(world: Staged, at: dt.datetime, *, word: str) -> None:
    """An address, a password, tokens, a webhook and what a curator sent."""
    bob = world.cast.bob
    bob.email = f"{word}@example.org"
    bob.set_password(word)
    bob.save(update_fields=["email", "password"])
    for _ in range(len(word) - 4):
        tokens.make(owner=bob, expires_at=None, at=at)
    Webhook.objects.create(
        owner=bob, url=f"https://{word}.example/", events=["forecast.opened"], made_at=at, since_at=at
    )
    Registration.objects.filter(pk=world.registration.pk).update(title=word, text=f"title = '{word}'")


def all_of(*parts: Secrets) -> Secrets:
    def lay(world: Staged, at: dt.datetime) -> None:
        for part in parts:
            part(world, at)

    return lay


def values(word: str, said: tuple[float, ...], *, of_accounts: bool) -> Secrets:
    parts = [partial(crowd, said=said, word=word), partial(private, word=word)]
    return all_of(*parts, *([partial(moderated, word=word), partial(account, word=word)] if of_accounts else ()))


def nothing(world: Staged, at: dt.datetime) -> None:
    """Nobody said anything."""


# --- who looks at what


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """The clock stands, and every die falls the same, so that whatever differs is the secret."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr(csrf, "_get_new_csrf_string", lambda: "a" * 32)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda n=32: "t" * n)
    monkeypatch.setattr(showing, "PATIENCE", 0.0)
    monkeypatch.setattr(showing, "announce_picture", lambda _: True)
    return now


@pytest.fixture
def world(cast: factories.Cast, at: dt.datetime) -> Staged:
    made = staged(cast, at)
    eve = factories.forecaster("eve")
    factories.forecaster("dora", is_bot=True)
    wanted = {
        "events": [str(event) for event in Event if event != Event.PING],
        "made_at": at,
        "since_at": at - 30 * DAY,
    }
    Webhook.objects.create(owner=eve, url="https://eve.example/", **wanted)
    for slug, word in product(HIDDEN, WORDS[1:3]):
        forecast = next(each for each in made.world.all if each.slug == slug)
        evidencing.add(forecast=forecast, by=cast.ann, at=at - len(word) * DAY, title=word, direction="raises")
    return made


def lists() -> Iterator[str]:
    """Every list in every order, filtered by everything that could depend on a secret, and searched for its words."""
    orders = ("closes", "-closes", "active", "newest", "forecasters", "claim", "relevance")
    for order in orders:
        yield f"/forecasts/?ordering={order}"
        yield f"{API}forecasts/?ordering={order}&search=gap"
    for word in WORDS:
        yield f"/forecasts/?search={word}"
        yield f"/answer/?search={word}"
        yield f"/forecasts.csv?search={word}"
        yield f"{API}forecasts/?search={word}"
        yield f"{COMPAT}posts/?search={word}"
    for order in (
        "-hotness",
        "hotness",
        "-forecasts_count",
        "-published_at",
        "scheduled_close_time",
        "-last_prediction",
    ):
        yield f"{COMPAT}posts/?order_by={order}"
    for verb, slug in product(("mine=yes", "mine=no", "status=open", "tag=gap", "condition=premise"), ("", "gap")):
        yield f"{API}forecasts/?{verb}&search={slug}"
    yield from (f"/compare/names/?a={begins}" for begins in ("b", "d", "e"))


def places(world: Staged) -> Iterator[str]:
    """Every route, at the hidden forecast and at whoever said something there; and again where one asks for more."""
    for route in sorted(set(routes())):
        if NOBODYS.search(route):
            continue
        for slug in HIDDEN if "<slug>" in route else ("",):
            yield address(route.replace("<slug>", slug if "sources" not in route else "essay"), world)
        if "<name>" in route and "curate" not in route:
            yield address(route.replace("<slug>", HIDDEN[0]).replace("<name>", "bob"), world)
    for slug in HIDDEN:
        yield f"/charts/history.svg?forecast={slug}"
        yield f"{API}forecasts/{slug}/estimates/?forecaster=bob"
        yield "/forecasters/bob/?scope=source:essay&settled=false"
    for board in ("scope=source:essay&settled=false", "measure=brier&settled=false"):
        yield f"{API}leaderboards/?{board}"
        yield f"/leaderboards/?{board}"
    for whose in ("forecaster=bob", "crowd=median"):
        yield f"{API}calibration/?{whose}&settled=false"
    yield f"{API}compare/?a=bob&b=crowd:median&settled=false"
    for kind, last in product(("estimate", "note", "wording"), range(1, 4)):
        newest = {"estimate": last_id("estimate"), "note": last_id("note"), "wording": 0}[kind]
        yield f"/ledger/{kind}/{newest + last}/"
        yield f"{API}ledger/proofs/{kind}/{newest + last}/"
        yield f"/forecasts/revealed/?reply_to={newest + last}&note={newest + last}"


def last_id(table: str) -> int:
    """Of the rows that everybody has; what comes after it is a secret."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value FROM forecasts_{table}_id_seq")
        return int(cursor.fetchone()[0])


def in_admin() -> Iterator[str]:
    for model in (
        "estimate",
        "note",
        "forecast",
        "forecaster",
        "evidence",
        "rating",
        "wording",
        "resolution",
        "source",
    ):
        yield f"/admin/forecasts/{model}/"
        yield from (f"/admin/forecasts/{model}/?q={word}" for word in WORDS[1:3])
    for model, number in product(("estimate", "note"), range(1, 5)):
        yield f"/admin/forecasts/{model}/{last_id(model) + number}/change/"


def refusals(world: Staged) -> Iterator[tuple[str, str, Any]]:
    """What is refused, or passed over, whatever the secrets are: a refusal must not tell them apart."""
    note, said = last_id("note") + 1, last_id("estimate") + 1
    notes = f"{API}forecasts/revealed/notes/"
    yield "POST", notes, {"text": "Is it?", "reply_to": note}
    yield "POST", f"{notes}{note}/withhold/", {"reason": "Mine."}
    yield "POST", f"{notes}{note}/restore/", {"reason": "Mine."}
    yield "POST", notes, {"text": "So I say.", "estimate": said}
    yield "POST", f"{API}forecasts/gap-yes/notes/", {"text": "So I say.", "reply_to": note}
    yield "DELETE", f"{API}forecasts/gap-yes/estimates/", {}
    yield "POST", f"{COMPAT}comments/create/", {"on_post": world.world.given_yes.pk, "text": "Is it?", "parent": note}
    yield "DELETE", f"{API}tokens/{'t' * 15}/", {}
    yield "POST", "/accounts/login/", {"login": "zebra@example.org", "password": "wrong"}
    yield "POST", "/accounts/password/reset/", {"email": "zebra@example.org"}


# --- the comparison


def sequences() -> list[tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
        return list(cursor.fetchall())


def set_back(numbers: list[tuple[str, int | None]]) -> None:
    """Numbers that were given out are not taken back with the rows."""
    with connection.cursor() as cursor:
        for name, last in numbers:
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, last or 1, last is not None])


def shown(to: str, told: Any, *, counts: bool) -> tuple[Any, ...]:
    headers = {name: value for name, value in told.answer.headers.items() if name not in PASSING}
    content = told.content
    if COMMITTED.search(to):
        content = (COUNTS if counts else DIGESTS).sub(b"#", content)
        headers = {name: value for name, value in headers.items() if name not in {"ETag", "Content-Length"}}
    return told.answer.status_code, headers, content


def crawl(
    lay: Secrets, world: Staged, viewers: dict[str, Way], at: dt.datetime, *, counts: bool = False
) -> dict[tuple[str, str], Any]:
    """Everything that each viewer is answered once the secrets are laid in; then they are taken back."""
    numbers, found = sequences(), {}
    asked = list(dict.fromkeys([*lists(), *places(world)]))
    more, refused = list(in_admin()), list(refusals(world))
    cache.clear()
    with transaction.atomic():
        lay(world, at)
        sealing.seal(at=at)
        finding.find(at=at)
        for role, way in viewers.items():
            for to in [*asked, *(more if role == "admin" else ())]:
                found[role, to] = shown(to, ask(way, "GET", to, {}), counts=counts)
            for verb, to, content in refused:
                found[role, f"{verb} {to} {content}"] = shown(to, ask(way, verb, to, content), counts=counts)
        found["anybody", "pictures"] = sorted(Picture.objects.values_list("digest", flat=True))
        told = Delivery.objects.filter(webhook__owner__username="eve").order_by("event", "forecast_id")
        found["eve", "webhook"] = [composing.compose(each, at=at) for each in told]
        transaction.set_rollback(True)
    set_back(numbers)
    return found


def leaks(one: dict[tuple[str, str], Any], other: dict[tuple[str, str], Any]) -> list[str]:
    return [f"{role}: {to}" for role, to in one if one[role, to] != other[role, to]]


@pytest.fixture
def viewers(world: Staged) -> dict[str, Way]:
    seen = {"eve": Forecaster.objects.get(username="eve"), "resolver": world.cast.resolver}
    seen |= {"curator": world.cast.curator, "admin": world.cast.admin, "bob": world.cast.bob}
    return {"visitor": Way()} | {role: Way(session(who)) for role, who in seen.items()}


ONE, OTHER = ("zebra", (0.2, 0.1)), ("quagga", (0.9, 0.7))


def test_what_others_say_and_keep_to_themselves_changes_nothing(
    world: Staged, viewers: dict[str, Way], at: dt.datetime
) -> None:
    looking = {role: viewers[role] for role in ("visitor", "eve")}
    one, other = (crawl(values(*each, of_accounts=True), world, looking, at) for each in (ONE, OTHER))
    assert one.keys() == other.keys()
    assert len(one) > 200 * len(looking)
    assert not (leaked := leaks(one, other)), "\n".join(leaked)


def test_whether_anything_was_said_at_all_changes_nothing_for_those_in_office_either(
    world: Staged, viewers: dict[str, Way], at: dt.datetime
) -> None:
    looking = {role: viewers[role] for role in ("curator", "admin")}
    one, other = (crawl(each, world, looking, at, counts=True) for each in (values(*ONE, of_accounts=False), nothing))
    assert one.keys() == other.keys()
    assert not (leaked := leaks(one, other)), "\n".join(leaked)


def test_the_comparison_would_notice(
    world: Staged, viewers: dict[str, Way], at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob himself sees his own, so that to him the worlds differ, in each of these."""
    telling = ["/forecasts/gap-yes/", "/forecasts/gap-no/crowd.csv", f"{API}forecasts/gap-yes/", "/accounts/import/"]
    telling += [f"{API}forecasts/gap-yes/notes/", f"{API}pairs/", "/charts/history.svg?forecast=gap-yes"]
    monkeypatch.setitem(globals(), "lists", lambda: telling[:-1])
    monkeypatch.setitem(globals(), "places", lambda _: telling[-1:])
    looking = {"bob": viewers["bob"]}
    one, other = (crawl(values(*each, of_accounts=False), world, looking, at) for each in (ONE, OTHER))
    assert {f"bob: {to}" for to in telling[:-1]} | {"bob: /forecasts/gap-yes/"} <= set(leaks(one, other))
