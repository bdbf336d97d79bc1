"""The tools that the release scenarios are answered by: what is typed for the next version and for its notes.

Which histories there are, and what is right, stands in `answer_peers`.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flow_tools import Work, first_line

VERSION = re.compile(r"\bv?([0-9]+\.[0-9]+\.[0-9]+(?:-?[a-z]+\.?[0-9]+)?)\b")
SECTION = re.compile(r"^##? \[?(?:v?[0-9]|[Uu]nreleased)", re.MULTILINE)
WHY = ("shallow", "depth", "fetch")
OURS = '[branches]\nmain = "main"\ndevelop = "develop"\n[commits]\nsquash = "split"\n'
COMMITIZEN = '[tool.commitizen]\nversion_provider = "scm"\ntag_format = "v$version"\n'
SEMANTIC = """[semantic_release]
tag_format = "v{version}"
allow_zero_version = false
[semantic_release.branches.all]
match = ".*"
[semantic_release.commit_parser_options]
parse_squash_commits = true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool says: the next version (empty: none), the notes of it, the rest of the changelog, how it ended."""

    version: str
    notes: str
    older: str
    code: int
    explains: bool


class Tool(Protocol):
    """A tool, its scripts installed in a directory."""

    name: str

    def version(self) -> str:
        """Return the version that is measured."""
        ...

    def answer(self, work: Work) -> Answer:
        """Ask for the next version and its notes."""
        ...


@dataclass
class ReleaseTools:
    """release-tools, as it is installed beside this Python."""

    scripts: Path
    name: str = "release-tools"

    def version(self) -> str:
        """Return the version that is measured."""
        return number(first_line(str(self._script), "--version"))

    def answer(self, work: Work) -> Answer:
        """Ask `next-version`, and `changelog` for the notes of it."""
        (work.path / "release-tools.toml").write_text(OURS)
        code = work.types(str(self._script), "--quiet", "next-version")
        version = number(printed(work).partition("\n")[0])
        notes = work.types(str(self._script), "--quiet", "changelog", version) if version else 1
        text = printed(work) if not notes else ""
        work.types(str(self._script), "changelog")
        return told(version, text, sections(printed(work))[1], code, work.said[0])

    @property
    def _script(self) -> Path:
        return Path(sys.executable).with_name("release-tools")


@dataclass
class GitCliff:
    """git-cliff with its default configuration."""

    scripts: Path
    name: str = "git-cliff"

    def version(self) -> str:
        """Return the version that is measured."""
        return number(first_line(str(self.scripts / "git-cliff"), "--version"))

    def answer(self, work: Work) -> Answer:
        """Ask for the bumped version, and for the changelog with it."""
        script = str(self.scripts / "git-cliff")
        code = work.types(script, "--bumped-version")
        version = unreleased(work, number(printed(work).rpartition("\n")[2]))
        work.types(script, "--bump", "--output", "CHANGELOG.md")
        return told(version, *sections(written(work)), code, work.said[0])


@dataclass
class Commitizen:
    """commitizen, versions by tags."""

    scripts: Path
    name: str = "commitizen"

    def version(self) -> str:
        """Return the version that is measured."""
        return number(first_line(str(self.scripts / "cz"), "version"))

    def answer(self, work: Work) -> Answer:
        """Ask for the next version, then bump with the changelog."""
        (work.path / ".cz.toml").write_text(COMMITIZEN)
        code = work.types(str(self.scripts / "cz"), "bump", "--get-next", "--yes")
        version = number(printed(work).rpartition("\n")[2]) if not code else ""
        work.types(str(self.scripts / "cz"), "bump", "--yes", "--changelog")
        # 21 and 3: nothing asks for a version, which is an answer.
        return told(version, *sections(written(work)), 0 if code in (3, 21) else code, work.said[0])


@dataclass
class SemanticRelease:
    """python-semantic-release, releasing from any branch, nothing pushed."""

    scripts: Path
    name: str = "python-semantic-release"

    def version(self) -> str:
        """Return the version that is measured."""
        return number(first_line(str(self.scripts / "semantic-release"), "--version").rpartition(" ")[2])

    def answer(self, work: Work) -> Answer:
        """Ask for the next version, then release here with the changelog."""
        config = work.path.parent / "semantic.toml"
        config.write_text(SEMANTIC)
        if not work.git("remote"):
            work.git("remote", "add", "origin", "https://example.com/team/product.git")
        script = (str(self.scripts / "semantic-release"), "-c", str(config))
        code = work.types(*script, "version", "--print")
        lines = [line for line in printed(work).split("\n") if VERSION.fullmatch(line.strip())]
        version = unreleased(work, number(lines[-1])) if lines else ""
        work.types(*script, "version", "--no-push", "--no-vcs-release")
        return told(version, *sections(written(work)), code, work.said[0])


TOOLS = (ReleaseTools, GitCliff, Commitizen, SemanticRelease)


def told(version: str, notes: str, older: str, code: int, said: str) -> Answer:
    """Return an answer; without a version there are no notes of one."""
    explains = any(word in said.lower() for word in WHY)
    return Answer(version=version, notes=notes if version else "", older=older, code=code, explains=explains)


def printed(work: Work) -> str:
    """Return what the last command printed."""
    return work.said[-1].partition("\n")[2].rpartition("-> ")[0].strip()


def written(work: Work) -> str:
    """Return the changelog that a tool has written, empty without one."""
    path = work.path / "CHANGELOG.md"
    return path.read_text() if path.exists() else ""


def sections(text: str) -> tuple[str, str]:
    """Return the first section of a changelog that says anything, and what stands below it."""
    starts = [found.start() for found in SECTION.finditer(text)]
    if not starts:
        return "", ""
    end = starts[1] if len(starts) > 1 else len(text)
    return text[starts[0] : end], text[end:]


def number(text: str) -> str:
    """Return the version in a text without prefix, empty when there is none."""
    found = VERSION.search(text)
    return found[1] if found else ""


def unreleased(work: Work, version: str) -> str:
    """Return the version unless what is checked out has it already: then the tool says that nothing is to release."""
    return "" if work.git("tag", "--merged", "HEAD", "--list", f"v{version}") else version
