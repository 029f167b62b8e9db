"""Every address; the contract names them."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from iatp_events import errors, health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("workshops.feed_urls")),
    path("", include("registrations.link_urls")),
    path("", include("registrations.staff_urls")),
    path("", include("registrations.certificate_urls")),
    *i18n_patterns(
        path("", include("workshops.urls")),
        path("", include("registrations.urls")),
    ),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
