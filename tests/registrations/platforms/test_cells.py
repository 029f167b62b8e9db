"""What single cells say: dates, lengths, names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registrations.platforms import dates, durations, names
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Flag

DEVICE, OWNERLESS = {Flag.DEVICE}, {Flag.DEVICE, Flag.NO_OWNER}
MONTH, DAY = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("11/28/2024 10:41:02 AM", "2024-11-28T10:41:02"),
        ("11/28/24, 10:41:02 PM", "2024-11-28T22:41:02"),
        ("11/28/2024 12:00:00 AM", "2024-11-28T00:00:00"),
        ("11/28/2024 12:00 PM", "2024-11-28T12:00:00"),
        ("28.11.2024 10:41", "2024-11-28T10:41:00"),
        ("28/11/2024, 5:30:21 p. m.", "2024-11-28T17:30:21"),
        ("2024-11-28 10:41:02", "2024-11-28T10:41:02"),
        ("2024-11-28T10:41:02Z", "2024-11-28T10:41:02"),
        ("2024-11-28T10:41:02.500-03:00", "2024-11-28T13:41:02"),
        ("Nov 28, 2024 10:41:02", "2024-11-28T10:41:02"),
        ("26 de set. de 2026 10:08", "2026-09-26T10:08:00"),
        ("jueves, 28 de noviembre de 2024 22:41:02", "2024-11-28T22:41:02"),
        ("28 août 2024 à 10:41", "2024-08-28T10:41:00"),
        ("28 juin 2024 10:41", "2024-06-28T10:41:00"),
        ("28 juil. 2024 10:41", "2024-07-28T10:41:00"),
    ],
)
def test_dates_are_read_as_they_are_written(written, read):
    stamp = dates.read(written)

    assert stamp.at(dates.orders([stamp])[0]).isoformat() == read


@pytest.mark.parametrize(
    "written",
    ["", "--", "57", "11/28/2024", "31/31/2024 10:00", "11/28/2024 25:00", "28 de brumario de 2024 10:00", "x" * 9999],
)
def test_what_is_no_hour_is_none(written):
    assert dates.read(written) is None


@pytest.mark.parametrize(
    ("written", "orders"),
    [
        (["06/03/2025 10:00", "06/03/2025 11:00"], (MONTH, DAY)),
        (["06/03/2025 10:00", "06/13/2025 11:00"], (MONTH,)),
        (["06/03/2025 10:00", "13/06/2025 11:00"], (DAY,)),
        (["13/06/2025 10:00", "06/13/2025 11:00"], ()),
        (["2025-06-03 10:00"], (DateOrder.YEAR_FIRST,)),
        (["10:00"], (DateOrder.HOUR_ONLY,)),
        ([], ()),
    ],
)
def test_only_the_orders_remain_under_which_all_dates_are_dates(written, orders):
    assert dates.orders(dates.read(text) for text in written) == orders


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("57", 3420),
        ("1h 27m 51s", 5271),
        ("1h27m51s", 5271),
        ("1\u00a0h\u00a047\u00a0min\u00a026\u00a0s", 6446),
        ("1 hr 2 min", 3720),
        ("32m", 1920),
        ("0:57:10", 3430),
        ("57 mins", 3420),
        ("1 hora y 5 minutos", 3900),
        ("56,5", 3390),
        ("0", 0),
    ],
)
def test_lengths_are_read_as_they_are_written(written, seconds):
    assert durations.read(written)[0] == seconds


@pytest.mark.parametrize("written", ["", "--", "1:27", "-5", "unos minutos", "h m s", "99999999", "1h 2x"])
def test_a_length_that_says_nothing_sure_is_unknown(written):
    assert durations.read(written) is None


def test_the_header_says_what_a_bare_number_counts():
    assert (durations.unit("Duration (Minutes)"), durations.unit("Duración (segundos)"), durations.unit("Durée")) == (
        60,
        1,
        60,
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ana Ruiz (Guest)", "Ana Ruiz"),
        ("Ana Ruiz (No verificado)", "Ana Ruiz"),
        ("Ana Ruiz (Não verificado)", "Ana Ruiz"),
        ("Ana Ruiz (Unverified) (Externo)", "Ana Ruiz"),
        ("[ACME S.A.] Ana  Ruiz", "Ana Ruiz"),
        ("Clúster Cacao (Rosa Ruiz)", "Clúster Cacao (Rosa Ruiz)"),
        ("(Guest)", "(Guest)"),
        ("Ana Ruiz (Guest", "Ana Ruiz (Guest"),
    ],
)
def test_what_a_platform_hangs_on_a_name_comes_off(written, name):
    assert names.clean(written)[0] == name


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("iPhone de Carla", DEVICE),
        ("Carla's iPad", DEVICE),
        ("Galaxy A12", OWNERLESS),
        ("iPhone", OWNERLESS),
        ("SM-G991B", OWNERLESS),
        ("Zoom user", OWNERLESS),
        ("Usuario de Zoom", OWNERLESS),
        ("Invitado 3", OWNERLESS),
        ("Call-in User_2", OWNERLESS),
        ("56912345678", DEVICE),
        ("+56 9 ****5678", DEVICE),
        ("+1 (415) 555-0100", DEVICE),
        ("Ana Ruiz", set()),
        ("Galaxia Moreno", set()),
        ("Oscar Celularius", set()),
        ("Delfina Dellepiane", set()),
        ("Ana 2", set()),
    ],
)
def test_devices_and_telephones_are_no_names(name, flags):
    assert names.clean(name)[1] == flags


def test_a_name_is_looked_up_in_every_form_it_may_be_meant_in():
    assert names.keys("Goicoechea Zubizarreta, Iñaki") == (
        "goicoechea zubizarreta inaki",
        "inaki goicoechea zubizarreta",
    )
    assert names.keys("Clúster Cacao (Fernández, Rosa)") == ("cluster cacao", "fernandez rosa", "rosa fernandez")
    assert names.key("Shanique O’BRIEN-Campbell") == names.key("Shanique O'Brien Campbell")


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_no_cell_whatever_ends_in_a_fault(text):
    dates.read(text)
    durations.read(text)
    name, _flags = names.clean(text)

    assert names.clean(name)[0] == name or "[" in name
    assert isinstance(names.keys(text), tuple)
