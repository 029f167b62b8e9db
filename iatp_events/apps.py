from django.contrib.admin.apps import AdminConfig


class StaffSiteConfig(AdminConfig):
    """Django's admin, with our own order and names on it."""

    default_site = "iatp_events.staff_site.StaffSite"
