"""A session that takes place now: reports of it in every state of the desk, people of it, and the wall of its room."""

from __future__ import annotations

ACTS = ("look", "keyboard", "no JavaScript")
STAFF_PAGES = (
    "desk",
    "desk, look",
    "desk, columns",
    "desk, dates",
    "desk, taken over",
    "attendance",
    "evidence",
    "policy",
    "figures",
    "certificates of a session",
    "wall",
    "wall, early",
)

# Runs behind DOORS, in its names.
DESKS = f"""
from zoneinfo import ZoneInfo
from registrations.services import drafts, reconciliation
begins = now - timedelta(minutes=30)
live = factories.create_session(other, number=40, mode="hybrid", starts_at=begins, revised_at=now)
held = {{name: factories.register(live, name, now) for name in ("Rosa Sol", "José Mar", "Luz Paz Roa", "Teo Lin")}}
for number in (1, 2):
    factories.register(live, "Juan Gil Mora", now, email=f"juan{{number}}@example.org")
factories.note(held["Luz Paz Roa"], "join", now)
there = ZoneInfo(live.timezone)
hour = lambda minutes: (begins + timedelta(minutes=minutes)).astimezone(there).strftime("%Y-%m-%d %H:%M:%S")
span = f"{{hour(0)}},{{hour(25)}}"
header = "Name,Email,Join Time,Leave Time"
rows = ["Rosa Sol,rosa.sol@example.org", "José Mar,", "iPhone de Luz,", "Juan Gil Mora,"]
rows.append("Nadie Conocido,nadie@example.org")
whole = "\\n".join([header, *(f"{{row}},{{span}}" for row in rows)]) + "\\n"
unknown = f"Kto;Gde;Nachalo;Konets\\nRosa Sol;rosa.sol@example.org;11:00;11:25\\n"
dates = f"{{header}}\\nRosa Sol,rosa.sol@example.org,05/06/2024 11:00,05/06/2024 12:00\\n"
def drafted(text):
    return drafts.take_in(session=live, content=text.encode(), zone=live.timezone, by=staff.pk, now=now)
review = lambda report: f"/admin/registrations/report/{{report.pk}}/review/"
for name in {ACTS!r}:
    answer[f"desk, {{name}}"] = review(drafted(whole))
answer["desk, columns"], answer["desk, dates"] = review(drafted(unknown)), review(drafted(dates))
taken = drafted(whole)
reconciliation.take_over(report=taken, choices={{}}, by=staff.pk, now=now)
of_live = f"/admin/workshops/session/{{live.pk}}/"
answer |= {{
    "desk": f"{{of_live}}reports/",
    "desk, taken over": review(taken),
    "attendance": f"{{of_live}}attendance/",
    "policy": f"{{of_live}}attendance/policy/",
    "figures": f"{{of_live}}figures/",
    "evidence": f"/admin/registrations/registration/{{held['Rosa Sol'].pk}}/evidence/",
    "certificates of a session": f"/admin/registrations/certificate/session/{{past.pk}}/",
    "wall": f"/staff/sessions/{{live.pk}}/room-code/",
    "wall, early": f"/staff/sessions/{{room.pk}}/room-code/",
    "in the room": path(links.manage(held["Teo Lin"])),
    "report": whole,
}}
"""
