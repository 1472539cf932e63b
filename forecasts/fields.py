"""Form fields and widgets of our own."""

import datetime as dt
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def written(instant: dt.datetime) -> str:
    """As a browser's field for a local time takes it, in UTC: no finer than it must be, and to a thousandth at most.

    >>> [written(dt.datetime(2027, 1, 31, 18, 0, second, tzinfo=dt.UTC)) for second in (0, 59)]
    ['2027-01-31T18:00', '2027-01-31T18:00:59']
    """
    fineness = "milliseconds" if instant.microsecond else "seconds" if instant.second else "minutes"
    return instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec=fineness)


class Menu(forms.Select):
    """A select without groups. Django renders a template for each option, and a menu may have hundreds.

    >>> print(Menu(choices=[("", "Any"), ("a", "A & B")]).render("tag", "a", {"id": "tag"}))
    <select name="tag" id="tag"><option value="">Any</option><option value="a" selected>A &amp; B</option></select>
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        pairs = [("" if key is None else str(key), label) for key, label in self.choices]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if key in chosen else "", label) for key, label in pairs),
        )
        given = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, given, options)


class InstantField(forms.CharField):
    """An instant, typed in UTC or with its zone, as 2027-01-31 18:00; gives an aware datetime, None for nothing."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "datetime-local", "step": "any"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).strip()
        if not typed:
            return None
        try:
            instant = dt.datetime.fromisoformat(typed)
            return instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(f"“{typed}” is not a time. Type it as 2027-01-31 18:00.") from None

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, dt.datetime) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A time that comes back as it was shown was not changed, however finely it was given once."""
        return bool((self.prepare_value(initial) or "") != (data or ""))


class ProseField(forms.CharField):
    """A text of several lines, which browsers send with line ends of their own."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class LinesField(forms.CharField):
    """Several texts, one a line; gives those that are not blank."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class WordsField(forms.CharField):
    """Several short names, parted by commas or spaces; gives a list."""

    def clean(self, value: Any) -> Any:
        return super().clean(value).replace(",", " ").split()

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value
