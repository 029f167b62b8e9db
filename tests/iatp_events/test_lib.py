"""The leaf modules: one noun each."""

import email
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import RequestFactory
from django.utils import translation
from i18nfield.strings import LazyI18nString

from iatp_events.lib import alarm, clock, eml, folding, languages, ratelimit, signing, zones
from registrations.models.attendees import normalise

REQUEST = RequestFactory()


@pytest.mark.django_db
@pytest.mark.real_time
def test_the_clock_is_the_databases_and_aware():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Bogotá  CLÚSTER", "bogota cluster"), ("Łódź Straße", "lodz strasse"), ("ñandú\n", "nandu"), ("", "")],
)
def test_search_forgives_accents_case_and_spaces(text, folded):
    assert folding.fold(text) == folded


def test_a_text_falls_back_to_the_series_order_and_says_its_language():
    text = LazyI18nString({"en": "Workshop", "pt": "Oficina"})

    with translation.override("pt"):
        assert languages.pick(text, ["es", "en"]) == languages.Text("Oficina", "pt", foreign=False)
    with translation.override("fr"):
        assert languages.pick(text, ["es", "en"]) == languages.Text("Workshop", "en", foreign=True)
    assert not languages.pick(LazyI18nString({}), ["es"])


def test_a_country_has_the_zone_most_of_its_people_keep():
    countries = ("CO", "BR", "MX", "CL", "AR", "PY", "EC", "US", "ES")

    assert [zones.of_country(code) for code in countries] == [
        "America/Bogota",
        "America/Sao_Paulo",
        "America/Mexico_City",
        "America/Santiago",
        "America/Argentina/Buenos_Aires",
        "America/Asuncion",
        "America/Guayaquil",
        "America/New_York",
        "Europe/Madrid",
    ]


def test_offsets_are_said_as_people_read_them():
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)

    offsets = [zones.offset(moment, zone) for zone in ("America/Bogota", "UTC", "Asia/Kolkata", "America/Asuncion")]

    assert offsets == ["UTC−5", "UTC", "UTC+5:30", "UTC−3"]


def test_an_hour_the_clock_skips_is_read_as_the_hour_after_it():
    # In Santiago the first hour of Sunday 6 September 2026 does not exist.
    assert zones.to_utc(date(2026, 9, 6), time(0, 30), "America/Santiago") == datetime(2026, 9, 6, 4, 30, tzinfo=UTC)


def test_every_listed_city_keeps_a_zone_that_exists():
    assert all(zones.exists(zone) for zone in [*zones.CITIES, *zones.TEN_CITIES])


def test_a_token_opens_its_own_purpose_only():
    token = signing.token("registration", 7, 1)

    assert signing.read("registration", token) == (7, 1)
    for purpose, value in [
        ("stop", token),
        ("registration", token + "x"),
        ("registration", "7-1"),
        ("registration", ""),
    ]:
        with pytest.raises(signing.BadToken):
            signing.read(purpose, value)


def test_only_what_our_own_proxies_wrote_says_where_a_request_came_from(settings):
    forged = REQUEST.get("/", headers={"x-forwarded-for": "6.6.6.6, 10.0.0.7"}, REMOTE_ADDR="127.0.0.1")

    settings.TRUSTED_PROXY_COUNT = 0
    assert ratelimit.client_address(forged) == "127.0.0.1"
    settings.TRUSTED_PROXY_COUNT = 1
    assert ratelimit.client_address(forged) == "10.0.0.7"
    settings.TRUSTED_PROXY_COUNT = 3
    assert ratelimit.client_address(forged) == "127.0.0.1"


def test_a_limit_counts_per_minute_and_forgives_a_double_press(settings):
    settings.RATE_LIMITS = {"registrations_per_email": 2}

    repeated = [ratelimit.allows("registrations_per_email", "ana", "the same form") for _ in range(50)]
    others = [ratelimit.allows("registrations_per_email", "ana", f"form {n}") for n in range(3)]

    assert (all(repeated), others) == (True, [True, False, False])
    assert ratelimit.allows("registrations_per_email", "luis", "form")


def test_the_limit_is_open_when_the_cache_is_away(settings, monkeypatch):
    monkeypatch.setattr(ratelimit, "_rest_until", 0.0)
    settings.RATE_LIMITS = {"registrations_per_email": 0}
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert ratelimit.allows("registrations_per_email", "ana")


def test_a_dead_broker_costs_a_log_line(monkeypatch, caplog):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(alarm, "_rest_until", 0.0)
    monkeypatch.setattr(alarm.current_app, "connection_for_write", refuse)

    alarm.ring("registrations.deliver")

    assert caplog.text.count("The broker is away (ConnectionRefusedError)") == 1


