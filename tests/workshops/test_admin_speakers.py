"""Speakers in the admin: a checked photo, links that are links, the panels they sat on; and the series' own form."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tests.admin_pages import form_of, send, staff_client
from tests.factories import create_series, create_session, create_speaker, seat
from workshops.models import Series, Speaker

pytestmark = pytest.mark.django_db


def speaker_url(speaker: Speaker) -> str:
    return reverse("admin:workshops_speaker_change", args=[speaker.pk])


def upload(speaker: Speaker, name: str, content: bytes, **changes: Any) -> Any:
    return send(staff_client(), speaker_url(speaker), photo=SimpleUploadedFile(name, content), **changes)


def photo(colour: str = "navy") -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 200), colour).save(target, "PNG")
    return target.getvalue()


def files() -> list[str]:
    return [path.name for path in (Path(str(settings.MEDIA_ROOT)) / "speakers").glob("*")]


def test_a_photo_is_kept_as_a_small_square_whatever_it_was_called() -> None:
    speaker = create_speaker()

    upload(speaker, "../../evil.php", photo())

    speaker.refresh_from_db()
    assert Image.open(speaker.photo.path).size == (192, 192)
    assert files() == [Path(speaker.photo.path).name]
    assert files()[0].endswith(".webp")


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_was_replaced_or_removed_does_not_stay_behind() -> None:
    speaker = create_speaker()
    upload(speaker, "a.png", photo("navy"))
    upload(speaker, "b.png", photo("orange"))
    assert len(files()) == 1

    send(staff_client(), speaker_url(speaker), **{"photo-clear": "on"})

    speaker.refresh_from_db()
    assert (files(), bool(speaker.photo)) == ([], False)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"I am a text.", "not a JPEG, PNG or WebP"), (photo()[:100], "damaged"), (b"", "empty")],
)
def test_what_is_no_photo_is_refused_in_words_and_nothing_is_kept(content: bytes, words: str) -> None:
    speaker = create_speaker()

    page = upload(speaker, "portrait.jpg", content, organisation="New")

    assert words in str(page.context["adminform"].form.errors["photo"])
    assert files() == []
    assert 'value="New"' in page.content.decode()


def test_links_are_typed_one_per_line_and_must_be_https() -> None:
    speaker = create_speaker()
    client = staff_client()

    send(client, speaker_url(speaker), links=" https://example.org/ana \n\nhttps://ana.example\n")
    for bad in (
        "javascript:alert(1)",
        "http://example.org",
        "https://me@evil.example/",
        "https://a.example\\@b.example",
    ):
        page = send(client, speaker_url(speaker), links=bad)
        assert "is not an https:// link" in str(page.context["adminform"].form.errors["links"])

    speaker.refresh_from_db()
    assert speaker.links == ["https://example.org/ana", "https://ana.example"]
    assert form_of(client, speaker_url(speaker))["links"] == "https://example.org/ana\nhttps://ana.example"


def test_the_page_lists_where_they_have_spoken_and_escapes_what_people_wrote() -> None:
    speaker = create_speaker(organisation="<script>alert(1)</script>")
    session = create_session(question={"en": "What <b>next</b>?"})
    seat(speaker, session, "moderator")

    page = staff_client().get(speaker_url(speaker)).content.decode()

    listed = page[page.index('<ul class="plain">') :].split("</ul>")[0]
    assert reverse("admin:workshops_session_change", args=[session.pk]) in listed
    assert "What &lt;b&gt;next&lt;/b&gt;?" in listed
    assert "Moderator" in listed
    assert "<script>alert" not in page


def test_a_changed_name_is_found_under_its_new_name() -> None:
    speaker = create_speaker("Rosa Vega")
    client = staff_client()

    send(client, speaker_url(speaker), name="José Muñoz")

    page = client.get(reverse("admin:workshops_speaker_changelist"), {"q": "jose MUNOZ"})
    assert list(page.context["cl"].result_list) == [speaker]


def test_the_order_of_languages_is_typed_as_people_read_it() -> None:
    series = create_series()
    url = reverse("admin:workshops_series_change", args=[series.pk])
    client = staff_client()
    assert form_of(client, url)["languages"] == "es, pt, en, fr"

    send(client, url, languages="pt es")
    refused = send(client, url, languages="es, de")

    assert "languages" in refused.context["adminform"].form.errors
    series.refresh_from_db()
    assert series.languages == ["pt", "es"]


def test_a_series_is_made_with_a_name_in_some_languages_only() -> None:
    response = send(
        staff_client(),
        reverse("admin:workshops_series_add"),
        name_0="Comunidad",
        slug="comunidad",
        planned_sessions="10",
    )

    assert response.status_code == 302
    assert Series.objects.get().name.data == {"es": "Comunidad"}


@pytest.mark.parametrize(
    ("zone", "kept"), [("America/Bogota", "America/Bogota"), ("", ""), ("Asia/Tokyo", "Asia/Tokyo")]
)
def test_the_zone_and_language_of_their_mails_are_chosen_or_left_open(zone: str, kept: str) -> None:
    speaker = create_speaker()
    url = reverse("admin:workshops_speaker_change", args=[speaker.pk])

    send(staff_client(), url, timezone=zone, language="pt")

    speaker.refresh_from_db()
    assert (speaker.timezone, speaker.language) == (kept, "pt")


def test_a_zone_that_does_not_exist_is_refused() -> None:
    speaker = create_speaker()

    page = send(staff_client(), reverse("admin:workshops_speaker_change", args=[speaker.pk]), timezone="Moon/Base")

    assert list(page.context["adminform"].form.errors) == ["timezone"]
