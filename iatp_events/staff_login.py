"""The staff login that `make run` makes for one installation: never the same password twice, never a known one."""

import os
import secrets
from pathlib import Path

from django.contrib.auth import get_user_model

NAME = "staff"


def provide(path: Path) -> str:
    """Make the superuser if there is none, and return the password; empty once somebody changed it.

    path: where the password is kept, readable by its owner only.
    """
    user = get_user_model().objects.filter(username=NAME).first()
    if user is None:
        password = _kept(path) or _keep(path)
        get_user_model().objects.create_superuser(NAME, password=password)
        return password
    password = _kept(path)
    return password if password and user.check_password(password) else ""


def _kept(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _keep(path: Path) -> str:
    password = secrets.token_urlsafe(12)
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(password + "\n")
    return password
