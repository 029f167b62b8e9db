"""Inputs for a text in four languages, side by side, each with its language on it."""

from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from i18nfield.fields import I18nCharField, I18nTextField
from i18nfield.forms import I18nTextarea, I18nTextInput


class _SideBySide:
    """Lays the inputs of an i18nfield widget out in a grid (static/css/admin.css) under visible labels."""

    locales: list[str]
    field: Any
    shape: str

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        # A label says the language; i18nfield's placeholder would say it again, and vanish while one types.
        whole: SafeString = super().render(name, value, {"placeholder": ""} | (attrs or {}), renderer)  # type: ignore[misc]
        return whole

    def format_output(self, rendered_widgets: list[str], id_: str) -> SafeString:
        names = dict(settings.LANGUAGES)
        inputs = (
            (f"{id_}_{place}", names[code], mark_safe(rendered))
            for place, (code, rendered) in enumerate(zip(self.locales, rendered_widgets, strict=True))
        )
        columns = format_html_join("", '<div><label class="language" for="{}">{}</label>{}</div>', inputs)
        frame = '<div class="side-by-side {}" role="group" aria-label="{}" id="{}">{}</div>'
        return format_html(frame, self.shape, self.field.label or "", id_, columns)


class LineSideBySide(_SideBySide, I18nTextInput):  # type: ignore[misc]
    """One line per language."""

    shape = "lines"


class TextSideBySide(_SideBySide, I18nTextarea):  # type: ignore[misc]
    """Several lines per language."""

    shape = "texts"

    def __init__(self, locales: list[str], field: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(locales, field, {"rows": 5} | (attrs or {}))


OVERRIDES: dict[Any, dict[str, Any]] = {
    I18nCharField: {"widget": LineSideBySide},
    I18nTextField: {"widget": TextSideBySide},
}