def test_a_broker_that_does_not_answer_is_left_alone_for_a_while(monkeypatch):
    tries = []
    monkeypatch.setattr(alarm, "_rest_until", 0.0)
    monkeypatch.setattr(alarm.current_app, "connection_for_write", lambda **_: tries.append(1) or 1 / 0)

    for _ in range(3):
        alarm.ring("registrations.deliver")

    assert len(tries) == 1


def test_each_mail_is_a_file_of_its_own_and_none_is_overwritten(settings):
    mail = EmailMessage("Hola", "¿Qué tal?", "a@example.org", ["b@example.org"], headers={"Message-ID": "<one@x>"})

    eml.EmlBackend().send_messages([mail, mail])

    files = sorted(settings.MAIL_DIR.iterdir())
    assert len(files) == 2
    assert all(email.message_from_bytes(file.read_bytes())["Subject"] == "Hola" for file in files)
    assert all("-one" in file.name and file.suffix == ".eml" for file in files)


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("a.na+x@example.org", "a.na+x@example.org"),
        ("ana@clúster.example", "ana@xn--clster-qya.example"),
    ],
)
def test_addresses_compare_in_one_form(typed, normalised):
    assert normalise(typed) == normalised


@pytest.mark.parametrize("typed", ["", "ana", "@example.org", "ana@", f"ana@{'x' * 70}.org"])
def test_what_can_be_no_address_is_refused(typed):
    with pytest.raises(ValueError):  # noqa: PT011
        normalise(typed)


def test_a_signed_text_that_holds_no_numbers_is_no_token():
    signed = signing._signer("registration").sign("seven-one")

    with pytest.raises(signing.BadToken):
        signing.read("registration", signed)


def test_a_limit_starts_afresh_each_minute_and_each_limit_counts_alone(settings):
    settings.RATE_LIMITS = {"registrations_per_email": 1, "registrations_per_address": 1}
    start = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)

    with time_machine.travel(start, tick=False):
        first = [ratelimit.allows(limit, "ana") for limit in (*settings.RATE_LIMITS, "registrations_per_email")]
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        later = ratelimit.allows("registrations_per_email", "ana")

    assert (first, later) == ([True, True, False], True)


def test_the_cache_never_learns_who_sent_a_form(settings, monkeypatch):
    settings.RATE_LIMITS = {"registrations_per_email": 1}
    keys = []
    monkeypatch.setattr(ratelimit.cache, "add", lambda key, *_, **__: keys.append(key) or True)
    monkeypatch.setattr(ratelimit.cache, "incr", lambda key: 1)

    ratelimit.allows("registrations_per_email", "ana@example.org", "Ana Ruiz")

    assert keys
    assert not [key for key in keys if "ana" in key.lower()]


def test_a_cache_that_is_away_is_left_alone_for_a_while_and_logged_once(settings, monkeypatch, caplog):
    settings.RATE_LIMITS = {"registrations_per_email": 0}
    tries = []
    monkeypatch.setattr(ratelimit, "_rest_until", 0.0)
    monkeypatch.setattr(ratelimit.cache, "add", lambda *_, **__: tries.append(1) or 1 / 0)

    passed = [ratelimit.allows("registrations_per_email", "ana") for _ in range(3)]

    assert (passed, len(tries)) == ([True] * 3, 1)
    assert caplog.messages == ["The cache is away; rate limit registrations_per_email is open."]


@pytest.mark.parametrize("zone", ["Factory", "localtime", "Mars/Base", ""])
def test_what_nobody_keeps_is_no_zone(zone):
    assert not zones.exists(zone)


def test_a_mail_file_lies_in_a_folder_made_for_it_with_the_line_ends_of_mails(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "var" / "mail"
    mail = EmailMessage("Hola", "…", "a@example.org", ["b@example.org"], headers={"Message-ID": "<../../one.x@x>"})

    eml.EmlBackend().send_messages([mail])

    (file,) = settings.MAIL_DIR.iterdir()
    assert file.name.endswith("-onex.eml")
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")


def test_a_mail_that_is_being_written_looks_like_none(settings, monkeypatch):
    seen = []
    monkeypatch.setattr(eml.os, "fsync", lambda handle: seen.extend(settings.MAIL_DIR.iterdir()))

    eml.EmlBackend().send_messages([EmailMessage("Hola", "…", "a@example.org", ["b@example.org"])])

    assert [(file.name[0], file.suffix) for file in seen] == [(".", ".part")]
