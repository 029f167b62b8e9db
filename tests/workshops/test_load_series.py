"""Loading a series: what the file says comes in, what it does not know stays, what contradicts is told."""

import json
from collections.abc import Callable
from datetime import date, time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from workshops.models import Panellist, Series, Session, Speaker

FACTS = settings.BASE_DIR / "workshops" / "data" / "community_in_practice.json"
Loader = Callable[..., str]

pytestmark = pytest.mark.django_db


def load(path: Path = FACTS, *options: str) -> str:
    out = StringIO()
    call_command("load_series", path, *options, stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def load_facts(tmp_path: Path) -> Loader:
    """Load a small series; keywords replace parts of it."""

    def load_small(*options: str, **parts: Any) -> str:
        facts = {
            "series": {"slug": "small", "name": {"en": "Small"}},
            "speakers": [{"slug": "rosa-vega", "full_name": "Rosa Vega"}],
            "sessions": [{"number": 1, "date": "2026-10-15"}, {"number": 2, "date": "2026-11-12"}],
        }
        path = tmp_path / "series.json"
        path.write_text(json.dumps(facts | parts), encoding="utf-8")
        return load(path, *options)

    return load_small


def refusal(load_facts: Loader, **parts: Any) -> str:
    with pytest.raises(CommandError) as refused:
        load_facts(**parts)
    assert not Series.objects.exists()
    assert not Speaker.objects.exists()
    return str(refused.value)


def test_the_real_series_comes_in_with_what_is_known_and_no_more() -> None:
    load()

    series = Series.objects.get()
    sessions = list(series.sessions.order_by("number"))
    assert series.planned_sessions == 10
    assert [session.number for session in sessions] == list(range(1, 11))
    assert [session.day for session in sessions] == [date(2024, 10, 30), date(2024, 11, 28), *[None] * 8]
    assert {session.state for session in sessions} == {"announced"}
    assert {session.start_time for session in sessions} == {None}
    assert {session.starts_at for session in sessions} == {None}
    assert [bool(session.question) for session in sessions] == [True, True, *[False] * 8]
    assert sessions[0].attendance_published == "more than 180"
    assert sessions[0].takeaways.data == {
        "en": "- Building credibility\n- The wait for results\n- Reaching an adequate audience"
    }
    assert [session.places.count() for session in sessions] == [1] * 10


def test_the_first_panel_sits_in_its_order_with_the_points_it_made() -> None:
    load()

    panel = Session.objects.get(number=1).panel
    assert [(seat.speaker.slug, seat.role) for seat in panel.seats] == [
        ("marco-llinas", "opening"),
        ("silvia-mejia", "panellist"),
        ("ana-lilia-barbosa", "panellist"),
        ("daniel-hernandez", "panellist"),
        ("pablo-diaz", "panellist"),
    ]
    assert [bool(seat.point) for seat in panel.seats] == [False, True, True, True, True]
    assert Speaker.objects.get(slug="pablo-diaz").country == "AR"
    assert Speaker.objects.get(slug="marco-llinas").country == ""


def test_a_contradiction_of_the_source_is_told_at_every_load() -> None:
    for output in (load(), load()):
        assert (
            "Contradiction: session 2: a source states “Thursday, October 28”, "
            "the file has Thursday, November 28, 2024; October 28 is a Monday and comes before an earlier session, "
            "on Wednesday, October 30, 2024. Loaded 2024-11-28, because the file says that “date” holds."
        ) in output


def test_a_second_load_changes_nothing_and_says_so() -> None:
    load()
    revisions = list(Session.objects.order_by("number").values_list("revision", flat=True))

    output = load()

    assert output.splitlines()[-1] == "Nothing changed: community-in-practice is as the file says."
    assert list(Session.objects.order_by("number").values_list("revision", flat=True)) == revisions == [1] * 10


def test_a_changed_fact_is_told_with_its_old_and_its_new_value(load_facts: Loader) -> None:
    load_facts()

    output = load_facts(sessions=[{"number": 1, "date": "2026-10-22"}, {"number": 2, "date": "2026-11-12"}])

    assert output == "session 1: day: 2026-10-15 -> 2026-10-22\nsession 1: revision: 1 -> 2\n"


def test_what_staff_added_outlives_a_load_that_does_not_know_it(load_facts: Loader) -> None:
    load_facts(sessions=[{"number": 1, "date": None, "central_question": {"en": "Why?"}}])
    session = Session.objects.get()
    session.day, session.start_time, session.minutes, session.state = date(2026, 10, 15), time(11), 90, "open"
    session.question.data["es"] = "¿Por qué?"
    session.save()
    session.revise()
    Panellist.objects.create(session=session, speaker=Speaker.objects.get(), role="moderator")

    output = load_facts(sessions=[{"number": 1, "date": None, "central_question": {"en": "Why now?"}, "panel": []}])

    session.refresh_from_db()
    assert (session.day, session.start_time, session.state) == (date(2026, 10, 15), time(11), "open")
    assert session.question.data == {"en": "Why now?", "es": "¿Por qué?"}
    assert session.panellists.count() == 1
    assert "Note: session 1: panel: rosa-vega (moderator): is not in the file; kept." in output
    assert "session 1: question [en]: Why? -> Why now?" in output


def test_reset_puts_dates_states_and_panels_back(load_facts: Loader) -> None:
    load_facts(sessions=[{"number": 1, "date": None, "panel": []}])
    session = Session.objects.get()
    session.day, session.start_time, session.minutes, session.state = date(2026, 10, 15), time(11), 90, "open"
    session.revise()
    Panellist.objects.create(session=session, speaker=Speaker.objects.get())

    output = load_facts("--reset", sessions=[{"number": 1, "date": None, "panel": []}])

    when = Session.objects.values_list("day", "start_time", "minutes", "state")
    assert when.get() == (None, None, None, "announced")
    assert not session.panellists.exists()
    assert "session 1: day: 2026-10-15 -> not known" in output
    assert "session 1: panel: rosa-vega (panellist): removed" in output


def test_a_demonstration_is_left_alone_unless_it_is_reset() -> None:
    load()
    call_command("load_demo", stdout=StringIO())

    with pytest.raises(CommandError, match="is a demonstration with moved dates"):
        load()
    load(FACTS, "--reset")

    second = Session.objects.get(number=2)
    assert (second.day, second.state, second.meeting_link) == (date(2024, 11, 28), "announced", "")
    assert not Series.objects.get().demonstration


def test_a_role_that_changes_moves_the_seat_and_adds_none(load_facts: Loader) -> None:
    def panel(role: str) -> list[dict[str, Any]]:
        return [{"number": 1, "date": None, "panel": [{"speaker": "rosa-vega", "role": role}]}]

    load_facts(sessions=panel("panellist"))
    output = load_facts(sessions=panel("moderator"))

    assert list(Panellist.objects.values_list("role", flat=True)) == ["moderator"]
    assert output == "session 1: panel: rosa-vega: role: panellist -> moderator\n"


def test_a_series_without_texts_gets_a_code_of_conduct_and_a_privacy_notice(load_facts: Loader) -> None:
    load_facts()

    series = Series.objects.get()
    assert set(series.code_of_conduct.data) == set(series.privacy_notice.data) == {"es", "pt", "en", "fr"}


def test_the_texts_staff_wrote_stay(load_facts: Loader) -> None:
    load_facts()
    Series.objects.update(code_of_conduct={"es": "Con respeto."})

    load_facts()

    assert Series.objects.get().code_of_conduct.data == {"es": "Con respeto."}


THURSDAY_28_OCTOBER = {"weekday": "Thursday", "day": 28, "month": 10}


@pytest.mark.parametrize(
    "stated",
    [THURSDAY_28_OCTOBER, {"weekday": "lunes"}, {"day": 13}, {"month": 10}],
    ids=["whole day", "weekday in Spanish", "day", "month"],
)
def test_a_date_that_contradicts_what_is_stated_is_refused(load_facts: Loader, stated: dict[str, Any]) -> None:
    said = refusal(load_facts, sessions=[{"number": 1, "date": "2026-11-12", "stated": stated}])

    assert said.startswith("file.sessions[0].date: Thursday, November 12, 2026 contradicts the stated “")
    assert "\n" not in said


def test_a_stated_day_that_agrees_is_no_contradiction(load_facts: Loader) -> None:
    stated = {"weekday": "jueves", "day": 12, "month": 11}

    assert "Contradiction" not in load_facts(sessions=[{"number": 1, "date": "2026-11-12", "stated": stated}])


def test_the_stated_day_is_loaded_when_the_file_says_it_holds(load_facts: Loader) -> None:
    stated = {"weekday": "Wednesday", "day": 28, "month": 10}

    output = load_facts(sessions=[{"number": 1, "date": "2026-11-12", "stated": stated, "holds": "stated"}])

    assert Session.objects.get().day == date(2026, 10, 28)
    assert "Loaded 2026-10-28, because the file says that “stated” holds." in output


def test_a_stated_day_that_contradicts_itself_cannot_hold(load_facts: Loader) -> None:
    sessions = [{"number": 1, "date": "2024-11-28", "stated": THURSDAY_28_OCTOBER, "holds": "stated"}]

    assert "contradicts itself" in refusal(load_facts, sessions=sessions)


def test_a_session_before_the_one_before_is_refused(load_facts: Loader) -> None:
    sessions = [{"number": 1, "date": "2026-11-12"}, {"number": 2}, {"number": 3, "date": "2026-10-15"}]

    assert refusal(load_facts, sessions=sessions) == (
        "file.sessions[2].date: session 3 (Thursday, October 15, 2026) comes before session 1 "
        "(Thursday, November 12, 2026); say in “holds” that the date holds, or correct it."
    )


def test_an_order_that_the_file_says_holds_is_loaded_and_told(load_facts: Loader) -> None:
    sessions = [{"number": 1, "date": "2026-11-12"}, {"number": 2, "date": "2026-10-15", "holds": "date"}]

    output = load_facts(sessions=sessions)

    assert Session.objects.get(number=2).day == date(2026, 10, 15)
    assert "Contradiction: session 2 (Thursday, October 15, 2026) comes before session 1" in output


def one(**fields: Any) -> dict[str, Any]:
    return {"sessions": [{"number": 1, "date": "2026-10-15"} | fields]}


def speaker(**fields: Any) -> dict[str, Any]:
    return {"speakers": [{"slug": "rosa-vega", "full_name": "Rosa Vega"} | fields]}


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"series": None}, "file.series: is missing."),
        ({"series": {"name": {"en": "Small"}}}, "file.series.slug: is missing."),
        ({"series": {"slug": "small"}}, "file.series.name: is missing."),
        ({"series": {"slug": "a b", "name": {"en": "x"}}}, "file.series.slug: “a b” may hold only small letters"),
        ({"series": {"slug": "s", "name": "Small"}}, "file.series.name: must be an object"),
        ({"series": {"slug": "s", "name": {"xx": "S"}}}, "file.series.name: “xx” is not one of the languages"),
        ({"series": {"slug": "s", "name": {"en": "S"}, "timezone": "Mars/Base"}}, "file.series.timezone: “Mars/Base”"),
        (
            {"series": {"slug": "s", "name": {"en": "S"}, "planned_sessions": "10"}},
            "file.series.planned_sessions: must be",
        ),
        (
            {"series": {"slug": "s", "name": {"en": "S"}, "planned_sessions": 0}},
            "file.series.planned_sessions: 0 is not",
        ),
        ({"speakers": {}}, "file.speakers: must be a list, not an object."),
        ({"sessions": ["first"]}, "file.sessions[0]: must be an object, not a text."),
        ({"sessions": [{"number": 1}, {"number": 1}]}, "file.sessions: the number 1 stands there twice."),
        ({"sessions": [{"number": 0}]}, "file.sessions[0].number: 0 is not between 1 and 1000."),
        ({"sessions": [{"number": True}]}, "file.sessions[0].number: must be a whole number, not true or false."),
        ({"sessions": [{"date": "2026-10-15"}]}, "file.sessions[0].number: is missing."),
        (one(date="15/10/2026"), "file.sessions[0].date: “15/10/2026” is not a date such as 2024-11-28."),
        (one(date="2026-02-30"), "file.sessions[0].date: “2026-02-30” is not a date"),
        (one(date=20261015), "file.sessions[0].date: must be a text, not a number."),
        (one(start_time="25:00"), "file.sessions[0].start_time: “25:00” is not an hour such as 11:00."),
        (one(start_time="11:00", end_time="10:00"), "file.sessions[0].end_time: 10:00 does not come after the start"),
        (one(timezone="Nowhere"), "file.sessions[0].timezone: “Nowhere” is not a time zone"),
        (one(holds="maybe"), "file.sessions[0].holds: “maybe” is not one of date, stated."),
        (one(stated={"weekday": "Someday"}), "file.sessions[0].stated.weekday: “Someday” is no day of the week."),
        (one(stated={"day": 32}), "file.sessions[0].stated.day: 32 is not between 1 and 31."),
        (one(stated={"month": 13}), "file.sessions[0].stated.month: 13 is not between 1 and 12."),
        (one(stated={"day": 9}, holds="stated"), "file.sessions[0].holds: the stated day holds, but it names no day"),
        (
            one(stated={"day": 31, "month": 2}, holds="stated"),
            "file.sessions[0].stated: “February 31” is no day of 2026",
        ),
        (one(start_time="11:00", end_time="11:00"), "file.sessions[0].end_time: 11:00 does not come after the start"),
        ({"speakers": [{"slug": "a", "full_name": "A"}] * 2}, "file.speakers: the slug a stands there twice."),
        (one(panel=[{"speaker": "nobody"}]), "file.sessions[0].panel[0].speaker: “nobody” is not among"),
        (one(panel=[{}]), "file.sessions[0].panel[0].speaker: is missing."),
        (one(panel=[{"speaker": "rosa-vega", "role": "star"}]), "file.sessions[0].panel[0].role: “star” is not one of"),
        (one(panel=[{"speaker": "rosa-vega"}] * 2), "file.sessions[0].panel: the speaker rosa-vega as panellist"),
        (one(central_question={"en": 1}), "file.sessions[0].central_question.en: must be a text, not a number."),
        (one(attendance_published="x" * 61), "file.sessions[0].attendance_published: is longer than 60 characters."),
        (one(challenges={"en": "one"}), "file.sessions[0].challenges.en: must be a list of texts."),
        (speaker(country="XX"), "file.speakers[0].country: “XX” is not a country code such as MX"),
        (speaker(sector="magic"), "file.speakers[0].sector: “magic” is not one of agrifood"),
        (speaker(full_name=None), "file.speakers[0].full_name: is missing."),
        (speaker(full_name="a\x00b"), "file.speakers[0].full_name: holds a NUL character."),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_and_nothing_is_written(
    load_facts: Loader, parts: dict[str, Any], where: str
) -> None:
    said = refusal(load_facts, **parts)

    assert said.startswith(where)
    assert "\n" not in said


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[" * 100_000], ids=["cut", "empty", "binary", "deep"])
def test_what_is_no_json_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "series.json"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"series\.json: is not (JSON|UTF-8)"):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json: cannot be read \(No such file or directory\)"):
        load(tmp_path / "none.json")


def test_a_field_nobody_knows_is_told_and_notes_are_not(load_facts: Loader) -> None:
    output = load_facts(**one(start_tme="11:00", date_note="as announced"))

    assert "Ignored: file.sessions[0].start_tme" in output
    assert "date_note" not in output
