"""Markdown as plain text that reads well: no marks, links written out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_markdown = MarkdownIt("commonmark", {"html": False})
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}


def render(text: str) -> str:
    """Return Markdown as lines of text: paragraphs stand apart by one empty line."""
    return _apart(SyntaxTreeNode(_markdown.parse(text)).children)


def _apart(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(filter(None, (_block(node) for node in nodes)))


def _block(node: SyntaxTreeNode) -> str:
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    if node.type == "blockquote":
        return "\n".join(f"> {line}".rstrip() for line in _apart(node.children).splitlines())
    if node.type == "hr":
        return "----"
    if node.type in ("fence", "code_block"):
        return node.content.rstrip("\n")
    return _inline(node.children)


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    marks = [f"{first + place}. " if node.type == "ordered_list" else "- " for place in range(len(node.children))]
    items = [mark + _indented(_item(item), len(mark)) for mark, item in zip(marks, node.children, strict=True)]
    return "\n".join(items)


def _item(node: SyntaxTreeNode) -> str:
    """The paragraphs of a list without empty lines are hidden ones; their lists stay without them too."""
    tight = any(child.type == "paragraph" and child.hidden for child in node.children)
    return "\n".join(_block(child) for child in node.children) if tight else _apart(node.children)


def _indented(text: str, width: int) -> str:
    """Every line but the first, and no empty one."""
    return re.sub(r"\n(?!\n|$)", "\n" + " " * width, text)


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_words(node) for node in nodes)


def _words(node: SyntaxTreeNode) -> str:
    if node.type in _BREAKS:
        return _BREAKS[node.type]
    if node.type == "link":
        return _link(_inline(node.children), str(node.attrs.get("href", "")))
    if node.children:
        return _inline(node.children)
    return node.content


def _link(words: str, address: str) -> str:
    """In angle brackets no sign of the sentence sticks to the address."""
    return words if words in (address, address.removeprefix("mailto:")) else f"{words} <{address}>"
