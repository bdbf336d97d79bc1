"""The pushes suite: the pre-push hook for a thousand new commits, beside `git log` of the same commits.

The commits are made in one go and lie in one pack, which is where git reads them quickest.
"""

import shutil
import subprocess
from pathlib import Path

from benchmarks.hooks import DOORS, PYTHON, make_repository
from benchmarks.paired import CAP, Command, clean_environment, measure
from benchmarks.peers import Peers
from benchmarks.table import Table, timed_row

COMMITS = 1000
BRANCH = "refs/heads/feature/speed"
FLOOR = f"`git log --format=%B` of {COMMITS:,} commits"
INSTALLED = f"pre-push as installed, {COMMITS:,} commits"
DOUBTFUL = f"pre-push as installed, {COMMITS:,} commits that need Python"
DOOR = f"pre-push, its Python part run directly, {COMMITS:,} commits"
NOTHING = "pre-push as installed, nothing to push"
TARGETS = {INSTALLED: 2.5}
MESSAGE = "feat(parser): keep line {number}\n\nThe reader dropped it when the file had no final newline{mark}\n"


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table; there are no peers that read a whole push."""
    plain, doubtful = (
        _make_commits(home / "push", mark="."),
        _make_commits(home / "push-breaking", mark=".\n\nBREAKING CHANGE: none"),
    )
    hook, where = ".git/hooks/pre-push", ("origin", "../remote.git")
    log = (str(shutil.which("git")), "log", "--format=%B", BRANCH, "--not", "--remotes=origin")
    commands = {
        FLOOR: Command(argv=log, cwd=plain),
        INSTALLED: Command(argv=(str(plain / hook), *where), cwd=plain, stdin=_told(plain)),
        DOUBTFUL: Command(argv=(str(doubtful / hook), *where), cwd=doubtful, stdin=_told(doubtful)),
        DOOR: Command(argv=(*PYTHON, str(DOORS / "pre_push.py"), *where), cwd=plain, stdin=_told(plain)),
        NOTHING: Command(argv=(str(plain / hook), *where), cwd=plain),
    }
    times = measure(commands, rounds)
    rows = tuple(timed_row(times, name, FLOOR, target=TARGETS.get(name)) for name in commands)
    return (Table(title="A push", rows=rows, notes=(f"{rounds} rounds. All commits lie in one pack.",)),)


def _make_commits(repo: Path, *, mark: str) -> Path:
    """Return a repository with our hooks, whose remote has all but the newest commits of a feature."""
    make_repository(repo, "feature/speed")
    start = _git(repo, "rev-parse", BRANCH)
    rows = [f"reset {BRANCH}\nfrom {start}\n\n"]
    for number in range(COMMITS):
        message = MESSAGE.format(number=number, mark=mark)
        rows.append(f"commit {BRANCH}\ncommitter Ada <ada@example.com> {1_700_000_000 + number} +0000\n")
        rows.append(f"data {len(message.encode())}\n{message}\n")
    _git(repo, "fast-import", "--quiet", "--force", stdin="".join(rows))
    _git(repo, "update-ref", "refs/remotes/origin/main", start)
    return repo


def _told(repo: Path) -> Path:
    """Return a file with what git tells the hook about pushing the branch for the first time."""
    told = repo / ".git" / "told"
    tip = _git(repo, "rev-parse", BRANCH)
    told.write_text(f"{BRANCH} {tip} {BRANCH} {'0' * len(tip)}\n", encoding="utf-8")
    return told


def _git(repo: Path, *words: str, stdin: str = "") -> str:
    command = ("git", "-C", str(repo), *words)
    environment = clean_environment()
    done = subprocess.run(command, check=True, env=environment, input=stdin.encode(), capture_output=True, timeout=CAP)
    return done.stdout.decode().strip()
