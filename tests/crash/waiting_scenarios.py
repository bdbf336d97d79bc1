"""The crash scenarios of protected branches: each plan of a finish that waits for somebody to merge pull requests.

The merges that are awaited are made with plain git; how cases are played and judged is `verdicts`.
"""

import shutil
from collections.abc import Mapping

from crash_scenarios import CONFIG, FINISH, START, Scenario, commit, played, shared, started, write
from stage import Stage

PROTECTED = f'{CONFIG}protected = ["main", "develop"]\n'
RELEASE, CARRIER = "release/v1.1.0", "back-merge/v1.1.0-into-develop"
CONTINUE = ("continue",)
REFUSING = """#!/bin/sh
test "$1" != refs/heads/develop
"""


def guarded(stage: Stage) -> None:
    """Set a started release with a commit that was not pushed; main and develop take pull requests only."""
    shared(stage, PROTECTED)
    played(stage, *START)
    write(stage, "b", "b\n")
    commit(stage, "fix: mend b")


def waiting(stage: Stage) -> None:
    """Set a finish that waits for main to merge the release."""
    guarded(stage)
    played(stage, *FINISH)


def merged(stage: Stage) -> None:
    """Set a finish whose release somebody has merged into main."""
    waiting(stage)
    merge_by_hand(stage, RELEASE, "main")


def withdrawn(stage: Stage) -> None:
    """Set what is left when a merged finish is taken back: what the finish had pushed is behind main all the same."""
    guarded(stage)
    here, there = stage.git("for-each-ref"), stage.git("rev-parse", f"origin/{RELEASE}").strip()
    played(stage, *FINISH)
    merge_by_hand(stage, RELEASE, "main")
    played(stage, "abort", "-y")
    assert stage.git("for-each-ref") == here
    assert stage.git("rev-parse", RELEASE, at="remote.git").strip() == there


def carried(stage: Stage) -> None:
    """Set a finish that has tagged main and waits for develop to merge the tag."""
    merged(stage)
    played(stage, *CONTINUE)


def carried_and_merged(stage: Stage) -> None:
    """Set a finish with all of its merges made: only branches are left to be deleted."""
    carried(stage)
    merge_by_hand(stage, CARRIER, "develop")


def refusing(stage: Stage) -> None:
    """Set a started release whose server takes no push to develop, which no configuration tells."""
    started(stage)
    hook = stage.place / "remote.git" / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(REFUSING)
    hook.chmod(0o755)


def merge_by_hand(stage: Stage, head: str, base: str) -> None:
    """Merge one branch of the remote into another in a clone, as somebody else does."""
    stage.git("clone", "-q", "-b", base, "remote.git", "forge", at=".")
    stage.git("merge", "-q", "--no-ff", "-m", f"Merge branch '{head}'", f"origin/{head}", at="forge")
    stage.git("push", "-q", "origin", base, at="forge")
    shutil.rmtree(stage.place / "forge")


WAITS: Mapping[str, Scenario] = {
    "protected: push and wait": Scenario(setting=guarded, argv=FINISH, finish=False),
    "protected: wait on": Scenario(setting=waiting, argv=CONTINUE, files=True, origin=guarded, finish=False),
    "protected: abort while waiting": Scenario(setting=waiting, argv=("abort", "-y"), origin=guarded, finish=False),
    "protected: tag and wait": Scenario(setting=merged, argv=CONTINUE, origin=withdrawn),
    "protected: wait on, tagged": Scenario(setting=carried, argv=CONTINUE, files=True, origin=withdrawn),
    "protected: delete": Scenario(setting=carried_and_merged, argv=CONTINUE, origin=withdrawn),
    "develop refuses the push": Scenario(setting=refusing, argv=FINISH),
}
