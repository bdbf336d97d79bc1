"""The configuration model: every key that `[tool.release-tools]` or `release-tools.toml` may hold, with its default.

Nothing is read or judged here, and no library is imported: a program that knows a configuration to be sound builds it
from these classes alone. Limits and meanings stand beside the types for `config.judge`, the schema and the reference.
"""

from dataclasses import field
from typing import Annotated, Literal

from release_tools.config.changelog_table import DEFAULT_CHANGELOG, Changelog
from release_tools.config.forge_model import AS_IT_IS, Forge
from release_tools.config.limits import AtLeastOne, Count, Name, Seconds, about
from release_tools.config.notes_table import DEFAULT_NOTES, Notes
from release_tools.config.table import Table
from release_tools.record import record

DEFAULT_TYPES = ("feat", "fix", "docs", "style", "refactor", "test", "chore", "perf", "build", "ci", "revert")


@record
class Branches(Table):
    """The long-lived branches, the remote that owns them, and which of them take direct commits."""

    main: Name = field(default="main", metadata=about("What is released stands here"))
    develop: Name | Literal[False] | None = field(
        default=None,
        metadata=about("Integration branch; left out: `develop` where such a branch exists, else trunk; false: trunk"),
    )
    remote: Name | None = field(
        default=None,
        metadata=about("The remote that owns the long-lived branches; left out: `origin`, or the only one there is"),
    )
    direct: tuple[Name, ...] = field(
        default=(), metadata=about("Long-lived branches on which direct commits are allowed")
    )
    protected: tuple[Name, ...] = field(
        default=(),
        metadata=about("Names and globs of branches that the remote lets nobody push to: pull requests change them"),
    )


@record
class FlowKind(Table):
    """One row of the flow table: how a kind of branch is named, where it starts, where it ends, and what that means."""

    pattern: Name = field(metadata=about("Branch name with `{slug}` or `{version}` as the only hole"))
    base: Literal["main", "develop"] = "develop"
    targets: tuple[Literal["main", "develop", "release"], ...] = ("develop",)
    tags: bool = False
    gate: Literal["none", "staging"] = "none"
    merge: Literal["merge", "squash", "rebase"] = "squash"


def default_flow() -> dict[str, FlowKind]:
    """Return the flow table of git-flow, with upgrades, support lines and the branches that carry a tag back."""
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
        "support": FlowKind(pattern="support/{slug}", base="main", targets=(), merge="merge"),
        "back-merge": FlowKind(pattern="back-merge/{slug}", base="main", targets=("release", "develop"), merge="merge"),
    }


@record
class MachineMade(Table):
    """What to do with messages that git or a forge wrote."""

    merge: Literal["accept", "check", "reject"] = field(default="accept", metadata=about("Merges, known by MERGE_HEAD"))
    revert: Literal["accept", "check", "reject"] = field(default="accept", metadata=about("What `git revert` writes"))
    fixup: Literal["accept", "check", "reject"] = field(default="accept", metadata=about("fixup!, squash! and amend!"))


@record
class Commits(Table):
    """The rules for commit messages."""

    rules: Literal["house", "spec"] = field(
        default="house", metadata=about("`spec`: Conventional Commits 1.0.0 and nothing more (open types, no style)")
    )
    types: Annotated[tuple[Name, ...], AtLeastOne] = field(
        default=DEFAULT_TYPES, metadata=about("Closed list of types")
    )
    scopes: tuple[Name, ...] = field(default=(), metadata=about("Closed list of scopes; empty: any"))
    scope_required: tuple[Name, ...] = field(default=(), metadata=about('Types that need a scope; `["*"]`: all'))
    issue_required: tuple[Name, ...] = field(default=(), metadata=about('Types that need an issue; `["*"]`: all'))
    issue_pattern: Name = field(
        default=r"#\d+|[A-Z][A-Z0-9]+-\d+", metadata=about("What an issue reference looks like")
    )
    header_max: Count = field(default=100, metadata=about("Characters of the first line"))
    header_max_level: Literal["warn", "error"] = field(default="warn", metadata=about("What a longer header is"))
    body_line_max: Count | None = field(default=None, metadata=about("Characters of a body line; left out: any"))
    squash: Literal["one", "split"] = field(
        default="one",
        metadata=about("A squash whose body lists commits: one entry that counts for all of them, or one for each"),
    )
    autofix: bool = field(default=False, metadata=about("Let the hook mend mechanical faults in the message file"))
    machine: MachineMade = MachineMade()


