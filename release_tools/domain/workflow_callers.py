"""A caller is a workflow of a repository that hands on to one of ours: its text, and whose hand wrote what is there.

Where callers lie is not known here.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from release_tools.record import record

WORKFLOWS = ("start.yml", "ci.yml", "release.yml", "deploy.yml")
"""What there is to call."""
Fate = Literal["new", "as it should be", "renewed", "changed by somebody"]
"""What becomes of a file: those that somebody changed are not written without being told to."""

_SOURCE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40})")
_ADDRESS = re.compile(r"(?:git\+)?(?:ssh|https?)://(?:[^@/]+@)?[^/]+/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
_MARK = re.compile(r"# Written by `release-tools init --workflows`; (?P<digest>[0-9a-f]{64})\n")
_HOLE = re.compile(r"<<(\w+)>>")


@record
class Source:
    """Where the called workflows are: a repository at a commit, which nobody can move as a tag can be."""

    repository: str
    commit: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.commit}"


def parse_source(text: str) -> Source | None:
    """Return the source that `OWNER/REPOSITORY@COMMIT` names, None where it is not written so."""
    found = _SOURCE.fullmatch(text)
    return Source(**found.groupdict()) if found else None


def installed_source(url: str, commit: str) -> Source | None:
    """Return the source that a program installed from git came from, None where its address names no repository."""
    found = _ADDRESS.fullmatch(url)
    return parse_source(f"{found['repository']}@{commit}") if found else None


def render_caller(template: str, values: Mapping[str, str]) -> str:
    """Return the text of a caller: the template with its `<<holes>>` filled, below a line that seals it."""
    body = _HOLE.sub(lambda hole: values[hole[1]], template)
    return f"# Written by `release-tools init --workflows`; {_digest(body)}\n{body}"


def judge_caller(found: str | None, wanted: str) -> Fate:
    """Return what becomes of a file that holds `found`, None where there is none."""
    if found is None:
        return "new"
    if found == wanted:
        return "as it should be"
    mark = _MARK.match(found)
    return "renewed" if mark and mark["digest"] == _digest(found[mark.end() :]) else "changed by somebody"


def _digest(body: str) -> str:
    return sha256(body.encode()).hexdigest()
