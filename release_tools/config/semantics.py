"""Rules that span several keys: what a configuration must satisfy besides having the right keys and types.

Every rule is a function of the configuration in one table; rules about the flow table live in `config.flow_rules`.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from release_tools.config.finding import Finding
from release_tools.config.flow_rules import FLOW_RULES
from release_tools.config.model import Config, VersionFile
from release_tools.domain.ref_name import lint_ref_name
from release_tools.domain.selector import parse_selector
from release_tools.domain.spelling import nearest_type
from release_tools.domain.version import parse_version
from release_tools.errors import UsageError

Rule = Callable[[Config], Iterator[Finding]]
EVERY_TYPE = "*"


def lint_config(config: Config, raw: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return everything that is wrong with a configuration that fits the model; `raw` tells what the file holds."""
    return (*(finding for rule in RULES for finding in rule(config)), *_commit_types(config, raw))


def _branch_names(config: Config) -> Iterator[Finding]:
    branches = config.branches
    named = {"main": branches.main, "develop": branches.develop or None, "remote": branches.remote}
    named.update({f"direct[{index}]": name for index, name in enumerate(branches.direct)})
    for key, name in named.items():
        if name is not None and (wrong := lint_ref_name(name)):
            yield Finding(f"branches.{key}", f"git does not allow {name!r}: {wrong}")
    if branches.main == branches.develop:
        yield Finding("branches.develop", f"is the same branch as main, {branches.main!r}; false means: no such branch")


def _issue_pattern(config: Config) -> Iterator[Finding]:
    pattern = config.commits.issue_pattern
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        yield Finding("commits.issue_pattern", f"is no regular expression: {error}")
        return
    if compiled.fullmatch(""):
        yield Finding("commits.issue_pattern", "matches the empty text, so every message would have an issue")


def _commit_types(config: Config, raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the tables that name commit types, where the file holds them: defaults name more types than a team has."""
    if config.commits.rules == "spec":
        return
    tables = (
        ("version.bump", "bump" in raw.get("version", {}), config.version.bump),
        ("changelog.sections", "sections" in raw.get("changelog", {}), _selected_types(config)),
        ("commits.scope_required", True, config.commits.scope_required),
        ("commits.issue_required", True, config.commits.issue_required),
    )
    for path, written, names in tables:
        for name in names if written else ():
            if name not in (*config.commits.types, EVERY_TYPE):
                yield Finding(path, f"{name!r} is not in commits.types{_meant(name, config.commits.types)}")


def _versions(config: Config) -> Iterator[Finding]:
    version = config.version
    if wrong := lint_ref_name(f"{version.tag_prefix}1.0.0"):
        yield Finding("version.tag_prefix", f"git does not allow the tag '{version.tag_prefix}1.0.0': {wrong}")
    try:
        initial = parse_version(version.initial)
    except UsageError as error:
        yield Finding("version.initial", f"{error.failed} {error.todo}")
        return
    if version.initial != str(initial) or not initial.is_final:
        yield Finding("version.initial", f"must be a final version without prefix; write '{initial.final}'")


def _version_files(config: Config) -> Iterator[Finding]:
    for index, file in enumerate(config.version.files or ()):
        path = f"version.files[{index}]"
        if wrong := _outside(file.path):
            yield Finding(f"{path}.path", wrong)
        yield from (Finding(f"{path}.{key}", wrong) for key, wrong in _version_file(file))


def _version_file(file: VersionFile) -> Iterator[tuple[str, str]]:
    kind = file.kind or ("pattern" if file.pattern else None)
    for key, owner in (("image", "compose-image"), ("pattern", "pattern")):
        given = getattr(file, key) is not None
        if kind == owner and not given:
            yield key, f"is needed by the kind {owner!r}"
        if given and file.kind not in (None, owner):
            yield key, f"belongs to the kind {owner!r}, but the kind is {file.kind!r}"
    if file.pattern is not None and file.pattern.count("{version}") != 1:
        yield "pattern", "must hold {version} exactly once"


def _product_paths(config: Config) -> Iterator[Finding]:
    for index, path in enumerate(config.version.paths):
        if wrong := _outside(path):
            yield Finding(f"version.paths[{index}]", wrong)


def _changelog_path(config: Config) -> Iterator[Finding]:
    for key in ("path", "fragments"):
        path = getattr(config.changelog, key)
        if path and (wrong := _outside(path)):
            yield Finding(f"changelog.{key}", wrong)
    for kind in config.changelog.fragment_kinds:
        if kind != kind.lower() or "." in kind:
            yield Finding("changelog.fragment_kinds", f"{kind!r} must be one word in lower case")


def _selectors(config: Config) -> Iterator[Finding]:
    for text in config.changelog.sections:
        if parse_selector(text) is None:
            said = "is no selector; write a type, a type and a scope as `fix(deps)`, `*(security)`, or `Deprecated:`"
            yield Finding("changelog.sections", f"{text!r} {said}")


def _selected_types(config: Config) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for text in config.changelog.sections if (kind := parse_selector(text))))


def _messages(config: Config) -> Iterator[Finding]:
    for key in ("commit_message", "tag_message"):
        rest = getattr(config.release, key).replace("{version}", "")
        if "{" in rest or "}" in rest:
            yield Finding(f"release.{key}", "may hold {version} and no other hole")


def _timeouts(config: Config) -> Iterator[Finding]:
    for key in ("read_timeout", "network_timeout"):
        if not math.isfinite(getattr(config.git, key)):
            yield Finding(f"git.{key}", "must be a number of seconds; every call of git has an end")


def _pipelines(config: Config) -> Iterator[Finding]:
    name = config.forge.deploy.pipeline
    if name is not None and not re.fullmatch(r"[\w.-]+", name, re.ASCII):
        yield Finding(
            "forge.deploy.pipeline", f"{name!r} is no file name; name the workflow's file without directories"
        )


def _outside(path: str) -> str:
    pure = PurePosixPath(path)
    return "must be a path inside the repository" if pure.is_absolute() or ".." in pure.parts else ""


def _meant(name: str, types: tuple[str, ...]) -> str:
    near = nearest_type(name, types)
    return f"; did you mean '{near}'?" if near else f" ({', '.join(types)})"


RULES: tuple[Rule, ...] = (
    _branch_names,
    *FLOW_RULES,
    _issue_pattern,
    _versions,
    _version_files,
    _product_paths,
    _changelog_path,
    _selectors,
    _messages,
    _timeouts,
    _pipelines,
)
