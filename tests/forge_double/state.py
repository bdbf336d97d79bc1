"""The state of the double: who has which token, and what each repository holds beside git.

Values that change; the rules by which they do stand in the modules of the routes.
"""

import os
import subprocess
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}
ROLES = ("read", "triage", "write", "maintain", "admin")
ROLE_IDS = {"maintain": 2, "write": 4, "admin": 5}
"""How rulesets name roles in their bypass lists."""

PERMISSIONS = {
    "read": {"contents": "read", "pull_requests": "read", "checks": "read", "statuses": "read", "metadata": "read"},
    "write": {
        **dict.fromkeys(("contents", "pull_requests", "issues", "checks", "statuses", "deployments"), "write"),
        "actions": "write",
        "metadata": "read",
        "administration": "read",
    },
    "admin": {
        **dict.fromkeys(("contents", "pull_requests", "issues", "checks", "statuses", "deployments"), "write"),
        "actions": "write",
        "metadata": "read",
        "administration": "write",
    },
}

MERGER = {"GIT_COMMITTER_NAME": "The Forge", "GIT_COMMITTER_EMAIL": "forge@example.com"}


@dataclass
class Identity:
    """Somebody with a token: a login, a role, and what the token is limited to."""

    token: str
    login: str
    role: str = "write"
    is_app: bool = False
    permissions: dict[str, str] | None = None
    """Left out: all that the role has."""
    number: int = 0

    def level(self, permission: str) -> int:
        """Return how far a permission goes."""
        of_role = PERMISSIONS[
            "admin" if self.role == "admin" else "read" if self.role in ("read", "triage") else "write"
        ]
        had = LEVELS[of_role.get(permission, "none")]
        if self.permissions is None:
            return had
        return min(had, LEVELS[self.permissions.get(permission, "none")])


@dataclass
class Pull:
    """A pull request."""

    number: int
    author: str
    head: str
    base: str
    title: str
    body: str
    commit: str
    """The head's commit, as it was when it was last there."""
    state: str = "open"
    draft: bool = False
    merged_as: str = ""
    labels: list[str] = field(default_factory=list)
    milestone: int | None = None
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    approvals: set[str] = field(default_factory=set)
    looked_at: tuple[str, str] = ("", "")
    """Head and base when mergeability was last asked for; the first answer is always that it is not known yet."""


@dataclass
class Repository:
    """One repository: git on disk, and what the forge knows beside it."""

    owner: str
    name: str
    git_dir: Path
    default_branch: str = "main"
    numbers: Any = field(default_factory=lambda: count(1))
    ids: Any = field(default_factory=lambda: count(1001))
    pulls: dict[int, Pull] = field(default_factory=dict)
    milestones: dict[int, str] = field(default_factory=dict)
    check_runs: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    releases: dict[int, dict[str, Any]] = field(default_factory=dict)
    assets: dict[int, bytes] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    deployment_statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    rulesets: dict[int, dict[str, Any]] = field(default_factory=dict)
    immutable_releases: bool = False
    methods: set[str] = field(default_factory=lambda: {"merge", "squash", "rebase"})
    settles_at_once: bool = False
    """Whether mergeability is known at the first question."""

    @property
    def full_name(self) -> str:
        """Return owner and name."""
        return f"{self.owner}/{self.name}"

    def git(self, *arguments: str, stdin: str | None = None, ok: tuple[int, ...] = (0,), **environment: str) -> str:
        """Run git in the bare repository, by the forge's own hand: no hook of a push runs."""
        done = subprocess.run(
            ("git", *arguments),
            cwd=self.git_dir,
            env=os.environ | MERGER | environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in ok, f"git {arguments}: {done.returncode} {done.stderr}"
        return done.stdout.rstrip("\n")

    def at(self, revision: str) -> str:
        """Return the commit behind a revision, empty when there is none or it cannot be one."""
        if not revision.isprintable() or not revision or revision.startswith("-"):
            return ""
        return self.git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", ok=(0, 1, 128))

    def branch(self, name: str) -> str:
        """Return the commit of a branch, empty when there is none."""
        return self.at(f"refs/heads/{name}")

    def contains(self, new: str, old: str) -> bool:
        """Return whether a commit has another one among its ancestors."""
        done = subprocess.run(
            ("git", "merge-base", "--is-ancestor", old, new), cwd=self.git_dir, capture_output=True, check=False
        )
        return done.returncode == 0


@dataclass
class State:
    """All that a double knows."""

    home: Path
    identities: dict[str, Identity] = field(default_factory=dict)
    repositories: dict[str, Repository] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)

    def add_identity(self, token: str, login: str, **more: Any) -> Identity:
        """Give somebody a token."""
        identity = Identity(token=token, login=login, number=len(self.identities) + 1, **more)
        self.identities[token] = identity
        return identity

    def add_repository(self, full_name: str, source: Path | None = None) -> Repository:
        """Make an empty bare repository, or serve one that is there."""
        owner, _, name = full_name.partition("/")
        git_dir = source or self.home / owner / f"{name}.git"
        if source is None:
            git_dir.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(("git", "init", "--quiet", "--bare", "-b", "main", str(git_dir)), check=True)
        repository = Repository(owner=owner, name=name, git_dir=git_dir)
        self.repositories[full_name] = repository
        return repository
