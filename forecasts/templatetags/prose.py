"""What people wrote, as HTML in which nothing can run, load or restyle."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise, zip_longest
from urllib.parse import urlsplit

import nh3
from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

register = template.Library()

TAGS = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"}
WORD = re.compile(r"[^\W_]+")
# An address in running text ends before the punctuation that follows it.
ADDRESS = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]'’]")


def _headings_below_ours(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2", "h3"} else "h4"


def _link_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_linked(block.children))


def _linked(tokens: list[Token]) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or inside:
            yield token
            continue
        for plain, address in _pieces(token.content):
            yield Token("text", "", 0, content=plain)
            if address:
                yield Token("link_open", "a", 1, attrs={"href": address})
                yield Token("text", "", 0, content=address)
                yield Token("link_close", "a", -1)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each stretch of plain text with the address that follows it; the last has none."""
    start = 0
    for found in ADDRESS.finditer(text):
        yield text[start : found.start()], found.group()
        start = found.end()
    yield text[start:], ""


# Raw HTML is shown as typed; what remains is sanitised all the same.
_markdown = MarkdownIt("commonmark", {"html": False})
_markdown.core.ruler.push("headings_below_ours", _headings_below_ours)
_markdown.core.ruler.push("link_addresses", _link_addresses)


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML. Addresses in it become links, which go out without our address and without our praise."""
    return mark_safe(  # noqa: S308  # nh3 lets only these tags and web addresses through
        nh3.clean(
            _markdown.render(text),
            tags=TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https"},
            link_rel="noopener noreferrer nofollow ugc",
        )
    )


@register.filter
def link(text: str) -> SafeString:
    """A plain text in which addresses are links, written short."""
    anchor = '<a href="{}" rel="noopener noreferrer nofollow">{}</a>'
    pieces = (
        (plain, format_html(anchor, address, short(address)) if web(address) else conditional_escape(address))
        for plain, address in _pieces(text)
    )
    return format_html_join("", "{}{}", pieces)


@register.filter
def marked(text: str, words: Collection[str]) -> SafeString:
    """A plain text in which these words, given in lower case, stand out.

    >>> str(marked("Will AI <pause>?", {"pause", "gt"}))
    'Will AI &lt;<mark>pause</mark>&gt;?'
    """
    # Taken apart before it is escaped, so that no word of what escaping writes is one of theirs.
    ends = [0, *(end for found in WORD.finditer(text) if found[0].lower() in words for end in found.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    return format_html_join("", "{}{}", zip_longest(pieces[::2], (_mark(word) for word in pieces[1::2]), fillvalue=""))


def _mark(word: str) -> SafeString:
    return format_html("<mark>{}</mark>", word)


@register.filter
def web(address: str) -> bool:
    """Whether this is an address that a page may link to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


@register.filter
def host(address: str) -> str:
    """Whose address it is."""
    return urlsplit(address).netloc.removeprefix("www.")


@register.filter
def short(address: str) -> str:
    """An address without its scheme, for reading."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/") or address
