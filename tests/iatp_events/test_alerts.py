"""The sample alerts ask for figures that we tell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as product
from django.test import Client

ALERTS = yaml.safe_load((Path(product.BASE_DIR) / "ops" / "alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]


@pytest.mark.django_db
def test_every_figure_an_alert_asks_for_is_told(settings: Any) -> None:
    settings.METRICS_TOKEN = "a token that only Prometheus knows"
    client = Client(headers={"authorization": f"Bearer {settings.METRICS_TOKEN}"})
    client.get("/healthz")

    said = client.get("/metrics").content.decode()

    asked = {name for rule in RULES for name in re.findall(r"\biatp_\w+", rule["expr"])}
    told = set(re.findall(r"^(?:# TYPE )?(iatp_\w+)", said, re.MULTILINE))
    assert len(asked) == 5
    assert asked - told == set()


def test_every_alert_says_how_bad_it_is_and_what_it_saw() -> None:
    assert {rule["labels"]["severity"] for rule in RULES} <= {"page", "ticket", "info"}
    assert [rule["alert"] for rule in RULES if not rule["annotations"]["summary"]] == []
