"""A backup with anything wrong in it is refused, by verifying and by unpacking; the untouched one passes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from backup_damage import CHANGES, damaged, forge, rehashed, repack_changed
from backup_world import DumpedDatabase, Store, make_real

from release_tools.adapters.file_tree import remove_tree
from release_tools.adapters.stored_backup import DIGEST, MANIFEST
from release_tools.domain.deploy.backup import Artefact, Manifest
from release_tools.errors import BackupRefused

PARTS = {"database": "main", "globals": "main", "directory": "files", "configuration": "ssl"}
SMALL_DUMP = {"toc.dat": b"toc" * 30, "3001.dat.gz": b"\x1f\x8bpacked", "globals.sql": b"CREATE ROLE app;"}


@pytest.fixture
def plain(tmp_path: Path) -> tuple[Store, Manifest, str]:
    """Return a store with one small backup, its manifest and the journal's hash."""
    return make_taken(tmp_path)


@pytest.fixture(params=["plain", "encrypted"])
def taken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Store, Manifest, str]:
    """Return the same, encrypted or not."""
    if request.param == "plain":
        return make_taken(tmp_path)
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"# mine\n{key}\n")
    return make_taken(tmp_path, recipients=(str(key.to_public()),), identity=tmp_path / "key")


def make_taken(home: Path, **options: Any) -> tuple[Store, Manifest, str]:
    """Make a store with one small backup."""
    store = make_real(home, **options)
    for path in sorted((store.platform / "files" / "closed").iterdir()):
        path.write_bytes(path.read_bytes()[:40])
    manifest, sha256 = store.take(databases={"main": DumpedDatabase(files=dict(SMALL_DUMP))})
    return store, manifest, sha256


def artefact(manifest: Manifest, part: str) -> Artefact:
    """Return the first artefact of a kind."""
    return next(one for one in manifest.artefacts if one.kind == part and one.subject == PARTS[part])


def is_refused(store: Store, part: str, out: Path, sha256: str) -> bool:
    """Verify and unpack a part; say whether both refused, with nothing left behind, and fail where they disagree."""
    answers = []
    for act in (lambda: store.reader.verify("b1", sha256=sha256), lambda: unpack(store, part, out, sha256)):
        try:
            act()
            answers.append(False)
        except BackupRefused as error:
            assert error.exit_code == 9
            answers.append(True)
    assert answers[0] == answers[1], f"verify and unpack disagree: {answers}"
    assert not answers[1] or not out.exists() or not list(out.iterdir())
    assert not [path for path in out.parent.iterdir() if path.name.endswith(".unpacking")]
    return answers[0]


def unpack(store: Store, part: str, out: Path, sha256: str) -> None:
    """Unpack a part, in place of what was unpacked before."""
    if part in ("database", "globals"):
        for path in out.iterdir() if out.exists() else ():
            path.unlink()
        store.writer.unpack_database("b1", PARTS[part], out, sha256=sha256)
        return
    store.writer.unpack_directory("b1", PARTS[part], out / "tree", sha256=sha256)


def walk_damage(taken: tuple[Store, Manifest, str], out: Path, files: Callable[[str], list[str]], step: int) -> None:
    """Damage files one way after the other and demand that each is refused; the whole backup passes each time."""
    store, _, sha256 = taken
    for part in PARTS:
        place = out / part
        place.mkdir()
        assert not is_refused(store, part, place, sha256)
        for path in list(place.iterdir()):
            remove_tree(path)
        for name in files(part):
            path = store.root / "b1" / name
            data = path.read_bytes()
            for what in damaged(path, data, range(0, len(data), step)):
                assert is_refused(store, part, place, ""), f"{what} was not noticed"
        assert not is_refused(store, part, place, sha256)


