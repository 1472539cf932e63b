"""Notes as comments: a forecast's or a forecaster's, and writing one."""

from collections.abc import Iterable
from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.api.shapes import Flag, Text, Whole
from forecasts.models import LONGEST_NOTE, Estimate, Forecast, Note
from forecasts.refusals import Invalid, Refused
from forecasts.services import noting

from .endpoints import Adapter, found_post
from .users import user

# What a bot may send there.
LONGEST: Final = 150_000
TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


class NewComment(serializers.Serializer[Any]):
    on_post = Whole()
    text = Text(max_length=LONGEST, trim_whitespace=False)
    is_private = Flag(default=False, allow_null=True)
    included_forecast = Flag(default=False, allow_null=True)
    parent = Whole(default=None, allow_null=True)  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class


class CommentList(Adapter):
    def get(self, request: Request) -> Response:
        """Public ones, or one's own private ones where those are asked for; newest first."""
        forecast, author = self.whole("post"), self.whole("author")
        if forecast is None and author is None:
            raise Invalid("Say of which post or of which author, such as ?post=7.", field="post")
        found = queries.discussed(user=request.user, at=self.at).filter(is_private=_truth(self))
        if forecast is not None:
            found = found.filter(forecast=found_post(forecast, field="post"))
        if author is not None:
            found = found.filter(author=author)
        return self.turned(found.select_related("forecast"), lambda page: _shown(self, page))


class CommentCreate(Adapter):
    def post(self, request: Request) -> Response:
        given = self.sent(NewComment, request.data)
        forecast = found_post(given["on_post"], field="on_post")
        try:
            made = noting.write(
                forecast=forecast,
                by=self.actor,
                at=self.at,
                text=_cut(given["text"]),
                is_private=bool(given["is_private"]),
                reply_to=given["parent"],
                estimate=_latest(self, forecast) if given["included_forecast"] else None,
                idempotency_key=request.headers.get("Idempotency-Key"),
            )
        except Refused as refused:
            refused.field = "parent" if refused.field == "reply_to" else refused.field
            raise
        (shown,) = _shown(self, queries.notes(forecast, user=self.actor, at=self.at).filter(pk=made.pk))
        return Response(shown, status=201)


def _truth(view: Adapter) -> bool:
    text = view.given("is_private").lower() or "false"
    if text not in TRUTHS:
        raise Invalid("Give true or false.", field="is_private")
    return TRUTHS[text]


def _latest(view: Adapter, forecast: Forecast) -> int | None:
    """One's own estimate, if the latest is one and withdraws nothing."""
    own = queries.latest_own([forecast], user=view.actor).get(forecast.pk)
    return None if own is None or own.probability is None else own.pk


def _cut(text: str) -> str:
    """Bots write more than a note takes, and to refuse it would stop them: it says itself what is left out."""
    text = text.strip()
    if len(text) <= LONGEST_NOTE:
        return text
    ending = f"\n\n(Cut here: the comment has {len(text):,} characters, and a note takes {LONGEST_NOTE:,}.)"
    return text[: LONGEST_NOTE - len(ending)] + ending


def _shown(view: Adapter, notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [_comment(note, note.text_for(view.request.user)) for note in notes]


def _comment(note: Note, text: str | None) -> dict[str, Any]:
    return {
        "id": note.pk,
        "author": user(note.author),
        "parent_id": note.reply_to_id,
        "root_id": note.thread_id,
        "created_at": note.made_at,
        "is_soft_deleted": text is None,
        "text": text or "",
        "on_post": note.forecast_id,
        "on_post_data": {"id": note.forecast_id, "title": note.forecast.question},
        "included_forecast": _included(note.estimate) if note.estimate and text is not None else None,
        "is_private": note.is_private,
    }


def _included(estimate: Estimate) -> dict[str, Any]:
    return {
        "start_time": estimate.made_at,
        "probability_yes": estimate.probability,
        "probability_yes_per_category": None,
        "continuous_cdf": None,
        "question_type": "binary",
    }
