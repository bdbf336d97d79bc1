"""The story of the demo: from a refused commit to a release in production, and from a broken one back again.

Each chapter is a function that types commands on the stage; the reckoning at the end is `ledger`.
"""

from collections.abc import Callable

from release_tools.demo import shop
from release_tools.demo.host import ENVIRONMENT, Host
from release_tools.demo.stage import Stage

PYPROJECT = """[project]
name = "shop"
version = "1.0.0"
"""
COMPOSE = """services:
  backend:
    image: registry.example.com/shop/backend:1.0.0
"""
SETTINGS = """[branches]
main = "main"
develop = "develop"

[version]
files = [
    { path = "pyproject.toml" },
    { path = "compose.yaml", image = "registry.example.com/shop/backend" },
]
"""
CHANGELOG = """# Changelog

## [Unreleased]

## [1.0.0] - 2026-01-15

### Added

- the first version
"""


def set_the_stage(stage: Stage) -> None:
    """A team's repository: main and develop, version 1.0.0, a server."""
    stage.home.mkdir(parents=True, exist_ok=True)
    stage.type("git", "init", "--quiet", "--bare", "--initial-branch=main", str(stage.remote), quiet=True)
    stage.type("git", "init", "--quiet", "--initial-branch=main", str(stage.clone), quiet=True)
    identity = (("user.name", "Ada Example"), ("user.email", "ada@example.com"))
    for key, value in (*identity, ("commit.gpgSign", "false"), ("tag.gpgSign", "false")):
        stage.type("git", "config", key, value, quiet=True)
    files = {
        "pyproject.toml": PYPROJECT,
        "compose.yaml": COMPOSE,
        "release-tools.toml": SETTINGS + shop.DEPLOY,
        "CHANGELOG.md": CHANGELOG,
        **shop.FIRST,
    }
    for path, text in files.items():
        stage.write(path, text)
    for command in (
        ("remote", "add", "origin", str(stage.remote)),
        ("add", "."),
        ("commit", "--quiet", "-m", "feat: open the shop"),
        ("tag", "-a", "v1.0.0", "-m", "Release 1.0.0"),
        ("switch", "--quiet", "-c", "develop"),
        ("push", "--quiet", "--set-upstream", "origin", "main", "develop", "v1.0.0"),
    ):
        stage.type("git", *command, quiet=True)
    stage.type("git", "log", "--oneline", "--decorate", "--all")
    stage.type("release-tools", "install-hooks")


def commit_wrongly(stage: Stage) -> None:
    """Hooks refuse a mistyped message, and a commit that belongs on a branch of its own; nothing typed is lost."""
    stage.write("search.py", "def search(): ...\n")
    stage.write("migrations/0002_searches.sql", shop.SEARCHES)
    stage.type("git", "add", "search.py", "migrations")
    stage.type("git", "commit", "-m", "feat: add the search", refused=True)
    stage.type("git", "switch", "--quiet", "-c", "feature/search")
    stage.type("git", "commit", "-m", "faet(search): add the search", refused=True)


def commit_rightly(stage: Stage) -> None:
    """The proposal is taken, the feature merged; a fix follows."""
    stage.type("git", "commit", "--quiet", "-F", ".git/RELEASE_TOOLS_EDITMSG.fixed")
    _merge(stage, "feature/search")
    stage.type("git", "switch", "--quiet", "-c", "fix/prices")
    stage.write("prices.py", "PRICES = {}\n")
    stage.type("git", "add", "prices.py")
    stage.type("git", "commit", "--quiet", "-m", "fix(prices): round to whole cents")
    _merge(stage, "fix/prices")
    stage.type("git", "push", "--quiet")


def start(stage: Stage) -> None:
    """The commits say which version is next; the plan is shown before anything happens."""
    stage.type("release-tools", "next-version")
    stage.type("release-tools", "start-release", "--dry-run")
    stage.type("release-tools", "start-release", "1.1.0", "--yes", "--quiet")
    stage.type("git", "show", "--stat", "--format=%h %s", "HEAD")


def stabilise(stage: Stage) -> None:
    """A bug is fixed on the release branch while the next feature lands on develop."""
    stage.write("search.py", "def search(words): ...\n")
    stage.type("git", "commit", "--quiet", "-am", "fix(search): take several words")
    stage.type("git", "push", "--quiet")
    stage.type("git", "switch", "--quiet", "-c", "feature/wishes", "develop")
    stage.write("wishes.py", "WISHES = []\n")
    stage.write("migrations/0003_wishes.sql", shop.WISHES)
    stage.write("backend.py", shop.BROKEN)
    stage.type("git", "add", ".")
    stage.type("git", "commit", "--quiet", "-m", "feat(wishes): keep a wish list")
    _merge(stage, "feature/wishes")
    stage.type("git", "push", "--quiet")


def finish(stage: Stage) -> None:
    """The release is finished, and the power fails in the middle of it."""
    stage.type_and_lose_power("release-tools", "finish-release", "1.1.0", "--yes")
    stage.type("release-tools", "status")
    stage.type("release-tools", "continue")
    stage.type("git", "log", "--oneline", "--graph", "--decorate", "--all")


def go_live(stage: Stage) -> None:
    """Customers use 1.0.0 in production. 1.1.0 takes its place: backup, proof, rehearsal, migration, verification."""
    host = Host(stage=stage)
    host.set_up()
    stage.type("release-tools", "deploy", "1.0.0", "--env", ENVIRONMENT, "--yes", "--quiet")
    host.order("a kettle", "two cups", "a teapot")
    stage.type("release-tools", "deploy", "1.1.0", "--env", ENVIRONMENT, "--yes")
    host.order("a tray", "six spoons")


def break_production(stage: Stage) -> None:
    """1.2.0 works wherever it is tried, the rehearsal included, and dies where the shop is in use; it goes back."""
    stage.type("git", "switch", "--quiet", "develop")
    stage.type("release-tools", "start-release", "1.2.0", "--yes", "--quiet")
    stage.type("release-tools", "finish-release", "1.2.0", "--yes", "--quiet")
    stage.type("release-tools", "deploy", "1.2.0", "--env", ENVIRONMENT, "--yes", refused=True)
    Host(stage=stage).order("a strainer")
    stage.type("release-tools", "history", "--env", ENVIRONMENT)


def _merge(stage: Stage, branch: str) -> None:
    stage.type("git", "switch", "--quiet", "develop")
    stage.type("git", "merge", "--quiet", "--no-ff", "--no-edit", branch)
    stage.type("git", "branch", "--quiet", "--delete", branch)


CHAPTERS: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("A team's repository", set_the_stage),
    ("Commits that are refused", commit_wrongly),
    ("Commits that are right", commit_rightly),
    ("Start the release", start),
    ("Stabilise it while develop goes on", stabilise),
    ("Finish it, through a power cut", finish),
    ("Deploy it", go_live),
    ("Deploy a broken one", break_production),
)
