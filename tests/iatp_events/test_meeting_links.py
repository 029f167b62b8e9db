"""Only https links to known meeting platforms pass."""

import pytest
from django.core.exceptions import ValidationError

from iatp_events.lib import meeting_links

HOSTS = ["Zoom.us", "teams.microsoft.com"]


@pytest.mark.parametrize(
    "link",
    [
        "https://zoom.us/j/123",
        "https://cepal.zoom.us/j/123?pwd=abc.1",
        "https://ZOOM.us:443/j/123",
        "https://zoom.us./j/123",
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting/0?context=%7b%7d",
    ],
)
def test_a_room_on_a_known_platform_or_below_it_passes(link: str) -> None:
    meeting_links.validate(link, HOSTS)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("http://zoom.us/j/123", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("zoom.us/j/123", "scheme"),
        ("https://zoom.us@evil.example/j", "userinfo"),
        ("https://me:secret@zoom.us/j", "userinfo"),
        ("https://zoom.us:8443/j", "userinfo"),
        ("https://evil.example\\@zoom.us/j", "characters"),
        ("https://zoom.us/j/1\nhttps://evil.example", "characters"),
        ("https://zoom.us/j/\x00", "characters"),
        ("https://zoom.us/\u202eemal", "characters"),
        ("https://zoom.us /j", "characters"),
        ("https://notzoom.us/j", "host"),
        ("https://zoom.us.evil.example/j", "host"),
        ("https://microsoft.com/l", "host"),
        ("https://evil.example/?https://zoom.us", "host"),
        ("https://evil.example#zoom.us", "host"),
        ("https:///zoom.us/j", "host"),
        ("https://[::1/j", "link"),
        ("https://zoom.us:port/j", "link"),
    ],
)
def test_what_could_lead_elsewhere_is_refused(link: str, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        meeting_links.validate(link, HOSTS)

    assert refusal.value.code == code


def test_the_hosts_come_from_the_settings() -> None:
    meeting_links.validate("https://meet.jit.si/comunidad")
