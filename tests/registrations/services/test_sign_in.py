"""Signing in by mail: what is asked for, what leaves, and what opens once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from iatp_events.lib import alarm
from registrations import links
from registrations.admin import preview
from registrations.models import Attendee, EmailAddress, Message, SignIn
from registrations.services import clockwork, delivery, outbox, sign_in
from registrations.services.sign_in import Refused, Standing, WrongCode
from tests.factories import NOW, create_attendee, create_session, register

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def ask(email: str = "ana@example.org", *, browser: str = "here", now=NOW, mailed: bool = True) -> SignIn:
    """Somebody asks; the mail leaves in the same moment."""
    sign_in.ask(email=email, browser=browser, leads_to="", now=now)
    if mailed:
        deliver(now)
    return fresh(SignIn.objects.latest("pk"))


def fresh(asked: SignIn) -> SignIn:
    return SignIn.objects.with_state().get(pk=asked.pk)


def deliver(now) -> None:
    sign_in.queue_due(now=now)
    delivery.deliver_due(clock=lambda: now)


def standing(asked: SignIn, *, browser: str = "here", now=NOW) -> Standing:
    return sign_in.standing(asked=fresh(asked), browser=browser, now=now)


def other_code(asked: SignIn) -> str:
    return f"{(int(links.sign_in_code(asked)) + 1) % 10**6:06d}"


def try_code(code: str, *, browser: str = "here", now=NOW) -> str:
    try:
        return sign_in.by_code(code=code, browser=browser, now=now)[0].full_name
    except WrongCode:
        return "wrong"


def mails() -> list[EmailMessage]:
    """What left, in order."""
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"))
    return [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]


def text_of(mail: EmailMessage) -> str:
    found: str = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return found


@pytest.fixture
def ana() -> Attendee:
    return register(create_session(), "Ana").attendee


def test_the_link_signs_in_once_and_proves_the_address(ana):
    asked = ask()

    signed_in = sign_in.by_link(asked=asked, browser="here", now=NOW + MINUTE)
    with pytest.raises(Refused) as refused:
        sign_in.by_link(asked=asked, browser="here", now=NOW + MINUTE)

    assert (signed_in, refused.value.standing) == (ana, Standing.USED)
    assert EmailAddress.objects.get().verified_at == NOW + MINUTE


def test_the_code_of_the_mail_signs_in_once_and_the_link_is_used_with_it(ana):
    asked = ask()
    text = text_of(mails()[-1])

    (code,) = re.findall(r"^(\d{3} \d{3})$", text, re.M)
    answers = [try_code(code.replace(" ", "")) for _ in range(2)]

    assert (answers, standing(asked)) == (["Ana", "wrong"], Standing.USED)
    assert links.sign_in(asked) in text


def test_ten_minutes_are_counted_from_when_the_mail_left(ana):
    asked = ask(mailed=False)
    waiting = standing(asked, now=NOW + 20 * MINUTE)
    with time_machine.travel(NOW + 25 * MINUTE, tick=False):
        deliver(NOW + 25 * MINUTE)

    left = fresh(asked).mailed_at
    found = [standing(asked, now=left + after) for after in (10 * MINUTE - timedelta(seconds=1), 10 * MINUTE)]

    assert left - NOW == pytest.approx(25 * MINUTE, abs=timedelta(seconds=5))
    assert (waiting, found) == (Standing.OPEN, [Standing.OPEN, Standing.OVER])
    assert try_code(links.sign_in_code(asked), now=left + 10 * MINUTE) == "wrong"


def test_a_link_whose_leaving_went_unnoted_ends_all_the_same(ana):
    asked = ask(mailed=False)

    assert standing(asked, now=NOW + 40 * MINUTE) == Standing.OVER


def test_the_newest_wins_wherever_it_was_asked_for(ana):
    first, second = ask(), ask(browser="there", now=NOW + MINUTE)

    assert (standing(first), standing(second, browser="there", now=NOW + MINUTE)) == (Standing.OUTDONE, Standing.OPEN)
    assert try_code(links.sign_in_code(first)) == "wrong"


def test_another_browser_cannot_use_link_or_code(ana):
    asked = ask()

    assert [standing(asked, browser=browser) for browser in ("", "there")] == [Standing.ELSEWHERE] * 2
    assert try_code(links.sign_in_code(asked), browser="there") == "wrong"
    assert fresh(asked).used_at is None


def test_five_wrong_codes_end_the_code_and_the_link(ana):
    asked = ask()

    answers = {try_code(other_code(asked)) for _ in range(5)}

    assert (answers, try_code(links.sign_in_code(asked)), standing(asked)) == ({"wrong"}, "wrong", Standing.OVER)


def test_four_wrong_codes_are_forgiven(ana):
    asked = ask()
    for _ in range(4):
        try_code(other_code(asked))

    assert try_code(links.sign_in_code(asked)) == "Ana"


def test_who_asks_again_and_again_to_guess_is_left_with_the_link_only(ana):
    for _ in range(4):
        guessed = ask(browser="thief")
        for _ in range(5):
            try_code(other_code(guessed), browser="thief")
    asked = ask()

    assert try_code(links.sign_in_code(asked)) == "wrong"
    assert sign_in.by_link(asked=fresh(asked), browser="here", now=NOW) == ana


def test_of_an_unknown_address_a_row_is_written_and_nothing_is_sent(ana):
    asked = ask("nobody@example.org")

    assert (
        asked.address,
        Message.objects.filter(kind="sign_in").count(),
        [text for text in map(text_of, mails()) if "/s/" in text],
    ) == (None, 0, [])
    assert try_code(links.sign_in_code(asked)) == "wrong"
    assert sign_in.find(asked.pk, asked.nonce) is None


def test_known_and_unknown_cost_the_same_statements(ana, django_assert_num_queries):
    for email in ("ana@example.org", "nobody@example.org"):
        with django_assert_num_queries(4):  # with a savepoint and its release, which a transaction is in a test
            sign_in.ask(email=email, browser="here", leads_to="", now=NOW)


def test_the_mail_goes_to_the_address_that_was_typed(ana):
    EmailAddress.objects.filter(attendee=ana).update(verified_at=NOW)
    EmailAddress.objects.create(attendee=ana, address="Ana@Work.example.org", normalised="ana@work.example.org")

    ask("ANA@work.example.org")

    assert mails()[-1]["To"].endswith("Ana@work.example.org>")


def test_who_is_registered_for_nothing_yet_gets_a_mail_too():
    create_session()
    create_attendee("Luis")

    ask("luis@example.org")

    assert len(mails()) == 1


def test_nothing_that_is_stored_opens_anything(ana):
    asked = ask()
    token, code = links.sign_in(asked).split("/")[-2], links.sign_in_code(asked)
    tables = [list(model.objects.values()) for model in (SignIn, Message, Attendee, EmailAddress)]

    stored = json.dumps(tables, cls=DjangoJSONEncoder, default=str)

    assert [secret in stored for secret in (token, token.split(".")[1], f"{code[:3]} {code[3:]}", '"here"')] == [
        False
    ] * 4
    message = Message.objects.get(kind="sign_in")
    assert (message.state, message.text) == ("sent", "")


def test_staff_see_what_the_mail_looks_like_and_nobodys_key(ana):
    asked = ask()
    for file in Path(settings.MAIL_DIR).glob("*.eml"):
        file.unlink()  # where mails leave by SMTP no copy is kept

    shown = preview.of(Message.objects.get(kind="sign_in"))

    assert "000 000" in shown.text
    assert links.sign_in_code(asked)[:3] + " " + links.sign_in_code(asked)[3:] not in shown.text + shown.html
    assert "/s/" not in shown.text + shown.html


def test_a_tick_writes_the_mail_when_the_bell_went_unheard_and_writes_it_once(ana):
    ask(mailed=False)

    for _ in range(2):
        clockwork.tick(clock=lambda: NOW)

    assert Message.objects.filter(kind="sign_in", state="sent").count() == 1


def test_after_half_an_hour_no_mail_leaves(ana):
    ask(mailed=False)
    sign_in.queue_due(now=NOW)

    deliver(NOW + 31 * MINUTE)

    assert [(m.state, m.skip_reason) for m in Message.objects.filter(kind="sign_in")] == [("skipped", "expired")]


def test_a_mail_that_was_outdone_before_it_left_does_not_leave(ana):
    ask(mailed=False)
    sign_in.queue_due(now=NOW)
    ask()

    found = Message.objects.filter(kind="sign_in").order_by("sign_in")
    assert [message.state for message in found] == ["skipped", "sent"]


def test_it_leaves_before_reminders_that_wait_since_long(ana, monkeypatch):
    monkeypatch.setattr("registrations.services.outbox.CHUNK", 1)
    Message.objects.update(next_attempt_at=NOW - timedelta(hours=1), expires_at=None)
    ask(mailed=False)

    sign_in.queue_due(now=NOW)
    outbox.claim(now=NOW, lease=MINUTE)

    assert list(Message.objects.filter(state="sending").values_list("kind", flat=True)) == ["sign_in"]


def test_what_was_asked_is_forgotten_after_a_day_and_its_message_stays(ana):
    ask()

    clockwork.tick(clock=lambda: NOW + timedelta(days=1, minutes=1))

    assert (SignIn.objects.count(), Message.objects.filter(kind="sign_in").count()) == (0, 1)
