"""What `verify-backup` and `restore` do with a backup that lacks or holds anything else: nothing, and they say so.

Platform and database are in memory; the store, the data directory and its archives are real. What the store alone
refuses stands in `test_backup_damage.py`.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from backup_damage import CHANGES, damaged, forge, repack_changed
from fakes.stored_platform import LosingDatabase, StoredPlatform

from release_tools.adapters.stored_backup import DIGEST, MANIFEST
from release_tools.domain.deploy.backup import Manifest
from release_tools.engine.codec import canonical
from release_tools.engine.journal import GENESIS
from release_tools.errors import BackupFailed, BackupRefused, HumanNeeded


@pytest.fixture
def platform(tmp_path: Path) -> StoredPlatform:
    """Return a platform on which 1.0.0 serves."""
    return StoredPlatform.serving_1_0_0(tmp_path)


def both_refuse(platform: StoredPlatform, backup: str, what: str) -> None:
    """Demand that both commands refuse a backup, that nothing live has noticed, and that nothing is left over."""
    before = platform.live()
    for command in (platform.prove, platform.restore):
        try:
            command(backup)
        except BackupFailed:
            pass
        else:
            raise AssertionError(f"{command.__name__} did not notice: {what}")
        assert platform.live() == before, f"{command.__name__}: {what}"
    platform.forget_refused()


def both_take(platform: StoredPlatform, backup: str) -> None:
    """Demand that both commands take a backup, and that the data comes back."""
    rows = list(platform.database.live.tables["public.users"])
    platform.prove(backup)
    platform.database.live.tables["public.users"].append("eve")
    (platform.store.platform / "files" / "a.txt").write_text("written since")
    assert platform.restore(backup) == "committed"
    assert platform.database.live.tables["public.users"] == rows
    assert (platform.store.platform / "files" / "a.txt").read_text() == "a" * 5000
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"} and platform.front.mode() == "open"


def journal_of(platform: StoredPlatform, manifest: Manifest) -> Path:
    """Return the journal of the run that took a backup."""
    journals = (platform.root / "history").glob("*/journal.jsonl")
    return next(path for path in journals if manifest.backup in path.read_text())


def each_damage(platform: StoredPlatform, manifest: Manifest, step: int) -> Iterator[str]:
    """Damage each file of a backup in each way, at every `step`th byte; whole again afterwards."""
    for name in (*(one.path for one in manifest.artefacts), MANIFEST, DIGEST):
        path = platform.store.root / manifest.backup / name
        data = path.read_bytes()
        yield from damaged(path, data, range(0, len(data), step))


def test_damage_here_and_there(platform: StoredPlatform) -> None:
    """Some bytes of each file; the slow test takes all of them. The untouched backup passes."""
    manifest = platform.take()
    for what in each_damage(platform, manifest, 173):
        both_refuse(platform, manifest.backup, what)
    both_take(platform, manifest.backup)


@pytest.mark.slow
def test_damage_at_every_byte(platform: StoredPlatform) -> None:
    """Every byte of each artefact, of the manifest and of its hash, flipped, and cut there."""
    manifest = platform.take()
    for what in each_damage(platform, manifest, 1):
        both_refuse(platform, manifest.backup, what)
    both_take(platform, manifest.backup)


LOSSES: dict[str, Callable[[Any], object]] = {
    "a row": lambda data: data.tables["public.users"].pop(),
    "what a row holds": lambda data: data.tables["public.users"].__setitem__(0, "eve"),
    "a table": lambda data: data.tables.pop("public.users"),
    "a role": lambda data: data.roles.clear(),
    "a sequence": lambda data: data.sequences.clear(),
    "a sequence's value": lambda data: data.sequences.update({"public.users_id_seq": 1}),
    "a column": lambda data: setattr(data, "schema", "v0"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_dump_that_silently_lacks_something(platform: StoredPlatform, loss: str) -> None:
    """Its bytes are as they were written; only a restore, and comparing what came of it, tells."""
    platform.database = LosingDatabase(platform.server, "app", LOSSES[loss])
    with pytest.raises(BackupFailed, match="is not what was backed up"):
        platform.take()
    (kept,) = [one for one in platform.store.reader.all() if "-manual-" in one.backup]
    both_refuse(platform, kept.backup, loss)
    assert platform.store.reader.load(kept.backup) and kept.verified_at == ""


@pytest.mark.parametrize("change", CHANGES)
def test_an_archive_that_lacks_something_with_every_hash_forged(platform: StoredPlatform, change: str) -> None:
    """A file, or a mode of one, is missing, and no journal knows better: the list of members does."""
    manifest = platform.take()
    one = next(artefact for artefact in manifest.artefacts if artefact.kind == "directory")
    repack_changed(platform.store, manifest, one, change)
    shutil.rmtree(journal_of(platform, manifest).parent)
    both_refuse(platform, manifest.backup, change)


def test_a_manifest_with_every_hash_forged_but_the_journals(platform: StoredPlatform) -> None:
    """Backup, hash beside it and index agree; the run that took it knows another one."""
    manifest = platform.take()
    told = manifest.contents["main"]
    forge(platform.store, manifest)
    both_take(platform, manifest.backup)
    forge(platform.store, replace(manifest, contents={"main": replace(told, roles=())}))
    with pytest.raises(BackupRefused, match="not the one that the journal knows"):
        platform.restore(manifest.backup)
    both_refuse(platform, manifest.backup, "a role less in the manifest")


def test_every_digit_of_the_hash_in_the_journal(platform: StoredPlatform) -> None:
    """A journal of a sound chain that knows another hash lets neither command take the backup."""
    manifest = platform.take()
    journal = journal_of(platform, manifest)
    whole = journal.read_bytes()
    digest = sha256((platform.store.root / manifest.backup / MANIFEST).read_bytes()).hexdigest()
    for at, digit in enumerate(digest):
        wrong = digest[:at] + ("0" if digit != "0" else "1") + digest[at + 1 :]
        journal.write_bytes(rechained(whole.decode().replace(digest, wrong)))
        both_refuse(platform, manifest.backup, f"digit {at} of the journal's hash")
        journal.write_bytes(whole)
    both_take(platform, manifest.backup)


def test_every_byte_of_the_journals_line(platform: StoredPlatform) -> None:
    """A flipped bit anywhere in the line that holds the hash breaks the chain: a person must look."""
    manifest = platform.take()
    journal = journal_of(platform, manifest)
    whole = journal.read_bytes()
    begin = whole.rindex(b"\n", 0, whole.index(b'"manifest_sha256":"' + _hash(platform, manifest))) + 1
    for at in range(begin, whole.index(b"\n", begin) + 1):
        journal.write_bytes(whole[:at] + bytes((whole[at] ^ (1 << at % 8),)) + whole[at + 1 :])
        both_need_a_person(platform, manifest.backup, "damaged at line")
    journal.write_bytes(whole)
    both_take(platform, manifest.backup)


def both_need_a_person(platform: StoredPlatform, backup: str, words: str) -> None:
    """Demand that both commands stop at a damaged journal, and that nothing live has noticed."""
    before = platform.store.platform.stat(), platform.front.done[:], platform.runtime.done[:]
    for command in (platform.prove, platform.restore):
        with pytest.raises(HumanNeeded, match=words):
            command(backup)
    assert (platform.store.platform.stat(), platform.front.done, platform.runtime.done) == before


def test_a_journal_that_is_cut_off(platform: StoredPlatform) -> None:
    """Cut at each line and in the middle of each: what it knew of the backup may be gone, so nothing is taken."""
    manifest = platform.take()
    journal = journal_of(platform, manifest)
    whole = journal.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")][:-1]
    for at in (0, *ends, *(end - 7 for end in ends), len(whole) - 1):
        journal.write_bytes(whole[:at])
        both_need_a_person(platform, manifest.backup, "is cut off")
    journal.write_bytes(whole)
    both_take(platform, manifest.backup)


def _hash(platform: StoredPlatform, manifest: Manifest) -> bytes:
    return sha256((platform.store.root / manifest.backup / MANIFEST).read_bytes()).hexdigest().encode()


def rechained(text: str) -> bytes:
    """Return the lines of a journal with a chain of hashes that fits them."""
    lines, prev = list[bytes](), GENESIS
    for line in text.splitlines():
        lines.append(canonical(json.loads(line) | {"prev": prev}).encode() + b"\n")
        prev = sha256(lines[-1]).hexdigest()
    return b"".join(lines)


def test_a_disk_that_fills_up_while_it_is_restored(platform: StoredPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is made beside is made before users are kept out, and removed again."""
    manifest = platform.take()
    before = platform.live()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("release_tools.adapters.stored_backup.unpack_archive", full)
        with pytest.raises(BackupFailed, match="No space left") as caught:
            platform.restore(manifest.backup)
    assert "nothing of this run is left" in caught.value.state
    assert platform.live() == before
    both_take(platform, manifest.backup)
