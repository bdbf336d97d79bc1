"""The guards of a deploy: every condition that must hold before anything is done, all of them told at once.

They read the observed state only; a result that is good is told, too, so that a preflight shows what was looked at.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from release_tools.deploy.state import PlatformState
from release_tools.domain.deploy.window import closed_because
from release_tools.domain.version import parse_version
from release_tools.errors import PreconditionFailed

ROOM = 1.2
"""A copy needs this much of what it is a copy of."""
LEAST_FREE = 200 * 2**20


class Finding(NamedTuple):
    """What one guard found: its subject, whether all is well, what it saw, and what to type where it is not."""

    subject: str
    good: bool
    said: str
    todo: str = ""


Guard = Callable[[PlatformState], Iterator[Finding]]


def look_over(state: PlatformState, *, waived: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Return what every guard found; a waived subject is told with its waiver and never refused."""
    waived = tuple(waived)
    found = (finding for guard in GUARDS for finding in guard(state))
    return tuple(
        one._replace(good=True, said=f"waived: {one.said}") if one.subject in waived and not one.good else one
        for one in found
    )


def refuse(findings: Iterable[Finding]) -> None:
    """Raise `PreconditionFailed` with every finding that is not good; nothing was changed."""
    wrong = [finding for finding in findings if not finding.good]
    if wrong:
        raise PreconditionFailed(
            "\n".join(f"{finding.subject}: {finding.said}" for finding in wrong),
            state="Nothing was changed.",
            todo="\n".join(dict.fromkeys(finding.todo for finding in wrong if finding.todo)),
        )


def _version(state: PlatformState) -> Iterator[Finding]:
    target, current = state.target, state.current_version
    where = f"tag {target.tag}" if target.tag else f"commit {target.identity.commit[:10]}, without a tag"
    if target.tag and not target.on_main:
        yield Finding("version", False, f"{where} is not on main", "Finish the release, then deploy its tag.")
    else:
        yield Finding("version", True, where)
    if current and parse_version(state.version) < parse_version(current):
        todo = f"Go back with `release-tools rollback --env {state.environment} --to {state.version}`."
        yield Finding("order", False, f"{state.version} is lower than {current}, which serves", todo)
    else:
        yield Finding("order", True, f"after {current}" if current else "the first deploy here")


def _first_elsewhere(state: PlatformState) -> Iterator[Finding]:
    policy = state.blueprint.policy(state.environment)
    if not policy.after:
        return
    todo = f"Deploy it there first, or pass --without-{policy.after} REASON."
    if state.proven_content is None:
        yield Finding("staging", False, f"{policy.after} has not committed {state.version}", todo)
    elif state.proven_content != state.target.content:
        yield Finding("staging", False, f"{policy.after} has committed another content as {state.version}", todo)
    else:
        yield Finding("staging", True, f"{policy.after} has committed the same content")


def _window(state: PlatformState) -> Iterator[Finding]:
    policy = state.blueprint.policy(state.environment)
    why = closed_because(policy.windows, policy.freezes, state.now)
    yield Finding("window", not why, why or "open", "Wait, or pass --outside-window REASON." if why else "")


def _environment_file(state: PlatformState) -> Iterator[Finding]:
    faults = state.host.env_faults
    yield Finding("environment file", not faults, "; ".join(faults) or "fulfils the contract", "Mend the file.")
    wrong = [f"{path}: {why}" for path, why in state.host.permission_faults.items()]
    todo = f"Pass --fix-perms, or type `chmod 600 {' '.join(state.host.permission_faults)}`."
    yield Finding("secret files", not wrong, "; ".join(wrong) or "for their owner alone", todo if wrong else "")


