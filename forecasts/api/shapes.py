"""What bodies and parameters have in common: strict shapes. What they mean is for the services to judge."""

import datetime as dt
import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.utils import timezone
from rest_framework import serializers

LARGEST_ID = 2**63 - 1
# What a request may carry beside the parameters of its own: the paginator and the content negotiation read these.
READ_ELSEWHERE = frozenset({"cursor", "limit", "format"})


class Shape(serializers.Serializer[Any]):
    """A body or a set of parameters. A field that it does not know is refused by name, never dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [str(name) for name in data if name not in self.fields]):
            raise serializers.ValidationError({name[:80]: [self._unknown(name)] for name in unknown[:20]})
        return super().to_internal_value(data)

    def get_fields(self) -> dict[str, Any]:
        """A choice that is none is refused with those that there are."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.ChoiceField):
                known = ", ".join(str(each) for each in field.choices if each != "")
                field.error_messages["invalid_choice"] = f"“{{input}}” is not a choice. Choose one of {known}."
        return fields

    def _unknown(self, name: str) -> serializers.ErrorDetail:
        near = get_close_matches(name[:80], list(self.fields), n=1)
        remedy = f": did you mean “{near[0]}”?" if near else f". Known are {', '.join(self.fields)}."
        return serializers.ErrorDetail(f"unknown field “{name[:80]}”{remedy}", code="unknown-field")


class Text(serializers.CharField):
    """A string, and nothing that could be made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Slug(serializers.SlugField):
    """Lower-case letters, digits, dashes, underscores."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A finite JSON number."""

    default_error_messages = {"invalid": "Give a number such as 0.7.", "infinite": "Give a finite number such as 0.7."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            value = float(data)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fail("infinite")
        return value


class Share(serializers.FloatField):
    """0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 1} | kwargs)


class Whole(serializers.IntegerField):
    """A whole JSON number that can be an id or a revision."""

    default_error_messages = {"invalid": "Give a whole number such as 3."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST_ID} | kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false."""

    default_error_messages = {"invalid": "Give true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Instant(serializers.DateTimeField):
    """A time with its zone; one without is refused, since nobody could say which instant was meant."""

    default_error_messages = {
        "invalid": "Give an ISO 8601 time with its zone, such as 2027-01-01T00:00:00Z.",
        "naive": "Give the time with its zone, such as 2027-01-01T00:00:00Z.",
    }

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if timezone.is_naive(value):
            self.fail("naive")
        return super().enforce_timezone(value)
