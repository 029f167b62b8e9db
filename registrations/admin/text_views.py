"""Read, write, try out and restore the text of a mail. Only saving and restoring change anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iatp_events.lib import clock, languages
from iatp_events.lib.doors import staff
from registrations import emails
from registrations.admin import hours, readers
from registrations.admin import preview as previews
from registrations.admin.text_forms import TextForm
from registrations.choices import RegistrationState, Wording
from registrations.emails import wording as wordings
from registrations.models import MailText, Registration
from registrations.services import texts
from registrations.transport import Refused, Unreachable
from workshops.models import Series

_TO_WHO_WAITS = (Wording.WAITING_LIST, Wording.ENROLLED_WAITING)


@dataclass
class Place:
    """Which text a page is about."""

    series: Series
    wording: Wording
    language: str

    @property
    def label(self) -> str:
        return f"{self.wording.label} · {languages.NAMES[self.language]}"

    @cached_property
    def text(self) -> wordings.Text:
        return wordings.written(self.series, self.wording, self.language)

    @property
    def original(self) -> wordings.Text:
        return wordings.original(self.wording, self.language)

    def url(self, page: str = "edit") -> str:
        return reverse(f"admin:registrations_mailtext_{page}", args=[self.series.slug, self.wording, self.language])


@staff("registrations.view_mailtext")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every text in every language: the original, or changed by whom and when."""
    every = list(Series.objects.order_by("-created_at", "-pk"))
    asked = request.GET.get("series", "")
    series = next((one for one in every if one.slug == asked), None if asked else every[0] if every else None)
    if asked and series is None:
        raise Http404
    context: dict[str, Any] = {
        "title": gettext("Texts of mails"),
        "all_series": every,
        "series": series,
        "rows": _rows(series),
    }
    context["may_write"] = request.user.has_perm("registrations.change_mailtext")
    return _render(request, "overview", context)


@staff("registrations.change_mailtext")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, wording: str, language: str) -> HttpResponse:
    place = _load(slug, wording, language)
    if request.method != "POST":
        return _show(request, place, _form(place))
    form = _form(place, request.POST)
    if not form.is_valid():
        return _show(request, place, form, status=422)
    try:
        _write(request, place, form)
    except texts.ChangedMeanwhile as change:
        return _show_both(request, place, form, change.text)
    messages.success(request, gettext("Saved. Every mail of this kind says so from now on, those that wait as well."))
    return redirect(place.url())


@staff("registrations.change_mailtext")
@require_POST
def preview(request: HttpRequest, slug: str, wording: str, language: str) -> HttpResponse:
    """The same page with the mail as it would be with what is typed; nothing is stored."""
    place = _load(slug, wording, language)
    form, reader = _form(place, request.POST), _reader(request, place, request.POST)
    if not (form.is_valid() and reader.is_valid()):
        return _show(request, place, form, reader=reader, status=422)
    mail = previews.of_mail(_mail(place, form, reader))
    return _show(request, place, form, reader=reader, mail=mail)


@staff("registrations.change_mailtext")
@require_POST
def preview_html(request: HttpRequest, slug: str, wording: str, language: str) -> HttpResponse:
    place = _load(slug, wording, language)
    form, reader = _form(place, request.POST), _reader(request, place, request.POST)
    if not (form.is_valid() and reader.is_valid()):
        return _show(request, place, form, reader=reader, status=422)
    mail = previews.of_mail(_mail(place, form, reader))
    return HttpResponse(mail.html, headers={"Content-Security-Policy": previews.PREVIEW_POLICY})


@staff("registrations.change_mailtext")
@require_POST
def send_test(request: HttpRequest, slug: str, wording: str, language: str) -> HttpResponse:
    """Mail what is typed to whoever typed it, and say what became of it."""
    place = _load(slug, wording, language)
    form, reader = _form(place, request.POST), _reader(request, place, request.POST)
    if not (form.is_valid() and reader.is_valid()):
        return _show(request, place, form, reader=reader, status=422)
    mail = _mail(place, form, reader, as_nobody=True)
    level, what_happened = _try(mail, cast(User, request.user), place.series)
    messages.add_message(request, level, what_happened)
    return _show(request, place, form, reader=reader)


@staff("registrations.change_mailtext")
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, slug: str, wording: str, language: str) -> HttpResponse:
    place = _load(slug, wording, language)
    changed = False
    if request.method == "POST":
        try:
            texts.restore(
                series=place.series, wording=place.wording, language=language, seen=request.POST.get("seen", "")
            )
        except texts.ChangedMeanwhile:
            changed = True
        else:
            _log(request, place, gettext("Restored the original of the text “%(text)s”."))
            messages.success(request, gettext("The original holds again."))
            return redirect(place.url())
    context = {"title": gettext("Restore the original"), "place": place, "seen": texts.version(place.text)}
    return _render(request, "restore", context | {"changed": changed}, status=422 if changed else 200)


