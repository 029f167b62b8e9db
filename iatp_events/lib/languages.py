"""Which language a text is shown in when the reader's own is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from i18nfield.strings import LazyI18nString

CODES: tuple[str, ...] = tuple(code for code, _ in settings.LANGUAGES)
NAMES: dict[str, str] = dict(settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is in; `foreign` when that is not the reader's."""

    value: str
    language: str
    foreign: bool

    def __str__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)


def current() -> str:
    """The active language as one of ours: "pt-br" reads as "pt"."""
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in CODES else settings.LANGUAGE_CODE


def pick(text: LazyI18nString | str | None, order: Sequence[str] = (), reader: str = "") -> Text:
    """Choose the reader's language, then the given order (a series' languages), then any that is there."""
    reader = reader or current()
    translations = text.data if isinstance(text, LazyI18nString) else text
    if not isinstance(translations, dict):
        return Text(str(translations or ""), reader, foreign=False)
    for code in (reader, *order, *CODES, *translations):
        if value := str(translations.get(code) or "").strip():
            return Text(value, code, foreign=code != reader)
    return Text("", reader, foreign=False)
