"""Routing: which function answers which request, and which permission of a token it needs.

The functions themselves stand beside their nouns.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from forge_double.state import Identity, Repository, State

REPOSITORY = "/repos/{owner}/{repo}"


class Said(NamedTuple):
    """A reply: status, what is in it, further headers."""

    status: int
    data: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """A reply that says no."""

    def __init__(self, status: int, message: str, *errors: Any) -> None:
        super().__init__(message)
        self.said = Said(
            status, {"message": message, "documentation_url": "http://localhost/docs", "status": str(status)}
        )
        if errors:
            self.said.data["errors"] = list(errors)


@dataclass
class Call:
    """One request on its way through the double."""

    state: State
    who: Identity
    repository: Repository
    base: str
    """Where the double is reached, without a final slash."""
    query: dict[str, str]
    body: Any
    raw: bytes
    headers: dict[str, str]
    path: dict[str, str]

    @property
    def api(self) -> str:
        """Return the address of this repository in the REST interface."""
        return f"{self.base}/api/v3/repos/{self.repository.full_name}"

    @property
    def web(self) -> str:
        """Return the address of this repository on the web."""
        return f"{self.base}/{self.repository.full_name}"

    def number(self, name: str) -> int:
        """Return a number of the path; 404 when it is none."""
        if not self.path[name].isdigit():
            raise Refused(404, "Not Found")
        return int(self.path[name])

    def page(self, rows: list[Any], key: str = "", **more: Any) -> Said:
        """Return the asked page of a list, with the links to the others."""
        size = max(1, min(int(self.query.get("per_page", "30")), 100))
        page = max(1, int(self.query.get("page", "1")))
        last = max(1, -(-len(rows) // size))
        shown = rows[(page - 1) * size : page * size]
        headers = ()
        if page < last:
            query = {**self.query, "per_page": str(size), "page": str(page + 1)}
            address = f"{self.base}{self.headers['x-path']}?" + "&".join(
                f"{name}={value}" for name, value in query.items()
            )
            headers = (("Link", f'<{address}>; rel="next"'),)
        return Said(200, {"total_count": len(rows), key: shown, **more} if key else shown, headers)


Answer = Callable[[Call], Said]


class Route(NamedTuple):
    """A method and a path with the function that answers, and the permission it needs."""

    method: str
    pattern: re.Pattern[str]
    template: str
    answer: Answer
    permission: str
    level: str


ROUTES: list[Route] = []


def route(method: str, path: str, permission: str, level: str = "read") -> Callable[[Answer], Answer]:
    """Make a function answer a request."""
    template = path if path.startswith("/user") else f"{REPOSITORY}{path}"
    pattern = re.compile(re.sub(r"\{(\w+)\}", lambda hole: f"(?P<{hole[1]}>{_width(hole[1])})", template))

    def keep(answer: Answer) -> Answer:
        ROUTES.append(Route(method, pattern, template, answer, permission, level))
        return answer

    return keep


def _width(hole: str) -> str:
    return ".+" if hole in ("ref", "tag") else "[^/]+"
