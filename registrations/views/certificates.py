"""Certificates for whoever has a folio: check it, read it, print it. No page here knows who asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from iatp_events.lib import codes, qr, ratelimit
from iatp_events.lib.addresses import absolute
from iatp_events.lib.doors import public
from registrations import certificate_pdf
from registrations.models import Certificate
from registrations.services import certificates
from registrations.statements import Statement


@public
@gzip_page
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """By a folio as somebody typed it; a GET, so that the answer can be kept and sent on."""
    typed = request.GET.get("folio", "").strip()
    if not typed:
        return _verify_page(request, {})
    if not _is_within_limits(request, typed):
        return _verify_page(request, {"typed": typed, "too_many": True}, status=429)
    folio = codes.read(typed)
    found = certificates.find(folio) if folio else None
    context = {"typed": typed, "folio": folio, "asked": True, "certificate": found}
    return _verify_page(request, context | ({"statement": Statement(found)} if found else {}))


@public
@gzip_page
@require_safe
def certificate(request: HttpRequest, folio: str) -> HttpResponse:
    """The certificate as a page, which says first whether it holds."""
    found, refusal = _found(request, folio)
    if found is None:
        return refusal
    if found.folio != folio:
        return redirect("registrations:certificate", found.folio)
    statement = Statement(found)
    context = {"certificate": found, "statement": statement, "series": found.series, "has_pdf": _has_pdf(found)}
    return render(request, "registrations/certificates/certificate.html", context | {"paper": _paper(found, statement)})


@public
@require_safe
def pdf(request: HttpRequest, folio: str) -> HttpResponse:
    """The sheet to print; what cannot be printed is led to the page that says why."""
    found, refusal = _found(request, folio)
    if found is None:
        return refusal
    if not _has_pdf(found):
        with translation.override(found.language):
            return redirect("registrations:certificate", found.folio)
    statement = Statement(found)
    drawn = certificate_pdf.render(found, statement, address=_address(found), stops=statement.stops)
    name = f'inline; filename="{found.document}-{found.folio}.pdf"'
    return HttpResponse(drawn, content_type="application/pdf", headers={"Content-Disposition": name})


def _has_pdf(found: Certificate) -> bool:
    """What is no longer valid, or names nobody, is not for printing."""
    return found.is_valid and bool(found.name)


def _address(found: Certificate) -> str:
    return absolute("registrations:certificate", found.folio, language=found.language)


def _paper(found: Certificate, statement: Statement) -> SafeString:
    """The certificate itself speaks its own language, whatever that of the page around it."""
    address = _address(found)
    context = {
        "certificate": found,
        "statement": statement,
        "address": address,
        "shown_address": certificate_pdf.shown(address),
        "stops": statement.stops,
    }
    with translation.override(found.language):
        context["square"] = qr.svg(address, label=gettext("Code with the address of this page"))
        return render_to_string("registrations/certificates/_paper.html", context)


def _found(request: HttpRequest, typed: str) -> tuple[Certificate | None, HttpResponse]:
    """The certificate of a folio; else the page that says why there is none."""
    if not _is_within_limits(request, typed):
        return None, _verify_page(request, {"typed": typed, "too_many": True}, status=429)
    folio = codes.read(typed)
    found = certificates.find(folio) if folio else None
    context = {"typed": typed, "folio": folio, "asked": True}
    return found, HttpResponse() if found else _verify_page(request, context, status=404)


def _verify_page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    shown = context | {"example": codes.EXAMPLE}
    return render(request, "registrations/certificates/verify.html", shown, status=status)


def _is_within_limits(request: HttpRequest, typed: str) -> bool:
    """One folio asked for again within the minute counts once: a page, its print and its PDF are no guessing."""
    what = codes.read(typed) or typed
    return ratelimit.allows("folios_per_address", ratelimit.client_address(request), what)
