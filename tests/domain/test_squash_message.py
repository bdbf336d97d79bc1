"""The message of a squash: what it says of each commit, and that our own reader of squashes finds it there again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.history.commit import Commit, parse_commit
from release_tools.domain.history.entries import select_entries
from release_tools.domain.messages.squash import find_lead, fold, render_squash
from release_tools.domain.refs import Signature

ANN = Signature(name="Ann", email="ann@example.com", epoch=0, offset="+0000")
BOB = Signature(name="Bob", email="bob@example.com", epoch=0, offset="+0000")

TYPES = ("feat", "fix", "docs", "perf", "chore")
WORDS = st.text("abcdé ", min_size=1, max_size=12).filter(str.strip).map(lambda text: " ".join(text.split()))
BREAKS = st.sampled_from(("", "!", "\n\nBREAKING CHANGE: {}", "\n\nBREAKING CHANGE: {}\n* fix: no commit\n\nprose"))
REST = st.sampled_from(("", "\n\nWhy, in prose.", "\n\nWhy.\n\nRefs: #7", "\n\nCo-authored-by: Bob <bob@example.com>"))


@st.composite
def messages(draw: st.DrawFn) -> str:
    """Return a conforming message, some of them breaking, some with a body and footers."""
    breaks = draw(BREAKS)
    mark, footer = (breaks, "") if breaks == "!" else ("", breaks.format(draw(WORDS)))
    return f"{draw(st.sampled_from(TYPES))}{mark}: {draw(WORDS)}{draw(REST)}{footer}"


def branch(*said: str) -> tuple[Commit, ...]:
    """Return commits of a line with these messages, the last one first, as the log gives them."""
    names = [f"{number:040x}" for number in range(1, len(said) + 1)]
    parents = [(), *((name,) for name in names)]
    rows = zip(names, parents, said, strict=False)
    return tuple(parse_commit(name, before, text.encode()) for name, before, text in rows)[::-1]


def squashed(*said: str) -> str:
    """Return the message of a squash of these commits by Ann."""
    commits = fold(branch(*said))
    lead = find_lead(commits)
    assert lead is not None
    return render_squash(commits, lead, author=ANN, others=())


@pytest.mark.parametrize(
    ("said", "lead"),
    [
        (("docs: a", "fix: b", "feat: c", "chore!: d"), "chore!: d"),
        (("docs: a", "fix: b", "feat: c", "feat: d"), "feat: c"),
        (("docs: a", "wip", "fix: b"), "fix: b"),
        (("wip", "perf: a", "docs: b"), "perf: a"),
        (("docs: a", "fix: b\n\nBREAKING CHANGE: c", "feat: d"), "fix: b"),
    ],
)
def test_the_weightiest_commit_leads(said: tuple[str, ...], lead: str) -> None:
    """Breaking before feat before fix before the rest, the first of equals, a header that says nothing never."""
    found = find_lead(fold(branch(*said)))
    assert found is not None
    assert found.subject == lead


def test_prose_alone_gives_no_lead() -> None:
    """A person has to say what kind of change that is."""
    assert find_lead(fold(branch("wip", "more wip"))) is None


def test_fixups_and_what_is_taken_back_are_not_told() -> None:
    """What the branch itself undid is no news to anybody."""
    said = branch("feat: a", "fixup! feat: a", "squash! feat: a\n\nmore", "feat: b", "amend! feat: a\n\nfeat: a")
    taken_back = f'Revert "feat: b"\n\nThis reverts commit {said[1].sha}.'
    row = (parse_commit("f" * 40, (said[0].sha,), taken_back.encode()), *said)
    assert [commit.subject for commit in fold(row)] == ["feat: a"]


def test_a_branch_that_took_back_everything_still_tells_it() -> None:
    """Its files may differ all the same, so there must be something to say."""
    first = branch("feat: a")
    back = f'Revert "feat: a"\n\nThis reverts commit {first[0].sha}.'
    row = (parse_commit("f" * 40, (first[0].sha,), back.encode()), *first)
    assert [commit.subject for commit in fold(row)] == ["feat: a", 'Revert "feat: a"']


def test_the_whole_message() -> None:
    """Header, list, what breaks below its commit, then issues and people once each; prose stays behind."""
    commits = fold(
        branch(
            "fix: a\n\nProse.\n\nCloses #1\nSigned-off-by: Ann <ann@example.com>\nChange-Id: I123",
            "feat(x)!: b\n\nBREAKING CHANGE: c\n  and d\n\nMore prose.",
            "docs: e\n\nRefs: #2\nSigned-off-by: Ann <ann@example.com>\nco-authored-by: Ann <ANN@example.com>",
        )
    )
    lead = find_lead(commits)
    assert lead is not None
    assert render_squash(commits, lead, author=ANN, others=(BOB, BOB)) == (
        "feat(x)!: b\n\n* fix: a\n* feat(x)!: b\n\nBREAKING CHANGE: c\n  and d\n\n* docs: e\n\n"
        "Closes: #1\nSigned-off-by: Ann <ann@example.com>\nRefs: #2\nCo-authored-by: Bob <bob@example.com>\n"
    )


@given(st.lists(messages(), min_size=2, max_size=6, unique_by=lambda text: text.partition("\n")[0].partition(": ")[2]))
def test_our_own_reader_finds_every_commit_again(said: list[str]) -> None:
    """Types, descriptions and what breaks are the same before the squash and after it, split or read as one."""
    text = squashed(*said).encode()
    before = select_entries(branch(*said)).kept
    after = select_entries((parse_commit("a" * 40, ("b" * 40,), text),), squash="split").kept
    assert sorted(map(told, after)) == sorted(map(told, before))
    whole = select_entries((parse_commit("a" * 40, ("b" * 40,), text),)).kept
    assert len(whole) == 1
    assert set(whole[0].covers) == {commit.type for commit in before}
    assert (whole[0].breaking is None) is all(commit.breaking is None for commit in before)


def told(commit: Commit) -> tuple[str, str, str]:
    """Return what a changelog would tell of a commit."""
    return commit.type, commit.description, (commit.breaking or "").replace("\n* ", "\n- ")


@given(st.lists(messages(), min_size=2, max_size=6))
def test_every_header_stands_in_the_list_once(said: list[str]) -> None:
    """Readers of the squash see all that was done, in order."""
    commits = fold(branch(*said))
    lines = [line[2:] for line in squashed(*said).split("\n") if line.startswith("* ")]
    assert lines == [commit.subject for commit in commits]
