"""The adapter to GitHub against the double, with real git behind it.

What a forge must do stands in the tests; here a test gets something to do it with.
"""

from pathlib import Path

from forge_double.server import Double
from release_tools.adapters.github import GitHub
from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.checks import CheckState
from release_tools.ports import Forge

NAME = "team/shop"
ADA, BOB, CI = "token-of-ada", "token-of-bob", "token-of-ci"
BY_ADA = {f"GIT_{role}_{what}": "ada@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
WORKFLOW = "name: deploy\nrun-name: deploy ${{ inputs.mark }}\non:\n  workflow_dispatch:\n"


class DoubleSubject:
    """GitHub as ada sees it, who may do everything; bob reviews and ci reports."""

    def __init__(self, double: Double, home: Path) -> None:
        self.double = double
        double.state.add_identity(ADA, "ada", role="admin")
        double.state.add_identity(BOB, "bob", role="write")
        double.state.add_identity(CI, "ci", role="write", is_app=True)
        self.repository = double.repository(NAME)
        self.forge: Forge = self.seen_by(ADA)
        self.home, self.number = home, 0
        home.mkdir(parents=True, exist_ok=True)
        self.commit("main")

    def seen_by(self, token: str, *, timeout: int = 30) -> GitHub:
        """Return the forge as the holder of a token sees it; pauses are noted and not slept."""
        self.slept: list[float] = []
        api = GitHubApi(url=self.double.api_url, path=NAME, token=token, timeout=timeout, sleep=self.slept.append)
        return GitHub(api=api, address=f"{self.double.address}/{NAME}")

    def commit(self, branch: str, *, clashes: bool = False) -> str:
        """Add a commit with a file of its own, or with the one that everybody changes."""
        self.number += 1
        name = "shared" if clashes else f"file-{self.number}"
        return self._write(branch, name, f"{branch} {self.number}\n")

    def _write(self, branch: str, path: str, text: str) -> str:
        old = self.repository.branch(branch) or self.repository.branch("main")
        blob = self.repository.git("hash-object", "-w", "--stdin", stdin=text)
        self.repository.git("read-tree", *((old,) if old else ("--empty",)))
        self.repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        tree = self.repository.git("write-tree")
        parents = ("-p", old) if old else ()
        new = self.repository.git("commit-tree", tree, *parents, "-m", f"feat: add {path}", **BY_ADA)
        self.repository.git("update-ref", f"refs/heads/{branch}", new)
        return new

    def delete(self, branch: str) -> None:
        """Delete a branch."""
        self.repository.git("update-ref", "-d", f"refs/heads/{branch}")

    def tag(self, name: str) -> None:
        """Tag main."""
        self.repository.git("tag", name, "main")

    def holds(self, branch: str, commit: str) -> bool:
        """Ask git."""
        return self.repository.contains(branch, commit)

    def report(self, commit: str, name: str, state: CheckState, *, as_status: bool = False) -> None:
        """Make a check run, or a status."""
        api = self.seen_by(CI).api
        if as_status:
            words = {CheckState.PASSED: "success", CheckState.FAILED: "failure", CheckState.PENDING: "pending"}
            api.send("POST", f"statuses/{commit}", {"state": words[state], "context": name})
            return
        ends = {CheckState.PASSED: {"conclusion": "success"}, CheckState.FAILED: {"conclusion": "failure"}}
        end = {"status": "completed", **ends[state]} if state in ends else {"status": "in_progress"}
        api.send("POST", "check-runs", {"name": name, "head_sha": commit, **end})

    def approve(self, number: int) -> None:
        """Let bob approve."""
        self.seen_by(BOB).api.send("POST", f"pulls/{number}/reviews", {"event": "APPROVE"})

    def close(self, number: int) -> None:
        """Let bob close it."""
        self.seen_by(BOB).api.send("PATCH", f"pulls/{number}", {"state": "closed"})

    def milestone(self, title: str) -> None:
        """Make one."""
        self.seen_by(ADA).api.send("POST", "milestones", {"title": title})

    def pipeline(self, name: str) -> None:
        """Commit a workflow."""
        self._write("main", f".github/workflows/{name}", WORKFLOW)

    def freeze_releases(self) -> None:
        """Switch immutable releases on."""
        self.repository.immutable_releases = True
