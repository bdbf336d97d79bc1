"""A generated history: thousands of commits on git-flow branches with version tags, the same for the same arguments.

Written as one `git fast-import` stream, so that ten thousand commits take a second.
"""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

SUBJECTS = (
    "feat(api): add {}",
    "fix: mend {}",
    "docs: explain {}",
    "refactor(core): move {}",
    "perf: speed up {}",
    "chore: tidy {}",
)
WORDS = ("orders", "prices", "search", "stock", "mail", "login", "report", "cache", "queue", "export")
EPOCH = 1_600_000_000


def generate(repo: Path, commits: int, *, tags_every: int = 50, seed: int = 7) -> None:
    """Make `repo` with about that many commits on main: features merged with --no-ff, a tag every `tags_every`."""
    subprocess.run(("git", "init", "--quiet", "--initial-branch=main", str(repo)), check=True)
    stream = "".join(_stream(commits, tags_every, random.Random(seed)))
    subprocess.run(("git", "fast-import", "--quiet"), cwd=repo, input=stream.encode(), check=True)
    subprocess.run(("git", "reset", "--hard", "--quiet", "main"), cwd=repo, check=True)


def _stream(commits: int, tags_every: int, rng: random.Random) -> Iterator[str]:
    mark = 1
    version = [1, 0, 0]
    yield _commit(mark, "feat: begin", None, None, _pyproject(version))
    yield _tag(version, mark)
    tip = mark
    while mark < commits:
        branch, changes = tip, ""
        for _ in range(rng.randint(1, 3)):
            mark += 1
            subject = rng.choice(SUBJECTS).format(f"{rng.choice(WORDS)} {mark}")
            change = _file(f"src/{rng.choice(WORDS)}{mark % 40}.py", f"VALUE = {mark}\n")
            yield _commit(mark, subject, branch, None, change)
            branch, changes = mark, changes + change
        mark += 1
        # A merge commit's tree starts from its first parent here, so the branch's changes are named again.
        yield _commit(mark, f"Merge branch 'feature/{mark}'", tip, branch, changes)
        tip = mark
        if mark // tags_every > (mark - 4) // tags_every:
            version = [version[0], version[1] + 1, 0]
            mark += 1
            yield _commit(mark, f"chore: prepare release v{_spell(version)}", tip, None, _pyproject(version))
            tip = mark
            yield _tag(version, mark)


def _commit(mark: int, subject: str, parent: int | None, merged: int | None, change: str) -> str:
    who = f"Ada Example <ada@example.com> {EPOCH + mark * 60} +0000"
    lines = [
        f"commit refs/heads/main\nmark :{mark}\nauthor {who}\ncommitter {who}\n",
        f"data {len(subject.encode())}\n{subject}\n",
    ]
    lines += [f"from :{parent}\n"] if parent else []
    lines += [f"merge :{merged}\n"] if merged else []
    return "".join(lines) + change + "\n"


def _file(path: str, text: str) -> str:
    return f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"


def _pyproject(version: list[int]) -> str:
    return _file("pyproject.toml", f'[project]\nname = "generated"\nversion = "{_spell(version)}"\n')


def _tag(version: list[int], mark: int) -> str:
    who = f"Ada Example <ada@example.com> {EPOCH + mark * 60} +0000"
    text = f"Release {_spell(version)}"
    return f"tag v{_spell(version)}\nfrom :{mark}\ntagger {who}\ndata {len(text)}\n{text}\n"


def _spell(version: list[int]) -> str:
    return ".".join(map(str, version))
