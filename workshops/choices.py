"""The words of the trade that are stored; the contract names their values."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionState(TextChoices):
    DRAFT = "draft", pgettext_lazy("session", "Draft")
    ANNOUNCED = "announced", pgettext_lazy("session", "Announced")
    OPEN = "open", pgettext_lazy("session", "Registration open")
    CLOSED = "closed", pgettext_lazy("session", "Registration closed")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class Phase(TextChoices):
    """What a reader sees: the state together with the when."""

    TO_BE_ANNOUNCED = "to_be_announced", _("To be announced")
    ANNOUNCED = "announced", pgettext_lazy("session", "Announced")
    OPEN = "open", pgettext_lazy("session", "Registration open")
    CLOSED = "closed", pgettext_lazy("session", "Registration closed")
    LIVE = "live", pgettext_lazy("session", "Live now")
    ENDED = "ended", pgettext_lazy("session", "Ended")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class Format(TextChoices):
    PLENARY = "plenary", _("Plenary workshop")
    WORKING_GROUP = "working_group", _("Working group")


class Mode(TextChoices):
    ONLINE = "online", pgettext_lazy("mode", "Online")
    IN_PERSON = "in_person", pgettext_lazy("mode", "In person")
    HYBRID = "hybrid", pgettext_lazy("mode", "Online and in person")


class PlaceMode(TextChoices):
    """How one person takes part: a hybrid session has places of both kinds."""

    ONLINE = "online", pgettext_lazy("mode", "Online")
    IN_PERSON = "in_person", pgettext_lazy("mode", "In person")


class PanelRole(TextChoices):
    OPENING = "opening", _("Opening")
    MODERATOR = "moderator", _("Moderator")
    PANELLIST = "panellist", _("Panellist")
    CLOSING = "closing", _("Closing")


class Sector(TextChoices):
    AGRIFOOD = "agrifood", _("Agriculture and food")
    AUTOMOTIVE = "automotive", _("Automotive")
    BIOTECHNOLOGY = "biotechnology", _("Biotechnology")
    CREATIVE = "creative", _("Creative industries")
    EDUCATION = "education", _("Education")
    ENERGY = "energy", _("Energy and mining")
    FINANCE = "finance", _("Finance")
    FORESTRY = "forestry", _("Forestry and paper")
    GOVERNMENT = "government", _("Government and public policy")
    HEALTH = "health", _("Health")
    LOGISTICS = "logistics", _("Logistics and transport")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    TECHNOLOGY = "technology", _("Software and digital technology")
    TEXTILES = "textiles", _("Textiles and leather")
    TOURISM = "tourism", _("Tourism")
    OTHER = "other", pgettext_lazy("sector", "Other")


class Document(TextChoices):
    """What a series calls the paper that says that somebody was there."""

    CONSTANCIA = "constancia", pgettext_lazy("document", "Constancia")
    CERTIFICADO = "certificado", pgettext_lazy("document", "Certificado")
