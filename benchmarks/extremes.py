"""Extreme messages: every message of the test corpus, and messages of ten megabytes, against limits in milliseconds.

What they are judged to be is asked as well: a quick wrong answer ends the benchmark.
"""

from pathlib import Path

from benchmarks.paired import Command, measure, time_once
from benchmarks.table import Row, Table
from tests.hooks.commit_cases import Case, load_cases, make_git_dir, make_rules

LIMITS = {"the slowest message of the corpus": 0.2, "10 MB in short lines": 0.3, "10 MB in one line": 0.3}
"""Seconds for each, with no regard to the machine."""

HEADER = b"feat: add the parser\n\n"
BIG = {
    "10 MB in short lines": HEADER + b"lorem ipsum dolor sit amet, consectetur adipisci.\n" * 200_000,
    "10 MB in one line": HEADER + b"lorem ipsum dolor sit amet, consectetur adipiscing " * 196_000 + b"end\n",
}


def measure_extremes(home: Path, repo: Path, *, rounds: int) -> Table:
    """Return the table of extremes, all through commit-msg as it is installed in `repo`."""
    hook = str(repo / ".git" / "hooks" / "commit-msg")
    slowest, name = max(_corpus_times(home / "corpus", hook, rounds))
    big = {what: _big(repo, hook, what, body) for what, body in BIG.items()}
    medians = {what: sorted(times)[len(times) // 2] for what, times in measure(big, rounds).items()}
    figures = {"the slowest message of the corpus": slowest, **medians}
    rows = tuple(
        Row(
            what=what,
            figure=f"{seconds * 1000:.1f} ms",
            ratio=seconds / LIMITS[what],
            to=f"{LIMITS[what] * 1000:.0f} ms",
            target=1.0,
        )
        for what, seconds in figures.items()
    )
    return Table(title="Extreme messages, wall time", rows=rows, notes=(f"The slowest one is `{name}`.",))


def _corpus_times(home: Path, hook: str, rounds: int) -> list[tuple[float, str]]:
    home.mkdir()
    rules = make_rules()
    timed = []
    for case in load_cases():
        message = make_git_dir(home / case.name, case.raw, rules, case=case)
        command = Command(argv=(hook, str(message)), cwd=home, env=case.environment, codes=(case.exit_code("house"),))
        timed.append((min(_times(command, case, rounds)), case.name))
    return timed


def _times(command: Command, case: Case, rounds: int) -> list[float]:
    return [time_once(f"the message {case.name}", command) for _ in range(rounds)]


def _big(repo: Path, hook: str, what: str, body: bytes) -> Command:
    name = what.replace(" ", "-")
    (repo / ".git" / name).write_bytes(body)
    return Command(argv=(hook, f".git/{name}"), cwd=repo)
