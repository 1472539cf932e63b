"""One request and what comes back, over real sockets: to the address that was checked, and never for long."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.receiver import Receiver, receiving
from tracker.webhooks import posting
from tracker.webhooks.addresses import Target
from tracker.webhooks.posting import Answer

HERE = ["127.0.0.1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE", 0.3)


def post(port: int, addresses: list[str] = HERE, **fields: Any) -> Answer:
    target = Target(**{"secure": False, "host": "hooks.test", "port": port, "path": "/hook?x=1"} | fields)
    return posting.post(target, addresses, b'{"a":1}', {"content-type": "application/json"})


def test_it_goes_to_the_address_that_was_checked_under_the_name(receiver: Receiver) -> None:
    assert post(receiver.port) == Answer(200, "thanks")
    (got,) = receiver.got
    assert (got.path, got.body, got.headers["host"]) == ("/hook?x=1", b'{"a":1}', f"hooks.test:{receiver.port}")


def test_the_name_is_never_looked_up_again(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, real = [], socket.getaddrinfo

    def noting(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    assert post(receiver.port).taken
    assert set(asked) <= {"127.0.0.1"}


def test_the_next_address_is_tried_where_one_does_not_answer(receiver: Receiver) -> None:
    assert post(receiver.port, ["127.0.0.2", "127.0.0.1"]).taken


def test_nobody_there_is_said_in_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = post(free.getsockname()[1])
    assert (answer.status, answer.taken) == (None, False)
    assert "ConnectionRefusedError" in answer.said


def test_a_redirection_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.address}
    assert post(receiver.port) == Answer(302, "thanks")
    assert not post(receiver.port).taken
    assert len(receiver.got) == 2


def test_of_a_huge_answer_the_beginning_is_kept(receiver: Receiver) -> None:
    def pour(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100_000):
            handler.wfile.write(b"x" * 1000)

    receiver.answer = pour
    assert post(receiver.port) == Answer(200, "x" * 500)


def test_bytes_that_are_no_text_and_null_characters_are_kept_as_signs(receiver: Receiver) -> None:
    receiver.said = b"a\x00\xff"
    assert post(receiver.port).said == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500,
        b"\x16\x03\x01" * 9,
    ],
)
def test_a_broken_answer_is_no_answer(receiver: Receiver, sent: bytes) -> None:
    receiver.answer = lambda handler: handler.wfile.write(sent)
    answer = post(receiver.port)
    assert answer.status is None
    assert answer.said


def test_an_answer_that_breaks_off_counts_by_its_status(receiver: Receiver) -> None:
    receiver.answer = lambda handler: handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 99\r\n\r\nab")
    assert post(receiver.port).status == 202


@pytest.mark.usefixtures("impatient")
def test_silence_ends_when_the_time_is_up(receiver: Receiver) -> None:
    receiver.answer = lambda _: time.sleep(1)
    assert post(receiver.port).status is None


@pytest.mark.usefixtures("impatient")
def test_a_byte_at_a_time_ends_when_the_time_is_up(receiver: Receiver) -> None:
    sent = []

    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while len(sent) < 300:
            handler.wfile.write(b"y")
            sent.append(1)
            time.sleep(0.02)

    receiver.answer = drip
    post(receiver.port)
    assert len(sent) < 300


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """One that vouches for itself and for that name, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context


@pytest.mark.parametrize(
    ("name", "known", "status"), [("hooks.test", True, 200), ("other.test", True, None), ("hooks.test", False, None)]
)
def test_the_certificate_must_be_known_and_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, known: bool, status: int | None
) -> None:
    file, context = certificate(tmp_path, name)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with receiving(context) as receiver:
        answer = post(receiver.port, secure=True)
        assert answer.status == status
        assert len(receiver.got) == (1 if status else 0)
    assert status or "CERTIFICATE_VERIFY_FAILED" in answer.said
