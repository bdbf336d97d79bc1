"""Damaged backups at the command line, on real PostgreSQL: each kind of part, refused by both commands, live as before.

Every byte and every loss is looked at in `deploy/test_damaged_backups.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab import DeployLab, deploy_lab, silent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab() -> Iterator[DeployLab]:
    """Return a lab on PostgreSQL whose staging serves 1.0.0, with a user's row and a proven backup."""
    with deploy_lab("postgresql") as made:
        made.deploys("1.0.0")
        made.staging.make("kept")
        made.ends(0, "backup", "--yes")
        yield made
        silent(made)


def taken(lab: DeployLab) -> Path:
    """Return the directory of the backup that was taken by hand."""
    return next((lab.staging.top / "backups").glob("*-manual-*"))


def journal(lab: DeployLab) -> Path:
    """Return the journal of the run that took it."""
    name = taken(lab).name
    journals = (lab.staging.state / "history").glob("*-backup-*/journal.jsonl")
    return next(path for path in journals if name in path.read_text())


PARTS: dict[str, Callable[[DeployLab], Path]] = {
    "database": lambda lab: next((taken(lab) / "databases" / "main" / "data").glob("*.dat*")),
    "table of contents": lambda lab: next(taken(lab).glob("databases/main/data/toc.dat*")),
    "globals": lambda lab: next(taken(lab).glob("databases/main/globals.sql*")),
    "seal": lambda lab: next(taken(lab).glob("databases/main/dump.json*")),
    "directory": lambda lab: next((taken(lab) / "directories").iterdir()),
    "configuration": lambda lab: next((taken(lab) / "configuration").iterdir()),
    "manifest": lambda lab: taken(lab) / "manifest.json",
    "hash beside it": lambda lab: taken(lab) / "manifest.json.sha256",
    "journal": journal,
}


def flip(path: Path, data: bytes) -> None:
    """Flip a bit in the middle; of a journal, in the hash that it holds."""
    at = data.index(b"manifest_sha256") + 20 if path.name == "journal.jsonl" else len(data) // 2
    path.write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])


DAMAGES: dict[str, Callable[[Path, bytes], object]] = {
    "flipped": flip,
    "cut": lambda path, data: path.write_bytes(data[: len(data) // 2]),
    "missing": lambda path, _: path.unlink(),
}


@contextmanager
def damaged(path: Path, damage: str) -> Iterator[None]:
    """Damage a file; it is whole again afterwards."""
    data = path.read_bytes()
    DAMAGES[damage](path, data)
    try:
        yield
    finally:
        path.write_bytes(data)
        path.chmod(0o600)


def live(lab: DeployLab) -> dict[str, object]:
    """Return what a refused command must leave as it was."""
    here = lab.staging
    databases = here.rows("SELECT datname, oid FROM pg_database ORDER BY 1")
    files = {str(path): path.read_bytes() for path in here.home.rglob("*") if path.is_file()}
    return {"names": here.names(), "databases": databases, "files": files, "pids": lab.pids(), "serves": here.serves()}


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_part_is_refused_by_both_commands(lab: DeployLab, part: str) -> None:
    """`verify-backup` and `restore` end with 9, and with 6 where it is a journal; users have noticed nothing."""
    path, backup = PARTS[part](lab), taken(lab).name
    before = live(lab)
    for damage in ("flipped", "cut") if part == "journal" else DAMAGES:
        with damaged(path, damage), lab.staging.asked_all_the_time() as statuses:
            code = 6 if part == "journal" else 9
            for command in (("verify-backup",), ("restore", "--accept-data-loss")):
                lab.ends(code, command[0], backup, *command[1:], "--yes")
        assert set(statuses) <= {200}, (part, damage)
        assert live(lab) == before, (part, damage)


def test_the_untouched_backup_passes(lab: DeployLab) -> None:
    """The control: both commands take it, and what was written since is given up."""
    backup = taken(lab).name
    lab.ends(0, "verify-backup", backup, "--yes")
    lab.staging.make("since")
    lab.ends(0, "restore", backup, "--accept-data-loss", "--yes")
    assert lab.staging.names() == {"kept"} and lab.staging.serves() == "1.0.0"
