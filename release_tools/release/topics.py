"""A topic: a branch that a flow starts and finishes, with its row of the flow table and what stands in the name's hole.

Names only; where a branch stands is observed, not asked here.
"""

from collections.abc import Iterable

from release_tools.config.model import Config, FlowKind
from release_tools.domain.branches.branch import BranchFault, BranchTable, lint_branch, parse_branch
from release_tools.domain.version import Version, parse_tag
from release_tools.errors import ConfigError, UsageError
from release_tools.record import record

VERSION_HOLE = "{version}"


@record
class Topic:
    """A branch by its name: its kind, its row, and the slug or the version that the name holds."""

    name: str
    kind: str
    row: FlowKind
    slug: str = ""
    version: Version | None = None


def flow_row(config: Config, kind: str) -> FlowKind:
    """Return a row of the flow table; `ConfigError` when the team has taken it out."""
    row = config.flow.get(kind)
    if row is not None:
        return row
    raise ConfigError(
        f"The flow table has no row '{kind}'; it has: {', '.join(config.flow)}.",
        state="Nothing was changed.",
        todo=f"Take `flow.{kind} = false` out of the configuration, or use another kind of branch.",
    )


def find_topic(config: Config, branch: str | None) -> Topic | None:
    """Return the topic that a branch is by its name, None for long-lived and unknown branches."""
    found = parse_branch(branch, _table(config)) if branch else None
    if found is None or found.kind not in config.flow:
        return None
    row, version = config.flow[found.kind], parse_tag(found.version, "")
    return Topic(name=found.name, kind=found.kind, row=row, slug=found.slug, version=version)


def name_topic(config: Config, kind: str, hole: str) -> Topic:
    """Return the topic of a kind for what a person typed: the whole branch name, or what stands in its hole."""
    row = flow_row(config, kind)
    before, _, after = row.pattern.partition(VERSION_HOLE if VERSION_HOLE in row.pattern else "{slug}")
    name = hole if hole.startswith(before) else f"{before}{hole}{after}"
    topic = find_topic(config, name)
    if topic is not None and topic.kind == kind:
        return topic
    fault = lint_branch(name, _table(config))
    raise UsageError(
        f"{name!r} is not the name of a {kind} branch ({row.pattern}).",
        state="Nothing was changed.",
        todo=f"Type {_proposed(fault, before, after) or 'letters, digits, dots, dashes or slashes'} instead.",
    )


def open_topics(config: Config, branches: Iterable[str], kind: str) -> tuple[str, ...]:
    """Return those of the branches that are topics of a kind, sorted."""
    topics = (find_topic(config, branch) for branch in set(branches))
    return tuple(sorted(topic.name for topic in topics if topic and topic.kind == kind))


def _table(config: Config) -> BranchTable:
    branches = config.branches
    patterns = tuple((kind, row.pattern) for kind, row in config.flow.items())
    return BranchTable(main=branches.main, develop=branches.develop or None, direct=branches.direct, patterns=patterns)


def _proposed(fault: BranchFault | None, before: str, after: str) -> str:
    name = fault.proposal if fault else None
    return name.removeprefix(before).removesuffix(after) if name and name.startswith(before) else ""