VersionKind = Literal[
    "pyproject",
    "package-json",
    "cargo",
    "composer",
    "chart",
    "python",
    "env",
    "compose-image",
    "pattern",
    "commitizen",
]


@record
class VersionFile(Table):
    """A file that names the product's version, and how the version stands in it."""

    path: Name = field(metadata=about("From the top of the work tree; commitizen: the directory to ask in"))
    kind: VersionKind | None = field(
        default=None, metadata=about("Left out: known from the file's name, or from a setting that one kind takes")
    )
    image: Name | None = field(default=None, metadata=about("compose-image: the image whose tag is the version"))
    pattern: Name | None = field(default=None, metadata=about("pattern: literal text around `{version}`"))
    key: Name | None = field(
        default=None,
        metadata=about("env: the variable; chart: `version` or `appVersion`, left out: both while they are equal"),
    )
    provider: Name | None = field(
        default=None, metadata=about("commitizen: the provider that is asked in the work tree; it is only read")
    )
    count: Count = field(default=1, metadata=about("Exact number of places in which the version must stand"))
    spelling: Literal["semver", "pep440"] | None = field(
        default=None, metadata=about("`1.2.0-rc.1` or `1.2.0rc1`; left out: pep440 in Python's files, else semver")
    )


@record
class Version(Table):
    """Where the version stands and how tags are spelled."""

    tag_prefix: str = field(default="v", metadata=about("What stands before the version in a tag"))
    paths: tuple[Name, ...] = field(
        default=(),
        metadata=about(
            "Directories and files of a product that is a part of the repository: commits that change nothing there do "
            "not count; left out: all count"
        ),
    )
    files: tuple[VersionFile, ...] | None = field(
        default=None,
        metadata=about(
            "Left out: pyproject.toml, package.json, Cargo.toml, composer.json and Chart.yaml at the top, where they "
            "hold a version; the locks of npm, uv and Cargo follow their files"
        ),
    )
    initial: Name = field(default="0.1.0", metadata=about("The first version, when no tag exists"))
    bump: dict[Name, Literal["major", "minor", "patch", "none"]] = field(
        default_factory=lambda: {"feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch"},
        metadata=about("Commit type to level; types not named raise nothing; a breaking change is always major"),
    )
    moving_tags: tuple[Literal["major", "minor"], ...] = field(
        default=(), metadata=about("Tags that follow the newest release of a line: `v1` for major, `v1.2` for minor")
    )
    zero_breaking: Literal["minor", "major"] = field(default="minor", metadata=about("What breaking raises while 0.x"))


@record
class Release(Table):
    """How a release is recorded in git."""

    sign: bool | None = field(
        default=None, metadata=about("Sign commits and tags; left out: as git's own settings say")
    )
    commit_message: Name = field(
        default="chore: prepare release v{version}", metadata=about("Message of the commit that start-release makes")
    )
    tag_message: Name = field(default="Release v{version}", metadata=about("Message of the annotated tag"))


@record
class Git(Table):
    """How git itself is run."""

    read_timeout: Seconds = field(default=60.0, metadata=about("Seconds that a reading git command may take"))
    network_timeout: Seconds = field(default=120.0, metadata=about("Seconds that a fetch, look-up or push may take"))


@record
class Config(Table):
    """The whole configuration."""

    branches: Branches = Branches()
    flow: dict[Name, FlowKind] = field(default_factory=default_flow)
    commits: Commits = Commits()
    version: Version = Version()
    changelog: Changelog = DEFAULT_CHANGELOG
    notes: Notes = DEFAULT_NOTES
    release: Release = Release()
    git: Git = Git()
    forge: Forge = AS_IT_IS
