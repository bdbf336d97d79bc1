"""A story is a small history written in a test: commits, merges and tags, without git.

Nothing is asserted here.
"""

from hashlib import sha1

from hypothesis import strategies as st
from whole_reading import find_unreleased

from release_tools.domain.history.ancestry import sort_commits
from release_tools.domain.history.commit import Commit, parse_commit
from release_tools.domain.history.next_version import BumpRules, NextVersion, plan_next
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.history.wish import NO_WISH, Wish
from release_tools.domain.version import Level, Version, parse_version

LEVELS: dict[str, Level] = {"feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch"}
RULES = BumpRules(levels=LEVELS, initial=parse_version("0.1.0"))
SECTIONS = {"feat": "Added", "fix": "Fixed", "perf": "Changed", "revert": "Reverted"}


class Story:
    """Commits in the order they were made, and the commit of each tag."""

    def __init__(self) -> None:
        self.rows: list[Commit] = []
        self.tags: dict[Version, str] = {}

    def commit(self, message: str, *parents: str) -> str:
        """Add a commit and return its name."""
        name = sha1(f"{len(self.rows)} {message}".encode()).hexdigest()
        self.rows.append(parse_commit(name, parents, message.encode()))
        return name

    def merge(self, into: str, branch: str, message: str = "Merge branch 'x'") -> str:
        """Merge a branch and return the merge's name."""
        return self.commit(message, into, branch)

    def tag(self, version: str, sha: str) -> str:
        """Tag a commit and return it."""
        self.tags[parse_version(version)] = sha
        return sha

    @property
    def log(self) -> tuple[Commit, ...]:
        """The commits with children before parents."""
        return tuple(reversed(self.rows))

    def unreleased(self, head: str, main: str | None = None) -> Unreleased:
        """Return the unreleased part of a branch."""
        return find_unreleased(self.log, self.tags, head=head, main=main)

    def next(
        self,
        head: str,
        main: str | None = None,
        *,
        rules: BumpRules = RULES,
        claimed: tuple[str, ...] = (),
        wish: Wish = NO_WISH,
    ) -> NextVersion:
        """Plan the next version of a branch, as a caller with all its facts does."""
        found = self.unreleased(head, main)
        return plan_next(
            found.commits,
            found.baseline,
            rules=rules,
            taken=frozenset(self.tags),
            claimed=frozenset(map(parse_version, claimed)),
            missing=[version.tag_name("v") for version in found.missing],
            prereleases=found.prereleases,
            released=found.released,
            wish=wish,
        )


def started() -> tuple[Story, str]:
    """Begin a story with 1.0.0 on its only branch."""
    story = Story()
    return story, story.tag("1.0.0", story.commit("feat: begin"))


def after(*messages: str, rules: BumpRules = RULES) -> NextVersion:
    """Plan the next version after 1.0.0 and the given commits."""
    story, head = started()
    for message in messages:
        head = story.commit(message, head)
    return story.next(head, rules=rules)


def whys(plan: NextVersion) -> str:
    """Return all reasons of a plan as one text."""
    return "\n".join(remark.why for remark in plan.reasons)


@st.composite
def gitflow(draw: st.DrawFn) -> tuple[Story, str, str]:
    """Draw a git-flow history: main, develop, releases, hotfixes, some not merged back; with both branches' tips."""
    story = Story()
    main = develop = story.commit("chore: begin")
    version = [0, 0, 0]
    for number in range(draw(st.integers(1, 9))):
        event = draw(st.sampled_from(("feature", "commit", "release", "hotfix", "candidate")))
        kind = draw(st.sampled_from(("feat", "fix", "feat!", "docs", "chore")))
        if event == "commit":
            develop = story.commit(f"{kind}: change {number}", develop)
        elif event == "feature":
            branch = story.commit(f"{kind}: work {number}", develop)
            develop = story.commit(f"docs: meanwhile {number}", develop) if draw(st.booleans()) else develop
            develop = story.merge(develop, branch)
        else:
            branch = story.commit(f"fix: polish {number}", main if event == "hotfix" else develop)
            version = [version[0], version[1], version[2] + 1] if event == "hotfix" else [version[0], version[1] + 1, 0]
            name = ".".join(map(str, version))
            if event == "candidate":
                branch = story.commit("fix: after the candidate", story.tag(f"{name}-rc.1", branch))
            main = story.tag(name, story.merge(main, branch))
            develop = story.merge(develop, main) if draw(st.booleans()) else develop
    return story, develop, main


@st.composite
def shuffled(draw: st.DrawFn, commits: tuple[Commit, ...]) -> tuple[Commit, ...]:
    """Draw another order of the same commits that still has children before parents."""
    return sort_commits(draw(st.permutations(commits)))
