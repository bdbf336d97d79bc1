"""The hooks suite: every door for a commit message and a branch name, beside a bare interpreter and the peers.

The repository is made for the run, with the hooks installed in it as a person installs them.
"""

import subprocess
import sys
from pathlib import Path

import release_tools.hooks
from benchmarks.extremes import measure_extremes
from benchmarks.instructions import count_instructions
from benchmarks.paired import CAP, Command, clean_environment, measure
from benchmarks.peers import Peers
from benchmarks.table import Row, Table, timed_row

MESSAGE = "feat(parser): keep the last line\n\nThe reader dropped it when the file had no final newline.\n"
TEMPLATE = "\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored.\n#\n"
FLOOR = "`python3 -I -S -c pass`"
SCRIPT = Path(sys.executable).with_name("release-tools")
PYTHON = (sys.executable, "-I", "-S")
DOORS = Path(str(release_tools.hooks.__file__)).parent

INSTALLED = "commit-msg as installed"
DOOR = "commit-msg, its Python part run directly"
LAUNCHED = "commit-msg as installed, a message that needs Python"
CONSOLE = "`release-tools check-commit FILE`"
BRANCH_INSTALLED = "pre-commit (branch check) as installed"
BRANCH_DOOR = "pre-commit, its Python part run directly"
BRANCH_LAUNCHED = "pre-commit as installed, a detached HEAD (needs Python)"
TARGETS = {
    INSTALLED: 0.25,
    DOOR: 1.05,
    LAUNCHED: 1.3,
    CONSOLE: 1.4,
    BRANCH_INSTALLED: 0.25,
    BRANCH_DOOR: 1.05,
    BRANCH_LAUNCHED: 1.3,
}


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the tables."""
    plain = make_repository(home / "hooks", "feature/speed")
    detached = make_repository(home / "hooks-detached", "feature/speed")
    subprocess.run(("git", "-C", str(detached), "switch", "--quiet", "--detach"), check=True, timeout=CAP)
    message = _write(plain, "COMMIT_EDITMSG", MESSAGE)
    floor = Command(argv=(*PYTHON, "-c", "pass"), cwd=plain)
    messages = {FLOOR: floor} | _message_doors(plain, message)
    branches = {FLOOR: floor} | _branch_doors(plain, detached)
    return (
        _timed("A commit message", messages, rounds),
        _counted(messages, branches),
        _timed("A branch name", branches, rounds),
        *_compared(plain, message, messages, branches, rounds=max(2, rounds // 3), peers=peers),
        measure_extremes(home, plain, rounds=max(1, rounds // 10)),
    )


def make_repository(repo: Path, branch: str) -> Path:
    """Return a new repository on a branch, with our hooks installed and their rules baked."""
    commands = (
        ("git", "init", "--quiet", "--initial-branch=main", str(repo)),
        ("git", "-C", str(repo), "commit", "--quiet", "--allow-empty", "-m", "feat: begin"),
        ("git", "-C", str(repo), "switch", "--quiet", "-c", branch),
        (str(SCRIPT), "--quiet", "--repo", str(repo), "install-hooks"),
    )
    for command in commands:
        subprocess.run(command, check=True, env=clean_environment(), stdout=subprocess.DEVNULL, timeout=CAP)
    return repo


def _message_doors(repo: Path, message: str) -> dict[str, Command]:
    hook = str(repo / ".git" / "hooks" / "commit-msg")
    # Beyond ASCII nothing is beyond doubt for sh, so this message goes on to Python, which accepts it.
    foreign = _write(repo, "FOREIGN_EDITMSG", MESSAGE.replace("last line", "dernière ligne"))
    template = _write(repo, "TEMPLATE_EDITMSG", "feat(parser): keep the last line\n" + TEMPLATE)
    return {
        INSTALLED: Command(argv=(hook, message), cwd=repo),
        "commit-msg as installed, git's comments below": Command(argv=(hook, template), cwd=repo),
        DOOR: Command(argv=(*PYTHON, str(DOORS / "commit_msg.py"), message), cwd=repo),
        LAUNCHED: Command(argv=(hook, foreign), cwd=repo),
        CONSOLE: Command(argv=(str(SCRIPT), "check-commit", message), cwd=repo),
    }


def _branch_doors(plain: Path, detached: Path) -> dict[str, Command]:
    return {
        BRANCH_INSTALLED: Command(argv=(str(plain / ".git" / "hooks" / "pre-commit"),), cwd=plain),
        BRANCH_DOOR: Command(argv=(*PYTHON, str(DOORS / "pre_commit.py")), cwd=plain),
        BRANCH_LAUNCHED: Command(argv=(str(detached / ".git" / "hooks" / "pre-commit"),), cwd=detached),
    }


def _timed(title: str, commands: dict[str, Command], rounds: int) -> Table:
    times = measure(commands, rounds)
    rows = (timed_row(times, name, FLOOR, target=TARGETS.get(name)) for name in commands)
    return Table(title=f"{title}, wall time", rows=tuple(rows), notes=(f"{rounds} rounds.",))


def _counted(messages: dict[str, Command], branches: dict[str, Command]) -> Table:
    counts = count_instructions({FLOOR: messages[FLOOR], DOOR: messages[DOOR], BRANCH_DOOR: branches[BRANCH_DOOR]})
    targets = {DOOR: 0.85, BRANCH_DOOR: 0.85}
    rows = (
        Row(
            what=name,
            figure=f"{count / 1e6:.1f} million",
            ratio=count / counts[FLOOR],
            to=FLOOR,
            target=targets.get(name),
        )
        for name, count in counts.items()
    )
    notes = () if counts else ("Skipped, because valgrind is not on PATH.",)
    return Table(title="Instructions", rows=tuple(rows), notes=notes)


def _compared(
    repo: Path, message: str, messages: dict[str, Command], branches: dict[str, Command], *, rounds: int, peers: Peers
) -> tuple[Table, ...]:
    tables = []
    for title, ours, others in (
        ("The same message, by other tools", messages, peers.message_checks(repo, message)),
        ("The same branch name, by other tools", branches, peers.branch_checks(repo)),
    ):
        own = {FLOOR: ours[FLOOR]} | {name: ours[name] for name in (INSTALLED, BRANCH_INSTALLED) if name in ours}
        if others:
            times = measure(own | others, rounds)
            rows = tuple(timed_row(times, name, FLOOR) for name in times)
            tables.append(Table(title=title, rows=rows, notes=(f"{rounds} rounds.", *peers.notes)))
    return tuple(tables)


def _write(repo: Path, name: str, text: str) -> str:
    (repo / ".git" / name).write_text(text, encoding="utf-8")
    return f".git/{name}"
