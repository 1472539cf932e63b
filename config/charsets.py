"""What stands before Django: requests whose Content-Type it would break on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.http import parse_header_parameters

from config.problems import is_api, single

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READ = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1"})
REFUSAL = "The charset in Content-Type is none that is read here. Send UTF-8."


def only_read_charsets(application: "WSGIApplication") -> "WSGIApplication":
    """Answer 400 where the Content-Type names a charset that is not read here.

    Django decodes the query string in whatever codec is named, zlib included, before any of its own handlers of errors
    stands ready.
    """

    def checked(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if _is_read(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        response = _refusal(environ.get("PATH_INFO", ""))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return checked


def _is_read(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):
        return False
    return parameters.get("charset", "utf-8").strip().lower() in READ


def _refusal(path: str) -> HttpResponse:
    if is_api(path):
        response: HttpResponse = single(400, "unknown-charset", REFUSAL)
    else:
        response = HttpResponse(REFUSAL, content_type="text/plain; charset=utf-8", status=400)
    response["Content-Length"] = str(len(response.content))
    return response
