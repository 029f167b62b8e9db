"""The door for staff: who is signed in still needs the permission that the view names."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from iatp_events.lib import doors

pytestmark = pytest.mark.django_db


@doors.staff("workshops.change_session")
def desk(request):
    return HttpResponse("come in")


def knock(*permissions: str):
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    request = RequestFactory().get("/")
    request.user = user
    return desk(request)


def test_staff_without_the_permission_stay_outside():
    with pytest.raises(PermissionDenied):
        knock("view_session")


def test_staff_with_the_permission_come_in_and_nothing_is_stored():
    answer = knock("change_session")

    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
