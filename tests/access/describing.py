"""Requests made of the API's own description, right and wrong, as every role; and what each answer must hold to."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.throttles import Telling
from config.wsgi import application

from .staging import Staged, Way

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Refused as a whole: none of its fields is at fault, since it could not be read as fields at all.
WHOLE = {"parse-error", "bad-request", "too-large", "unknown-charset", "unsupported-media-type", "not-a-list"}
Made = Callable[..., Any]


@contextmanager
def alone(monkeypatch: Any) -> Iterator[None]:
    """Requests in the transaction of the test, as many as it likes."""
    monkeypatch.setattr(Telling, "allow_request", lambda *_: True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def described() -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)


def known(staged: Staged) -> dict[str, list[Any]]:
    """What is there, by the name of the parameter: addresses of chance alone would find little."""
    return {
        "slug": ["premise", "gap-yes", "resolved", "annulled", "upcoming", "revealed", "essay"],
        "evidence_id": [staged.evidence.pk],
        "note_id": [staged.note.pk, staged.withdrawn.pk],
        "webhook_id": [staged.webhook.pk],
        "registration_id": [staged.registration.pk],
        "import_id": [staged.sent.pk],
        "origin": ["plain"],
        "key": [staged.token.token_key],
        "name": ["ann", "bob", "crowd:median"],
        "kind": ["estimate", "wording", "resolution"],
        "row_id": [staged.world.resolved.estimates.all()[0].pk],
    }


def cases(operation: Any, there: dict[str, list[Any]]) -> st.SearchStrategy[Any]:
    """Right and wrong requests, to what is there and to what is not."""
    named = {each.name: st.sampled_from(there[each.name]) for each in operation.path_parameters}
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    made = [operation.as_strategy(generation_mode=mode) for mode in modes]
    if named:
        places = st.fixed_dictionaries(named)
        made += [
            places.flatmap(lambda at, m=mode: operation.as_strategy(generation_mode=m, path_parameters=at))
            for mode in modes
        ]
    return st.one_of(*made)


def try_all(staged: Staged, roles: dict[str, Way], *, examples: int, derandomize: bool) -> Counter[str]:
    """So many requests to each operation, each taken back; returns how many were answered with which status."""
    schema, there, counted, wrong = described(), known(staged), Counter[str](), []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=examples,
            derandomize=derandomize,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases(operation, there), role=st.sampled_from(sorted(roles)))
        def ask(case: Any, role: str) -> None:
            counted[str(answered(case, roles[role]))] += 1

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  # all that is wrong is told at once
            wrong.append(f"{operation.label}: {error!r} {getattr(error, 'exceptions', '')}")
    assert not wrong, "\n".join(wrong)
    return counted


def answered(case: Any, way: Way) -> int:
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Token {way.token}"} if way.token else {})
    cookies = {"sessionid": way.session} if way.session else {}
    # A session's own form token, so that what is refused is the request and not its sender.
    if way.session:
        headers["X-CSRFToken"] = cookies["csrftoken"] = "a" * 32
    with transaction.atomic():
        answer = case.call(headers=headers, cookies=cookies)
        transaction.set_rollback(True)
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        refused_well(answer, case.body)
    return int(answer.status_code)


def refused_well(answer: Any, sent: Any) -> None:
    """A problem document; one that refuses what was sent names the field, if there were any to be read."""
    body = answer.json()
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["errors"], body
    for each in body["errors"]:
        assert each["detail"], body
        # What is no object has no fields; and a field may have no name.
        nameless = each["code"] in WHOLE or not isinstance(sent, dict | NotSet) or "“”" in each["detail"]
        assert each["field"] or answer.status_code != 400 or nameless, body
