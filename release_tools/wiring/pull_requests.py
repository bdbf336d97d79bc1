"""What `check-pr` works with: the rules for titles and branches, and the flow table with the names it has here.

The pull request itself is the caller's to bring; no forge is asked.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.adapters.git_process import GitProcess
    from release_tools.domain.pull_request import PullRequestRules

DEVELOP = "develop"


def pull_request_rules(repo: Path, config: Path | None, *, base: str) -> "tuple[PullRequestRules, str]":
    """Return the rules at `repo`, and what was assumed because nothing here tells it (empty: nothing)."""
    from release_tools.config.bake import hook_rules
    from release_tools.config.flow_table import without_develop
    from release_tools.config.load import config_path, load_config
    from release_tools.domain.branches.branch import BranchTable
    from release_tools.domain.pull_request import FlowRow, PullRequestRules

    git, top, _ = open_repository(repo)
    source = config or config_path(top)
    loaded = load_config(top, config)
    rules = hook_rules(loaded, name=source.name if source else "")
    trunk = loaded.branches.develop is None and base != DEVELOP and not _has_develop(git, rules.remote)
    flow = without_develop(loaded.flow) if trunk else loaded.flow
    table = BranchTable(
        main=rules.main, develop=None if trunk else rules.develop, direct=rules.direct, patterns=rules.patterns
    )
    rows = tuple([FlowRow(kind=kind, targets=row.targets, merge=row.merge) for kind, row in flow.items()])
    found = PullRequestRules(commits=rules, table=table, rows=rows, config=rules.config)
    return found, _ASSUMED.format(main=rules.main) if trunk else ""


_ASSUMED = (
    "no branch 'develop' is known in this clone, so all work is taken to go to '{main}'; "
    "set branches.develop in the configuration to say which it is (false: there is none)"
)


def _has_develop(git: "GitProcess", remote: str) -> bool:
    refs = (f"refs/heads/{DEVELOP}", f"refs/remotes/{remote}/{DEVELOP}")
    return bool(git.run("for-each-ref", "--count=1", "--format=%(refname)", *refs).text)
