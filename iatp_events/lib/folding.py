"""Text as people search it: without accents, case or doubled spaces."""

import unicodedata
from typing import Any

from django.db import models

_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Return text in lower case, without marks, with single spaces: "Bogotá  Clúster" → "bogota cluster"."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.translate(_UNDECOMPOSED).split())


class FoldedField(models.TextField):  # type: ignore[type-arg]
    """A column that holds the folded text of other columns of its row, filled whenever the row is written.

    sources: names of the columns, plain or multilingual (all languages are searchable).
    longest: where the text is cut, so that an index can hold it whatever letters it grew to.
    With `save(update_fields=…)` name this column as well.
    """

    def __init__(self, *, sources: tuple[str, ...] = (), longest: int | None = None, **options: Any) -> None:
        self.sources, self.longest = sources, longest
        for option, value in (("default", ""), ("blank", True), ("editable", False)):
            options.setdefault(option, value)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        cut = {} if self.longest is None else {"longest": self.longest}
        return name, path, args, options | {"sources": self.sources} | cut

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        parts = [_plain(getattr(model_instance, source)) for source in self.sources]
        folded = fold(" ".join(part for part in parts if part))[: self.longest]
        setattr(model_instance, self.attname, folded)
        return folded


def _plain(value: Any) -> str:
    translations = getattr(value, "data", value)
    if isinstance(translations, dict):
        return " ".join(str(text) for text in translations.values() if text)
    return str(translations or "")
