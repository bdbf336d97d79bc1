"""The memory of configurations that were judged before: one small file for each, below the user's cache directory.

It saves time and nothing else: whatever is odd about it counts as never judged, and what a value must satisfy is not
known here. Nothing is written into a repository.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from release_tools.config.model import Config
from release_tools.config.source import Text
from release_tools.config.stored import parse_stored, render_stored

FORMAT = b"1"
JUDGES = ("config", "domain")
KEPT = 50
_WRITABLE_BY_OTHERS = 0o022
_HEAD = len(b'{"sha256":"","config":') + 64


def memory_key(texts: tuple[Text, ...]) -> str:
    """Return the name under which the judgement of `texts` is kept; it is another one when the code that judges is."""
    digest = sha256(FORMAT)
    for layer in JUDGES:
        for path in sorted((Path(__file__).parents[1] / layer).glob("*.py")):
            digest.update(sha256(path.read_bytes()).digest())
    for text in texts:
        digest.update(b"shared" if text.shared else b"own")
        digest.update(sha256(text.text.encode()).digest())
    return digest.hexdigest()


def recall(texts: tuple[Text, ...]) -> Config | None:
    """Return the configuration that `texts` were found to make, None when there is none that can be trusted."""
    try:
        key = memory_key(texts)
        data = _read(_directory() / f"{key}.json")
        values = data[_HEAD:-1]
        return parse_stored(values) if data == _seal(key, values) else None
    except (OSError, LookupError, TypeError, ValueError):
        return None  # it is judged anew, which is right in any case


def remember(texts: tuple[Text, ...], config: Config) -> None:
    """Keep the configuration that `texts` were found to make; where that cannot be, they will be judged again."""
    with suppress(OSError):
        key = memory_key(texts)
        directory = _directory()
        _guard_owner(directory)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(directory / f"{key}.json", _seal(key, render_stored(config)))
        _prune(directory)


def _directory() -> Path:
    named, home = Path(os.environ.get("XDG_CACHE_HOME", "")), Path(os.environ.get("HOME", ""))
    if not (named.is_absolute() or home.is_absolute()):
        raise FileNotFoundError("There is no cache directory.")
    cache = named if named.is_absolute() else home / ".cache"
    return cache / "release-tools" / "config"


def _guard_owner(directory: Path) -> None:
    """Refuse to make directories in another user's home, where they would lock the owner out (`sudo` keeps HOME)."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if existing.stat().st_uid not in (0, os.geteuid()):
        raise PermissionError(f"{existing} belongs to another user.")


def _seal(key: str, values: bytes) -> bytes:
    """Return a file's content; its checksum covers the key, so that a file under another's name is noticed as well."""
    return b'{"sha256":"%s","config":%s}' % (sha256(key.encode() + values).hexdigest().encode(), values)


def _read(path: Path) -> bytes:
    """Return the content of a file that only this user can have written."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or found.st_mode & _WRITABLE_BY_OTHERS:
            raise PermissionError(f"{path} is not this user's alone.")
        return file.read()


def _replace(path: Path, content: bytes) -> None:
    from tempfile import mkstemp

    descriptor, fresh = mkstemp(prefix=".", dir=path.parent)  # born 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def _prune(directory: Path) -> None:
    """Delete all but the newest files; one that another process deletes meanwhile is gone either way."""
    by_age = sorted(directory.iterdir(), key=lambda path: path.lstat().st_mtime_ns, reverse=True)
    for path in by_age[KEPT:]:
        path.unlink(missing_ok=True)
