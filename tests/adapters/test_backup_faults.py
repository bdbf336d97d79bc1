"""Taking backups when things go wrong: full disks, files that change, keys that do not fit, kills, missing rights."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from backup_world import DUMP, DumpedDatabase, Store, make_platform, make_real

from release_tools.adapters import tree_packing
from release_tools.errors import BackupFailed, BackupRefused

LATER = {"taken_at": "2026-03-02T00:00:00Z"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store with one sound backup, b1."""
    made = make_real(tmp_path)
    made.take()
    return made


def key_pair(home: Path, name: str) -> tuple[str, Path]:
    """Write an age identity and return its recipient and its path."""
    key = pyrage.x25519.Identity.generate()
    (home / name).write_text(f"# created: 2026-03-01\n# public key: {key.to_public()}\n{key}\n")
    return str(key.to_public()), home / name


def assert_untouched(store: Store, others: tuple[str, ...] = ("b1",)) -> None:
    """Hold that the older backup is whole and nothing else is left."""
    assert tuple(kept.backup for kept in store.reader.all()) == others
    assert sorted(path.name for path in store.root.iterdir()) == sorted(others)
    for name in others:
        store.reader.verify(name)


def break_under(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, room: int, code: int) -> None:
    """Let a call fail below a directory: writing once `room` bytes were spent, others once, behind `room` calls."""
    true: Callable[..., Any] = getattr(os, name)
    left = [room]

    def broken(target: Any, *rest: Any, **more: Any) -> Any:
        path = str(Path(f"/proc/self/fd/{target}").readlink()) if isinstance(target, int) else os.fspath(target)
        if path.startswith(str(root)):
            left[0] -= len(rest[0]) if name == "write" else 1
            if left[0] < 0 and (name == "write" or left[0] == -1):
                raise OSError(code, os.strerror(code))
        return true(target, *rest, **more)

    monkeypatch.setattr(os, name, broken)


@pytest.mark.parametrize("keys", ["plain", "encrypted"])
@pytest.mark.parametrize("room", [0.0, 0.03, 0.06, 0.3, 0.9, 0.95, 0.98])
def test_a_full_disk_leaves_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: float, keys: str) -> None:
    """Wherever the room ends, the older backup stays, the partial one goes, and the message says how much is free."""
    recipient, identity = key_pair(tmp_path, "key")
    options = {"recipients": (recipient,), "identity": identity} if keys == "encrypted" else {}
    store = make_real(tmp_path / "home", **options)
    store.take()
    needed = sum(path.stat().st_size for path in (store.root / "b1").rglob("*.*"))
    with monkeypatch.context() as patch:
        break_under(store.root, patch, "write", int(needed * room), errno.ENOSPC)
        with pytest.raises(BackupFailed, match=rf"No space left on device.* GB are free in {store.root}") as caught:
            store.take("b2", **LATER)
    assert caught.value.exit_code == 9
    assert "older backups" in caught.value.state
    assert_untouched(store)
    store.take("b2", **LATER)
    assert_untouched(store, ("b1", "b2"))


@pytest.mark.parametrize(("name", "calls"), [("fsync", 0), ("fsync", 3), ("open", 0), ("open", 4), ("mkdir", 0)])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_a_disk_that_says_no_leaves_no_backup(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str, calls: int, code: int
) -> None:
    """Also where files are made or brought to disk."""
    with monkeypatch.context() as patch:
        break_under(store.root / "b2.partial", patch, name, calls, code)
        with pytest.raises(BackupFailed, match=os.strerror(code)):
            store.take("b2", **LATER)
    assert_untouched(store)


def test_an_index_that_cannot_be_written_leaves_no_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup whose record is missing would be one that nobody finds."""
    with monkeypatch.context() as patch:
        break_under(store.root.parent / "state", patch, "write", 0, errno.EROFS)
        with pytest.raises(BackupFailed, match="Read-only"):
            store.take("b2", **LATER)
    assert_untouched(store)


def test_bytes_that_do_not_read_back_leave_no_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that keeps other bytes than it was given is found out before the backup counts."""
    true = os.fsync

    def rotten(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        true(descriptor)
        if path.name == "files.tar.zst":
            data = path.read_bytes()
            path.write_bytes(data[:50] + bytes((data[50] ^ 1,)) + data[51:])

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", rotten)
        with pytest.raises(BackupFailed, match=r"does not read back.*files\.tar\.zst"):
            store.take("b2", **LATER)
    assert_untouched(store)


def _grow(files: Path) -> None:
    with (files / "closed" / "bin").open("ab") as file:
        file.write(b"more")


def _rewrite(files: Path) -> None:
    path = files / "closed" / "bin"
    path.write_bytes(bytes(path.stat().st_size))


MEANWHILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "grows": (_grow, "closed/bin changed"),
    "shrinks": (lambda files: (files / "closed" / "bin").write_bytes(b"x"), "closed/bin changed"),
    "is written anew": (_rewrite, "closed/bin changed"),
    "vanishes": (lambda files: (files / "no\udcff name").unlink(), "no\udcff name vanished"),
    "comes": (lambda files: (files / "new").write_bytes(b""), ". changed"),
    "goes with its directory": (lambda files: (files / "empty").rmdir(), "empty vanished"),
}


