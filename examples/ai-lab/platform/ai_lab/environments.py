"""Environments: the rows that users make, read and delete, each with its artefact."""

from typing import Any

from sqlalchemy import Engine, delete, insert, select

from ai_lab.artefacts import Artefacts
from ai_lab.models import environments

FIELDS = tuple(column.label(column.key) for column in environments.c)
"""By the names that clients know, whatever the columns are called."""


class Environments:
    """The environments of one database."""

    def __init__(self, database: Engine, artefacts: Artefacts) -> None:
        self._database, self._artefacts = database, artefacts

    def every(self) -> list[dict[str, Any]]:
        """Return all of them."""
        with self._database.connect() as connection:
            return [dict(row) for row in connection.execute(select(*FIELDS).order_by(environments.c.id)).mappings()]

    def one(self, number: int) -> dict[str, Any] | None:
        """Return one of them, with whether its artefact is sound; None where there is none."""
        with self._database.connect() as connection:
            row = connection.execute(select(*FIELDS).where(environments.c.id == number)).mappings().first()
        return row and {**row, "sound": self._artefacts.holds(row["artefact"])}

    def make(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Make one: the file first, so that no row is without its file."""
        values = {key: value for key, value in wanted.items() if key in environments.c and key != "id"}
        values["artefact"] = self._artefacts.write(str(wanted["name"]))
        with self._database.begin() as connection:
            result = connection.execute(insert(environments).values(values))
        return {"id": result.inserted_primary_key[0], **values}

    def remove(self, number: int) -> bool:
        """Remove one with its file; return whether there was one."""
        found = self.one(number)
        if not found:
            return False
        with self._database.begin() as connection:
            connection.execute(delete(environments).where(environments.c.id == number))
        self._artefacts.remove(found["artefact"])
        return True
