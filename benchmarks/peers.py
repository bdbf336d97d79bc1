"""The peers: other tools that check messages or make releases, in an environment of their own, and how they are run.

What they are compared in stands in the suites.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.paired import Command

HERE = Path(__file__).parent
NAMES = (
    "commitizen",
    "committed",
    "conventional-pre-commit",
    "commit-check",
    "git-cliff",
    "gitlint",
    "python-semantic-release",
)
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The peers that take part: where their scripts are, those for Node apart; `notes` say which are absent and why."""

    scripts: Path | None = None
    programs: Path | None = None
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def message_checks(self, repo: Path, message: str) -> dict[str, Command]:
        """Return how each peer checks the message in a file, named by what a person types."""
        checks = {}
        if self.scripts is not None:
            lines = {
                "`committed`": ("committed", "--config", str(HERE / "committed.toml"), "--commit-file"),
                "`conventional-pre-commit`": ("conventional-pre-commit",),
                "`commit-check --message`": ("commit-check", "--message"),
                "`gitlint`": ("gitlint", "--contrib", "contrib-title-conventional-commits", "--msg-filename"),
                "`cz check`": ("cz", "check", "--commit-msg-file"),
            }
            checks = {name: self._command(line, message, repo=repo) for name, line in lines.items()}
        if self.programs is not None:
            config = str(self.programs.parents[1] / "commitlint.config.mjs")
            argv = (str(self.programs / "commitlint"), "--config", config, "--edit", message)
            checks["`commitlint`"] = Command(argv=argv, cwd=repo)
        return checks

    def branch_checks(self, repo: Path) -> dict[str, Command]:
        """Return how each peer checks the name of the current branch."""
        if self.scripts is None:
            return {}
        return {"`commit-check --branch`": self._command(("commit-check", "--branch"), repo=repo)}

    def framed_pairs(self) -> dict[str, tuple[str, str]]:
        """Return which peers check message and branch under a frame such as pre-commit, as the entries of two hooks."""
        if self.scripts is None:
            return {}
        pair = (self.script("conventional-pre-commit"), f"{self.script('commit-check')} --branch")
        return {"conventional-pre-commit, and commit-check for the branch": pair}

    def help_pages(self, repo: Path) -> dict[str, Command]:
        """Return how each peer prints its help."""
        if self.scripts is None:
            return {}
        names = ("cz", "gitlint", "commit-check", "committed")
        return {f"`{name} --help`": self._command((name, "--help"), repo=repo) for name in names}

    def changelogs(self, repo: Path) -> dict[str, Command]:
        """Return how each peer makes the changelog of a whole history, some in a file of the work tree."""
        if self.scripts is None:
            return {}
        settings = str(HERE / "semantic-release.toml")
        lines = {
            "`git-cliff`": ("git-cliff",),
            "`cz changelog --dry-run`": ("cz", "changelog", "--dry-run"),
            "`semantic-release changelog`": ("semantic-release", "-c", settings, "changelog"),
        }
        commands = {name: self._command(line, repo=repo) for name, line in lines.items()}
        if self.programs is not None:
            program = str(self.programs / "conventional-changelog")
            argv = (program, "--preset", "conventionalcommits", "--release-count", "0", "--stdout")
            commands["`conventional-changelog -p conventionalcommits -r 0`"] = Command(argv=argv, cwd=repo)
        return commands

    def script(self, name: str) -> str:
        """Return the path of a peer's script."""
        assert self.scripts is not None
        return str(self.scripts / name)

    def _command(self, line: tuple[str, ...], *more: str, repo: Path) -> Command:
        return Command(argv=(self.script(line[0]), *line[1:], *more), cwd=repo)


def pinned_versions(lock: Path) -> dict[str, str]:
    """Return the versions of the peers that a lock file pins."""
    versions = dict(PINNED.findall(lock.read_text(encoding="utf-8")))
    return {name: versions[name] for name in NAMES}
