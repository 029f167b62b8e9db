"""People who walk through their own pages: of each kind one per way of using a browser, and one to look at."""

from __future__ import annotations

HANDS = ("keyboard", "no JavaScript")

# Runs behind FURNISH, in its names. Iris has a place, is offered one, and was missed; Nora and Olga have a place.
PEOPLE = f"""
later, hands = now + timedelta(days=41), {(*HANDS, "nobody")}
roomy, scarce = (
    factories.create_session(other, number=number, capacity=capacity, starts_at=later, revised_at=now)
    for number, capacity in ((3, None), (4, len(hands)))
)
holders = [factories.register(scarce, f"Titular {{number}}", now) for number in range(len(hands))]
for hand in hands:
    for who in ("Iris", "Nora", "Olga"):
        person = factories.register(roomy, f"{{who}} {{hand.split()[-1].title()}}", now).attendee
        kept = HttpResponse()
        sign_in_cookie.remember(kept, person)
        answer[f"{{who}}, {{hand}}"] = kept.cookies["me"].value
        if who == "Iris":
            offered = factories.places.register_known(attendee=person, session=scarce, now=now)
            Registration.objects.create(
                session=past, attendee=person, state="confirmed", confirmed_at=past.starts_at, round=1, created_at=now
            )
            answer[f"offer, {{hand}}"] = path(links.manage(offered))
            answer[f"held, {{hand}}"] = path(links.manage(person.registrations.get(session=roomy)))
for registration in holders:
    factories.places.cancel(registration=registration, now=now)
answer["a place offered"] = answer["offer, nobody"]
"""
