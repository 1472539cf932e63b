"""A draft looked at: what refuses it, what to doubt, what it resembles. The same while typing and when it is sent."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.text import slugify

from forecasts import resembling
from forecasts.doubts import Doubt, doubts
from forecasts.models import Claim, Forecast, Pair

from .forms import RegisterForm, TextForm

# Words that say nothing about which question it is.
EMPTY = re.compile(
    r"will|would|the|an?|of|in|on|at|by|to|for|and|or|be|is|are|was|has|have|had|its?|that|this|any|there|do|does|did"
    r"|with|from|before|after|than|more|least|between"
)
WORDS_IN_SLUG = 6
SLUG_LENGTH = 60


@dataclass(frozen=True)
class Remark:
    """A doubt or a fault, by the label of its field and where that is on the page."""

    label: str
    anchor: str
    said: str


@dataclass(frozen=True)
class Review:
    """What a curator sees beside the form. `faults` refuse; `doubts` and `near` may be overridden."""

    faults: list[Remark]
    doubts: list[Remark]
    missing: list[str]
    near: list[Forecast]
    slug: str

    @property
    def doubtful(self) -> bool:
        return bool(self.doubts or self.near)


def review(form: TextForm, *, at: dt.datetime, forecast: Forecast | None = None) -> Review:
    """Look at what is typed; `forecast` is the one that is worded anew."""
    form.is_valid()
    missing = form.missing
    found = list(dict.fromkeys(doubt for draft in form.drafts() for doubt in doubts(draft, at=at)))
    if isinstance(form, RegisterForm):
        found += _of_claim(form)
    question = form.typed.get("question", "")
    # A twin asks the same on purpose.
    siblings = forecast.pair_id if forecast else None
    near = resembling.twins(question, leaving=forecast.pk if forecast else 0) if len(question) > 15 else []
    return Review(
        faults=[
            _remark(form, name, str(message))
            for name, messages in form.errors.items()
            if name not in missing
            for message in messages
        ],
        doubts=[_remark(form, doubt.field, doubt.said) for doubt in found],
        missing=[str(form[name].label) for name in missing],
        near=[each for each in near if siblings is None or each.pair_id != siblings],
        slug=slug_for(form) if isinstance(form, RegisterForm) and "slug" not in form.errors else "",
    )


def slug_for(form: RegisterForm) -> str:
    """The slug that was typed, else a free one made from the claim and its part, or from the question's own words."""
    given = form.cleaned_data
    if typed := given.get("slug", ""):
        return str(typed)
    claim = given.get("claim")
    if isinstance(claim, Claim):
        source = "-".join(claim.source.slug.split("-")[:2])
        wanted = slugify(f"{source}-{claim.key}{given.get('part', '')}")
    else:
        words = [
            word
            for word in slugify(form.typed.get("question", "").replace("{window}", "")).split("-")
            if not EMPTY.fullmatch(word)
        ]
        wanted = "-".join(words[:WORDS_IN_SLUG])[:SLUG_LENGTH].strip("-")
    return _free(wanted) if wanted else ""


def _free(wanted: str) -> str:
    """The slug itself, or with the first number that makes it free; of a pair its branches must be free as well."""
    taken = set(Forecast.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)[:500])
    taken |= set(Pair.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)[:500])
    candidates = (wanted, *(f"{wanted}-{number}" for number in range(2, 502)))
    return next(slug for slug in candidates if not {slug, f"{slug}-yes", f"{slug}-no"} & taken)


def _of_claim(form: RegisterForm) -> list[Doubt]:
    claim, part = form.cleaned_data.get("claim"), form.cleaned_data.get("part", "")
    if not isinstance(claim, Claim):
        return []
    found = []
    if same := Forecast.objects.filter(claim=claim, part=part).first():
        said = f"{claim.key} has {f'a part {part}' if part else 'a forecast without a part'} already: “{same.question}”"
        found.append(Doubt("part", f"{said} Give this one a part of its own."))
    if form.cleaned_data.get("hedged") and claim.hedge_low is None:
        found.append(Doubt("hedged", f"{claim.key} has no word of its author that a scale translates. Untick this."))
    return found


def _remark(form: TextForm, name: str, said: str) -> Remark:
    shown = name in form.fields and name != "__all__"
    return (
        Remark(str(form[name].label), form[name].id_for_label or form[name].auto_id, said)
        if shown
        else Remark("", "", said)
    )
