"""What is offered: series, sessions, places, speakers and panels."""

from workshops.models.panels import Panel, Panellist
from workshops.models.people import Speaker
from workshops.models.places import Places
from workshops.models.revisions import Revision
from workshops.models.series import Series
from workshops.models.sessions import Session

__all__ = ["Panel", "Panellist", "Places", "Revision", "Series", "Session", "Speaker"]
