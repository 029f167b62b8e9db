"""Who will get a message to a group, how they will read it, and the button that sends it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_countries import countries

from iatp_events.lib import clock, languages
from iatp_events.lib.doors import staff
from registrations import emails
from registrations.admin import hours, readers
from registrations.admin import preview as previews
from registrations.choices import Came, MessageKind, RegistrationState, SkipReason
from registrations.models import Attendee, Bulletin, Message, Registration
from registrations.services import bulletins

SHOWN = 100


@staff("registrations.view_bulletin")
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Before it is sent, who will get it; afterwards, what became of it."""
    return _show(request, _load(request, pk))


@staff("registrations.change_bulletin")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = _load(request, pk, "change")
    if request.method != "POST":
        return redirect("admin:registrations_bulletin_group", pk)
    seen = request.POST.get("people", "")
    people, digest = int(seen) if seen.isdecimal() and len(seen) < 10 else -1, request.POST.get("digest", "")
    try:
        sent = bulletins.send(bulletin=bulletin, people=people, digest=digest, now=clock.now())
    except bulletins.OnItsWay:
        messages.info(request, gettext("It was on its way already; nobody gets it twice."))
    except bulletins.ChangedMeanwhile:
        return _show(request, _load(request, pk), changed=True, status=422)
    except bulletins.NobodyMeant:
        return _show(request, _load(request, pk), status=422)
    else:
        _page().log_change(request, bulletin, gettext("Sent to %(count)s people.") % {"count": sent})
        said = ngettext("On its way to %(count)s person.", "On its way to %(count)s people.", sent)
        messages.success(request, said % {"count": sent})
    return redirect("admin:registrations_bulletin_group", pk)


@staff("registrations.add_bulletin")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    another = bulletins.copy(bulletin=_load(request, pk), user=cast(User, request.user), now=clock.now())
    _page().log_addition(request, another, gettext("Copied from another message."))
    messages.success(request, gettext("This is a draft with the same text and group: change what differs."))
    return redirect("admin:registrations_bulletin_change", another.pk)


