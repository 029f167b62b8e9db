"""Bring the facts of a series from a JSON file into the database.

`facts.read` says what the file says, `writing.write` makes it so; between them stand dataclasses.
"""

from workshops.loading.facts import SeriesFacts, read
from workshops.loading.fields import BadFile
from workshops.loading.writing import IsDemonstration, Outcome, write

__all__ = ["BadFile", "IsDemonstration", "Outcome", "SeriesFacts", "read", "write"]
