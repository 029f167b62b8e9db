"""Use the admin as a browser does: read a page's form, change some inputs, send it."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def staff_client(*permissions: str) -> Client:
    """Signed in as a superuser or, with permissions ("workshops.change_session"), as staff with just those."""
    user = User.objects.create(username=f"staff-{User.objects.count()}", is_staff=True, is_superuser=not permissions)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send if the reader pressed "Save" at once."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    reader = _Inputs()
    reader.feed(response.content.decode())
    return reader.values


def send(client: Client, url: str, /, **changes: Any) -> Any:
    """Open a page, change some of its inputs and press "Save"; returns the answer without following it."""
    return client.post(url, form_of(client, url) | changes)


def queries_of(client: Client, url: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.select = self.area = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if "__prefix__" in name:
            return
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.values[self.select] = given.get("value", "")
        elif tag == "textarea" and name:
            self.area, self.text = name, ""
        elif tag == "input" and name and given.get("type") not in ("submit", "file", "button"):
            self._take(name, given)

    def _take(self, name: str, given: dict[str, str]) -> None:
        if given.get("type") not in ("checkbox", "radio"):
            self.values[name] = given.get("value", "")
        elif "checked" in given:
            self.values.setdefault(name, []).append(given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.values[self.area] = self.text.removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.select = ""
