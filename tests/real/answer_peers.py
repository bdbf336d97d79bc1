"""The release scenarios that are easily got wrong, answered by release-tools and its peers.

`python tests/real/answer_peers.py [SCENARIO...]` prints a Markdown table, `--verbose` what each tool said. A
wrong answer is bold. The peers are those of `requirements/peers.lock`, installed as the benchmarks do, or the scripts
in the directory that ANSWER_PEERS names.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
from answer_tools import TOOLS, Answer, Tool  # noqa: E402
from flow_tools import Work  # noqa: E402

from benchmarks.installation import install_peers  # noqa: E402

Build = Callable[[Work], None]
Judge = Callable[[Answer], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A history, what is right about it in words, and the judge of an answer."""

    name: str
    about: str
    right: str
    build: Build
    judge: Judge
    shallow: bool = False


def begun(work: Work) -> None:
    """Begin with 1.0.0 on main, and develop."""
    work.git("init", "--quiet", "--initial-branch=main")
    work.commit("feat: begin", {"a": "1\n", "version.txt": "1.0.0\n"})
    tagged(work, "v1.0.0")
    work.git("switch", "--quiet", "-c", "develop")


def tagged(work: Work, name: str) -> None:
    """Tag what is checked out."""
    work.git("tag", "-a", name, "-m", name)


def change(work: Work, message: str, *, branch: str = "") -> None:
    """Commit a file of its own."""
    if branch:
        work.git("switch", "--quiet", branch)
    work.commit(message, {message.partition("\n")[0].replace(" ", "-"): message})


def merged(work: Work, what: str, into: str, message: str = "") -> None:
    """Merge with a merge commit."""
    work.git("switch", "--quiet", into)
    work.git("merge", "--quiet", "--no-ff", "-m", message or f"Merge {what} into {into}", what)


def hotfix_back_merged(work: Work) -> None:
    """S1."""
    change(work, "feat: add search")
    change(work, "fix: mend main", branch="main")
    tagged(work, "v1.0.1")
    merged(work, "v1.0.1", "develop")


def hotfix_not_back_merged(work: Work) -> None:
    """S2."""
    change(work, "fix: mend main", branch="main")
    tagged(work, "v1.0.1")
    change(work, "fix: mend develop", branch="develop")


def reverted_feature(work: Work) -> None:
    """S3."""
    change(work, "feat: add search")
    work.git("revert", "--no-edit", "HEAD")
    change(work, "fix: mend b")


def reverted_breaking(work: Work) -> None:
    """S3b."""
    change(work, "feat!: drop find")
    work.git("revert", "--no-edit", "HEAD")


def squashed(work: Work) -> None:
    """S4."""
    body = "* feat: add search\n\n* fix: mend sorting\n\n* feat!: drop find\n\nBREAKING CHANGE: no find"
    change(work, f"feat: add search (#12)\n\n{body}")


def repeating_merge(work: Work) -> None:
    """S5."""
    work.git("switch", "--quiet", "-c", "topic")
    change(work, "feat: add search")
    merged(work, "topic", "develop", "feat: add search")


def no_colon(work: Work) -> None:
    """S6."""
    change(work, "fix: mend b\n\nBREAKING CHANGE #12")


def candidate(work: Work) -> None:
    """S8."""
    change(work, "feat: add search")
    work.git("switch", "--quiet", "-c", "release/v1.1.0")
    tagged(work, "v1.1.0-rc.1")
    change(work, "fix: mend sorting")
    merged(work, "release/v1.1.0", "main")
    work.git("branch", "--quiet", "--delete", "release/v1.1.0")


def squashed_back_merge(work: Work) -> None:
    """S20."""
    change(work, "feat: add search")
    merged(work, "develop", "main")
    tagged(work, "v1.1.0")
    change(work, "fix: mend develop", branch="develop")
    work.git("merge", "--quiet", "--squash", "v1.1.0", ok=(0, 1))
    work.commit("chore: bring main back (#7)", {"back": "1\n"})


def is_version(text: str) -> Judge:
    """Judge by the version alone."""
    return lambda answer: answer.version == text


def lists(version: str, words: str, times: int) -> Judge:
    """Judge by the version, and by how often the coming notes say something."""
    return lambda answer: answer.version == version and answer.notes.lower().count(words) == times


