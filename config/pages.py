"""What every page's frame shows."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Template context: nothing beyond the request so far."""
    return {"section": request.path.split("/")[1]}
