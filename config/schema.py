"""What the API's description says beyond its endpoints: how to sign in, and the one shape of every error."""

import json
from pathlib import Path
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# By operation, what its body may say.
EXAMPLES: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "examples.json").read_text("utf-8"))
FAULT = {
    "type": "object",
    "required": ["field", "code", "detail"],
    "properties": {
        "field": {"type": ["string", "null"], "description": "The field at fault; null where it is no single one."},
        "code": {"type": "string", "description": "For programs, such as required, invalid, not-open, conflict."},
        "detail": {"type": "string", "description": "For people: what is wrong, and what to do."},
    },
    "description": "One fault.",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Always about:blank: see the status."},
        "title": {"type": "string", "description": "The name of the status."},
        "status": {"type": "integer", "description": "The HTTP status, 400 to 599."},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "errors": {"type": "array", "items": FAULT, "description": "Each fault with its field."},
    },
    "description": "Problem details, RFC 9457.",
    "example": {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "probability: 1.3 is outside 0.0001 to 0.9999.",
        "errors": [{"field": "probability", "code": "invalid", "detail": "1.3 is outside 0.0001 to 0.9999."}],
    },
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registered by a hook without types
    target_class = "config.authentication.CarefulTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "“Token ” and a token from /api/v1/tokens/, such as: Token 9f0c...",
        }


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the error shape to every operation."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    reference = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = {"description": "Refused: what is wrong, by field.", "content": reference}
    return result


def give_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Show beside the shape of each JSON body one that has it."""
    for operations in result["paths"].values():
        for operation in operations.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body and operation["operationId"] in EXAMPLES:
                body["example"] = EXAMPLES[operation["operationId"]]
    return result


class Description(SpectacularAPIView):
    """The OpenAPI document."""


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI in the view that runs without inline script."""

    url_name = "schema"
