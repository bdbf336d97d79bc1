"""Hand-made backups taken over: what is read of them, what is refused, and what the manifest says of the rest."""

import gzip
import io
import tarfile
from pathlib import Path

import pyrage
import pytest
from backup_world import AT, Store, make_real

from release_tools.errors import BackupFailed

CLUSTER = b"--\n-- PostgreSQL database cluster dump\n--\n%s\n--\n-- PostgreSQL database cluster dump complete\n--\n\n"
SINGLE = b"--\n-- PostgreSQL database dump\n--\n%s\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n"
ROWS = b"INSERT INTO notes VALUES (1);\n" * 5000


def volumes(mode: str = "w:gz") -> bytes:
    """Return an archive as `tar` makes it of a directory, its own name in front."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode, format=tarfile.GNU_FORMAT) as tar:  # type: ignore[call-overload]
        for name, kind, data in (("./v", tarfile.DIRTYPE, b""), ("./v/f", tarfile.REGTYPE, b"data" * 5000)):
            info = tarfile.TarInfo(name)
            info.type, info.size, info.mode = kind, len(data), 0o755
            info.uname = info.gname = "app"
            tar.addfile(info, io.BytesIO(data))
    return target.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return make_real(tmp_path / "home")


def test_a_dump_and_volumes_are_taken_over_together(store: Store, tmp_path: Path) -> None:
    """Both come back, and every sentence of doubt names its file."""
    dump, files = tmp_path / "pg_dumpall.sql.gz", tmp_path / "volumes.tar.gz"
    dump.write_bytes(gzip.compress(CLUSTER % ROWS))
    files.write_bytes(volumes())
    manifest, sha256 = store.writer.import_foreign("b1", [dump, files], taken_at=AT)
    assert store.reader.verify("b1", sha256=sha256) == manifest
    assert {(one.kind, one.subject) for one in manifest.artefacts} == {
        ("database", "pg_dumpall"),
        ("directory", "volumes"),
    }
    assert all(sentence.startswith(("pg_dumpall.sql.gz: ", "volumes.tar.gz: ")) for sentence in manifest.unproven)
    doubts = " ".join(manifest.unproven)
    for words in (
        "snapshot of its own",
        "rows were not counted",
        "not hashed when it was made",
        "one that was left out",
    ):
        assert words in doubts
    store.writer.unpack_database("b1", "pg_dumpall", tmp_path / "dump", sha256=sha256)
    store.writer.unpack_directory("b1", "volumes", tmp_path / "out", sha256=sha256)
    assert (tmp_path / "dump" / "pg_dumpall.sql").read_bytes() == CLUSTER % ROWS
    assert (tmp_path / "out" / "v" / "f").read_bytes() == b"data" * 5000


@pytest.mark.parametrize(
    ("name", "data", "subject"),
    [
        ("all.sql", CLUSTER % ROWS, "all"),
        ("one.dump", SINGLE % ROWS, "one"),
        ("all.sql", gzip.compress(CLUSTER % b""), "all"),
        ("v.tar", volumes("w"), "v"),
        ("v.tgz", volumes(), "v"),
        ("v.tar.zst", volumes(), "v"),
    ],
    ids=["plain text", "one database", "gzip by another name", "tar", "tgz", "a name that lies"],
)
def test_the_content_says_what_a_file_is(store: Store, tmp_path: Path, name: str, data: bytes, subject: str) -> None:
    """Its name is only where it is called from."""
    (tmp_path / name).write_bytes(data)
    manifest, _ = store.writer.import_foreign("b1", [tmp_path / name], taken_at=AT)
    assert [one.subject for one in manifest.artefacts] == [subject]
    store.reader.verify("b1")
    assert any("snapshot of its own" in one for one in manifest.unproven) == (subject == "all")


REFUSED = {
    "a dump that was cut off": ("all.sql", (CLUSTER % ROWS)[:-60], "cut off"),
    "a dump whose gzip was cut off": ("all.sql.gz", gzip.compress(CLUSTER % ROWS)[:-9], "cannot be"),
    "a dump whose gzip is whole and its text is not": ("a.sql.gz", gzip.compress((CLUSTER % ROWS)[:-60]), "cut off"),
    "a dump with a flipped byte in its gzip": ("a.sql.gz", b"", "cannot be"),
    "an archive that was cut off": ("v.tar.gz", volumes()[:-20], "cannot be"),
    "an archive that was cut off plainly": ("v.tar", volumes("w")[:6000], "cannot be"),
    "something else": ("notes.txt", b"hello", "neither"),
    "nothing": ("empty.sql", b"", "neither"),
    "another gzip": ("x.gz", gzip.compress(b"hello"), "neither"),
    "zstd that is none": ("x.zst", b"\x28\xb5\x2f\xfdhello", "cannot be"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_whole_backup_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    """The message names the file, and nothing is kept."""
    file, data, sentence = REFUSED[name]
    if not data and "flipped" in name:
        data = bytearray(gzip.compress(CLUSTER % ROWS))
        data[len(data) // 2] ^= 4
    (tmp_path / file).write_bytes(data)
    with pytest.raises(BackupFailed, match=sentence) as caught:
        store.writer.import_foreign("b1", [tmp_path / file], taken_at=AT)
    assert file in caught.value.failed
    assert list(store.root.iterdir()) == []


def test_a_file_that_is_missing_is_named(store: Store, tmp_path: Path) -> None:
    """And nothing is kept of the others."""
    (tmp_path / "all.sql").write_bytes(CLUSTER % b"")
    with pytest.raises(BackupFailed, match=r"absent\.tar"):
        store.writer.import_foreign("b1", [tmp_path / "all.sql", tmp_path / "absent.tar"], taken_at=AT)
    assert list(store.root.iterdir()) == []


def test_an_import_is_encrypted_as_any_other(tmp_path: Path) -> None:
    """What lay about in the open does not in the store."""
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"{key}\n")
    store = make_real(tmp_path / "home", recipients=(str(key.to_public()),), identity=tmp_path / "key")
    (tmp_path / "all.sql").write_bytes(CLUSTER % ROWS)
    (tmp_path / "v.tar.gz").write_bytes(volumes())
    manifest, _ = store.writer.import_foreign("b1", [tmp_path / "all.sql", tmp_path / "v.tar.gz"], taken_at=AT)
    assert [one.coding for one in manifest.artefacts] == [("zstd", "age"), ("gzip", "age")]
    store.writer.unpack_database("b1", "all", tmp_path / "dump")
    assert (tmp_path / "dump" / "all.sql").read_bytes() == CLUSTER % ROWS
