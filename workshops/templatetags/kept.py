"""Parts of pages that show a few rows and nothing else: rendered once for as long as those rows stay what they are."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from iatp_events.lib.kept import Kept
from workshops.templatetags.workshops import chosen_zone

register = template.Library()
_fragments = Kept(size=512)


@register.tag
def kept(parser: Parser, token: Token) -> Fragment:
    """`{% kept "footer" series %}…{% endkept %}`: made anew when the rows named, the language or the city differ.

    Name everything that is read inside: what is left out would be shown stale. No `{% block %}` inside.
    """
    _, name, *made_of = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Fragment(name, [parser.compile_filter(part) for part in made_of], nodelist)


class Fragment(template.Node):
    def __init__(self, name: str, made_of: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.made_of, self.nodelist = name, made_of, nodelist

    def render(self, context: template.Context) -> SafeString:
        rows = [part.resolve(context, ignore_failures=True) for part in self.made_of]
        told = [self.name, get_language(), chosen_zone(context.get("request")), *rows]
        return SafeString(_fragments.get(told, lambda: self.nodelist.render(context)))
