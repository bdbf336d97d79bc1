"""The crash scenarios of what leads to many branches: hotfixes, upgrades, back-merges, and of features.

How cases are played and judged is `verdicts`.
"""

from collections.abc import Mapping

from crash_scenarios import Scenario, commit, played, shared, write
from stage import Stage

HOTFIX, FEATURE = ("finish-hotfix", "-y"), ("finish-feature", "-y")
UPGRADE = ("finish-upgrade", "-y", "--without-staging", "staging is down")


def two_open(stage: Stage) -> None:
    """Set two open releases."""
    shared(stage)
    for version in ("1.1.0", "2.0.0"):
        played(stage, "start-release", "-y", version)
        stage.git("switch", "-q", "develop")


def fixed(stage: Stage) -> None:
    """Set a hotfix with one commit that was not pushed, beside two open releases."""
    two_open(stage)
    played(stage, "start-hotfix", "-y", "login")
    write(stage, "b", "b\n")
    commit(stage, "fix: mend the login")


def upgraded(stage: Stage) -> None:
    """Set a started upgrade."""
    shared(stage)
    played(stage, "start-upgrade", "-y", "2.0.0")


def released_by_hand(stage: Stage) -> None:
    """Set a tag on main that neither an open release nor develop contains."""
    two_open(stage)
    stage.git("switch", "-q", "main")
    write(stage, "b", "b\n")
    commit(stage, "fix: mend the login")
    stage.git("tag", "-a", "v1.0.1", "-m", "v1.0.1")
    stage.git("push", "-q", "origin", "main", "v1.0.1")
    stage.git("switch", "-q", "develop")


def written(stage: Stage) -> None:
    """Set a feature of two commits, the first of them pushed."""
    shared(stage)
    played(stage, "start-feature", "-y", "login")
    for name in ("b", "c"):
        write(stage, name, f"{name}\n")
        commit(stage, f"feat: add {name}")
        if name == "b":
            stage.git("push", "-q", "-u", "origin", "feature/login")


CARRIES: Mapping[str, Scenario] = {
    "start hotfix": Scenario(setting=shared, argv=("start-hotfix", "-y", "login"), finish=False),
    "finish hotfix, two open releases": Scenario(setting=fixed, argv=HOTFIX),
    "finish upgrade without staging": Scenario(setting=upgraded, argv=UPGRADE),
    "back-merge": Scenario(setting=released_by_hand, argv=("back-merge", "-y")),
    "finish feature": Scenario(setting=written, argv=FEATURE),
}
