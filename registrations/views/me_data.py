"""My data: what we hold, take it along, erase it."""

import json
from collections.abc import Iterator
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock, sheets
from iatp_events.lib.doors import public
from registrations import sign_in_cookie
from registrations.doors import signed_in
from registrations.models import Attendee
from registrations.services import erasure, my_data, people


@signed_in
@gzip_page
@require_safe
def what_we_hold(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    context = {
        **_frame(attendee),
        "addresses": attendee.addresses.order_by("pk"),
        "consents": attendee.consents.select_related("series").order_by("given_at", "pk"),
        "held": my_data.held(attendee=attendee),
    }
    return render(request, "registrations/me/data.html", context)


@signed_in
@require_safe
def as_json(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    return _file(_json(attendee), "application/json", "my-data.json")


@signed_in
@require_safe
def as_csv(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    return _file(sheets.lines(_cells(attendee)), "text/csv; charset=utf-8", "my-data.csv")


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    if request.method != "POST":
        return render(request, "registrations/me/erase.html", _frame(attendee))
    erasure.erase(attendee=attendee, now=clock.now())
    answer = redirect("registrations:erased")
    sign_in_cookie.forget(answer)
    return answer


@public
@gzip_page
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "registrations/me/erased.html")


def _frame(attendee: Attendee) -> dict[str, object]:
    """What stands around the page; the series, where one is all that knows the person."""
    choices = people.choices_of(attendee)
    return {"attendee": attendee, "here": "data", "series": choices[0].series if len(choices) == 1 else None}


def _file(lines: Iterator[str], kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return cast(HttpResponse, StreamingHttpResponse(lines, content_type=kind, headers=headers))


def _json(attendee: Attendee) -> Iterator[str]:
    """One object with a list for each part, written row by row."""
    before = "{\n"
    for part in my_data.parts(attendee=attendee):
        yield f"{before}{json.dumps(part.name)}: ["
        before = "],\n"
        between = "\n"
        for row in part.rows:
            yield between + json.dumps(row, ensure_ascii=False)
            between = ",\n"
    yield "]\n}\n"


def _cells(attendee: Attendee) -> Iterator[tuple[object, ...]]:
    """One line for each thing we know: what it is about, which of its kind, what it says."""
    yield "about", "number", "field", "value"
    for part in my_data.parts(attendee=attendee):
        for number, row in enumerate(part.rows, start=1):
            for field, value in row.items():
                yield part.name, number, field, _flat(value)


def _flat(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else value