SCENARIOS = (
    Scenario(
        name="S1", about="feat on develop, hotfix tagged on main and merged back", build=hotfix_back_merged,
        right="1.1.0; the feat is unreleased, not in 1.0.1",
        judge=lambda answer: answer.version == "1.1.0" and "search" in answer.notes and "search" not in answer.older,
    ),
    Scenario(
        name="S2", about="hotfix v1.0.1 not merged back, fix on develop", build=hotfix_not_back_merged,
        right="1.0.2", judge=is_version("1.0.2"),
    ),
    Scenario(
        name="S3", about="feat reverted before its release, and a fix", build=reverted_feature,
        right="1.0.1, no feat in the notes", judge=lists("1.0.1", "search", 0),
    ),
    Scenario(
        name="S3b", about="`feat!` reverted, nothing else", build=reverted_breaking,
        right="nothing to release", judge=is_version(""),
    ),
    Scenario(
        name="S4", about="squash whose body has feat, fix and a breaking change", build=squashed,
        right="2.0.0; split where asked: the fix has an entry", judge=lists("2.0.0", "mend sorting", 1),
    ),
    Scenario(
        name="S5", about="merge commit repeats `feat: add search`", build=repeating_merge,
        right="1.1.0, one entry", judge=lists("1.1.0", "add search", 1),
    ),
    Scenario(
        name="S6", about="`BREAKING CHANGE #12`, no colon", build=no_colon, right="1.0.1", judge=is_version("1.0.1"),
    ),
    Scenario(
        name="S8", about="rc.1 tagged on the release branch, a fix, merged to main", build=candidate,
        right="1.1.0; the notes have the feat, too", judge=lists("1.1.0", "search", 1),
    ),
    Scenario(
        name="S19", about="clone of depth 1", build=hotfix_back_merged, shallow=True,
        right="refused with the reason, or deepened: 1.1.0",
        judge=lambda answer: answer.version == "1.1.0" or (answer.code != 0 and answer.explains),
    ),
    Scenario(
        name="S20", about="main squashed back into develop after v1.1.0", build=squashed_back_merge,
        right="1.1.1", judge=is_version("1.1.1"),
    ),
)  # fmt: skip


def answered(scenario: Scenario, tool: Tool, *, verbose: bool) -> str:
    """Return a tool's answer as a cell of the table: bold where it is wrong."""
    with tempfile.TemporaryDirectory() as home:
        work = Work(Path(home) / "repo")
        work.path.mkdir()
        begun(work)
        scenario.build(work)
        if scenario.shallow:
            work.git("clone", "--quiet", "--depth", "1", f"file://{work.path}", str(Path(home) / "shallow"))
            work = Work(Path(home) / "shallow")
        answer = tool.answer(work)
    if verbose:
        print(f"## {scenario.name} {tool.name}: {answer}", file=sys.stderr)
    said = answer.version or ("nothing" if not answer.code else "refused")
    if scenario.judge(answer):
        return said
    return f"**{said}**" if not is_right_version(scenario, answer) else f"**{said}, wrong notes**"


def is_right_version(scenario: Scenario, answer: Answer) -> bool:
    """Return whether the version alone is what is right."""
    return bool(answer.version) and scenario.right.replace(";", ",").split(",")[0].endswith(answer.version)


def main(words: list[str]) -> None:
    """Print the table."""
    names, verbose = [word for word in words if word != "--verbose"], "--verbose" in words
    scripts = Path(os.environ["ANSWER_PEERS"]) if "ANSWER_PEERS" in os.environ else install_peers().scripts
    assert scripts is not None
    tools = [make(scripts) for make in TOOLS]
    print("Measured: " + "; ".join(f"{tool.name} {tool.version()}" for tool in tools) + ".\n")
    print(f"| | history | right | {' | '.join(tool.name for tool in tools)} |\n|---|---|---|{'---|' * len(tools)}")
    for scenario in SCENARIOS:
        if not names or scenario.name in names:
            cells = [answered(scenario, tool, verbose=verbose) for tool in tools]
            print(f"| {scenario.name} | {scenario.about} | {scenario.right} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