@pytest.fixture(params=MEANWHILE)
def changing(request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let something happen to the files once `closed/bin` is read; return how it is to be told."""
    change, sentence = MEANWHILE[request.param]
    true, happened = tree_packing._Content.read, []

    def read(content: Any, count: int) -> bytes:
        if not happened and Path(f"/proc/self/fd/{content._descriptor}").readlink().name == "bin":
            happened.append(True)
            change(store.platform / "files")
        return true(content, count)

    monkeypatch.setattr(tree_packing._Content, "read", read)
    return sentence


def test_a_change_while_writers_are_stopped_is_a_failure(store: Store, changing: str) -> None:
    """Somebody still writes, so the backup would be of no moment at all."""
    with pytest.raises(BackupFailed, match=changing):
        store.take("b2", **LATER, quiesced=True)
    assert_untouched(store)


def test_a_change_while_users_work_is_noted(store: Store, changing: str, tmp_path: Path) -> None:
    """A live copy is kept, says what it is not, and can be read."""
    manifest, sha256 = store.take("b2", **LATER, quiesced=False)
    assert any(sentence.startswith(f"files: {changing}") for sentence in manifest.unproven)
    assert store.reader.verify("b2", sha256=sha256) == manifest
    store.writer.unpack_directory("b2", "files", tmp_path / "out", sha256=sha256)
    assert (tmp_path / "out" / "a.txt").read_text() == "a" * 5000


def test_still_files_leave_nothing_to_note(store: Store) -> None:
    """The control: without a change a live copy is as good as a quiesced one."""
    manifest, _ = store.take("b2", **LATER, quiesced=False)
    assert manifest.unproven == ()


def test_a_directory_that_may_not_be_read_leaves_no_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is left out silently is one that is missing when it is needed."""
    break_under(store.platform / "files" / "closed" / "bin", monkeypatch, "open", 0, errno.EACCES)
    with pytest.raises(BackupFailed, match="Permission denied"):
        store.take("b2", **LATER)


def test_parts_of_one_name_are_refused(store: Store) -> None:
    """Neither would be found again."""
    with pytest.raises(BackupFailed, match="ssl"):
        store.take("b2", **LATER, directories={"ssl": store.platform / "files"})
    assert_untouched(store)


def test_a_dump_without_one_of_its_files_is_refused(store: Store) -> None:
    """What the dumping program says it wrote is there."""

    class Forgetful(DumpedDatabase):
        def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Any:
            dump = super().dump(directory)
            (directory / "toc.dat").unlink()
            return dump

    with pytest.raises(BackupFailed, match=r"toc\.dat"):
        store.take("b2", **LATER, databases={"main": Forgetful()})
    assert_untouched(store)


def test_a_name_that_leads_elsewhere_is_refused(store: Store, tmp_path: Path) -> None:
    """Neither a backup nor a part of one is a path."""
    for name in ("", ".", "..", "../b2", "a/b", ".hidden", "b2.partial"):
        with pytest.raises(BackupRefused):
            store.take(name, **LATER)
        with pytest.raises(BackupRefused):
            store.writer.remove(name)
    for name in ("../x", "/x"):
        with pytest.raises(BackupFailed):
            store.take("b2", **LATER, databases={name: DumpedDatabase()})
        with pytest.raises(BackupFailed):
            store.take("b2", **LATER, directories={name: store.platform / "files"})
    assert_untouched(store)


def test_everything_is_its_owners_alone(store: Store) -> None:
    """Files 0600, directories 0700, whatever the umask and the dumping program like."""
    before = os.umask(0)
    try:
        store.take("b2", **LATER)
    finally:
        os.umask(before)
    for path in (*(store.root / "b2").rglob("*"), store.root / "b2", *(store.root.parent / "state").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_what_a_dump_compressed_is_not_compressed_again(store: Store) -> None:
    """Such files lie there as they are; others are compressed."""
    names = {path.name for path in (store.root / "b1" / "databases" / "main").rglob("*")}
    assert names == {"toc.dat.zst", "3001.dat.gz", "blobs", "1.dat.zst", "globals.sql.zst"}
    assert (store.root / "b1" / "databases" / "main" / "3001.dat.gz").read_bytes() == DUMP["3001.dat.gz"]


def test_an_encrypted_backup_shows_nothing(tmp_path: Path) -> None:
    """Neither content nor names of members, and it comes back with the key."""
    recipient, identity = key_pair(tmp_path, "key")
    other, _ = key_pair(tmp_path, "second")
    store = make_real(tmp_path / "home", recipients=(recipient, other), identity=identity)
    manifest, sha256 = store.take()
    assert manifest.recipients == (recipient, other)
    assert all("age" in one.coding for one in manifest.artefacts)
    kept = b"".join(path.read_bytes() for path in (store.root / "b1").rglob("*") if path.suffix == ".age")
    assert b"CREATE ROLE" not in kept
    assert b"a.txt" not in kept
    assert b"packed" not in kept
    assert store.reader.verify("b1", sha256=sha256) == manifest


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    """The reason is told, and nothing is written; the right key opens it."""
    recipient, identity = key_pair(tmp_path, "key")
    _, wrong = key_pair(tmp_path, "wrong")
    store = make_real(tmp_path / "home", recipients=(recipient,), identity=identity)
    store.take()
    for bad, sentence in ((wrong, "No matching keys"), (None, "no identity"), (tmp_path / "absent", "absent")):
        stranger = make_stranger(store, bad)
        with pytest.raises(BackupRefused, match=sentence):
            stranger.reader.verify("b1")
        with pytest.raises(BackupRefused, match=sentence):
            stranger.writer.unpack_directory("b1", "files", tmp_path / "out")
        with pytest.raises(BackupRefused, match=sentence):
            stranger.writer.unpack_database("b1", "main", tmp_path / "dump")
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "dump").iterdir())
    store.reader.verify("b1")