def _load(slug: str, wording: str, language: str) -> Place:
    if wording not in Wording.values or language not in languages.CODES:
        raise Http404
    return Place(get_object_or_404(Series, slug=slug), Wording(wording), language)


def _rows(series: Series | None) -> list[dict[str, Any]]:
    changed = MailText.objects.filter(series=series).select_related("changed_by").defer("subject", "body")
    found = {(row.wording, row.language): row for row in changed}
    return [
        {
            "wording": Wording(value),
            "label": label,
            "cells": [(code, name, found.get((value, code))) for code, name in settings.LANGUAGES],
        }
        for value, label in Wording.choices
    ]


def _form(place: Place, data: Any = None) -> TextForm:
    text = place.text
    initial = {"subject": text.subject, "body": text.body, "seen": texts.version(text)}
    return TextForm(data, initial=initial, allowed=wordings.placeholders(place.wording))


def _reader(request: HttpRequest, place: Place, data: Any = None) -> readers.ReaderForm:
    registrations = Registration.objects.filter(session__series=place.series)
    if place.wording in _TO_WHO_WAITS:
        registrations = registrations.filter(state=RegistrationState.WAITLISTED)
    people = readers.newest(request, registrations)
    initial = {"reader": str(people[0].pk) if people else "", "language": place.language, "zone": ""}
    return readers.ReaderForm(data, initial=initial, registrations=people, series=place.series, auto_id="id_preview_%s")


def _mail(
    place: Place, form: TextForm, reader: readers.ReaderForm, *, as_nobody: bool = False
) -> EmailMultiAlternatives:
    """What is typed, in its language; in another, the text that holds there."""
    now, language = clock.now(), reader.cleaned_data["language"]
    typed = language == place.language
    registration = reader.registration(now=now, waiting=place.wording in _TO_WHO_WAITS)
    return emails.preview(
        wording=place.wording,
        text=form.text if typed else wordings.written(place.series, place.wording, language),
        registration=readers.as_nobody(registration) if as_nobody else registration,
        language=language,
        zone=registration.attendee.timezone,
        now=now,
    ).mail


def _write(request: HttpRequest, place: Place, form: TextForm) -> None:
    texts.write(
        series=place.series,
        wording=place.wording,
        language=place.language,
        text=form.text,
        seen=form.cleaned_data["seen"],
        user=cast(User, request.user),
        now=clock.now(),
    )
    _log(request, place, gettext("Wrote the text “%(text)s”."))


def _try(mail: EmailMultiAlternatives, user: User, series: Series) -> tuple[int, str]:
    try:
        validate_email(user.email)
    except ValidationError:
        return messages.ERROR, gettext("Your account has no e-mail address. Whoever manages staff accounts can add it.")
    try:
        by_smtp = texts.send_test(mail=mail, address=user.email, series=series)
    except Refused as refusal:
        return messages.ERROR, gettext("The mail server refused the test: %(words)s") % {"words": refusal}
    except Unreachable as trouble:
        return messages.ERROR, gettext("The mail server did not take the test: %(words)s") % {"words": trouble}
    if by_smtp:
        return messages.SUCCESS, gettext("The test is on its way to %(address)s.") % {"address": user.email}
    return messages.SUCCESS, gettext("The test was written to a file, as every mail of this series is.")


def _show_both(request: HttpRequest, place: Place, form: TextForm, theirs: wordings.Text) -> HttpResponse:
    """What was typed, beside what somebody else saved meanwhile: saving once more is a choice then."""
    data = {**form.data.dict(), "seen": texts.version(theirs)}  # type: ignore[attr-defined]
    place.text = theirs
    again = _form(place, data)
    author = MailText.objects.filter(series=place.series, wording=place.wording, language=place.language)
    row = author.select_related("changed_by").first()
    moment = hours.local(row.changed_at, place.series.timezone) if row else ""
    return _show(request, place, again, theirs=theirs, theirs_row=row, theirs_at=moment, status=422)


def _show(
    request: HttpRequest,
    place: Place,
    form: TextForm,
    *,
    reader: readers.ReaderForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    whole = {
        "title": place.label,
        "place": place,
        "form": form,
        "reader": reader or _reader(request, place),
        "placeholders": wordings.placeholders(place.wording),
        "is_original": place.text == place.original,
        "siblings": [(Place(place.series, place.wording, code).url(), name, code) for code, name in settings.LANGUAGES],
        **{f"{page}_url": place.url(page) for page in ("preview", "preview_html", "send_test", "restore")},
    }
    return _render(request, "text", whole | context, status=status)


def _log(request: HttpRequest, place: Place, what: str) -> None:
    """In the history of the series: a restored text has no row that could carry one."""
    admin.site.get_model_admin(Series).log_change(request, place.series, what % {"text": place.label})


def _render(request: HttpRequest, page: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    whole = admin.site.each_context(request) | {"opts": MailText._meta} | context
    return render(request, f"admin/registrations/mailtext/{page}.html", whole, status=status)
