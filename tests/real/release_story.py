"""The release story on a real repository: `python tests/real/release_story.py REPO`, or `--generate 3000`.

In a copy of REPO, with develop made and hooks installed, a bad commit is refused, features are merged, a release is
started and finished by the installed console script; every claim is checked with plain git. REPO itself is only read.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generated_history import generate

FEATURES = ("feat(story): count the parcels", "fix(story): weigh them", "docs(story): tell about it")
SETTINGS = """[branches]
main = "main"
develop = "develop"

[version]
tag_prefix = "{prefix}"
files = [{{ path = "story-version.txt", pattern = "version: {{version}}" }}]

[changelog]
path = "STORY-CHANGELOG.md"
"""
VERSION = re.compile(r"(v?)(\d+)\.(\d+)\.(\d+)")
SCRIPT = Path(sys.executable).with_name("release-tools")


class Story:
    """One copy of a repository, the commands typed in it, and the checks."""

    def __init__(self, home: Path) -> None:
        self.home, self.repo, self.remote = home, home / "copy", home / "remote.git"
        self.seconds: dict[str, float] = {}
        self.failures: list[str] = []
        self.checks = 0

    def git(self, *args: str, code: int = 0) -> str:
        """Run plain git in the copy; another exit code than expected ends the story."""
        return self._run(("git", *args), code)

    def tool(self, *args: str, code: int = 0) -> str:
        """Run the console script, and note how long it took."""
        begun = time.perf_counter()
        out = self._run((str(SCRIPT), *args), code)
        self.seconds[" ".join(args)] = time.perf_counter() - begun
        return out

    def check(self, what: str, right: object) -> None:
        """Note one check with plain git."""
        self.checks += 1
        print(f"  {'ok   ' if right else 'WRONG'}  {what}")
        if not right:
            self.failures.append(what)

    def _run(self, command: tuple[str, ...], code: int) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, cwd=self.repo, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False
        )
        if done.returncode != code:
            words = os.fsdecode(done.stdout + done.stderr)
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}, expected {code}\n{words}")
        return os.fsdecode(done.stdout).strip()


def prepare(story: Story, source: Path) -> tuple[str, str, str]:
    """Copy the repository, make develop and a remote; return the tag prefix, the latest version and the next one."""
    subprocess.run(("git", "clone", "--quiet", "--no-hardlinks", str(source), str(story.repo)), check=True)
    for key, value in (
        ("user.name", "Ada Example"),
        ("user.email", "ada@example.com"),
        ("advice.detachedHead", "false"),
    ):
        story.git("config", key, value)
    story.git("branch", "--move", "main")
    story.git("remote", "set-head", "origin", "--delete")
    prefix, latest = latest_version(story)
    major, minor, _ = map(int, latest.split("."))
    settings = SETTINGS.format(prefix=prefix)
    (story.repo / "release-tools.toml").write_text(settings)
    (story.repo / "story-version.txt").write_text(f"version: {latest}\n")
    (story.repo / "STORY-CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n- written by hand\n")
    story.git("add", "release-tools.toml", "story-version.txt", "STORY-CHANGELOG.md")
    story.git("commit", "--quiet", "--no-verify", "-m", "chore: adopt release-tools")
    subprocess.run(("git", "init", "--quiet", "--bare", "--initial-branch=main", str(story.remote)), check=True)
    story.git("remote", "set-url", "origin", str(story.remote))
    story.git("switch", "--quiet", "-c", "develop")
    story.git("push", "--quiet", "--tags", "--set-upstream", "origin", "main", "develop")
    story.git("fetch", "--quiet", "--prune", "origin")
    return prefix, latest, f"{major}.{minor + 1}.0"


def latest_version(story: Story) -> tuple[str, str]:
    """Return prefix and number of the highest final version tag that main contains."""
    tags = story.git("tag", "--merged", "main").splitlines()
    found = [match for match in map(VERSION.fullmatch, tags) if match]
    if not found:
        raise SystemExit("This repository has no tag like v1.2.3 or 1.2.3 on its main branch.")
    best = max(found, key=lambda match: tuple(map(int, match.groups()[1:])))
    return best[1], ".".join(best.groups()[1:])


def work(story: Story) -> None:
    """Commit as a team does: one message refused, three features merged, one of them while the release is open."""
    story.tool("install-hooks")
    story.git("switch", "--quiet", "-c", "feature/parcels")
    (story.repo / "story.txt").write_text("parcels\n")
    story.git("add", "story.txt")
    before = story.git("rev-parse", "HEAD")
    story.git("commit", "-m", "faet: count the parcels", code=1)
    story.check("a bad message is refused and nothing committed", story.git("rev-parse", "HEAD") == before)
    for number, subject in enumerate(FEATURES):
        (story.repo / "story.txt").write_text(f"parcels {number}\n")
        story.git("commit", "--quiet", "-am", subject) if number else story.git("commit", "--quiet", "-m", subject)
    story.git("switch", "--quiet", "develop")
    story.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/parcels")
    (story.repo / "direct.txt").write_text("direct\n")
    story.git("add", "direct.txt")
    story.git("commit", "-m", "feat: commit straight to develop", code=1)
    story.git("rm", "--quiet", "--cached", "direct.txt")
    (story.repo / "direct.txt").unlink()
    story.git("push", "--quiet", "origin", "develop")


def release(story: Story, version: str) -> None:
    """Start, let a feature land on develop, finish."""
    story.check(f"next-version says {version}", story.tool("next-version") == version)
    story.tool("start-release", version, "--yes")
    story.git("switch", "--quiet", "-c", "feature/later", "develop")
    (story.repo / "later.txt").write_text("later\n")
    story.git("add", "later.txt")
    story.git("commit", "--quiet", "-m", "feat: come later")
    story.git("switch", "--quiet", "develop")
    story.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/later")
    story.git("push", "--quiet", "origin", "develop")
    story.tool("finish-release", version, "--yes")


def verify(story: Story, tag: str, latest_tag: str, version: str, before: dict[str, str]) -> None:
    """Check with plain git what the release left behind."""
    git, check = story.git, story.check
    main = git("rev-parse", "main")
    parents = git("rev-list", "--no-walk", "--parents", "main").split()[1:]
    check(
        "the tag is annotated and on main's merge commit",
        git("cat-file", "-t", tag) == "tag" and git("rev-parse", f"{tag}^{{}}") == main,
    )
    check("main's first parent is the old main", parents[0] == before["refs/heads/main"] and len(parents) == 2)
    check("develop contains the tag", git("rev-list", "--count", f"develop..{tag}") == "0")
    check(
        "no commit was lost", git("rev-list", "--count", *before.values(), "--not", "main", "develop", "--tags") == "0"
    )
    after = refs(story)
    check(
        "every older tag is untouched",
        all(after.get(n) == sha for n, sha in before.items() if n.startswith("refs/tags/")),
    )
    there = dict(
        reversed(row.split("\t")) for row in git("ls-remote", "origin", "refs/heads/*", "refs/tags/*").splitlines()
    )
    there = {name: sha for name, sha in there.items() if not name.endswith("^{}")}
    local = {n: s for n, s in after.items() if not n.startswith("refs/heads/feature/")}
    check("the server has the same branches and tags", there == local)
    changed = git("diff", "--name-only", f"{latest_tag}...{tag}").splitlines() if latest_tag else []
    check(
        "the version file names the version",
        git("show", f"{tag}:story-version.txt") == f"version: {version}" and changed,
    )
    text = git("show", f"{tag}:STORY-CHANGELOG.md")
    check(
        "the section has the feature and the fix, not the later one",
        "count the parcels" in text and "weigh them" in text and "come later" not in text,
    )
    check(
        "the text written by hand is still there, above",
        0 < text.find("- written by hand") < text.find(f"## [{version}]"),
    )
    check("the release branch is gone", not git("for-each-ref", "refs/heads/release", "refs/remotes/origin/release"))
    check(
        "the work tree is clean and on develop",
        not git("status", "--porcelain") and git("branch", "--show-current") == "develop",
    )
    damage = git("fsck", "--no-dangling", "--connectivity-only")
    check("git fsck finds no damage", "missing" not in damage and "broken" not in damage)
    left = [path.name for path in (story.repo / ".git" / "release-tools" / "runs").iterdir()]
    check("no run, work tree or lock is left", not left and len(git("worktree", "list").splitlines()) == 1)


def refs(story: Story) -> dict[str, str]:
    """Return all branches and tags of the copy."""
    rows = story.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags").splitlines()
    return dict(row.split(" ") for row in rows)


def main() -> int:
    """Tell the story; exit code 1 when a check failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "repo", nargs="?", type=Path, help="the repository to copy; its main branch is the one checked out"
    )
    parser.add_argument("--generate", type=int, metavar="N", help="generate a history of about N commits instead")
    parser.add_argument("--keep", action="store_true", help="leave the copy for inspection")
    options = parser.parse_args()
    if (options.repo is None) == (options.generate is None):
        parser.error("name a repository, or --generate N")
    home = Path(tempfile.mkdtemp(prefix="release-story-"))
    try:
        return tell(Story(home), options)
    finally:
        if not options.keep:
            shutil.rmtree(home)


def tell(story: Story, options: argparse.Namespace) -> int:
    """Tell it in one copy and print the figures."""
    source = options.repo
    if source is None:
        source = story.home / "generated"
        generate(source, options.generate)
    prefix, latest, version = prepare(story, source)
    commits, tags = story.git("rev-list", "--count", "--all"), len(story.git("tag").splitlines())
    print(f"{commits} commits, {tags} tags; {prefix}{latest} is the latest, {prefix}{version} is to come")
    work(story)
    before = refs(story)
    release(story, version)
    verify(story, f"{prefix}{version}", f"{prefix}{latest}", version, before)
    print("".join(f"\n{seconds:7.2f} s  release-tools {name}" for name, seconds in story.seconds.items()))
    print(f"\n{story.checks - len(story.failures)} passed, {len(story.failures)} failed")
    return 1 if story.failures else 0


if __name__ == "__main__":
    sys.exit(main())
