"""Where a webhook may point: public https addresses, looked up by us, so that nobody reaches what lies behind us."""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from forecasts.refusals import Invalid

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS: Final = {"https": 443, "http": 80}
# Neither spaces nor what could end a line of the request.
WRITABLE: Final = re.compile(r"[!-~]+")
# Global addresses of IPv6 lie in the first; the others in it are documentation, or lead to an IPv4 address of the
# writer's choice: 6to4, Teredo and the rest of the protocols' own. NAT64 and mapped addresses lie outside of it.
GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
NOT_GLOBAL: Final = [ipaddress.IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
# Not called private by every version of Python: protocols' own, and relays of 6to4.
NOT_PUBLIC: Final = [ipaddress.IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")]


class Unreachable(Exception):
    """Nothing may be sent there, or nothing is there."""


@dataclass(frozen=True)
class Target:
    """An address taken apart. `path` is what follows host and port, with its query."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Take an address apart, or refuse it with the remedy. It is not looked up."""
    if not WRITABLE.fullmatch(url):
        raise _wrong("Write it in ASCII without spaces: a name as xn--…, other characters as %….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("This is no address. Give one such as https://example.org/hook.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise _wrong("Give an https address, such as https://example.org/hook.")
    if "@" in parts.netloc:
        raise _wrong("Leave out user and password: who we are shows in the signature.")
    if parts.fragment:
        raise _wrong("Leave out what follows #: it would not be sent.")
    _refuse_unless_public(parts.scheme, parts.hostname, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port or PORTS[parts.scheme], path)


def _refuse_unless_public(scheme: str, host: str, port: int | None) -> None:
    """What can be told from the address alone; the rest shows when it is looked up."""
    if settings.WEBHOOKS_TO_PRIVATE:
        return
    if scheme != "https":
        raise _wrong("Give an https address: what is sent could be read on the way.")
    if port not in {None, *PORTS.values()}:
        raise _wrong("Only the ports 443 and 80 are sent to.")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_public(literal):
        raise _wrong(f"{literal} is not a public address.")


def _wrong(message: str) -> Invalid:
    return Invalid(message, field="url")


def is_public(address: IPAddress) -> bool:
    """Whether everybody on the internet can send there, and means the same machine."""
    if isinstance(address, ipaddress.IPv6Address):
        return address in GLOBAL and not any(address in network for network in NOT_GLOBAL)
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_PUBLIC)


def look_up(target: Target) -> Sequence[str]:
    """The addresses of a host, all of which may be sent to. Whoever connects takes these and asks nobody again."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{target.host} could not be looked up: {error}") from None
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not (settings.WEBHOOKS_TO_PRIVATE or all(is_public(ipaddress.ip_address(each)) for each in addresses)):
        # Not which: names of our own network are nobody's business.
        raise Unreachable(f"{target.host} leads to an address that is not public.")
    if not addresses:
        raise Unreachable(f"{target.host} has no address.")
    return addresses
