"""A team: two clones of one remote in which people type flow commands, and the look at what must hold after each.

Which words are typed stands in `test_flow_property`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from repository import Clone, Outcome, Site

DOCUMENTED = (0, 3, 6)
"""How a flow command may end when people are in each other's way: done, refused, a human decides."""

SECTION = re.compile(r"^## \[(\d+\.\d+\.\d+)\].*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass
class Team:
    """A site with its clones, what was committed so far, and what was typed so far."""

    site: Site
    clones: tuple[Clone, ...]
    story: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    """The first lines of all commits that people made and pushed."""
    released: dict[str, str] = field(default_factory=dict)
    """The section of each version as its own tag has it."""

    def types(self, who: int, *words: str) -> Outcome:
        """Type a flow command in a clone; give up a conflict that is too early to be resolved.

        What is finished is in develop as well: only a tag made by hand may be missing there.
        """
        lacked = set(self.missing())
        outcome = self.clones[who].run(*words)
        self.story.append(f"{who}: {' '.join(words)} -> {outcome.code}")
        assert outcome.code in DOCUMENTED, self.told(outcome)
        if outcome.code:
            assert len(outcome.error) >= 3, self.told(outcome)
        if outcome.code == 0:
            assert set(self.missing()) <= lacked, self.told(f"develop lacks {self.missing()}")
        if outcome.code == 6:
            self._give_up(who)
        return outcome

    def commits(self, who: int) -> None:
        """Commit on the branch that is checked out, and push it as long as git takes it."""
        clone, number = self.clones[who], len(self.subjects)
        branch = clone.git("symbolic-ref", "--short", "HEAD")
        subject = f"{'feat' if branch.startswith(('feature/', 'develop')) else 'fix'}: change number {number}"
        clone.commit(subject, {f"file-{number}": f"{number}\n"})
        self.story.append(f"{who}: git commit on {branch}")
        if self._pushed(clone, branch):
            self.subjects.append(subject)

    def works_on(self, who: int, branch: str) -> None:
        """Go to a branch, bring it up to date, commit on it and push it."""
        self.pulls(who, branch)
        if self.clones[who].git("symbolic-ref", "--short", "HEAD") == branch:
            self.commits(who)

    def tags_by_hand(self, who: int) -> None:
        """Make the next patch on main with plain git, and push it with its tag."""
        clone, there = self.clones[who], self.site.remote
        newest = there.git("tag", "--list", "v*.*.*", "--sort=-version:refname").split("\n")[0].removeprefix("v")
        head, _, patch = newest.rpartition(".")
        version = f"{head}.{int(patch) + 1}"
        heading = f"## [{newest}]"
        section = f"## [{version}] - 2026-01-15\n\n### Fixed\n\n- by hand\n\n{heading}"
        files = {
            "pyproject.toml": clone.shown("main", "pyproject.toml").replace(newest, version),
            "CHANGELOG.md": clone.shown("main", "CHANGELOG.md").replace(heading, section, 1),
        }
        clone.commit(f"fix: mend {version} by hand", files)
        clone.git("tag", "-a", f"v{version}", "-m", version)
        clone.git("push", "--quiet", "--atomic", "origin", "main", f"v{version}")
        self.story.append(f"{who}: git tag v{version} on main, by hand")

    def pulls(self, who: int, branch: str) -> None:
        """Switch to a branch, where there is one, and bring it up to the remote's, without a merge."""
        clone = self.clones[who]
        clone.git("fetch", "--quiet", "--prune", "origin")
        if clone.git("branch", "--list", "--all", f"*{branch}"):
            clone.git("switch", "--quiet", branch)
            clone.git("merge", "--quiet", "--ff-only", f"origin/{branch}", ok=(0, 1, 128))
            self.story.append(f"{who}: git switch {branch}; git pull --ff-only")

    def branches(self, kind: str) -> list[str]:
        """Return the open branches of a kind, at the remote and in the clones, without the kind."""
        places = (self.site.remote, *self.clones)
        listed = (place.git("for-each-ref", "--format=%(refname:lstrip=2)", f"refs/heads/{kind}") for place in places)
        return sorted({name.partition("/")[2] for names in listed for name in names.split("\n") if name})

    def looked_at(self) -> None:
        """Look at the remote: every tag, every file that names a version, every commit, every released section."""
        there = self.site.remote
        tags = there.git("tag", "--list", "v*.*.*", "--sort=version:refname").split("\n")
        for tag in tags:
            assert there.contains("main", f"{tag}^{{commit}}"), self.told(f"{tag} is not on main")
            self._is_right(tag)
        newest = tags[-1].removeprefix("v")
        assert self._version("main") == newest, self.told(f"main does not name {newest}")
        if not self.missing():
            assert self._version("develop") == newest, self.told(f"develop does not name {newest}")
        kept = set(there.git("log", "--all", "--format=%B").split("\n"))
        lost = [subject for subject in self.subjects if not any(subject in line for line in kept)]
        assert not lost, self.told(f"lost: {lost}")
        for branch in ("main", "develop"):
            sections = dict(self._sections(branch))
            for version, section in self.released.items():
                if there.contains(branch, f"v{version}^{{commit}}"):
                    assert sections.get(version) == section, self.told(f"{branch} changed the section of {version}")

    def missing(self) -> list[str]:
        """Return the tags that develop lacks."""
        there = self.site.remote
        tags = there.git("tag", "--list", "v*.*.*", "--no-merged", "develop")
        return tags.split("\n") if tags else []

    def told(self, why: object) -> str:
        """Return the story so far and what is wrong."""
        return "\n".join(("", *self.story, str(why)))

    def _is_right(self, tag: str) -> None:
        version, there = tag.removeprefix("v"), self.site.remote
        assert self._version(tag) == version, self.told(f"the files of {tag} name {self._version(tag)}")
        assert there.git("cat-file", "-t", tag) == "tag", self.told(f"{tag} is not annotated")
        section = dict(self._sections(tag)).get(version, "")
        assert section, self.told(f"{tag} has no section of its own")
        assert self.released.setdefault(version, section) == section, self.told(f"{tag} has moved")

    def _version(self, revision: str) -> str:
        found = re.search(r'version = "(.*?)"', self.site.remote.shown(revision, "pyproject.toml"))
        assert found, self.told(f"{revision} names no version")
        return found[1]

    def _sections(self, revision: str) -> Iterator[tuple[str, str]]:
        text = self.site.remote.shown(revision, "CHANGELOG.md")
        versions = [match[1] for match in SECTION.finditer(text)]
        assert len(versions) == len(set(versions)), self.told(f"{revision} has a section twice: {versions}")
        return ((match[1], match[0].strip()) for match in SECTION.finditer(text))

    def _pushed(self, clone: Clone, branch: str) -> bool:
        """Push a branch; where the remote has moved on, take the commit back, as one who starts over does."""
        clone.git("push", "--quiet", "origin", branch, ok=(0, 1))
        clone.git("fetch", "--quiet", "origin")
        if clone.at(f"origin/{branch}") == clone.at("HEAD"):
            return True
        clone.git("reset", "--quiet", "--hard", "HEAD^")
        self.story.append("   which the remote does not take; it is taken back")
        return False

    def _give_up(self, who: int) -> None:
        if not self.clones[who].open_runs():
            return
        outcome = self.clones[who].run("abort", "--yes")
        self.story.append(f"{who}: abort -> {outcome.code}")
        assert outcome.code == 0, self.told(outcome)
