"""The login that `make run` makes: one per installation, known to its owner only."""

import stat
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from iatp_events import staff_login

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_gets_a_login_that_opens(tmp_path: Path) -> None:
    file = tmp_path / "staff_login.txt"

    password = staff_login.provide(file)

    user = get_user_model().objects.get(username="staff")
    assert len(password) >= 12
    assert user.is_superuser
    assert user.check_password(password)
    assert file.read_text().strip() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_later_start_prints_the_same_password(tmp_path: Path) -> None:
    file = tmp_path / "staff_login.txt"

    assert staff_login.provide(file) == staff_login.provide(file)
    assert get_user_model().objects.count() == 1


def test_two_installations_have_different_passwords(tmp_path: Path) -> None:
    first = staff_login.provide(tmp_path / "first.txt")
    get_user_model().objects.all().delete()

    assert staff_login.provide(tmp_path / "second.txt") != first


def test_a_password_that_staff_changed_is_neither_printed_nor_reset(tmp_path: Path) -> None:
    file = tmp_path / "staff_login.txt"
    staff_login.provide(file)
    user = get_user_model().objects.get()
    user.set_password("a password of my own")
    user.save()

    assert staff_login.provide(file) == ""
    assert get_user_model().objects.get().check_password("a password of my own")


def test_a_new_database_opens_with_the_password_that_was_kept(tmp_path: Path) -> None:
    file = tmp_path / "staff_login.txt"
    kept = staff_login.provide(file)
    get_user_model().objects.all().delete()

    assert staff_login.provide(file) == kept
    assert get_user_model().objects.get().check_password(kept)
