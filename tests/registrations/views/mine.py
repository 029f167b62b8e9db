"""A browser in which somebody signed in."""

from django.http import HttpResponse
from django.test import Client

from registrations import sign_in_cookie
from registrations.models import Attendee


def signed_in(attendee: Attendee, **options) -> Client:
    client, answer = Client(**options), HttpResponse()
    sign_in_cookie.remember(answer, attendee)
    client.cookies.update(answer.cookies)
    return client


def text(response) -> str:
    return " ".join(response.content.decode().split())
