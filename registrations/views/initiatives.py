"""Initiatives that hold a few letters, for who types one; the pages carry the most usual ones themselves."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from iatp_events.lib import ratelimit
from iatp_events.lib.doors import public
from registrations.services import initiatives

LONGEST = 200


@public
@require_safe
def matching(request: HttpRequest) -> HttpResponse:
    """[["Clúster Andino", "cluster andino"], …]: name and label, if it has one; only what everybody may read."""
    if not ratelimit.allows("initiatives_per_address", ratelimit.client_address(request)):
        return HttpResponse(status=429)
    found = initiatives.matching(request.GET.get("q", "")[:LONGEST])
    answer = JsonResponse([[one.name, one.label] for one in found], safe=False)
    patch_cache_control(answer, public=True, max_age=60)
    return answer
