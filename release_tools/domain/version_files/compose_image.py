"""An image reference of a compose file carries the version in its tag, plain or as the default of a variable.

The YAML around it is located by the caller's port; registries are not asked.
"""

import re

from release_tools.domain.version_files.source import Scalar, Unlocatable, YamlImages, line_at, plain_start
from release_tools.domain.version_files.spec import FileSpec
from release_tools.domain.version_files.version_text import VERSION_TEXT
from release_tools.record import record

_VARIABLE = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
_WHOLE_DEFAULT = re.compile(r"\$\{\w+:?-(.*)\}")
_DEFAULT = re.compile(r"\$\{\w+:?-([^{}]*)\}")
_TAG = re.compile(rf"(?:\$\{{\w+:?-|v)*({VERSION_TEXT})\}}*(?:[-_].*)?")


@record
class Reference:
    """An image reference: repository, tag and where the tag begins in the text, and whether a digest pins it."""

    repository: str
    tag: str
    tag_start: int
    pinned: bool

    def names(self, image: str) -> bool:
        """Tell whether this is the image, as it is written or with the defaults of its variables."""
        return image in (self.repository, _fill_defaults(self.repository))


def parse_reference(text: str) -> Reference:
    """Parse any text as an image reference; a colon inside a variable or before the last slash begins no tag."""
    text = text.rstrip()
    whole = _WHOLE_DEFAULT.fullmatch(text)
    if whole is not None and _VARIABLE.fullmatch(text):
        inner = parse_reference(whole[1])
        tag_start = inner.tag_start + whole.start(1)
        return Reference(repository=inner.repository, tag=inner.tag, tag_start=tag_start, pinned=inner.pinned)
    masked = _VARIABLE.sub(lambda match: "x" * len(match[0]), text)
    name, at, _ = masked.partition("@")
    colon = name.find(":", name.rfind("/") + 1)
    end = len(name) if colon < 0 else colon
    return Reference(
        repository=text[:end], tag=text[end + 1 : len(name)], tag_start=min(end + 1, len(name)), pinned=bool(at)
    )


def find_images(data: bytes, spec: FileSpec, yaml: YamlImages) -> tuple[Scalar, ...]:
    """Locate the version in the tag of every service that runs the image; their number must be the spec's count."""
    found: list[Scalar] = []
    others: list[str] = []
    for scalar in yaml(data):
        reference = parse_reference(scalar.text)
        if not reference.names(spec.wanted):
            continue
        line = line_at(data, scalar.start)
        if reference.pinned:
            raise Unlocatable(f"line {line}: a digest pins the image, so a new tag would change nothing; take it out")
        version = _TAG.fullmatch(reference.tag)
        if version is None:
            others.append(f"line {line} has the tag `{reference.tag}`")
            continue
        found.append(_narrow(data, scalar, reference.tag_start + version.start(1), version[1]))
    if len(found) != spec.count:
        raise Unlocatable(_count_mismatch(data, spec, found, others))
    return tuple(found)


def _narrow(data: bytes, scalar: Scalar, offset: int, text: str) -> Scalar:
    """Return the part of an image's token that is the version."""
    shown = Scalar(start=scalar.start, end=scalar.end, text=scalar.text.rstrip())
    start = plain_start(data, shown) + len(shown.text[:offset].encode())
    return Scalar(start=start, end=start + len(text), text=text)


def _count_mismatch(data: bytes, spec: FileSpec, found: list[Scalar], others: list[str]) -> str:
    lines = ", ".join(f"line {line_at(data, scalar.start)}" for scalar in found)
    places = f"{len(found)} ({lines})" if found else "0"
    notes = f"; without a version: {', '.join(others)}" if others else ""
    return f"places of the image {spec.wanted} with a version: expected {spec.count}, found {places}{notes}"


def _fill_defaults(text: str) -> str:
    filled = 1
    while filled:
        text, filled = _DEFAULT.subn(r"\1", text)
    return text
