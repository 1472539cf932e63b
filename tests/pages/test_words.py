"""How numbers and texts are put into words, and what is taken out of a text."""

import doctest

import pytest

from forecasts.templatetags import prose, words


def test_the_examples_hold() -> None:
    for module in (words, prose):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "![x](https://example.org/track.gif)",
        "<img src=x onerror=alert(1)>",
        "<a href='https://example.org' style='position:fixed' onclick='x()'>x</a>",
        "<iframe src='//example.org'></iframe>",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_markdown_that_could_run_load_or_restyle_is_text(written: str) -> None:
    html = prose.markdown(written)
    assert not [tag for tag in ("<script", "<img", "<iframe", "<a style", "<a href='") if tag in html], html
    assert 'href="javascript' not in html.lower()
    assert 'href="data' not in html.lower()


def test_markdown_keeps_what_helps_reading() -> None:
    html = prose.markdown("# Big\n\n**so** and [there](https://example.org/a?b=1&c=2)\n\n1. one\n2. two")
    assert "<h3>Big</h3>" in html
    assert "<strong>so</strong>" in html
    assert 'href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc"' in html
    assert "<ol>" in html


def test_addresses_in_running_text_become_links_without_the_punctuation_after_them() -> None:
    html = prose.markdown(
        "See (https://example.org/x), or `https://example.org/code` and [https://a.example](https://b.example)."
    )
    assert '<a href="https://example.org/x" rel=' in html
    assert "<code>https://example.org/code</code>" in html
    assert html.count("<a ") == 2


def test_a_plain_text_keeps_its_words_around_its_addresses() -> None:
    html = prose.link("Gazette <b> https://www.example.org/gazette/, Law https://law.example")
    assert html == (
        "Gazette &lt;b&gt; "
        '<a href="https://www.example.org/gazette/" rel="noopener noreferrer nofollow">example.org/gazette</a>, Law '
        '<a href="https://law.example" rel="noopener noreferrer nofollow">law.example</a>'
    )


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://", "//example.org", "mailto:a@b.c", "http://[", ""]
)
def test_what_is_no_address_on_the_web_is_not_linked(address: str) -> None:
    assert not prose.web(address)