def test_damage_here_and_there_is_refused(taken: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """Some bytes of each kind of artefact; the slow test takes all of them."""
    walk_damage(taken, tmp_path, lambda part: [artefact(taken[1], part).path], 499)


@pytest.mark.slow
def test_damage_anywhere_is_refused(taken: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """Every byte of every kind of artefact, and of the manifest, flipped and cut."""
    walk_damage(taken, tmp_path, lambda part: [artefact(taken[1], part).path], 1)


@pytest.mark.slow
def test_a_manifest_damaged_anywhere_is_refused(plain: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """Every byte of it and of its hash beside it, with the journal's copy and without."""
    store, _, sha256 = plain
    (tmp_path / "out").mkdir()
    for name in (MANIFEST, DIGEST):
        path = store.root / "b1" / name
        data = path.read_bytes()
        for what in damaged(path, data, range(len(data))):
            assert is_refused(store, "configuration", tmp_path / "out", ""), what
            assert is_refused(store, "configuration", tmp_path / "out", sha256), what
    assert not is_refused(store, "configuration", tmp_path / "out", sha256)


def test_every_digit_of_the_journals_hash_counts(taken: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """A journal that knows another backup lets none of this one out."""
    store, _, sha256 = taken
    (tmp_path / "out").mkdir()
    for at, digit in enumerate(sha256):
        wrong = sha256[:at] + ("0" if digit != "0" else "1") + sha256[at + 1 :]
        assert is_refused(store, "directory", tmp_path / "out", wrong)
    assert not is_refused(store, "directory", tmp_path / "out", sha256)


def test_a_file_that_nobody_put_there_is_refused(taken: tuple[Store, Manifest, str]) -> None:
    """What is not in the manifest does not belong to the backup."""
    store, _, sha256 = taken
    (store.root / "b1" / "databases" / "main" / "more").write_bytes(b"")
    with pytest.raises(BackupRefused, match="databases/main/more is not in its manifest"):
        store.reader.verify("b1", sha256=sha256)


def test_everything_that_is_wrong_is_in_one_message(taken: tuple[Store, Manifest, str]) -> None:
    """Nobody learns of the second fault after mending the first."""
    store, manifest, _ = taken
    paths = [artefact(manifest, part).path for part in PARTS]
    for path in paths:
        (store.root / "b1" / path).write_bytes(b"")
    with pytest.raises(BackupRefused) as caught:
        store.reader.verify("b1")
    assert all(path in caught.value.failed for path in paths)


def test_content_cut_off_before_it_was_hashed_is_found(taken: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """Where hash and size agree, decryption and decompression still notice the missing end, wherever it was."""
    store, manifest, sha256 = taken
    (tmp_path / "out").mkdir()
    one = artefact(manifest, "directory")
    whole = (store.root / "b1" / one.path).read_bytes()
    for length in (0, 1, 12, len(whole) // 2, len(whole) - 4, len(whole) - 1):
        (store.root / "b1" / one.path).write_bytes(whole[:length])
        forge(store, rehashed(store, manifest, one))
        assert is_refused(store, "directory", tmp_path / "out", ""), f"cut to {length}"
    (store.root / "b1" / one.path).write_bytes(whole)
    forge(store, manifest)
    assert not is_refused(store, "directory", tmp_path / "out", sha256)


@pytest.mark.parametrize("change", CHANGES)
def test_an_archive_of_other_members_is_refused(
    taken: tuple[Store, Manifest, str], tmp_path: Path, change: str
) -> None:
    """A sound archive with a sound hash is refused where its members are not those that were listed."""
    store, manifest, _ = taken
    (tmp_path / "out").mkdir()
    one = artefact(manifest, "directory")
    repack_changed(store, manifest, one, change)
    assert is_refused(store, "directory", tmp_path / "out", "")


def test_a_manifest_that_leads_out_is_refused(taken: tuple[Store, Manifest, str]) -> None:
    """Nobody reads other files by the way of a manifest."""
    store, manifest, _ = taken
    for path in ("/etc/passwd", "../b2/x", "directories/../../x", "manifest.json", "databases/main//x"):
        one = manifest.artefacts[0]._replace(path=path)
        forge(store, replace(manifest, artefacts=(one,)))
        with pytest.raises(BackupRefused, match=r"path|outside"):
            store.reader.load("b1")


def test_a_backup_under_another_name_is_refused(taken: tuple[Store, Manifest, str]) -> None:
    """Renaming a directory makes no other backup of it."""
    store, _, _ = taken
    (store.root / "b1").rename(store.root / "b2")
    with pytest.raises(BackupRefused, match="that of b1"):
        store.reader.load("b2")


def test_a_damaged_record_makes_a_backup_unproven(taken: tuple[Store, Manifest, str], tmp_path: Path) -> None:
    """The mark of a proof is believed only where the record is whole; the backup itself stays."""
    store, _, sha256 = taken
    store.writer.mark_verified("b1", "2026-03-02T00:00:00Z")
    (record,) = (tmp_path / "state" / "backups").iterdir()
    value = json.loads(record.read_text())
    for text in ("", "{}", "[]", json.dumps(value | {"size": "1"}), json.dumps(value | {"backup": "b2"})):
        record.write_text(text)
        (kept,) = store.reader.all()
        assert (kept.backup, kept.verified_at, kept.manifest_sha256) == ("b1", "", sha256)
