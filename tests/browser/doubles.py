"""People and initiatives that are in twice, with the pages on which staff make one of two."""

from __future__ import annotations

# Runs behind FURNISH, in its names. Both Teresas hold a place in one session, so that one of these comes free.
DOUBLES = """
teresas = [
    factories.register(roomy, "Teresa Doble", now, email=f"teresa{number}@example.org").attendee for number in (1, 2)
]
answer["whom to merge"] = f"/admin/registrations/attendee/{teresas[0].pk}/merge/?q=Teresa"
answer["two people side by side"] = f"/admin/registrations/attendee/{teresas[0].pk}/merge/?with={teresas[1].pk}"
andes, sierra, other_name = (
    Initiative.objects.create(name=name, country="PE") for name in ("Andes", "Sierra de los Andes", "Los Andes")
)
Initiative.objects.filter(pk=other_name.pk).update(merged_into=andes, merged_at=now)
answer["initiatives to merge"] = f"/admin/registrations/initiative/merge/?pk={andes.pk}&pk={sierra.pk}"
answer["a name to take out"] = f"/admin/registrations/initiative/{other_name.pk}/separate/"
"""
