"""Protecting: what a repository's forge should enforce, told from its configuration and its flow table.

How a protection is put there is the forge's matter; nothing is asked here.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from release_tools.config.flow_table import without_develop
from release_tools.config.model import Config, FlowKind
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import MergeMethod

OURS = "release-tools: "
"""What the names of our protections begin with; others are somebody else's."""


def wanted_protections(config: Config, develop: str | None) -> tuple[Protection, ...]:
    """Return what the forge should enforce: for main, for develop where there is one, and for version tags."""
    flow = config.flow if develop else without_develop(config.flow)
    branches = {"main": config.branches.main, **({"develop": develop} if develop else {})}
    return (*(_branch(config, flow, role, name) for role, name in branches.items()), _tags(config))


def _branch(config: Config, flow: Mapping[str, FlowKind], role: str, name: str) -> Protection:
    direct = any(fnmatchcase(name, pattern) for pattern in config.branches.direct)
    return Protection(
        name=OURS + name,
        target="branch",
        pattern=name,
        by_request=not direct,
        approvals=0 if direct else config.forge.approvals,
        methods=() if direct else tuple(sorted(set(_methods(flow, role)))),
        checks=() if direct else tuple(sorted(config.forge.checks)),
    )


def _methods(flow: Mapping[str, FlowKind], role: str) -> Iterator[MergeMethod]:
    """Yield the ways in which the flow merges into a branch: a squash allowed there would lose a release's commits."""
    for row in flow.values():
        if role in row.targets:
            yield row.merge


def _tags(config: Config) -> Protection:
    # Tags such as `v1` may follow the newest release; those of a version never move.
    return Protection(name=f"{OURS}version tags", target="tag", pattern=f"{config.version.tag_prefix}*.*.*")
