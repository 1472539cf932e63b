"""Manifold: the JSON of bets with that of their markets; what the market said after a bet stands in for a belief."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from .bundles import is_zip, unpacked
from .cells import Unfit, fraction, milliseconds
from .documents import check_size, entries, entry, identity, loaded
from .gathering import Draft, Gathering
from .people import chosen, named
from .records import Outcome, Reading, Unreadable
from .texts import quoted, storable

SCALE: Final = "fractions, 0 to 1: probAfter, the market’s probability after each bet"
PROXY: Final = (
    "Manifold records bets, not beliefs: what the market said after each of your bets (probAfter) stands in for what "
    "you believed then."
)
REMARK: Final = "what the market said after a bet, in place of a belief"
UNSURE: Final = "Manifold resolved it to a probability, which is neither yes nor no."
NO_MARKETS: Final = (
    "These are bets without their markets, so there are no questions to put them to. Bring both in one ZIP file, or as "
    "{“bets”: […], “markets”: […]}."
)
OUTCOMES: Final[dict[str, Outcome]] = {"YES": "yes", "NO": "no", "CANCEL": "annulled", "MKT": "annulled"}


class Given(NamedTuple):
    """One bet, and where it stands."""

    place: str
    bet: dict[str, Any]

    @property
    def author(self) -> str:
        """The username, or the id where there is none."""
        name = self.bet.get("userUsername")
        return storable(name if isinstance(name, str) else identity(self.bet.get("userId")))[:200].strip()


def read(content: bytes, *, whose: str = "") -> Reading:
    """Read JSON with both lists, or a ZIP of JSON files, in which every list of bets and of markets is found."""
    bets: list[Given] = []
    markets: dict[str, dict[str, Any]] = {}
    for file, document in _documents(content):
        things = list(_things(document))
        of_bets = [thing for thing in things if "contractId" in thing and ("probAfter" in thing or "amount" in thing)]
        bets += [Given(f"{file}bet {n}", bet) for n, bet in enumerate(of_bets, 1)]
        markets |= {identity(thing.get("id")): thing for thing in things if "question" in thing}
    if not bets:
        raise Unreadable("There are no bets in it, as api.manifold.markets/v0/bets gives them.")
    if not markets:
        raise Unreadable(NO_MARKETS)
    gathering = Gathering()
    gathering.listed(bets)
    gathering.remark(PROXY)
    names = named(Counter(each.author for each in bets))
    who = chosen(names, whose)
    for each in bets if who is not None else []:
        _take(gathering, each, who or "", markets)
    return gathering.reading(SCALE, names)


def _documents(content: bytes) -> Iterator[tuple[str, Any]]:
    if not is_zip(content):
        yield "", loaded(content)
        return
    members = unpacked(content, (".json",)).members
    check_size(members.values())
    for name in sorted(members):
        yield f"{storable(name)[:100]}, ", loaded(members[name], f"{quoted(name)} in the ZIP file")


def _things(document: Any) -> Iterator[dict[str, Any]]:
    """Every object of the lists, wherever they are: bets and markets differ in what they hold."""
    if isinstance(document, list):
        yield from map(entry, document)
    elif "contractId" in (whole := entry(document)) or "question" in whole:
        yield whole
    else:
        for name in ("bets", "markets", "contracts"):
            yield from map(entry, entries(whole.get(name)))


def _take(gathering: Gathering, given: Given, who: str, markets: dict[str, dict[str, Any]]) -> None:
    bet, place = given.bet, given.place
    market = markets.get(identity(bet.get("contractId")))
    if reason := _foreign(given.author, who) or next(_no_belief(bet), "") or _no_question(bet, market):
        gathering.refuse(place, reason)
        return
    try:
        probability, made_at = fraction(bet.get("probAfter")), milliseconds(bet.get("createdTime"))
        draft = _asked(gathering, entry(market), identity(bet.get("contractId")), place)
    except Unfit as fault:
        gathering.refuse(place, str(fault))
    else:
        gathering.take(draft, place, probability=probability, made_at=made_at, remark=REMARK)


def _foreign(author: str, who: str) -> str:
    if author == who:
        return ""
    return f"It is by {quoted(author)}." if author else "It does not say whose it is."


def _no_belief(bet: dict[str, Any]) -> Iterator[str]:
    """Why a bet tells nothing of what its maker believed, the first reason first."""
    amount = bet.get("amount")
    if bet.get("isRedemption"):
        yield "It is a redemption: Manifold changed pairs of yes and no back into mana."
    if bet.get("isAnte") or bet.get("isLiquidityProvision"):
        yield "It is an ante: it opened the market."
    if bet.get("sale") or (isinstance(amount, int | float) and amount < 0):
        yield "It is a sale: it tells of money as much as of belief."
    if bet.get("answerId"):
        yield "It is on one of several answers; only yes or no is taken."
    if "limitProb" in bet and not amount:
        yield "It is a limit order that was never filled."
    if "limitProb" in bet and bet.get("probAfter") == bet.get("probBefore"):
        yield "It is a limit order that others filled later; it moved nothing when it was placed."


def _no_question(bet: dict[str, Any], market: dict[str, Any] | None) -> str:
    if market is None:
        return f"Its market {quoted(bet.get('contractId'))} is not in the file."
    kind = market.get("outcomeType")
    return "" if kind == "BINARY" else f"It is on a market of the type {quoted(kind)}; only yes or no is taken."


def _moved(market: dict[str, Any]) -> bool:
    return market.get("resolution") is not None and market.get("closeTime") == market.get("resolutionTime")


def _asked(gathering: Gathering, market: dict[str, Any], key: str, place: str) -> Draft:
    if draft := gathering.drafts.get(key):
        return draft
    if not key:
        raise Unfit("Its market has no id.")
    question = gathering.question(market.get("question"))
    said = market.get("textDescription") or market.get("description")
    url = market.get("url") if isinstance(market.get("url"), str) else ""
    draft = gathering.draft(key, question, place, url=gathering.text(url), background=gathering.text(said))
    draft.opened_at = _at(gathering, draft, market.get("createdTime"), "time at which it was asked")
    # An early resolution moves the close to itself, and what was scheduled is lost.
    if not _moved(market):
        draft.closes_at = _at(gathering, draft, market.get("closeTime"), "time of closing")
    said = market.get("resolution")
    came = OUTCOMES.get(said, "") if isinstance(said, str) else ""
    if said and not came:
        gathering.leave_out(place, f"The resolution {quoted(said)} is none of YES, NO, CANCEL and MKT; it is left out.")
    if said == "MKT":
        draft.remark = "; ".join(filter(None, (draft.remark, UNSURE)))
    gathering.settle(draft, place, came, _at(gathering, draft, market.get("resolutionTime"), "time of the resolution"))
    return draft


def _at(gathering: Gathering, draft: Draft, value: Any, name: str) -> dt.datetime | None:
    if value is None:
        return None
    try:
        return milliseconds(value, name)
    except Unfit as fault:
        gathering.leave_out(draft.place, str(fault))
        return None