def _databases(state: PlatformState) -> Iterator[Finding]:
    for name, why in state.unreachable.items():
        yield Finding(f"database {name}", False, why, "See to it that it answers.")
    for name, facts in state.databases.items():
        shown = ".".join(map(str, facts.server_version))
        wrong = []
        if facts.tool_version[:1] < facts.server_version[:1]:
            wrong.append(f"pg_dump {'.'.join(map(str, facts.tool_version))} is older than the server, {shown}")
        if facts.unreadable:
            wrong.append(f"its role may not read {', '.join(facts.unreadable)}")
        if not facts.may_create:
            wrong.append("its role may not create databases, which a copy to fall back to needs")
        if facts.collation_mismatch:
            wrong.append("its collation has another version than the system's")
        if facts.free is not None and facts.free < facts.size * 2 * ROOM:
            wrong.append(
                f"a copy and a proof need {facts.size * 2 * ROOM / 2**20:.0f} MiB, {facts.free / 2**20:.0f} are free"
            )
        said = "; ".join(wrong) or f"{facts.engine} {shown} at {facts.place}, {facts.size / 2**20:.1f} MiB"
        yield Finding(f"database {name}", not wrong, said, "Mend that, then run this again." if wrong else "")


def _migrations(state: PlatformState) -> Iterator[Finding]:
    migration = state.migration
    if state.migration_error:
        yield Finding("migrations", False, state.migration_error, "Mend the migrations and release them anew.")
    if migration is None:
        return
    if len(migration.heads) > 1:
        heads = ", ".join(migration.heads)
        yield Finding(
            "migrations", False, f"there are {len(migration.heads)} heads: {heads}", "Merge them (`alembic merge`)."
        )
    elif not migration.known:
        said = f"the database stands at {migration.current}, which this version does not know"
        yield Finding("migrations", False, said, "Deploy a version that knows it.")
    else:
        titles = ", ".join(one.revision for one in migration.pending)
        yield Finding("migrations", True, f"pending: {titles}" if titles else "nothing is pending")
    if state.edited:
        said = f"applied ones were edited afterwards: {', '.join(state.edited)}"
        yield Finding("migrations", False, said, "Take the edits back, and write a new migration instead.")


def _lint(state: PlatformState) -> Iterator[Finding]:
    if not state.pending:
        return
    found = "; ".join(f"{one.revision}: {one.message} [{one.rule}]" for one in state.findings)
    yield Finding("migration lint", True, "; ".join(filter(None, (found or "nothing was found", state.lint_absent))))


def _room(state: PlatformState) -> Iterator[Finding]:
    faults = state.host.backup_faults
    yield Finding("backup store", not faults, "; ".join(faults) or "fit", "Mend that, then run this again.")
    needed = max(state.host.last_backup, (state.database_bytes + sum(state.host.directories.values())) // 2)
    needed = int(needed * ROOM) + LEAST_FREE
    free = state.host.backup_free
    said = f"{free / 2**20:.0f} MiB are free, about {needed / 2**20:.0f} are needed"
    yield Finding("backup space", free >= needed, said, "Make room, or prune with `release-tools gc`.")


def _services(state: PlatformState) -> Iterator[Finding]:
    for name in state.host.ports_taken:
        spec = state.blueprint.service(name)
        port = spec.port if spec else 0
        yield Finding(f"service {name}", False, f"somebody else listens on its port {port}", "End that program.")
    stray = [name for name, one in state.services.items() if one.state == "running" and one.release != state.current]
    if stray:
        said = f"they run from another release than {state.current or 'none'}: {', '.join(stray)}"
        yield Finding("services", False, said, f"Type `release-tools recover --env {state.environment}`.")
    else:
        running = sum(1 for one in state.services.values() if one.state == "running")
        yield Finding("services", True, f"{running} running")
    if state.front == "maintenance" and state.current:
        todo = f"Type `release-tools recover --env {state.environment}`."
        yield Finding("front", False, "users are kept out already", todo)
    else:
        yield Finding("front", True, state.front)


GUARDS: tuple[Guard, ...] = (
    _version,
    _first_elsewhere,
    _window,
    _environment_file,
    _databases,
    _migrations,
    _lint,
    _room,
    _services,
)
