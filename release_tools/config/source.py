"""Where the configuration stands: which file, and the raw table in it.

What the keys mean is the model's business; only the file, its encoding and its TOML are judged here.
"""

from pathlib import Path
from typing import Any

from release_tools.errors import ConfigError
from release_tools.record import record

OWN_FILE, SHARED_FILE = "release-tools.toml", "pyproject.toml"
TOOL = "release-tools"
DEPLOY = "deploy"
"""The table that only deploy commands load."""
Raw = dict[str, Any]


@record
class Text:
    """A file that may hold the configuration, read once: everything that is decided about it goes by this text."""

    path: Path
    text: str

    @property
    def shared(self) -> bool:
        """Return whether the configuration is one table among those of other tools."""
        return self.path.name == SHARED_FILE


@record
class Source:
    """The raw configuration, the file it came from, and the table in that file that holds it."""

    path: Path
    table: str
    raw: Raw

    def spell(self, path: str) -> str:
        """Return the dotted path of a key as it stands in the file."""
        return ".".join(part for part in (self.table, path) if part)


def read_texts(top: Path, explicit: Path | None = None) -> tuple[Text, ...]:
    """Return the files that may configure the work tree at `top`: those there that name us, or the one named."""
    if explicit is not None:
        return (_read(explicit),)
    texts = [_read(path) for path in (top / OWN_FILE, top / SHARED_FILE) if path.is_file()]
    return tuple([text for text in texts if not text.shared or TOOL in text.text])


def find_source(texts: tuple[Text, ...], explicit: Path | None = None) -> Source | None:
    """Return the configuration in `texts`, None when there is none; two, or none in a file named, are an error."""
    own = next((text for text in texts if not text.shared), None)
    in_shared = next((source for text in texts if text.shared and (source := _parse_shared(text))), None)
    if own is not None and in_shared is not None:
        raise ConfigError(
            f"There are two configurations: {own.path} and [{in_shared.table}] in {in_shared.path}.",
            state="Neither is used.",
            todo="Move all settings into one of them and delete the other.",
        )
    if own is not None:
        return Source(path=own.path, table="", raw=_parse_toml(own))
    if in_shared is None and explicit is not None:
        raise ConfigError(
            f"{explicit} has no table [tool.{TOOL}].",
            state="Nothing was changed.",
            todo=f"Add the table, or name another file with --config (a {OWN_FILE}, for example).",
        )
    return in_shared


def _parse_shared(text: Text) -> Source | None:
    tool = _parse_toml(text).get("tool", {})
    table = tool.get(TOOL) if isinstance(tool, dict) else None
    return Source(path=text.path, table=f"tool.{TOOL}", raw=table) if isinstance(table, dict) else None


def _parse_toml(text: Text) -> Raw:
    import tomllib

    try:
        return tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(text.path, f"it is not TOML: {error}") from error


def _read(path: Path) -> Text:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    try:
        return Text(path=path, text=data.decode("utf-8-sig"))  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _unreadable(path, f"it is not UTF-8 (at line {line}, byte {column})") from error


def _unreadable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path} cannot be read: {why}.", state="Nothing was changed.", todo=f"Mend {path.name} and repeat the command."
    )
