"""The tags of a push: a version is spelled as one and annotated, and what the remote has stays where it is.

Which commits a tag brings along is not asked here; they are judged like those of branches.
"""

import re
import shlex
from collections.abc import Iterator

from release_tools.domain.pushes.push import Push, PushedRef
from release_tools.domain.pushes.refusal import Refusal
from release_tools.domain.pushes.rules import PushRules
from release_tools.domain.refs import TAGS
from release_tools.domain.version import nearest_version, parse_tag

MOST = 3
"""Tags of one push; a forge starts no workflow for any of them when there are more."""

_MOVING = {"major": re.compile(r"\d+"), "minor": re.compile(r"\d+\.\d+")}


def lint_tags(push: Push, rules: PushRules) -> Iterator[Refusal]:
    """Yield what is wrong with each tag, and with their number."""
    tags = [ref for ref in push.refs if ref.tag]
    for ref in tags:
        refusal = None if is_moving(ref.tag, rules) else _lint_tag(ref, push, rules)
        if refusal is not None:
            yield refusal
    if len(tags) > MOST:
        yield _too_many(tags, push)


def is_moving(tag: str, rules: PushRules) -> bool:
    """Return whether a tag follows the newest release, as `v1` does where the configuration asks for it."""
    rest = tag.removeprefix(rules.tag_prefix)
    return tag.startswith(rules.tag_prefix) and any(_MOVING[level].fullmatch(rest) for level in rules.moving_tags)


def means_version(tag: str, rules: PushRules) -> bool:
    """Return whether somebody meant a version by a tag's name: a digit follows the prefix."""
    return tag.startswith(rules.tag_prefix) and tag.removeprefix(rules.tag_prefix).lstrip("._-")[:1].isdigit()


def _lint_tag(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    if ref.old:
        return _moved(ref, push)
    if not ref.new or not means_version(ref.tag, rules):
        return None
    if parse_tag(ref.tag, rules.tag_prefix) is None:
        return _misspelled(ref, rules)
    return None if ref.new in push.annotated else _lightweight(ref)


def _moved(ref: PushedRef, push: Push) -> Refusal:
    what = f"would move from {ref.old[:10]} to {ref.new[:10]}" if ref.new else f"would be deleted at {push.remote}"
    fetch = f"git fetch {shlex.quote(push.remote)} {shlex.quote(f'+{ref.name}:{ref.name}')}"
    return Refusal(
        subject=ref.tag,
        rule="tags",
        says=f"the tag {what}",
        notes=("others have it already; what was released under a name stays that, so release a new version",),
        way_out=(f"Take the tag as {push.remote} has it:", fetch),
    )


def _misspelled(ref: PushedRef, rules: PushRules) -> Refusal:
    near = nearest_version(ref.tag.removeprefix(rules.tag_prefix))
    meant = f"{rules.tag_prefix}{near}" if near else ""
    says = "no version of the form MAJOR.MINOR.PATCH" + (f"; did you mean '{meant}'?" if meant else "")
    way_out = ("Tag it anew:", f"{_annotate(meant, ref)} && git tag -d {shlex.quote(ref.tag)}") if meant else None
    return Refusal(subject=ref.tag, rule="version.tag_prefix", says=says, way_out=way_out)


def _lightweight(ref: PushedRef) -> Refusal:
    return Refusal(
        subject=ref.tag,
        rule="tags",
        says="the tag of a version is annotated: it says who released what, and when",
        way_out=("Make it one:", _annotate(ref.tag, ref, force="-f ")),
    )


def _annotate(name: str, ref: PushedRef, *, force: str = "") -> str:
    target = ref.tag if ref.source == ref.name else ref.new[:10]
    return f"git tag -a {force}-m {shlex.quote(name)} {shlex.quote(name)} {shlex.quote(f'{target}^{{}}')}"


def _too_many(tags: list[PushedRef], push: Push) -> Refusal:
    last = shlex.quote(TAGS + tags[-1].tag)
    return Refusal(
        subject=f"{len(tags)} tags",
        rule="tags",
        says=f"no more than {MOST} tags are pushed at once; `push --tags` takes along whatever lies here",
        way_out=("Name the tag that you mean, as in:", f"git push {shlex.quote(push.remote)} {last}"),
    )
