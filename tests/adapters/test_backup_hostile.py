"""Archives that would do harm are refused before anything is written, and sound ones come back to the last detail."""

import gc
import hashlib
import io
import json
import os
import socket
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backup_world import AT, Store, make_real

from release_tools.adapters import tree_unpacking
from release_tools.adapters.member_listing import Listing
from release_tools.adapters.tree_packing import pack_tree
from release_tools.adapters.tree_unpacking import HostileMember, list_archive, unpack_archive
from release_tools.adapters.zstd_stream import zstd_reader
from release_tools.domain.deploy.archive import Member
from release_tools.errors import BackupRefused


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store with one backup."""
    made = make_real(tmp_path / "home")
    made.take()
    return made


def info(name: str, kind: bytes = tarfile.REGTYPE, *, mode: int = 0o644, link: str = "") -> tarfile.TarInfo:
    """Return a header."""
    made = tarfile.TarInfo(name)
    made.type, made.mode, made.linkname = kind, mode, link
    return made


def archive(*members: tarfile.TarInfo, content: bytes = b"evil") -> bytes:
    """Return a tar archive whose files all have one content."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for one in members:
            one.size = len(content) if one.isreg() else 0
            tar.addfile(one, io.BytesIO(content))
    return target.getvalue()


def capability(name: str) -> tarfile.TarInfo:
    """Return the header of a program that may do more than its user."""
    made = info(name, mode=0o755)
    made.pax_headers = {"SCHILY.xattr.security.capability": "\x01"}
    return made


TOP = info(".", tarfile.DIRTYPE, mode=0o755)
HOSTILE: dict[str, tuple[tuple[tarfile.TarInfo, ...], str]] = {
    "above": ((info("../evil"),), "../evil would be written outside"),
    "far above": ((info("a/../../evil"),), "../evil would be written outside"),
    "absolute": ((info("/evil"),), "/evil would be written outside"),
    "a link out": ((info("a", tarfile.SYMTYPE, link="../evil"),), "a is a link that leaves"),
    "an absolute link": ((info("a", tarfile.SYMTYPE, link="/etc"),), "a is a link that leaves"),
    "through a link out": (
        (info("a", tarfile.SYMTYPE, link=".."), info("a/evil")),
        "a/evil lies behind the link a",
    ),
    "through a link": ((info("a", tarfile.SYMTYPE, link="."), info("a/x")), "a/x lies behind the link a"),
    "a hard link out": ((info("a", tarfile.LNKTYPE, link="../evil"),), "a is a hard link that leaves"),
    "an absolute hard link": ((info("a", tarfile.LNKTYPE, link="/etc/passwd"),), "a is a hard link that leaves"),
    "a hard link to a link": (
        (info("a", tarfile.SYMTYPE, link="x"), info("b", tarfile.LNKTYPE, link="a"), info("b/x")),
        "b is a hard link to a link",
    ),
    "a block device": ((info("a", tarfile.BLKTYPE),), "a is a device"),
    "a character device": ((info("a", tarfile.CHRTYPE),), "a is a device"),
    "a fifo": ((info("a", tarfile.FIFOTYPE),), "a is a fifo"),
    "setuid": ((info("a", mode=0o4755),), "a has the setuid bit"),
    "setgid": ((info("a", mode=0o2755),), "a has the setgid bit"),
    "sticky": ((info("a", tarfile.DIRTYPE, mode=0o1777),), "a has the sticky bit"),
    "all bits": ((info("a", mode=0o7777),), "a has the setuid and setgid and sticky bit"),
    "a capability": ((capability("a"),), "a has the attribute security.capability"),
}


def plant(store: Store, data: bytes) -> None:
    """Put an archive into the backup b1 as if its own writer had done so, listing and hashes included."""
    from release_tools.adapters.backup_index import BackupIndex
    from release_tools.adapters.coded_file import coded_sink
    from release_tools.adapters.stored_backup import DIGEST, MANIFEST, render_digest
    from release_tools.domain.deploy.manifest import render_manifest

    manifest = store.reader.load("b1")
    old = next(one for one in manifest.artefacts if one.subject == "files")
    path = store.root / "b1" / old.path
    path.unlink()
    with coded_sink(path, old.coding, ()) as (sink, file):
        sink.write(data)
    listing, _ = list_archive(io.BytesIO(data))
    new = old._replace(size=file.size, sha256=file.sha256, members=listing.members, listing=listing.sha256)
    artefacts = tuple(new if one == old else one for one in manifest.artefacts)
    text = render_manifest(type(manifest)(**{**_fields(manifest), "artefacts": artefacts}))
    sha256 = hashlib.sha256(text).hexdigest()
    (store.root / "b1" / MANIFEST).write_bytes(text)
    (store.root / "b1" / DIGEST).write_bytes(render_digest(sha256))
    index = BackupIndex(directory=store.root.parent / "state" / "backups")
    kept = index.find("b1")
    assert kept is not None
    index.write(kept._replace(manifest_sha256=sha256))


