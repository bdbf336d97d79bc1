"""An outlook is all that decides the next version: unreleased work, and the numbers that are gone, here and elsewhere.

What the commits make of it is the domain's business; nothing is written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, Self

from release_tools.config.model import Config
from release_tools.domain.history.landmarks import Landmarks
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.refs import HEADS, Refs
from release_tools.domain.version import Version, parse_tag
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.record import record
from release_tools.release.lines import is_line
from release_tools.release.names import claimed_versions, develop_name, remote_name
from release_tools.release.narrowing import ChangeReader, narrow
from release_tools.release.pending import LogReader, read_pending

SHALLOW = "This clone is shallow: history is cut off, so versions and merges cannot be told."


class HistoryReader(LogReader, ChangeReader, Protocol):
    """Questions to one history; every method may raise `ToolFailed`."""


class OutlookReader(HistoryReader, Protocol):
    """Questions to one repository and its remote; every method may raise `ToolFailed`."""

    @property
    def is_shallow(self) -> bool:
        """Whether history is cut off here."""
        ...

    def landmarks(self) -> Landmarks:
        """Return all branches and tags with their commits, and what is checked out."""
        ...

    def settings(self) -> Mapping[str, str]:
        """Return git's configuration, the last value of each key."""
        ...

    def remote_refs(self, remote: str, /) -> Refs:
        """Return the branches and tags that a remote has now."""
        ...

    def with_fetched(self, remote: str, names: Sequence[str], scratch: Path, /) -> Self:
        """Return this reader with what full ref names of the remote lead to, brought into `scratch`."""
        ...


@record
class Outlook:
    """What is checked out and the numbers around it; `main` is its commit where that counts, else None."""

    reader: HistoryReader
    config: Config
    head: str
    branch: str | None
    main: str | None
    tags: Mapping[Version, str]
    """The commit of each version that is tagged, here or at the remote."""
    present: Mapping[Version, str]
    """Those of the tags whose commit is here."""
    claims: Mapping[str, str]
    """Versions claimed by open branches, here or there, each with its branch."""

    def pending(self) -> Unreleased:
        """Return what no final version contains."""
        return self.since(self.present, main=self.main)

    def since(self, tags: Mapping[Version, str], *, main: str | None) -> Unreleased:
        """Return what would be pending if only these versions were tagged; what is not the product's is marked."""
        found = read_pending(self.reader, tags, head=self.head, main=main)
        return replace(found, commits=narrow(self.reader, self.config, found.commits))


def observe_outlook(
    reader: OutlookReader, config: Config, scratch: Callable[[], Path], *, offline: bool = False
) -> Outlook:
    """Return the outlook of the branch that is checked out; `PreconditionFailed` where it cannot be told.

    `offline` leaves the remote out: what the last fetch brought counts. Main comes into a `scratch` directory
    where only the remote has it.
    """
    marks = reader.landmarks()
    remote = remote_name(reader.settings(), config)
    _guard_history(reader, marks, remote)
    known = _tracked(marks, remote)
    there = known if offline or not remote else _asked(reader, remote)
    here = Refs(branches=marks.branches)
    _guard_branches(config, here, there)
    main = _main(config, marks, there)
    if main and remote and reader.missing((main,)):
        reader = reader.with_fetched(remote, (HEADS + config.branches.main,), scratch())
    prefix = config.version.tag_prefix
    elsewhere = {name: tag.commit for name, tag in there.tags.items()}
    absent = set(reader.missing(tuple({sha for name, sha in elsewhere.items() if marks.tags.get(name) != sha})))
    tags = {version: sha for name, sha in {**marks.tags, **elsewhere}.items() if (version := parse_tag(name, prefix))}
    return Outlook(
        reader=reader,
        config=config,
        head=marks.head,
        branch=marks.branch or None,
        main=main,
        tags=tags,
        present={version: sha for version, sha in tags.items() if sha not in absent} if absent else tags,
        claims=claimed_versions(config, (*here.branches, *there.branches)),
    )


def _tracked(marks: Landmarks, remote: str | None) -> Refs:
    start = f"{remote}/"
    names = marks.tracked.items() if remote else ()
    return Refs(branches={name.removeprefix(start): sha for name, sha in names if name.startswith(start)})


def _asked(reader: OutlookReader, remote: str) -> Refs:
    try:
        return reader.remote_refs(remote)
    except ToolFailed as error:
        raise PreconditionFailed(
            f"The remote {remote!r} cannot be asked. {error.failed}",
            state="Nothing was changed.",
            todo=f"Check `git ls-remote {remote}`, or pass --offline to go by the last fetch. {error.todo}".strip(),
        ) from error


def _main(config: Config, marks: Landmarks, there: Refs) -> str | None:
    """Return main's commit where the branch counts from it: not on main itself, nor on a support line."""
    name = config.branches.main
    if marks.branch == name or is_line(config, marks.branch or None):
        return None
    return there.branches.get(name) or marks.branches.get(name)


def _guard_history(reader: OutlookReader, marks: Landmarks, remote: str | None) -> None:
    deepen = f"Type `git fetch --unshallow --tags {remote or 'origin'}` (in CI: fetch-depth: 0)."
    if reader.is_shallow:
        raise PreconditionFailed(SHALLOW, state="Nothing was changed.", todo=deepen)
    if not marks.head:
        raise PreconditionFailed(
            "This repository has no commit yet.",
            state="Nothing was changed.",
            todo="Make a first commit, then run this again.",
        )


def _guard_branches(config: Config, here: Refs, there: Refs) -> None:
    wanted = {config.branches.main: "branches.main", develop_name(config, here, there): "branches.develop"}
    for name, key in wanted.items():
        if name and name not in here.branches and name not in there.branches:
            raise PreconditionFailed(
                f"There is no branch {name}, neither here nor at the remote.",
                state="Nothing was changed.",
                todo=f"Create it, or name yours with {key} in the configuration.",
            )
