"""The constellation: dots for the countries present, drawn from data."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count, Value
from django.db.models.functions import Coalesce, NullIf
from django_countries import countries

from iatp_events.lib import constellation as drawing
from registrations.models import Registration
from workshops.models import Series

register = template.Library()


@register.inclusion_tag("includes/_constellation.html")
def constellation(series: Series) -> dict[str, Any]:
    """`{% constellation series %}`: who is registered, by country; nothing while nobody is. One query."""
    rows = (
        Registration.objects.confirmed()
        .filter(session__series=series)
        .order_by()
        # Of who was erased the registration still knows the country.
        .annotate(present=Coalesce(NullIf("attendee__country", Value("")), "country"))
        .values_list("present")
        .annotate(people=Count("attendee", distinct=True))
    )
    present = {country: people for country, people in rows if country}
    picture = drawing.draw(present)
    named = [(countries.name(dot.country) or dot.country, dot) for dot in picture.dots]
    people = sum(count for _country, count in rows)
    return {"picture": picture, "dots": named, "people": people, "countries": len(present)}
