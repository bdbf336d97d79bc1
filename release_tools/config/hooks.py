"""The hooks' rules: the small part of the configuration that hooks need, baked into one file that sh and Python read.

Nothing is imported and no configuration file is parsed here: this module is on the path of every single commit.
"""

import posix

TYPE_CHECKING = False  # what typing calls by this name, without the price of importing it
HOUSE_FILE = "release-tools.toml"
SHARED_FILE = "pyproject.toml"
FIRST_LINE = "# release-tools rules, format 1\n"
LISTS = ("types", "scopes", "scope_required", "issue_required", "direct", "protected", "moving_tags")
WORDS = ("rules", "issue_pattern", "header_max_level", "merge", "revert", "fixup", "main", "remote", "tag_prefix")


class HookRules:
    """What hooks check; a plain class because `dataclasses` costs more than a whole commit-msg check."""

    __slots__ = (
        *LISTS,
        *WORDS,
        "autofix",
        "body_line_max",
        "config",
        "develop",
        "header_max",
        "patterns",
    )

    if TYPE_CHECKING:
        config: str  # name of the file the rules came from; empty: no configuration
        rules: str
        types: tuple[str, ...]
        scopes: tuple[str, ...]
        scope_required: tuple[str, ...]
        issue_required: tuple[str, ...]
        issue_pattern: str
        header_max: int
        header_max_level: str
        body_line_max: int | None
        autofix: bool
        merge: str
        revert: str
        fixup: str
        main: str
        develop: str | None  # None: trunk
        direct: tuple[str, ...]
        protected: tuple[str, ...]  # names and globs
        patterns: tuple[tuple[str, str], ...]  # (kind, pattern)
        remote: str
        tag_prefix: str
        moving_tags: tuple[str, ...]

    def __init__(self, **values: object) -> None:
        for name in self.__slots__:
            setattr(self, name, values[name])


def load_bake(git_dir: str, top: str) -> HookRules | None:
    """Return the baked rules, or None when there are none or the configuration has changed since."""
    try:
        descriptor = posix.open(git_dir + "/release-tools/rules", posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = posix.fstat(descriptor)
        text = posix.read(descriptor, status.st_size + 1).decode()
    finally:
        posix.close(descriptor)
    rules = parse_bake(text) if text.startswith(FIRST_LINE) else None
    return rules if rules and is_current(rules.config, status.st_mtime_ns, top) else None


def is_current(config: str, baked_ns: int, top: str) -> bool:
    """Tell whether rules from the file `config`, baked with the modification time `baked_ns`, still hold."""
    house = _changed_ns(top + "/" + HOUSE_FILE)
    if config == HOUSE_FILE:
        return house == baked_ns
    shared = _changed_ns(top + "/" + SHARED_FILE)
    return house is None and (shared == baked_ns if config else shared is None)


def _changed_ns(path: str) -> int | None:
    try:
        return posix.stat(path).st_mtime_ns
    except OSError:
        return None


def parse_bake(text: str) -> HookRules | None:
    """Return the rules that a baked file's text holds, or None when it is not such a file."""
    rows: dict[str, tuple[str, ...]] = {}
    for line in text.split("\n"):
        if line.startswith("#:"):
            name, *words = line[2:].split("\t")
            rows[name] = tuple([_plain(word) for word in words]) if "%" in line else tuple(words)
    try:
        return _read_rows(rows)
    except (KeyError, ValueError):
        return None


def _read_rows(rows: dict[str, tuple[str, ...]]) -> HookRules:
    values: dict[str, object] = {name: rows[name] for name in LISTS}
    for name in ("config", *WORDS):
        (values[name],) = rows[name]
    body, develop, pairs = rows["body_line_max"], rows["develop"], rows["patterns"]
    values["header_max"] = int(rows["header_max"][0])
    values["body_line_max"] = int(body[0]) if body else None
    values["autofix"] = bool(rows["autofix"])
    values["develop"] = develop[0] if develop else None
    values["patterns"] = tuple(zip(pairs[::2], pairs[1::2], strict=True))
    return HookRules(**values)


def _plain(word: str) -> str:
    return word.replace("%0A", "\n").replace("%09", "\t").replace("%25", "%")
