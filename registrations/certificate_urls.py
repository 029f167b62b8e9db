"""Certificates as files; their pages carry a language in the path."""

from django.urls import path

from registrations.views import certificates

app_name = "certificates"
urlpatterns = [path("certificates/<str:folio>.pdf", certificates.pdf, name="pdf")]
