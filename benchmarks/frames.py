"""The frames suite: one commit's hooks under pre-commit and prek, ours beside a pair of the peers that check the same.

What the frame itself costs is shown by hooks that do nothing.
"""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.hooks import MESSAGE, SCRIPT, make_repository
from benchmarks.paired import CAP, Command, clean_environment, measure
from benchmarks.peers import Peers
from benchmarks.table import Table, timed_row

NOTHING = "hooks that do nothing"
OURS = "release-tools: message and branch"
TARGET = 1.0
FRAMES = ("pre-commit", "prek")
STAGES = ("commit-msg", "pre-commit")
Entries = tuple[str, str]


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return one table for each frame."""
    found = [(name, Path(sys.executable).with_name(name)) for name in FRAMES]
    absent = tuple(f"{name}: skipped, because it is not installed." for name, program in found if not program.exists())
    pairs = {NOTHING: ("true", "true"), OURS: _ours()} | peers.framed_pairs()
    tables = []
    for name, program in found:
        if program.exists():
            repos = {
                what: _repository(home / f"{name}-{number}", pair) for number, (what, pair) in enumerate(pairs.items())
            }
            commands = {what: _command(program, repo, home / f"{name}-cache") for what, repo in repos.items()}
            tables.append(_table(name, commands, max(2, rounds // 3), peers))
    return (*tables, *((Table(title="Frames", rows=(), notes=absent),) if absent else ()))


def _table(name: str, commands: dict[str, Command], rounds: int, peers: Peers) -> Table:
    times = measure(commands, rounds)
    floor = next((what for what in commands if what not in (NOTHING, OURS)), NOTHING)
    targets = {} if floor == NOTHING else {OURS: TARGET}
    rows = tuple(timed_row(times, what, floor, target=targets.get(what)) for what in commands)
    return Table(title=f"The hooks of one commit, run by {name}", rows=rows, notes=(f"{rounds} rounds.", *peers.notes))


def _ours() -> Entries:
    return f"{SCRIPT} check-commit", f"{SCRIPT} check-branch --pre-commit"


def _repository(repo: Path, pair: Entries) -> Path:
    """Return a repository on a feature branch with one file staged, in which a frame runs a pair of hooks."""
    make_repository(repo, "feature/speed")
    shutil.rmtree(repo / ".git" / "hooks")
    lines = [
        f"- {{id: {stage}, name: {stage}, entry: '{entry}', language: system, stages: [{stage}], always_run: true,"
        f" pass_filenames: {str(stage == 'commit-msg').lower()}}}\n"
        for stage, entry in zip(STAGES, pair, strict=True)
    ]
    config = repo / ".pre-commit-config.yaml"
    config.write_text("repos:\n- repo: local\n  hooks:\n" + "".join(f"  {line}" for line in lines), encoding="utf-8")
    (repo / ".git" / "COMMIT_EDITMSG").write_text(MESSAGE, encoding="utf-8")
    add = ("git", "-C", str(repo), "add", config.name)
    subprocess.run(add, check=True, env=clean_environment(), timeout=CAP)
    return repo


def _command(program: Path, repo: Path, cache: Path) -> Command:
    frame = shlex.quote(str(program))
    message = f"{frame} run --hook-stage commit-msg --commit-msg-filename .git/COMMIT_EDITMSG"
    line = f"{frame} run --hook-stage pre-commit && {message}"
    return Command(argv=("/bin/sh", "-c", line), cwd=repo, env={"PRE_COMMIT_HOME": str(cache), "PREK_HOME": str(cache)})
