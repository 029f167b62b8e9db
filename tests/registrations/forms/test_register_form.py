"""The registration form: what it asks, what it fills in, and what it hands on."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation

from registrations.forms.fields import AddressField, country_choices, likely_address
from registrations.forms.register import RegisterForm
from tests.factories import NOW, create_session, register
from tests.servers.forms import filled

pytestmark = pytest.mark.django_db


def form(*sessions, chosen: int | None = None, **changes) -> RegisterForm:
    """The form of the sessions' series; bound when anything is typed."""
    data = None
    if changes:
        data = QueryDict(mutable=True)
        for name, value in (filled("Ana Ruiz", "ana@example.org", 1) | changes).items():
            data.setlist(name, value if isinstance(value, list) else [value])
    return RegisterForm(data, series=sessions[0].series, sessions=sessions, now=NOW, chosen=chosen)


def test_an_address_that_looks_like_a_slip_is_asked_about_once_and_another_one_again():
    session = create_session()
    first = form(session, email="ana@GMIAL.com")
    assert not first.is_valid()
    assert "ana@gmail.com" in str(first.errors["email"])

    kept = first.data["email_kept"]

    assert form(session, email="ana@GMIAL.com", email_kept=kept).is_valid()
    assert not form(session, email="ana@hotmial.com", email_kept=kept).is_valid()


def test_an_address_without_a_slip_is_never_questioned():
    assert likely_address("ana@gmail.com") == ""


@pytest.mark.parametrize(
    "address", ['"ana"@example.org', f"{'a' * 60}@{'ñ' * 30}.{'ñ' * 30}.{'b' * 63}.{'c' * 63}.org"]
)
def test_an_address_that_no_header_or_column_could_hold_is_refused(address):
    with pytest.raises(ValidationError):
        AddressField().clean(address)


def test_whether_one_comes_in_person_is_asked_only_where_a_session_is_hybrid():
    online, hybrid = create_session(number=1), create_session(number=2, mode="hybrid")

    assert ["mode" in form(*sessions).fields for sessions in ((online,), (online, hybrid))] == [False, True]


@pytest.mark.parametrize(("chosen", "ticked"), [(None, [1]), (2, [2]), (3, []), (9, [])])
def test_the_session_one_came_from_is_ticked_or_nothing_when_it_is_shut(chosen, ticked):
    sessions = [create_session(number=n, state="closed" if n == 3 else "open") for n in (1, 2, 3)]

    assert form(*sessions, chosen=chosen).initial["sessions"] == ticked


def test_only_open_sessions_are_offered_and_a_full_one_says_so():
    sessions = [
        create_session(number=1, capacity=0),
        create_session(number=2),
        create_session(number=3, state="closed"),
    ]

    offered = [(number, "waiting list" in label) for number, label in form(*sessions).fields["sessions"].choices]

    assert offered == [(1, True), (2, False)]


def test_a_hybrid_session_is_full_when_both_its_modes_are():
    session = create_session(mode="hybrid", capacity=1)
    labels = []
    for mode in ("online", "in_person"):
        register(session, mode, mode=mode)
        fresh = type(session).objects.get()
        labels.append("waiting list" in form(fresh).fields["sessions"].choices[0][1])

    assert labels == [False, True]


def test_what_is_left_empty_follows_from_the_country_the_page_and_the_usual():
    with translation.override("pt"):
        bound = form(create_session(), country="MX", timezone="", language="")
        bound.is_valid()
    answered = bound.registration()

    assert (answered["person"].timezone, answered["person"].language) == ("America/Mexico_City", "pt")
    assert answered["answers"].mode == "online"


def test_the_whole_series_may_be_chosen_without_any_session_and_nothing_may_not():
    session = create_session()

    assert form(session, sessions=[], whole_series="on").is_valid()
    assert list(form(session, sessions=[]).errors) == ["sessions"]


def test_a_session_ticked_twice_is_one():
    bound = form(create_session(), sessions=["1", "1"])

    assert bound.is_valid()
    assert [session.number for session in bound.registration()["sessions"]] == [1]


def test_everything_typed_is_handed_on():
    typed = {"organisation": "Clúster", "position": "Directora", "initiative": "Cacao", "sector": "agrifood"}
    bound = form(create_session(), gender="woman", support_needed="Captions", announcements="on", **typed)
    bound.is_valid()
    answered = bound.registration()

    assert {name: getattr(answered["person"], name) for name in typed} == typed
    assert answered["person"].gender == "woman"
    assert (answered["answers"].support_needed, answered["answers"].announcements) == ("Captions", True)


def test_countries_are_named_in_the_readers_language():
    names = []
    for language in ("en", "es"):
        with translation.override(language):
            names.append(str(dict(country_choices())["DE"]))

    assert names == ["Germany", "Alemania"]
