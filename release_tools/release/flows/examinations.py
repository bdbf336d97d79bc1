"""Examining the remote and the token: what a command would work with, and what it would lack.

Nothing is changed, and nothing but the forge's own answers is believed about a token.
"""

import re
from collections.abc import Iterator

from release_tools.domain.forge.rights import Right, Rights
from release_tools.errors import ReleaseToolsError
from release_tools.record import record
from release_tools.release.flows.session import Session
from release_tools.release.names import remote_name

NEEDS = {Right.READ: "see pull requests", Right.PUSH: "open and merge pull requests, and publish releases"}
SCOPES = "a fine-grained token needs: contents, pull requests and issues (write), checks and statuses (read)"


@record
class Finding:
    """One thing that was looked at, what was found, and what to do where that is not good."""

    about: str
    says: str
    good: bool = True
    todo: str = ""


def examine(session: Session) -> tuple[Finding, ...]:
    """Return what is found about the remote, its forge and the token."""
    return tuple(_findings(session))


def _findings(session: Session) -> Iterator[Finding]:
    settings = session.reader.settings()
    try:
        remote = remote_name(settings, session.config)
    except ReleaseToolsError as error:
        yield Finding(about="remote", says=error.failed, good=False, todo=error.todo)
        return
    if remote is None:
        yield Finding(about="remote", says="there is none: releases stay in this repository")
        return
    address = without_password(settings.get(f"remote.{remote}.url", ""))
    try:
        there = session.reader.remote_refs(remote)
    except ReleaseToolsError as error:
        yield Finding(about="remote", says=error.failed, good=False, todo=f"Check `git ls-remote {remote}`.")
        return
    yield Finding(about="remote", says=f"{remote} is {address}, with {len(there.branches)} branches")
    if without_password(address) != settings.get(f"remote.{remote}.url", ""):
        todo = "Keep it in a credential helper instead: it is in .git/config as plain text."
        yield Finding(about="remote", says="its address holds a password or a token", good=False, todo=todo)
    if session.forge is None:
        why, _, todo = session.without_forge.partition("\n")
        yield Finding(about="forge", says=f"not asked: {why}", todo=todo)
        return
    try:
        yield from _token(session, session.forge.rights())
    except ReleaseToolsError as error:
        yield Finding(about="token", says=error.failed, good=False, todo=error.todo)


def _token(session: Session, rights: Rights) -> Iterator[Finding]:
    who = f"belongs to {rights.who}" if rights.who else "belongs to an app or a workflow"
    limits = f", limited to {', '.join(rights.scopes)}" if rights.scopes else ""
    ends = f", ends {rights.expires}" if rights.expires else ""
    yield Finding(about="token", says=f"{who}{limits}{ends}")
    for right, purpose in NEEDS.items():
        may = right in rights.may
        says = f"{'may' if may else 'may not'} {right.value}: needed to {purpose}"
        yield Finding(about="token", says=says, good=may, todo="" if may else f"Give it more rights: {SCOPES}.")
    admin = Right.ADMINISTER in rights.may
    yield Finding(about="token", says=f"{'may' if admin else 'may not'} {Right.ADMINISTER.value}: needed by `protect`")
    wanted = {row.merge for row in session.config.flow.values() if row.targets}
    if lacking := sorted(wanted - set(rights.methods)):
        yield Finding(
            about="forge",
            says=f"the repository does not allow to merge by: {', '.join(lacking)}",
            good=False,
            todo="Allow it in the repository's settings, or change flow.KIND.merge.",
        )


def without_password(address: str) -> str:
    """Return an address without what stands before its host, where that holds a secret."""
    return re.sub(r"(\w+://)[^/@]*:[^/@]*@|(https?://)[^/@:]+@", lambda found: found[1] or found[2], address)
