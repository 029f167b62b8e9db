"""Text that staff write in Markdown, as HTML that is safe to show."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {"a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# A page has its own first and second level; a text inside it begins with the third.
_DEMOTED_BY = 2

_markdown = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=512)
def render(text: str) -> SafeString:
    """Return Markdown as HTML: no images, no raw HTML, headings from h3 down, links that lend no credit."""
    tokens = _markdown.parse(text)
    for token in tokens:
        _demote(token)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(
        nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener nofollow").strip()
    )


def _demote(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(6, int(token.tag[1:]) + _DEMOTED_BY)}"
