"""What every store of backups owes its callers, the real one and the one in memory."""

import hashlib
from pathlib import Path

import pytest
from backup_world import AT, CONTENTS, DUMP, DumpedDatabase, Store, make_fake, make_real

from release_tools.domain.deploy.manifest import render_manifest
from release_tools.errors import BackupFailed, BackupRefused, PreconditionFailed


@pytest.fixture(params=[make_real, make_fake], ids=["real", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return an empty store."""
    made: Store = request.param(tmp_path)
    return made


def tree(top: Path) -> dict[str, tuple[int, bytes | str | None]]:
    """Return paths with modes and contents."""
    found = {}
    for path in (top, *sorted(top.rglob("*"))):
        content = str(path.readlink()) if path.is_symlink() else None if path.is_dir() else path.read_bytes()
        found[path.relative_to(top).as_posix()] = (path.lstat().st_mode & 0o7777, content)
    return found


def test_what_was_taken_can_be_loaded_by_its_hash(store: Store) -> None:
    """The manifest says what the database held, and its SHA-256 is that of its canonical form."""
    manifest, sha256 = store.take()
    assert sha256 == hashlib.sha256(render_manifest(manifest)).hexdigest()
    assert store.reader.load("b1", sha256=sha256) == store.reader.verify("b1", sha256=sha256) == manifest
    assert (manifest.backup, manifest.purpose, manifest.taken_at, manifest.version) == ("b1", "live", AT, "1.0.0")
    assert manifest.contents == {"main": CONTENTS}
    assert manifest.unproven == ()
    assert {one.subject for one in manifest.artefacts} == {"main", "files", "production.env", "ssl"}


def test_another_hash_than_the_journals_is_refused(store: Store, tmp_path: Path) -> None:
    """A backup that is not the one that the run made is not read, verified or unpacked."""
    _, sha256 = store.take()
    wrong = ("0" if sha256[0] != "0" else "1") + sha256[1:]
    with pytest.raises(BackupRefused, match="b1"):
        store.reader.load("b1", sha256=wrong)
    with pytest.raises(BackupRefused, match="b1"):
        store.reader.verify("b1", sha256=wrong)
    with pytest.raises(BackupRefused, match="b1"):
        store.writer.unpack_directory("b1", "files", tmp_path / "out", sha256=wrong)
    (tmp_path / "dump").mkdir()
    with pytest.raises(BackupRefused, match="b1"):
        store.writer.unpack_database("b1", "main", tmp_path / "dump", sha256=wrong)
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "dump").iterdir()) == []


def test_a_directory_comes_back_as_it_was(store: Store, tmp_path: Path) -> None:
    """Contents, modes and links are the same."""
    store.take()
    store.writer.unpack_directory("b1", "files", tmp_path / "out")
    assert tree(tmp_path / "out") == tree(store.platform / "files")


def test_configuration_comes_back_by_its_name(store: Store, tmp_path: Path) -> None:
    """A file becomes a file, a directory a directory."""
    store.take()
    store.writer.unpack_directory("b1", "production.env", tmp_path / "env")
    store.writer.unpack_directory("b1", "ssl", tmp_path / "ssl")
    assert (tmp_path / "env").read_text() == "SECRET=1\n"
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert tree(tmp_path / "ssl") == tree(store.platform / "ssl")


def test_a_dump_comes_back_as_it_was_written(store: Store, tmp_path: Path) -> None:
    """The restoring program finds the files that the dumping one made."""
    store.take()
    (tmp_path / "dump").mkdir()
    store.writer.unpack_database("b1", "main", tmp_path / "dump")
    assert {name: tree(tmp_path / "dump")[name][1] for name in DUMP} == DUMP


def test_what_is_in_the_way_stays(store: Store, tmp_path: Path) -> None:
    """Nothing is written over, whatever it is."""
    store.take()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    for target in (tmp_path / "there", tmp_path / "dangling"):
        with pytest.raises(PreconditionFailed):
            store.writer.unpack_directory("b1", "files", target)
    with pytest.raises(PreconditionFailed):
        store.writer.unpack_database("b1", "main", tmp_path / "there")
    assert (tmp_path / "there" / "mine").read_text() == "x"
    assert len(list((tmp_path / "there").iterdir())) == 1


def test_what_a_backup_does_not_have_is_refused(store: Store, tmp_path: Path) -> None:
    """Neither an unknown backup nor an unknown part of one is an empty success."""
    store.take()
    (tmp_path / "dump").mkdir()
    with pytest.raises(BackupRefused, match="nothing"):
        store.writer.unpack_directory("b1", "nothing", tmp_path / "out")
    with pytest.raises(BackupRefused, match="nothing"):
        store.writer.unpack_database("b1", "nothing", tmp_path / "dump")
    for ask in (store.reader.load, store.reader.verify):
        with pytest.raises(BackupRefused, match="b9"):
            ask("b9")
    with pytest.raises(BackupRefused, match="b9"):
        store.writer.mark_verified("b9", AT)
    with pytest.raises(BackupRefused, match="b9"):
        store.writer.protect("b9", "because")


def test_a_damaged_backup_is_neither_verified_nor_unpacked(store: Store, tmp_path: Path) -> None:
    """Where the bytes are others, nothing is written."""
    store.take()
    store.damage("b1")
    with pytest.raises(BackupRefused, match="b1"):
        store.reader.verify("b1")
    with pytest.raises(BackupRefused, match="b1"):
        store.writer.unpack_directory("b1", "files", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_dump_that_fails_leaves_no_backup(store: Store) -> None:
    """The sentence is the database's own; what an attempt left does not hinder the next one."""
    with pytest.raises(BackupFailed, match=r"public\.users") as caught:
        store.take(databases={"main": DumpedDatabase(fails=True)})
    assert caught.value.exit_code == 9
    assert store.reader.all() == ()
    store.take()
    assert [kept.backup for kept in store.reader.all()] == ["b1"]


def test_a_directory_that_is_missing_leaves_no_backup(store: Store) -> None:
    """A name in the configuration without anything behind it is told, not skipped."""
    with pytest.raises(BackupFailed, match="absent"):
        store.take(directories={"files": store.platform / "absent"})
    assert store.reader.all() == ()


def test_a_name_is_not_used_twice(store: Store) -> None:
    """A finished backup is never written over."""
    _, sha256 = store.take()
    with pytest.raises(BackupFailed, match="b1"):
        store.take()
    assert store.reader.verify("b1", sha256=sha256)


def test_backups_are_listed_oldest_first_with_their_marks(store: Store) -> None:
    """The list says what is verified and what is protected, and forgets what was lifted."""
    store.take("late", taken_at="2026-03-02T00:00:00Z")
    _, sha256 = store.take("early", taken_at="2026-03-01T00:00:00Z")
    store.writer.mark_verified("early", "2026-03-03T00:00:00Z")
    store.writer.protect("late", "run r1 is not finished")
    early, late = store.reader.all()
    assert (early.backup, early.verified_at, early.protected) == ("early", "2026-03-03T00:00:00Z", "")
    assert (late.backup, late.verified_at, late.protected) == ("late", "", "run r1 is not finished")
    assert early.manifest_sha256 == sha256
    assert early.size > 0
    store.writer.protect("late", "")
    assert store.reader.all()[1].protected == ""


def test_the_last_verified_backup_is_not_removed(store: Store) -> None:
    """Others are, also twice; what never was is no error."""
    for name, day in (("b1", 1), ("b2", 2), ("b3", 3)):
        store.take(name, taken_at=f"2026-03-0{day}T00:00:00Z")
    store.writer.mark_verified("b1", AT)
    store.writer.mark_verified("b2", AT)
    with pytest.raises(PreconditionFailed, match="b2"):
        store.writer.remove("b2")
    for name in ("b1", "b3", "b3", "never"):
        store.writer.remove(name)
    assert [kept.backup for kept in store.reader.all()] == ["b2"]


LEFT = "20260301T120000Z-production-1.0.0-live-3fa91c"
OTHERS = ("20260301T120000Z-production-eu-1.0.0-live-3fa91c", "20260301T120000Z-staging-none-manual-3fa91c", "mine")


def test_what_a_killed_backup_left_is_removed_by_the_next_one(store: Store) -> None:
    """It may lie in the clear; what belongs to another environment, or to nobody known, stays."""
    for backup in (LEFT, *OTHERS):
        store.leave(backup)
    assert store.reader.leftovers() == tuple(sorted((LEFT, *OTHERS)))
    assert store.reader.all() == ()
    store.take("b1")
    assert store.reader.leftovers() == tuple(sorted(OTHERS))


def test_what_a_killed_backup_left_can_be_removed(store: Store) -> None:
    """By its name, as a finished one."""
    store.leave(LEFT)
    store.writer.remove(LEFT)
    assert store.reader.leftovers() == ()


def test_a_removed_backup_is_forgotten_with_its_marks(store: Store) -> None:
    """A new one of the same name is not taken for proven."""
    store.take("old", taken_at="2026-02-01T00:00:00Z")
    store.take("new", taken_at="2026-03-01T00:00:00Z")
    store.writer.mark_verified("old", AT)
    store.writer.mark_verified("new", AT)
    store.writer.remove("old")
    store.take("old", taken_at="2026-02-01T00:00:00Z")
    assert [kept.verified_at for kept in store.reader.all()] == ["", AT]


def test_a_hand_made_backup_is_taken_over_with_its_doubts(store: Store, tmp_path: Path) -> None:
    """The manifest says that nothing was counted, and the files come back."""
    dump = tmp_path / "all.sql"
    dump.write_text(
        f"--\n-- PostgreSQL database cluster dump\n--\n{'x' * 9000}\n-- PostgreSQL database cluster dump complete\n"
    )
    manifest, sha256 = store.writer.import_foreign("b1", [dump], taken_at=AT)
    assert manifest.purpose == "imported"
    assert manifest.contents == {}
    assert any("all.sql" in sentence for sentence in manifest.unproven)
    assert store.reader.verify("b1", sha256=sha256) == manifest


def test_a_sound_store_has_no_faults_and_knows_its_room(store: Store) -> None:
    """Preflight has nothing to say."""
    assert store.reader.faults() == ()
    assert store.reader.free() > 0