@staff("registrations.view_bulletin")
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as one person would read it."""
    bulletin = _load(request, pk)
    reader = _reader(request, bulletin)
    context = {"title": gettext("Preview"), "bulletin": bulletin, "reader": reader}
    if reader.is_valid():
        context["mail"] = previews.of_mail(_mail(bulletin, reader))
    return _render(request, "preview", context)


@staff("registrations.view_bulletin")
@require_safe
def preview_html(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = _load(request, pk)
    reader = _reader(request, bulletin)
    if not reader.is_valid():
        return _render(request, "preview", {"title": gettext("Preview"), "bulletin": bulletin, "reader": reader})
    mail = previews.of_mail(_mail(bulletin, reader))
    return HttpResponse(mail.html, headers={"Content-Security-Policy": previews.PREVIEW_POLICY})


def _page() -> admin.ModelAdmin[Bulletin]:
    return admin.site.get_model_admin(Bulletin)


def _load(request: HttpRequest, pk: int, right: str = "view") -> Bulletin:
    bulletin = get_object_or_404(Bulletin.objects.select_related("series", "session__series", "author"), pk=pk)
    allowed = _page().has_view_permission if right == "view" else _page().has_change_permission
    if not allowed(request, bulletin):
        raise PermissionDenied
    return bulletin


def _reader(request: HttpRequest, bulletin: Bulletin) -> readers.ReaderForm:
    """Someone of the group, in their own language unless another one is asked for."""
    people = readers.newest(request, _registrations(bulletin, request.GET.get("language", "")))
    data = request.GET.copy()
    if "reader" not in data:
        data["reader"] = str(people[0].pk) if people else ""
    if "language" not in data:
        data["language"] = people[0].attendee.language if people else languages.current()
    return readers.ReaderForm(data, registrations=people, series=bulletin.series, auto_id="id_preview_%s")


def _registrations(bulletin: Bulletin, language: str) -> QuerySet[Registration]:
    """Of those it means, rather who reads this language."""
    of_series = Registration.objects.filter(session__series=bulletin.series_id)
    of_session = of_series.filter(session=bulletin.session_id) if bulletin.session_id else of_series
    meant = of_session.filter(attendee__in=Attendee.objects.meant_by(bulletin).values("pk"))
    readers_of_it = meant.filter(attendee__language=language)
    return readers_of_it if language and readers_of_it.exists() else meant


def _mail(bulletin: Bulletin, reader: readers.ReaderForm) -> EmailMultiAlternatives:
    now = clock.now()
    registration = reader.registration(now=now)
    message = Message(
        kind=MessageKind.BULLETIN,
        key="preview",
        attendee=registration.attendee,
        series=bulletin.series,
        session=bulletin.session,
        registration=registration if bulletin.session_id else None,
        bulletin=bulletin,
        due_at=now,
    )
    return emails.compose(message, now=now).mail


def _show(request: HttpRequest, bulletin: Bulletin, *, changed: bool = False, status: int = 200) -> HttpResponse:
    context = {"title": gettext("Who will get it"), "bulletin": bulletin, "chosen": _chosen(bulletin)}
    context["queued_at"] = hours.local(bulletin.queued_at, bulletin.series.timezone)
    context |= _progress(bulletin) if bulletin.is_on_its_way else _count(request, bulletin)
    if bulletin.is_on_its_way:
        context["title"] = gettext("Who got it")
    return _render(request, "group", context | {"changed": changed}, status=status)


def _count(request: HttpRequest, bulletin: Bulletin) -> dict[str, Any]:
    counted = bulletins.group(bulletin)
    names: list[Attendee] = []
    if request.user.has_perm("registrations.view_attendee"):
        names = list(Attendee.objects.meant_by(bulletin).order_by("folded", "pk")[:SHOWN])
    return {
        "group": counted,
        "languages": [
            (languages.NAMES.get(code, code), code, _read(bulletin, code), n) for code, n in counted.languages
        ],
        "countries": [(_country(code), n) for code, n in counted.countries],
        "names": names,
        "more": counted.people - len(names),
    }


def _progress(bulletin: Bulletin) -> dict[str, Any]:
    counted = Bulletin.objects.with_progress().get(pk=bulletin.pk)
    skipped = bulletin.messages.exclude(skip_reason="").order_by().values_list("skip_reason")
    reasons = skipped.annotate(people=Count("pk")).order_by("-people")
    return {"progress": counted, "reasons": [(SkipReason(reason).label, people) for reason, people in reasons]}


def _read(bulletin: Bulletin, code: str) -> str:
    """The language in which the readers of a language get it, where that is another one."""
    picked = languages.pick(bulletin.body, bulletin.series.languages, code)
    return languages.NAMES.get(picked.language, picked.language) if picked.foreign else ""


def _country(code: str) -> str:
    return str(countries.name(code)) if code else gettext("unknown")


def _chosen(bulletin: Bulletin) -> list[tuple[str, str]]:
    """The group in words: what was chosen, question by question."""
    states = [str(RegistrationState(state).label) for state in bulletin.states_meant] if bulletin.session_id else []
    answers = [
        (gettext("Session"), str(bulletin.session or gettext("the whole series"))),
        (gettext("State"), ", ".join(states)),
        (gettext("Who came"), str(Came(bulletin.came).label) if bulletin.came else ""),
        (gettext("Countries"), ", ".join(_country(code) for code in bulletin.countries)),
        (gettext("Initiative"), bulletin.initiative),
        (gettext("Languages"), ", ".join(languages.NAMES.get(code, code) for code in bulletin.languages)),
    ]
    return [(question, answer) for question, answer in answers if answer]


def _render(request: HttpRequest, page: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    whole = admin.site.each_context(request) | {"opts": Bulletin._meta} | context
    whole["may_send"] = request.user.has_perm("registrations.change_bulletin")
    whole["may_copy"] = request.user.has_perm("registrations.add_bulletin")
    return render(request, f"admin/registrations/bulletin/{page}.html", whole, status=status)
