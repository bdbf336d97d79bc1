"""The configuration of the changelog: where it stands, what it lists under which headings, and how it reads.

The other tables stand in `model`.
"""

from dataclasses import field
from typing import Literal

from release_tools.config.limits import Name, about
from release_tools.config.table import Table
from release_tools.record import record


@record
class Changelog(Table):
    """Where the changelog stands and which types it lists."""

    path: Name | Literal[False] = field(default="CHANGELOG.md", metadata=about("false: no changelog is written"))
    sections: dict[Name, Name] = field(
        default_factory=lambda: {
            "Security:": "Security",
            "fix(security)": "Security",
            "Deprecated:": "Deprecated",
            "feat": "Added",
            "fix": "Fixed",
            "perf": "Changed",
            "revert": "Reverted",
        },
        metadata=about(
            "Which changes stand under which heading, in the order of printing: a type (`fix`), a type and a scope "
            "(`fix(deps)`), a scope alone (`*(security)`), or a footer (`Deprecated:`); what is not named is left out"
        ),
    )
    fragments: Name | None = field(
        default=None,
        metadata=about(
            "The directory of fragments (`changelog.d`), files such as `12.feature.md` that a release folds into its "
            "section; left out: none are looked for"
        ),
    )
    fragment_kinds: dict[Name, Name] = field(
        default_factory=lambda: {
            "breaking": "Breaking",
            "security": "Security",
            "deprecation": "Deprecated",
            "feature": "Added",
            "change": "Changed",
            "removal": "Removed",
            "bugfix": "Fixed",
            "doc": "Documentation",
            "misc": "Changed",
        },
        metadata=about("What the name of a fragment says between issue and ending, to heading"),
    )
    contributors: bool = field(
        default=False,
        metadata=about("Name who made what a version lists, and whose first contribution it is; `.mailmap` is heeded"),
    )
    links: bool = field(
        default=False, metadata=about("Link commits, issues, pull requests and comparisons to the forge of the remote")
    )
    forge: Literal["github", "gitlab", "gitea", "bitbucket", "azure"] | None = field(
        default=None,
        metadata=about("What kind of forge the remote is; left out: told by its address; Forgejo: `gitea`"),
    )
    template: Name | None = field(
        default=None,
        metadata=about("A jinja2 template for `release-tools changelog` and `notes`, from the top of the work tree"),
    )


DEFAULT_CHANGELOG = Changelog()
