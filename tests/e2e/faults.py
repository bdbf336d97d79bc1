"""The faults that a command refuses: how a site gets there, which command is typed, and what it says.

Nothing is run or checked here; `test_refusals` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from repository import CONFIG, Clone, Site

START, FINISH, TAG = ("start-release", "--yes"), ("finish-release", "--yes"), ("tag", "--yes")
NEXT = ("next-version",)
NAMES = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
OTHER = '[project]\nversion = "1.2.0"\n'


@dataclass(frozen=True)
class Fault:
    """How a site is put in a state that a command refuses, and what the command says."""

    name: str
    make: Callable[[Site], object]
    command: tuple[str, ...]
    failed: str
    todo: str
    code: int = 3
    environment: Mapping[str, str] = field(default_factory=dict)


def elsewhere(site: Site, branch: str) -> Clone:
    """Return another clone, standing on a branch."""
    other = site.clone("other")
    other.git("switch", "--quiet", branch)
    return other


def behind(site: Site, branch: str = "develop") -> None:
    """Push a commit from another clone."""
    other = elsewhere(site, branch)
    other.commit("fix: somebody else's")
    other.git("push", "--quiet", "origin", branch)


def other_remotes(site: Site) -> None:
    """Have two remotes, none of which has the usual name."""
    site.here.git("remote", "rename", "origin", "up")
    site.here.git("remote", "add", "down", "/nowhere")


def diverged(site: Site, branch: str = "develop") -> None:
    """Commit here what another clone does not have, and the other way round."""
    behind(site, branch)
    site.here.git("switch", "--quiet", branch)
    site.here.commit("fix: mine")


def on(branch: str, *more: Callable[[Site], object]) -> Callable[[Site], object]:
    """Return what switches to a branch and does more."""

    def make(site: Site) -> None:
        site.here.git("switch", "--quiet", branch)
        for act in more:
            act(site)

    return make


def git(*arguments: str) -> Callable[[Site], object]:
    """Return what runs one git command here."""
    return lambda site: site.here.git(*arguments)


def push_elsewhere(*arguments: str) -> Callable[[Site], object]:
    """Return what pushes from another clone."""
    return lambda site: elsewhere(site, "develop").git("push", "--quiet", "origin", *arguments)


def unmerged(site: Site) -> None:
    """Leave a conflict in the index without any operation around it, as `git stash pop` does."""
    blob = site.here.at("HEAD:a")
    rows = "".join(f"100644 {blob} {stage}\ta\n" for stage in (1, 2, 3))
    site.here.git("rm", "--cached", "--quiet", "a")
    site.here.git("update-index", "--index-info", stdin=rows)


def rebasing(site: Site) -> None:
    """Stop in the middle of a rebase."""
    site.here.git("switch", "--quiet", "-c", "feature/x", "main")
    site.here.commit("feat: other a", {"a": "other\n"})
    site.here.git("rebase", "develop", ok=(1,))


def merging(site: Site) -> None:
    """Stop before the commit of a merge that has no conflict."""
    site.here.git("switch", "--quiet", "-c", "feature/x", "main")
    site.here.commit("feat: b")
    site.here.git("merge", "--no-commit", "--no-ff", "develop")


def in_the_way(site: Site) -> None:
    """Have an untracked file where the branch to land on has a tracked one."""
    site.here.git("switch", "--quiet", "develop")
    site.here.commit("feat: late", {"late": "late"})
    site.here.git("push", "--quiet", "origin", "develop")
    site.here.git("switch", "--quiet", "release/v1.1.0")
    site.here.write("late", "mine")


def linked(site: Site) -> None:
    """Have a changelog that is a symbolic link to another file, pushed."""
    here = site.here
    (here.path / "CHANGELOG.md").unlink()
    (here.path / "CHANGELOG.md").symlink_to("docs/log.md")
    here.commit("docs: move the changelog", {"docs/log.md": "# Changelog\n"})
    here.git("commit", "--quiet", "-a", "-m", "docs: link it")
    here.git("push", "--quiet", "origin", "develop")


def anonymous(site: Site) -> None:
    """Forbid git to guess an identity."""
    site.here.git("config", "user.useConfigOnly", "true")


def configured(text: str) -> Callable[[Site], object]:
    """Return what commits and pushes another configuration."""
    return lambda site: site.here.write("release-tools.toml", text)


FAULTS = (
    Fault("dirty tree", lambda s: s.here.write("a", "x"), START, r"Tracked files are changed: a\.", "stash"),
    Fault("behind", behind, START, "develop is 1 commit behind origin/develop", "git pull --ff-only origin develop"),
    Fault("diverged", diverged, START, "develop has diverged: 1 commit only here, 1 only at origin", "git pull"),
    Fault("ahead", lambda s: s.here.commit("fix: mine"), START,
          "develop has 1 commit that origin does not have", "git push origin develop"),
    Fault("not greater", lambda s: None, (*START, "0.9.0"), "0.9.0 is not greater than 1.0.0", "greater version"),
    Fault("the same", lambda s: None, (*START, "v1.0.0"), "1.0.0 is not greater than 1.0.0", "greater version"),
    Fault("two parts", lambda s: None, (*START, "1.1"), "1.1", r"1\.1\.0", code=2),
    Fault("a leading zero", lambda s: None, (*START, "01.1.0"), "01.1.0", r"1\.1\.0", code=2),
    Fault("a final version wanted", lambda s: None, (*START, "1.1.0-rc.1"), "not a final version", "Start 1.1.0"),
    Fault("tag here", git("tag", "v1.1.0", "main"), (*START, "1.1.0"),
          "The tag v1.1.0 exists here", "greater version"),
    Fault("tag there", push_elsewhere("HEAD:refs/tags/v1.1.0"), (*START, "1.1.0"),
          "The tag v1.1.0 exists at origin", "greater version"),
    Fault("branch here", git("branch", "release/v1.1.0"), (*START, "1.1.0"), "release/v1.1.0 exists here", "Finish it"),
    Fault("branch in the way", git("branch", "release"), START, "The branch release is in the way", "Rename or delete"),
    Fault("changelog is a link", linked, START, r"The changelog CHANGELOG\.md is a symbolic link", r"docs/log\.md"),
    Fault("branch there", push_elsewhere("HEAD:refs/heads/release/v1.1.0"), (*START, "1.1.0"),
          "release/v1.1.0 exists at origin", "Finish it"),
    Fault("detached", git("switch", "--quiet", "--detach"), START, "HEAD is detached", "git switch develop"),
    Fault("detached at finish", git("switch", "--quiet", "--detach"), FINISH, "HEAD is detached", "git switch"),
    Fault("detached at tag", git("switch", "--quiet", "--detach"), TAG, "HEAD is detached", "git switch"),
    Fault("unmerged", unmerged, START, r"Unmerged paths: a\.", "Resolve them"),
    Fault("a rebase", rebasing, START, "A rebase is in progress", "git status"),
    Fault("a merge", merging, FINISH, "A merge is in progress", "git status"),
    Fault("nobody", anonymous, START, "Git does not know who you are", "git config user.name",
          environment=dict.fromkeys(NAMES, "")),
    Fault("no release branch", on("develop"), FINISH, "develop is no release branch; open: none", "start-"),
    Fault("no such release", on("main"), (*FINISH, "3.0.0"), "There is no release 3.0.0", "start-release 3.0.0"),
    Fault("tag on develop", on("develop"), TAG, "Tags are made on main or on a release branch", "git switch main"),
    Fault("tag again", on("main"), (*TAG, "1.0.0"), "1.0.0 is not greater than 1.0.0", "greater version"),
    Fault("version files disagree", on("main"), (*TAG, "1.0.1"), "pyproject.toml:3 names 1.0.0, not 1.0.1", "1.0.1"),
    Fault("unknown key", configured(CONFIG + "mian = 1\n"), START, "release-tools.toml has 1 fault", "Mend", code=2),
    Fault("not TOML", configured("[branches\n"), NEXT, "release-tools.toml cannot be read", "Mend", code=2),
    Fault("other remotes", other_remotes, START, "remotes here are: down, up", "rename", code=2),
    Fault("no such main", configured(CONFIG.replace('main = "main"', 'main = "trunk"')), START,
          "There is no branch trunk", r"branches\.main"),
    Fault("remote is gone", git("remote", "set-url", "origin", "/nowhere"), START,
          "The remote 'origin' cannot be asked", "ls-remote"),
)  # fmt: skip

FINISHING = (
    Fault("dirty tree", lambda s: s.here.write("a", "x"), FINISH, r"Tracked files are changed: a\.", "stash"),
    Fault("diverged", lambda s: diverged(s, "release/v1.1.0"), FINISH, "release/v1.1.0 has diverged", "git pull"),
    Fault("main is ahead", on("main", lambda s: s.here.commit("fix: mine")), (*FINISH, "1.1.0"),
          "main has 1 commit that origin does not have", "git push origin main"),
    Fault("main diverged", lambda s: diverged(s, "main"), (*FINISH, "1.1.0"), "main has diverged", "git pull"),
    Fault("tag elsewhere", git("tag", "v1.1.0", "main"), FINISH, "The tag v1.1.0 is on", "git show v1.1.0"),
    Fault("tag elsewhere there", push_elsewhere("HEAD:refs/tags/v1.1.0"), FINISH, "The tag v1.1.0 is on", "git show"),
    Fault("other version inside", lambda s: s.here.commit("fix: x", {"pyproject.toml": OTHER}), FINISH,
          "release/v1.1.0: pyproject.toml:2 names 1.2.0, not 1.1.0", "Set it to 1.1.0"),
    Fault("final tag on the branch", lambda s: None, (*TAG, "1.1.0"), "takes pre-releases of 1.1.0", "finish-release"),
    Fault("candidate goes back", lambda s: s.here.run(*TAG, "1.1.0-rc.2"), (*TAG, "1.1.0-rc.1"),
          "1.1.0-rc.1 is not greater than 1.1.0-rc.2", "greater version"),
    Fault("in the way", in_the_way, FINISH, r"Untracked files would be overwritten: late\.", "Move them away"),
    Fault("second start", lambda s: s.here.git("switch", "--quiet", "develop"), (*START, "1.1.0"),
          "The branch release/v1.1.0 exists here", "finish-release 1.1.0"),
)  # fmt: skip
