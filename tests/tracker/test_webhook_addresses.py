"""Where webhooks may point: nothing but public addresses, however they are written and whatever a name leads to."""

import ipaddress
import socket
from typing import Any

import pytest
from pytest_django import Settings

from forecasts.refusals import Invalid
from tracker.webhooks.addresses import Target, Unreachable, is_public, look_up, target_of

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"]


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def url_of(address: str) -> str:
    return f"https://[{address}]/hook" if ":" in address else f"https://{address}/hook"


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused_in_writing_and_when_looked_up(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Invalid, match="not a public address"):
        target_of(url_of(address))
    leads_to(monkeypatch, address)
    with pytest.raises(Unreachable, match="leads to an address that is not public") as refused:
        look_up(Target(True, "innocent.example", 443, "/"))
    assert f" {address}" not in str(refused.value)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_sent_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert target_of(url_of(address)).host == address
    leads_to(monkeypatch, address)
    assert look_up(Target(True, "example.org", 443, "/")) == [address]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(Unreachable):
        look_up(Target(True, "mixed.example", 443, "/"))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_other_ways_to_write_loopback_are_refused_when_looked_up(host: str) -> None:
    with pytest.raises(Unreachable):
        look_up(target_of(f"https://{host}/"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.org/", "https"),
        ("ftp://example.org/", "https"),
        ("example.org/hook", "https"),
        ("https://", "https"),
        ("https:///path", "https"),
        ("https://user:word@example.org/", "user and password"),
        ("https://example.org\\@127.0.0.1/", "user and password"),
        ("https://example.org/#part", "#"),
        ("https://example.org:8443/", "ports"),
        ("https://example.org:22/", "ports"),
        ("https://example.org:x/", "no address"),
        ("https://[::1/", "no address"),
        ("https://exämple.org/", "ASCII"),
        ("https://example.org/a b", "ASCII"),
        ("https://example.org/\r\nX: y", "ASCII"),
        ("https://example.org/\x00", "ASCII"),
        ("", "ASCII"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_the_remedy(url: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        target_of(url)
    assert refused.value.field == "url"


def test_an_address_is_taken_apart() -> None:
    assert target_of("https://Example.org/hook?a=1&b=2") == Target(True, "example.org", 443, "/hook?a=1&b=2")
    assert target_of("https://example.org:80") == Target(True, "example.org", 80, "/")


def test_the_setting_allows_this_machine_and_http_on_any_port(settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True
    target = target_of("http://127.0.0.1:8123/hook")
    assert target == Target(False, "127.0.0.1", 8123, "/hook")
    assert look_up(target) == ["127.0.0.1"]
