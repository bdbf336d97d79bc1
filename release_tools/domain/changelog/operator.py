"""Operator notes say what a version asks of who runs it: migrations, configuration keys, images.

How the files are found and read is not known here; the words are put together in `rendering`.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from release_tools.record import record

_KEY = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t\r]*$")
_IMAGE = re.compile(r"""(?mi)^[ \t]*(?:-[ \t]+)?(?:image:[ \t]*["']?|FROM[ \t]+(?:--platform=\S+[ \t]+)?)([^\s"'#]+)""")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")

Texts = Mapping[str, str]
"""The texts of files, by path."""


@record
class Turn:
    """What something was and is: empty before where it is new, empty after where it is gone; `name` says what."""

    name: str
    before: str
    after: str


@record
class OperatorNotes:
    """What changed for operators between two versions: new migrations by path, configuration keys, images."""

    migrations: tuple[str, ...] = ()
    keys: tuple[Turn, ...] = ()
    images: tuple[Turn, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to say."""
        return bool(self.migrations or self.keys or self.images)


NOTHING = OperatorNotes()


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a path is meant by one of the patterns; one without `/` is about the name alone."""
    name = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns)


def compare_keys(old: Texts, new: Texts) -> tuple[Turn, ...]:
    """Return the configuration keys that came, went or have another default, of all files together."""
    return _turns(_keys(old), _keys(new))


def compare_images(old: Texts, new: Texts) -> tuple[Turn, ...]:
    """Return the images that came, went or have another tag; one that is used with several tags has them all."""
    return _turns(_images(old), _images(new))


def _keys(texts: Texts) -> dict[str, str]:
    return {name: value for path in sorted(texts) for name, value in _KEY.findall(texts[path])}


def _images(texts: Texts) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for text in texts.values():
        for reference in _IMAGE.findall(text):
            name, tag = _split(reference)
            if tag:
                found.setdefault(name, set()).add(tag)
    return {name: ", ".join(sorted(tags)) for name, tags in found.items()}


def _split(reference: str) -> tuple[str, str]:
    """Return name and tag of an image; a digest stands for a missing tag, a name alone is a stage of a build."""
    bare = _DIGEST.sub("", reference)
    place, slash, last = bare.rpartition("/")
    # A variable may hold colons: `app:${TAG:-1.2}`.
    name, _, tag = last.partition(":")
    return f"{place}{slash}{name}", tag or reference[len(bare) + 1 :][:19]


def _turns(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Turn, ...]:
    names = sorted(name for name in {*old, *new} if (name in old) != (name in new) or old[name] != new[name])
    return tuple(Turn(name=name, before=_word(old, name), after=_word(new, name)) for name in names)


def _word(values: Mapping[str, str], name: str) -> str:
    """Return a value; one that is there and empty is told from one that is not."""
    return values[name] or '""' if name in values else ""