def make_stranger(store: Store, identity: Path | None) -> Store:
    """Return the same store with another key."""
    from dataclasses import replace

    shelf = replace(store.reader, identity=identity)  # type: ignore[type-var]
    return replace(store, reader=shelf, writer=replace(store.writer, shelf=shelf))  # type: ignore[type-var,call-arg]


@pytest.mark.parametrize("recipient", ["age1nobody", "", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1"])
def test_a_recipient_that_is_none_leaves_no_backup(tmp_path: Path, recipient: str) -> None:
    """It is told before anything is dumped, and by preflight."""
    store = make_real(tmp_path, recipients=(recipient,))
    with pytest.raises(BackupFailed, match="recipient"):
        store.take()
    assert list(store.root.iterdir()) == []
    assert any("recipient" in fault for fault in store.reader.faults())


def test_a_wrong_identity_is_found_when_the_backup_is_taken(tmp_path: Path) -> None:
    """A backup that this host cannot read back does not count."""
    recipient, _ = key_pair(tmp_path, "key")
    _, wrong = key_pair(tmp_path, "wrong")
    store = make_real(tmp_path / "home", recipients=(recipient,), identity=wrong)
    with pytest.raises(BackupFailed, match="No matching keys"):
        store.take()
    assert list(store.root.iterdir()) == []


def test_a_host_without_identity_says_what_it_did_not_prove(tmp_path: Path) -> None:
    """Keeping the key elsewhere is sound; the hashes are read back, and the manifest says that this is all."""
    recipient, _ = key_pair(tmp_path, "key")
    store = make_real(tmp_path / "home", recipients=(recipient,))
    manifest, _ = store.take()
    assert any("without decrypting" in sentence for sentence in manifest.unproven)


def test_what_a_killed_attempt_left_is_no_backup(store: Store) -> None:
    """Not even with a manifest; the next attempt replaces it, and removing takes it away."""
    (store.root / "b1").rename(store.root / "b2.partial")
    assert store.reader.all() == ()
    with pytest.raises(BackupRefused):
        store.reader.load("b2")
    store.take("b2", **LATER)
    assert_untouched(store, ("b2",))
    (store.root / "b3.partial").mkdir()
    store.writer.remove("b3")
    assert_untouched(store, ("b2",))


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from backup_world import Store, make_store
store = make_store(Path({home!r}))
print("ready", flush=True)
store.take("b2", taken_at="2026-03-02T00:00:00Z")
"""


@pytest.mark.slow
def test_a_kill_at_any_time_leaves_the_old_or_the_whole_new(tmp_path: Path) -> None:
    """Whenever it comes, what is listed is whole, and the next attempt works."""
    store = make_real(tmp_path)
    store.take()
    (store.platform / "files" / "big").write_bytes(os.urandom(1 << 22) * 4)
    code = KILLED.format(tests=str(Path(__file__).parents[1]), home=str(tmp_path))
    seen = set()
    for number in range(24):
        worker = subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE)
        try:
            assert worker.stdout is not None
            worker.stdout.readline()
            time.sleep(0.015 * number)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(20)
            worker.stdout.close()
        names = tuple(kept.backup for kept in store.reader.all())
        assert names in (("b1",), ("b1", "b2"))
        for name in names:
            store.reader.verify(name)
        seen.add((names, (store.root / "b2.partial").exists()))
        store.writer.remove("b2")
        assert_untouched(store)
    assert (("b1",), True) in seen, "no kill came in the middle, so this proved nothing"
    store.take("b2", **LATER)
    assert_untouched(store, ("b1", "b2"))


def test_a_platform_that_cannot_be_brought_back_is_not_taken(store: Store, tmp_path: Path) -> None:
    """What unpacking would refuse is told when the backup is taken, all of it, with what to do."""
    files = make_platform(tmp_path / "other") / "files"
    (files / "out").symlink_to("/etc/passwd")
    os.mkfifo(files / "pipe")
    (files / "a.txt").chmod(0o4755)
    with pytest.raises(BackupFailed) as caught:
        store.take("b2", **LATER, directories={"files": files})
    assert all(part in caught.value.failed for part in ("out is a link that leaves", "pipe is a fifo", "setuid"))
    assert_untouched(store)
