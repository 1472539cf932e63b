"""The API's description: valid, complete, and what the docs page shows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from config import api
from config.schema import EXAMPLES
from tests.api.speaking import Api, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(visitor: Api) -> dict[str, Any]:
    accept = {"Accept": "application/vnd.oai.openapi+json"}
    found: dict[str, Any] = visitor.client.get("/api/v1/schema/", headers=accept).json()
    return found


def test_it_is_valid_openapi(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_it_is_made_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


def test_it_describes_every_address(schema: dict[str, Any]) -> None:
    undescribed = {"schema", "docs", None}
    routes = [route for route in api.urlpatterns if isinstance(route, URLPattern) and route.name not in undescribed]
    paths = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/v1/{route.pattern}") for route in routes}
    assert set(schema["paths"]) == paths


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_and_parameter_is_explained(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["description"], name
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (name, parameter["name"])


def test_every_field_is_explained(schema: dict[str, Any]) -> None:
    silent = [
        f"{name}.{field}"
        for name, component in schema["components"]["schemas"].items()
        for field, said in component.get("properties", {}).items()
        if not said.get("description")
    ]
    assert silent == []


def test_every_refusal_is_a_problem(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        assert "application/problem+json" in operation["responses"]["4XX"]["content"], name


def test_withdrawing_is_described_as_it_is_answered(schema: dict[str, Any]) -> None:
    """With the estimate that withdraws, where a DELETE would have no content if nobody said otherwise."""
    assert set(schema["paths"]["/api/v1/forecasts/{slug}/estimates/"]["delete"]["responses"]) == {"200", "4XX"}


def test_no_address_is_taken_for_another() -> None:
    names = [route.name for route in api.urlpatterns if route.name]
    assert len(names) == len(set(names))


def test_the_docs_page_runs_under_the_policy(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert not re.search(r"\sstyle=|\son\w+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]


def test_everything_that_the_docs_page_loads_is_ours(client: Client) -> None:
    text = client.get("/api/v1/docs/").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(loaded) == 5
    for address in loaded:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/"))
        else:
            script = client.get(address.replace("&amp;", "&"))
            assert script["Content-Type"].startswith("application/javascript")
            assert b"SwaggerUIBundle" in script.content


def test_a_wrong_verb_on_the_schema_is_a_problem_too(ann: Api) -> None:
    refusal(ann.delete("schema/"), 405)
    refusal(ann.delete("docs/"), 405)


def test_every_json_body_has_an_example_that_has_its_shape(schema: dict[str, Any]) -> None:
    shown = set()
    for operations in schema["paths"].values():
        for operation in operations.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                shape = body["schema"] | {"components": schema["components"]}
                OAS31Validator(shape).validate(body["example"])
                # The API refuses what it does not know, of which a shape says nothing.
                name = (shape.get("items") or shape)["$ref"].rpartition("/")[2]
                rows = body["example"] if "items" in shape else [body["example"]]
                assert all(set(row) <= set(schema["components"]["schemas"][name]["properties"]) for row in rows)
                shown.add(operation["operationId"])
    assert shown == set(EXAMPLES)


def test_the_example_of_a_problem_has_its_shape(schema: dict[str, Any]) -> None:
    problem = schema["components"]["schemas"]["Problem"]
    OAS31Validator(problem).validate(problem["example"])
