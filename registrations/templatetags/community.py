"""The constellation: dots for the countries present, drawn from data."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count
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
        .values_list("attendee__country")
        .annotate(people=Count("attendee", distinct=True))
    )
    present = {country: people for country, people in rows if country}
    picture = drawing.draw(present)
    named = [(countries.name(dot.country) or dot.country, dot) for dot in picture.dots]
    people = sum(count for _country, count in rows)
    return {"picture": picture, "dots": named, "people": people, "countries": len(present)}
