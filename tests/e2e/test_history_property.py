"""Generated git-flow histories in real repositories: what we say of them, held against what plain git says."""

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from repository import CONFIG, Clone

SEEDS = tuple(range(8))
TYPES = ("feat", "fix", "perf", "docs", "chore")
LISTED = ("feat", "fix", "perf", "revert")
SKEW = 86_400 * 400
"""Seconds by which a clock may be wrong, either way."""


@dataclass
class Flow:
    """The stream of a git-flow history for `git fast-import`, by people whose clocks are wrong."""

    dice: random.Random
    mark: int = 0
    version: tuple[int, int, int] = (0, 0, 0)
    lines: list[str] = field(default_factory=list)

    def commit(self, branch: str, message: str, *parents: int) -> int:
        """Add a commit and return its mark."""
        self.mark += 1
        who = f"Ada <ada@example.com> {1_700_000_000 + self.dice.randint(-SKEW, SKEW)} +0000"
        links = "".join(f"{word} :{parent}\n" for word, parent in zip(("from", *["merge"] * 9), parents, strict=False))
        head = f"commit refs/heads/{branch}\nmark :{self.mark}\nauthor {who}\ncommitter {who}\n"
        self.lines.append(f"{head}data {len(message)}\n{message}\n{links}\n")
        return self.mark

    def work(self, branch: str, *parents: int) -> int:
        """Add a commit that says something new."""
        return self.commit(branch, f"{self.dice.choice(TYPES)}: change {self.mark}", *parents)

    def tag(self, name: str, mark: int) -> None:
        """Add a tag, annotated or not."""
        if self.dice.random() < 0.5:
            self.lines.append(f"reset refs/tags/{name}\nfrom :{mark}\n\n")
        else:
            self.lines.append(f"tag {name}\nfrom :{mark}\ntagger Ada <ada@example.com> 1700000000 +0000\ndata 1\nx\n")

    def raised(self, place: int) -> str:
        """Return the next version, one part of it raised."""
        self.version = tuple(  # type: ignore[assignment]
            number + (at == place) if at <= place else 0 for at, number in enumerate(self.version)
        )
        return ".".join(map(str, self.version))

    def story(self, events: int) -> str:
        """Return the whole stream."""
        main = develop = self.commit("main", "chore: begin")
        self.commit("develop", "docs: begin", main)
        develop = self.mark
        for _ in range(events):
            event = self.dice.choice(("work", "feature", "octopus", "release", "hotfix", "candidate", "noise"))
            if event == "work":
                develop = self.work("develop", develop)
            elif event in ("feature", "octopus"):
                tips = [self.work("f", self.work("f", develop)) for _ in range(3 if event == "octopus" else 1)]
                develop = self.commit("develop", "Merge branches", self.work("develop", develop), *tips)
            elif event == "noise":
                self.tag(
                    self.dice.choice(("nightly", "deploy/prod", "v1", "vfoo", "1.2.3.4")) + str(self.mark), develop
                )
            else:
                branch = self.work("r", main if event == "hotfix" else develop)
                name = self.raised(2 if event == "hotfix" else 1)
                if event == "candidate":
                    self.tag(f"v{name}-rc.1", branch)
                    branch = self.work("r", branch)
                main = self.commit("main", f"Merge branch 'release/v{name}'", main, branch)
                self.tag(f"v{name}", main)
                if self.dice.random() < 0.7:
                    develop = self.commit("develop", f"Merge tag 'v{name}'", develop, main)
        return "".join(self.lines)


@pytest.fixture(params=SEEDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Clone:
    """Return a repository with a generated history, develop checked out."""
    subprocess.run(("git", "init", "--quiet", "-b", "main", str(tmp_path)), check=True, timeout=20)
    stream = Flow(dice=random.Random(request.param)).story(25)
    subprocess.run(("git", "fast-import", "--quiet"), cwd=tmp_path, input=stream.encode(), check=True, timeout=60)
    clone = Clone(tmp_path)
    clone.git("symbolic-ref", "HEAD", "refs/heads/develop")
    clone.write("release-tools.toml", CONFIG)
    return clone


def key(tag: str) -> tuple[int, ...]:
    return tuple(map(int, tag.removeprefix("v").split(".")))


def finals(here: Clone, *words: str) -> list[str]:
    """Return the final tags that git lists."""
    tags = here.git("tag", "--list", "v*.*.*", *words).split("\n")
    return [tag for tag in tags if tag and "-" not in tag and all(part.isdecimal() for part in tag[1:].split("."))]


def expected(here: Clone, sha: str) -> str:
    """Return the version of a commit by `git tag --contains` and `git merge-base` alone."""
    holders = finals(here, "--contains", sha)
    first = [
        tag
        for tag in holders
        if not any(other != tag and here.contains(f"{tag}^{{commit}}", f"{other}^{{commit}}") for other in holders)
    ]
    return min(first, key=key, default="").removeprefix("v")


def listed(here: Clone) -> Iterator[tuple[str, str]]:
    """Yield version and commit of every entry of the whole changelog."""
    for version in here.run("changelog", "--context").data["versions"]:
        for group in version["groups"]:
            for item in group["items"]:
                yield version["version"], item["sha"]


@pytest.mark.slow
def test_every_commit_is_listed_once_under_the_first_version_that_contains_it(here: Clone) -> None:
    """Clocks that are wrong by more than a year, octopus merges and tags that are no versions change nothing."""
    told = tuple(listed(here))
    found = {sha: version for version, sha in told}
    assert len(found) == len(told)
    rows = here.git("log", "--no-merges", "--format=%H %s", "develop", "main").split("\n")
    relevant = [sha for sha, _, subject in (row.partition(" ") for row in rows) if subject.split(":")[0] in LISTED]
    ours = set(here.git("rev-list", "develop").split("\n"))
    wanted = {sha: expected(here, sha) for sha in relevant}
    assert found == {sha: version for sha, version in wanted.items() if version or sha in ours}


@pytest.mark.slow
def test_next_version_is_greater_than_every_reachable_tag_and_new(here: Clone) -> None:
    """On develop main's tags count as reachable; one merge more changes nothing."""
    before = here.run("next-version", "--json").data
    if before["version"]:
        assert all(key(before["version"]) > key(tag) for tag in finals(here, "--merged", "develop"))
        assert f"v{before['version']}" not in here.git("tag").split("\n")
    tree = here.git("rev-parse", "develop^{tree}")
    side = here.git("commit-tree", tree, "-p", "develop", "-m", "docs: side")
    merge = here.git("commit-tree", tree, "-p", "develop", "-p", side, "-m", "Merge branch 'side' into develop")
    here.git("update-ref", "refs/heads/develop", merge)
    after = here.run("next-version", "--json").data
    assert [after[name] for name in ("version", "level", "reasons")] == [
        before[name] for name in ("version", "level", "reasons")
    ]


@pytest.mark.slow
def test_each_version_alone_is_its_part_of_the_whole(here: Clone) -> None:
    """Incremental and full give the same text."""
    whole = here.run("changelog").stdout
    for tag in finals(here, "--merged", "develop"):
        assert here.run("changelog", tag).stdout.strip() in whole
    assert here.run("changelog", "--unreleased").stdout.strip() in whole
