"""The configuration model: every key that `[tool.release-tools]` or `release-tools.toml` may hold, with its default.

Nothing is read here; `config.load` finds the file and turns pydantic's findings into one readable error.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, StringConstraints, ValidationError

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
DEFAULT_TYPES = ("feat", "fix", "docs", "style", "refactor", "test", "chore", "perf", "build", "ci", "revert")

Invalid = ValidationError
"""What the model raises; named here so that no other module has to import pydantic."""


class Table(BaseModel):
    """A configuration table: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Branches(Table):
    """The long-lived branches, the remote that owns them, and which of them take direct commits."""

    main: Name = Field(default="main", description="What is released stands here")
    develop: Name | Literal[False] | None = Field(
        default=None,
        description="Integration branch; left out: `develop` where such a branch exists, else trunk; false: trunk",
    )
    remote: Name = Field(default="origin", description="The remote that owns the long-lived branches")
    direct: tuple[Name, ...] = Field(default=(), description="Long-lived branches on which direct commits are allowed")


class FlowKind(Table):
    """One row of the flow table: how a kind of branch is named, where it starts, where it ends, and what that means."""

    pattern: Name = Field(description="Branch name with `{slug}` or `{version}` as the only hole")
    base: Literal["main", "develop"] = "develop"
    targets: tuple[Literal["main", "develop", "release"], ...] = ("develop",)
    tags: bool = False
    gate: Literal["none", "staging"] = "none"
    merge: Literal["merge", "squash", "rebase"] = "squash"


def default_flow() -> dict[str, FlowKind]:
    """Return the flow table of git-flow: feature, fix, hotfix, release and upgrade."""
    return {
        "feature": FlowKind(pattern="feature/{slug}"),
        "fix": FlowKind(pattern="fix/{slug}"),
        "hotfix": FlowKind(
            pattern="hotfix/{slug}", base="main", targets=("main", "release", "develop"), tags=True, merge="merge"
        ),
        "release": FlowKind(pattern="release/v{version}", targets=("main", "develop"), tags=True, merge="merge"),
        "upgrade": FlowKind(
            pattern="upgrade/v{version}", targets=("main", "develop"), tags=True, gate="staging", merge="merge"
        ),
    }


class MachineMade(Table):
    """What to do with messages that git or a forge wrote."""

    merge: Literal["accept", "check", "reject"] = Field(default="accept", description="Merges, known by MERGE_HEAD")
    revert: Literal["accept", "check", "reject"] = Field(default="accept", description="What `git revert` writes")
    fixup: Literal["accept", "check", "reject"] = Field(default="accept", description="fixup!, squash! and amend!")


class Commits(Table):
    """The rules for commit messages."""

    rules: Literal["house", "spec"] = Field(
        default="house", description="`spec`: Conventional Commits 1.0.0 and nothing more (open types, no style)"
    )
    types: tuple[Name, ...] = Field(default=DEFAULT_TYPES, min_length=1, description="Closed list of types")
    scopes: tuple[Name, ...] = Field(default=(), description="Closed list of scopes; empty: any")
    scope_required: tuple[Name, ...] = Field(default=(), description='Types that need a scope; `["*"]`: all')
    issue_required: tuple[Name, ...] = Field(default=(), description='Types that need an issue; `["*"]`: all')
    issue_pattern: Name = Field(default=r"#\d+|[A-Z][A-Z0-9]+-\d+", description="What an issue reference looks like")
    header_max: PositiveInt = Field(default=100, description="Characters of the first line")
    header_max_level: Literal["warn", "error"] = Field(default="warn", description="What a longer header is")
    body_line_max: PositiveInt | None = Field(default=None, description="Characters of a body line; left out: any")
    autofix: bool = Field(default=False, description="Let the hook mend mechanical faults in the message file")
    machine: MachineMade = MachineMade()


class VersionFile(Table):
    """A file that names the product's version, and how the version stands in it."""

    path: Name = Field(description="From the top of the work tree")
    kind: Literal["pyproject", "package-json", "compose-image", "pattern"] | None = Field(
        default=None, description="Left out: known from the file's name, or `pattern` when a pattern is given"
    )
    image: Name | None = Field(default=None, description="compose-image: the image whose tag is the version")
    pattern: Name | None = Field(default=None, description="pattern: literal text around `{version}`")
    count: PositiveInt = Field(default=1, description="Exact number of places in which the version must stand")


class Version(Table):
    """Where the version stands and how tags are spelled."""

    tag_prefix: str = Field(default="v", description="What stands before the version in a tag")
    files: tuple[VersionFile, ...] | None = Field(
        default=None, description="Left out: pyproject.toml and package.json at the top, where they hold a version"
    )
    initial: Name = Field(default="0.1.0", description="The first version, when no tag exists")
    bump: dict[Name, Literal["major", "minor", "patch", "none"]] = Field(
        default={"feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch"},
        description="Commit type to level; types not named raise nothing; a breaking change is always major",
    )
    zero_breaking: Literal["minor", "major"] = Field(default="minor", description="What breaking raises while 0.x")


class Changelog(Table):
    """Where the changelog stands and which types it lists."""

    path: Name | Literal[False] = Field(default="CHANGELOG.md", description="false: no changelog is written")
    sections: dict[Name, Name] = Field(
        default={"feat": "Added", "fix": "Fixed", "perf": "Changed", "revert": "Reverted"},
        description="Commit type to heading, in the order of printing; types not named are left out",
    )


class Release(Table):
    """How a release is recorded in git."""

    sign: bool | None = Field(default=None, description="Sign commits and tags; left out: as git's own settings say")
    commit_message: Name = Field(
        default="chore: prepare release v{version}", description="Message of the commit that start-release makes"
    )
    tag_message: Name = Field(default="Release v{version}", description="Message of the annotated tag")


class Git(Table):
    """How git itself is run."""

    read_timeout: PositiveFloat = Field(default=60.0, description="Seconds that a reading git command may take")
    network_timeout: PositiveFloat = Field(default=120.0, description="Seconds that a fetch, look-up or push may take")


class Config(Table):
    """The whole configuration."""

    branches: Branches = Branches()
    flow: dict[Name, FlowKind] = Field(default_factory=default_flow)
    commits: Commits = Commits()
    version: Version = Version()
    changelog: Changelog = Changelog()
    release: Release = Release()
    git: Git = Git()
