"""The crash scenarios of releases: how the stage is set, which command dies on it, and where it leads.

How cases are played and judged is `verdicts`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stage import Stage

START, FINISH = ("start-release", "-y"), ("finish-release", "-y")
CONFIG = '[branches]\nmain = "main"\ndevelop = "develop"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A stage set by `setting`, from which `argv` ends with `code` when nothing disturbs it."""

    setting: Callable[[Stage], None]
    argv: tuple[str, ...]
    code: int = 0
    files: bool = False
    """Whether every change of a file is a point, too, and every torn line."""
    origin: Callable[[Stage], None] | None = None
    """Sets the stage that `abort` leads back to, where that is not the one the command began on."""
    finish: bool = True
    """Whether there is a point of no return: the push, or without a remote the refs."""


def write(stage: Stage, name: str, text: str, *, at: str = "repo") -> None:
    """Write a file and stage it."""
    (stage.place / at / name).write_text(text)
    stage.git("add", name, at=at)


def commit(stage: Stage, subject: str, *, at: str = "repo") -> None:
    """Commit what is staged."""
    stage.git("commit", "-q", "-m", subject, at=at)


def played(stage: Stage, *argv: str, code: int = 0, trace: bool = False) -> None:
    """Run release-tools to its end."""
    ended = stage.run(*argv, trace=trace)
    assert ended.code == code, ended.err


def local(stage: Stage, config: str = CONFIG) -> None:
    """Set a repository of one release and one feature without a remote."""
    stage.git("init", "-q", "-b", "main", str(stage.repo), at=".")
    write(stage, "pyproject.toml", '[project]\nname = "x"\nversion = "1.0.0"\n')
    write(stage, "release-tools.toml", config)
    write(stage, "CHANGELOG.md", CHANGELOG)
    commit(stage, "feat: first")
    stage.git("tag", "-a", "v1.0.0", "-m", "v1.0.0")
    stage.git("switch", "-q", "-c", "develop")
    write(stage, "a", "a\n")
    commit(stage, "feat: add a")


def shared(stage: Stage, config: str = CONFIG) -> None:
    """Set the same with a remote."""
    stage.git("init", "-q", "--bare", "-b", "main", "remote.git", at=".")
    local(stage, config)
    stage.git("remote", "add", "origin", "../remote.git")
    stage.git("push", "-q", "-u", "origin", "main", "develop", "v1.0.0")


def started(stage: Stage) -> None:
    """Set a started release."""
    shared(stage)
    played(stage, *START)


def started_locally(stage: Stage) -> None:
    """Set a started release without a remote."""
    local(stage)
    played(stage, *START)


def main_elsewhere(stage: Stage) -> None:
    """Set a started release while main is checked out in a linked worktree."""
    started(stage)
    stage.git("worktree", "add", "-q", "../main", "main")


def clashing(stage: Stage) -> None:
    """Set a started release whose merge into main conflicts."""
    started(stage)
    stage.git("switch", "-q", "main")
    write(stage, "a", "another a\n")
    commit(stage, "fix: another a")
    stage.git("push", "-q", "origin", "main")
    stage.git("switch", "-q", "release/v1.1.0")


def resolved(stage: Stage) -> None:
    """Set a finish that stopped at a conflict which a person has resolved."""
    clashing(stage)
    played(stage, *FINISH, code=6)
    home = next((stage.repo / ".git/release-tools/runs").glob("*/merge-*"))
    write(stage, "a", "one a\n", at=str(home))
    stage.git("commit", "-q", "--no-edit", at=str(home))


def nearly_started(stage: Stage) -> None:
    """Set a start that died when all of its steps were done."""
    shared(stage)
    stage.keep("origin")
    played(stage, *START, trace=True)
    last = stage.trace().index("journal closed: before")
    stage.restore("origin")
    assert stage.run(*START, at=last).code == -9


RELEASES: Mapping[str, Scenario] = {
    "start": Scenario(setting=shared, argv=START, files=True, finish=False),
    "finish": Scenario(setting=started, argv=FINISH, files=True),
    "finish, main checked out elsewhere": Scenario(setting=main_elsewhere, argv=FINISH),
    "start without remote": Scenario(setting=local, argv=START, finish=False),
    "finish without remote": Scenario(setting=started_locally, argv=FINISH),
    "tag": Scenario(setting=started, argv=("tag", "-y")),
    "abort": Scenario(setting=nearly_started, argv=("abort", "-y"), files=True, origin=shared, finish=False),
    "conflict": Scenario(setting=clashing, argv=FINISH, code=6, files=True),
    "conflict resolved": Scenario(setting=resolved, argv=("continue",), origin=clashing),
}
