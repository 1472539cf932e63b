"""A digest in words: subject, plain text and simple HTML."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from forecasts.links import absolute, stop_token
from forecasts.models import Mailbox
from tracker.models import News

from .finding import Digest

HEADLINES = {
    News.RESOLVED: "Resolved",
    News.CLOSING: "Closing soon",
    News.REVEALED: "Revealed",
    News.DUE: "Due to be resolved",
}


@dataclass(frozen=True)
class Text:
    """What is sent, and the address that stops it."""

    subject: str
    plain: str
    html: str
    stop_url: str


def compose(digest: Digest, mailbox: Mailbox) -> Text:
    """The words of a digest that has something to say."""
    stop_url = absolute(reverse("letters-stop", args=[stop_token(mailbox.pk)]))
    context = {
        "name": mailbox.forecaster.username,
        "parts": parts(digest),
        "site": absolute(""),
        "rhythm": mailbox.get_rhythm_display(),
        "choose_url": absolute(reverse("letters")),
        "stop_url": stop_url,
    }
    return Text(
        subject=subject(digest),
        plain=render_to_string("tracker/letters/digest.txt", context),
        html=render_to_string("tracker/letters/digest.html", context),
        stop_url=stop_url,
    )


def parts(digest: Digest) -> list[dict[str, object]]:
    """What the templates go through: kind, headline, items, and whether there is more."""
    return [
        {"kind": str(kind), "headline": HEADLINES[kind], "items": items, "more": kind in digest.more}
        for kind, items in digest.items.items()
    ]


def subject(digest: Digest) -> str:
    """How much there is of what, such as “2 resolved, 1 closing soon”."""
    counts = [
        f"{len(items)}{'+' if kind in digest.more else ''} {HEADLINES[kind].lower()}"
        for kind, items in digest.items.items()
    ]
    return ", ".join(counts)