def _fields(manifest: object) -> dict[str, object]:
    from dataclasses import fields

    return {field.name: getattr(manifest, field.name) for field in fields(manifest)}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_before_anything_is_written(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Though every hash is right; `verify` names it as well, and a foreign archive with it is not taken over."""
    members, sentence = HOSTILE[name]
    data = archive(TOP, info("sound"), *members)
    plant(store, data)
    foreign = tmp_path / "volumes.tar"
    foreign.write_bytes(data)
    inside = tmp_path / "inside"
    inside.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(tree_unpacking, "_Writer", None)  # nobody may even begin to write
        with pytest.raises(BackupRefused) as unpacked:
            store.writer.unpack_directory("b1", "files", inside / "out")
    with pytest.raises(BackupRefused) as verified:
        store.reader.verify("b1")
    with pytest.raises(Exception, match="no restore would write") as imported:
        store.writer.import_foreign("b2", [foreign], taken_at=AT)
    assert all(sentence in str(error.value) for error in (unpacked, verified, imported))
    assert list(inside.iterdir()) == []
    assert [kept.backup for kept in store.reader.all()] == ["b1"]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_archive_that_was_exchanged_meanwhile_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    """The writer itself judges each member before it writes it, whoever looked before."""
    members, _ = HOSTILE[name]
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(HostileMember):
        unpack_archive(io.BytesIO(archive(TOP, info("sound"), *members)), home / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert [path.name for path in home.iterdir()] == ["out"]
    assert not any(path.is_file() and path.name != "sound" for path in (home / "out").rglob("*"))


def test_a_sound_archive_made_the_same_way_is_unpacked(store: Store, tmp_path: Path) -> None:
    """The control: what refuses the others is not how they were planted."""
    plant(store, archive(TOP, info("sound"), info("d/e/deep"), info("l", tarfile.SYMTYPE, link="d/e")))
    store.reader.verify("b1")
    store.writer.unpack_directory("b1", "files", tmp_path / "out")
    assert (tmp_path / "out" / "d" / "e" / "deep").read_bytes() == b"evil"
    assert (tmp_path / "out" / "d").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "members",
    [(info("a"), info("a")), (info("a"), info("a", tarfile.DIRTYPE)), (info("a"), info("a/b"))],
    ids=["a file twice", "a file and a directory", "a file as a directory"],
)
def test_a_name_that_stands_for_two_things_leaves_nothing(
    store: Store, tmp_path: Path, members: tuple[tarfile.TarInfo, ...]
) -> None:
    """No member is written over another one."""
    plant(store, archive(TOP, *members))
    with pytest.raises(Exception, match="b1"):
        store.writer.unpack_directory("b1", "files", tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


def test_a_damaged_header_is_no_end(tmp_path: Path) -> None:
    """An archive that breaks off in the middle, or has no end mark, is not a shorter one."""
    data = archive(TOP, info("a"), info("b"))
    whole, _ = list_archive(io.BytesIO(data))
    assert whole.members == 3
    second = data.index(b"b\0")
    for bad in (data[:second] + b"X" + data[second + 1 :], data[:second], data[: second + 100]):
        with pytest.raises(tarfile.TarError):
            list_archive(io.BytesIO(bad))


class _Bytes(io.BytesIO):
    """A sink in memory."""


def round_trip(source: Path, target: Path) -> None:
    """Pack a tree, unpack it, and hold that both are listed alike."""
    sink = _Bytes()
    packed = pack_tree(source, sink)
    listing = unpack_archive(io.BytesIO(sink.getvalue()), target)
    assert (packed.listing, packed.members) == (listing.sha256, listing.members)
    assert (packed.changed, packed.refused) == ((), ())


def test_times_come_back_to_the_nanosecond(tmp_path: Path) -> None:
    """Of files, directories and links, also before 1970."""
    source = tmp_path / "source"
    (source / "d").mkdir(parents=True)
    (source / "d" / "f").write_text("x")
    (source / "l").symlink_to("d")
    times = {"d/f": 1_700_000_000_123_456_789, "l": 1_600_000_000_000_000_001, "d": -5_500_000_001, ".": 10**18 + 1}
    for name, at in times.items():
        os.utime(source / name, ns=(at, at), follow_symlinks=False)
    round_trip(source, tmp_path / "target")
    assert {name: (tmp_path / "target" / name).lstat().st_mtime_ns for name in times} == times


def test_hard_links_stay_one_file(tmp_path: Path) -> None:
    """Across directories, and only those that were one."""
    (tmp_path / "source" / "d").mkdir(parents=True)
    (tmp_path / "source" / "a").write_text("x")
    (tmp_path / "source" / "other").write_text("x")
    os.link(tmp_path / "source" / "a", tmp_path / "source" / "d" / "b")
    round_trip(tmp_path / "source", tmp_path / "target")
    numbers = [(tmp_path / "target" / name).stat().st_ino for name in ("a", "d/b", "other")]
    assert numbers[0] == numbers[1] != numbers[2]


def test_owners_come_back_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers count, not the names that another host has for them; who is not root keeps what is written."""
    asked: list[tuple[int, int]] = []
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "f").write_text("x")
    (tmp_path / "source" / "l").symlink_to("f")
    sink = _Bytes()
    pack_tree(tmp_path / "source", sink)
    with tarfile.open(fileobj=io.BytesIO(sink.getvalue())) as tar:
        rows = tar.getmembers()
    assert {(row.uid, row.gid, row.uname, row.gname) for row in rows} == {(os.getuid(), os.getgid(), "", "")}
    for name in ("chown", "lchown"):
        monkeypatch.setattr(os, name, lambda place, uid, gid: asked.append((uid, gid)))
    for user, calls in ((0, 3), (1000, 0)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        asked.clear()
        unpack_archive(io.BytesIO(sink.getvalue()), tmp_path / f"target{user}")
        assert asked == [(os.getuid(), os.getgid())] * calls


def test_attributes_come_back_where_there_are_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of users, with bytes that are no text; those that carry privileges are not even taken."""
    has = {"user.note": b"\xff\0=\n9 x", "user.empty": b"", "security.selinux": b"label"}
    put: dict[str, bytes] = {}
    (tmp_path / "f").write_text("x")
    monkeypatch.setattr(os, "listxattr", lambda path: list(has))
    monkeypatch.setattr(os, "getxattr", lambda path, name: has[name])
    monkeypatch.setattr(os, "setxattr", lambda place, name, value: put.update({name: value}))
    round_trip(tmp_path / "f", tmp_path / "target")
    assert put == {"user.note": has["user.note"], "user.empty": b""}


def test_odd_trees_come_back(tmp_path: Path) -> None:
    """Long names, names that are no text, closed directories, deep ones, and a top that is a link."""
    source = tmp_path / "source"
    deep = source / "/".join(["d" * 50] * 8)
    deep.mkdir(parents=True)
    (deep / ("f" * 255)).write_text("x")
    (source / "new\nline").write_text("y")
    (source / "b\udcffad").write_text("z")
    (source / "l").symlink_to("b\udcffad")
    (source / "long").symlink_to("d" * 200)
    deep.chmod(0o500)
    (tmp_path / "link").symlink_to("source")
    round_trip(tmp_path / "link", tmp_path / "target")
    below = {path.relative_to(source) for path in source.rglob("*")}
    assert {path.relative_to(tmp_path / "target") for path in (tmp_path / "target").rglob("*")} == below
    assert (tmp_path / "target" / "l").readlink() == Path("b\udcffad")


def test_a_socket_is_left_out(tmp_path: Path) -> None:
    """It holds nothing, and its program makes it again."""
    (tmp_path / "s").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s" / "app.sock"))
        round_trip(tmp_path / "s", tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_bits_of_a_directory_are_dropped_and_told(store: Store) -> None:
    """They give nobody a right, so the backup is taken; that a restore will not set them is said."""
    (store.platform / "files" / "empty").chmod(0o2750)
    manifest, _ = store.take("b2")
    assert manifest.unproven == ("files: the mode of empty is 2750, of which 0750 is kept",)


def headers() -> int:
    """Return how many headers of members are in memory."""
    return sum(isinstance(one, tarfile.TarInfo) for one in gc.get_objects())


def test_no_member_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither packing nor reading an archive takes memory for every member that it has."""
    (tmp_path / "source").mkdir()
    for number in range(60):
        (tmp_path / "source" / f"{number:05}").write_bytes(b"")
    most: list[int] = []
    gc.collect()
    before = headers()

    def counted(self: Listing, member: Member, true: Callable[[Listing, Member], None] = Listing.add) -> None:
        most.append(headers() - before if self.members > 57 else 0)
        true(self, member)

    monkeypatch.setattr(Listing, "add", counted)
    round_trip(tmp_path / "source", tmp_path / "target")
    assert len(most) == 122
    assert 0 < max(most) < 10


def test_a_backup_is_read_without_us(store: Store, tmp_path: Path) -> None:
    """The programs of every system check its hashes and unpack its archives, as the documentation says."""
    directory = store.root / "b1"
    subprocess.run(("sha256sum", "--quiet", "-c", "manifest.json.sha256"), cwd=directory, check=True, timeout=20)
    listed = [
        f"{one['sha256']}  {one['path']}" for one in json.loads((directory / "manifest.json").read_text())["artefacts"]
    ]
    told = "\n".join(listed) + "\n"
    subprocess.run(("sha256sum", "--quiet", "-c"), cwd=directory, input=told, text=True, check=True, timeout=20)
    with (directory / "directories" / "files.tar.zst").open("rb") as packed:
        data = zstd_reader(packed).read()
    (tmp_path / "out").mkdir()
    subprocess.run(("tar", "-x", "-C", str(tmp_path / "out")), input=data, check=True, timeout=20)
    made = {path.relative_to(tmp_path / "out"): path.lstat().st_mode for path in (tmp_path / "out").rglob("*")}
    files = store.platform / "files"
    assert made == {path.relative_to(files): path.lstat().st_mode for path in files.rglob("*")}
