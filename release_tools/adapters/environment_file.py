"""The environment file of a host: its variables, and its lines without their values.

Whether it fulfils the contract is said in `domain.deploy.env_contract`; values go to programs, never into messages.
"""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from release_tools.domain.deploy.env_contract import EnvText, parse_env
from release_tools.errors import ConfigError

_TODO = "Write it from the contract (`.env.example`) in UTF-8, with the mode 0600 and ourselves as its owner."


def load_variables(path: Path) -> Mapping[str, str]:
    """Return the variables, the last of several that have one name; `ConfigError` where it cannot be read."""
    from dotenv.parser import parse_stream

    try:
        text = _load(path).decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        # Without its cause, which shows the bytes.
        raise ConfigError(f"{path}: line {line} is not UTF-8.", state="Nothing was changed.", todo=_TODO) from None
    bindings = parse_stream(StringIO(text))
    return {one.key: one.value for one in bindings if one.key is not None and one.value is not None}


def load_lines(path: Path) -> EnvText:
    """Return the file as it is written, without values; `ConfigError` where it cannot be read."""
    return parse_env(_load(path))


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"The environment file {path} cannot be read: {error.strerror}.", state="Nothing was changed.", todo=_TODO
        ) from error
