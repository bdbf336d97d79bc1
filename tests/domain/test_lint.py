"""The lint: rules of the house, policies for machine-made messages, and answers for any bytes at all."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules
from release_tools.config.hooks import HookRules
from release_tools.config.load import fit_config
from release_tools.config.source import Source
from release_tools.domain.grammar import recorded
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.proposal import propose
from release_tools.domain.messages.violation import errors
from release_tools.domain.spelling import distance, nearest, nearest_type


def rules(**commits: object) -> HookRules:
    """Return the default rules with some keys of the commits table changed."""
    return hook_rules(fit_config(Source(path=Path(), table="", raw={"commits": commits})), name="")


def told(message: str, **commits: object) -> list[tuple[str, str]]:
    """Return level and rule of everything the lint finds."""
    return [(found.level, found.rule) for found in lint(message.encode(), rules(**commits))]


@pytest.mark.parametrize(
    ("message", "commits", "found"),
    [
        ("feat(api): x\n", {"scopes": ["api"]}, []),
        ("feat(apo): x\n", {"scopes": ["api"]}, [("error", "scope")]),
        ("feat(api, apo): x\n", {"scopes": ["api"]}, [("error", "scope")]),
        ("feat: x\n", {"scopes": ["api"]}, []),
        ("feat: x\n", {"scope_required": ["feat"]}, [("error", "scope")]),
        ("fix: x\n", {"scope_required": ["feat"]}, []),
        ("fix: x\n", {"scope_required": ["*"]}, [("error", "scope")]),
        ("fix: x\n", {"issue_required": ["fix"]}, [("error", "issue")]),
        ("fix: x (#12)\n", {"issue_required": ["fix"]}, []),
        ("fix: x\n\nRefs: ABC-12\n", {"issue_required": ["*"]}, []),
        ("fix: x\n", {"issue_required": ["feat"]}, []),
        ("feat: abcd\n", {"header_max": 9}, [("warning", "length")]),
        ("feat: abcd\n", {"header_max": 9, "header_max_level": "error"}, [("error", "length")]),
        ("feat: abcd\n", {"header_max": 10}, []),
        ("feat: x\n\nlong words here\n", {"body_line_max": 10}, [("error", "body-length")]),
        ("feat: x\n\nhttps://example.com/a\n", {"body_line_max": 10}, []),
        ("feat: x\n\nReviewed-by: Somebody\n", {"body_line_max": 10}, []),
        ("wibble: x\n", {"types": ["wibble"]}, []),
        ("wibble: x\n", {"rules": "spec"}, []),
        ("feat:  x\n", {}, [("warning", "colon")]),
        ("feat: \u00a0\n", {}, [("error", "description")]),
        ("feat: a\u202eb\n", {}, [("warning", "hidden")]),
        ("faet(): x\nbody\n", {}, [("error", "type"), ("error", "scope"), ("error", "blank-line")]),
    ],
)
def test_rules_of_the_house(message: str, commits: dict[str, object], found: list[tuple[str, str]]) -> None:
    """Every key of the commits table does what it says, and every fault is listed in the order of the text."""
    assert told(message, **commits) == found


NEAR_MISSES = ("Breaking change: x", "BREAKING CHANGES: x", "BRAEKING CHANGE: x", "BREAKING: x", "* BREAKING CHANGE: x")
PROSE = ("breaking the cache: no", "a change: small", "exchange: x", "Breaking news", "interchange: x")


@pytest.mark.parametrize("line", NEAR_MISSES)
def test_near_miss_of_a_breaking_change_is_a_warning(line: str) -> None:
    """What does not count as a breaking change although it was meant as one is said, and let pass."""
    assert told(f"feat: x\n\n{line}\n") == [("warning", "breaking")]


@pytest.mark.parametrize("line", PROSE)
def test_prose_about_changes_is_no_near_miss(line: str) -> None:
    """A sentence that speaks of breaking or of changes is left alone."""
    assert told(f"feat: x\n\n{line}\n") == []


def test_breaking_footer_without_its_empty_line_is_a_near_miss() -> None:
    """By the specification it is body text then; nobody means that."""
    assert told("feat: x\n\nbody\nBREAKING CHANGE: y\n") == [("warning", "breaking")]


MACHINE = {
    "merge": b"Merge branch 'x'\n",
    "fixup": b"fixup! some old subject\n",
    "revert": b'Revert "x"\n\nThis reverts commit 1f0e3dad9990.\n',
}


@pytest.mark.parametrize("kind", MACHINE)
def test_machine_made_message_follows_its_policy(kind: str) -> None:
    """Accept lets it pass, reject names the policy, check treats it as anybody's."""
    merging = kind == "merge"
    answers = {
        policy: [found.rule for found in lint(MACHINE[kind], rules(machine={kind: policy}), merging=merging)]
        for policy in ("accept", "reject", "check")
    }
    assert answers == {"accept": [], "reject": ["machine"], "check": ["type"]}


def test_fixup_of_a_good_subject_passes_the_check() -> None:
    """Checked, the mark is taken off first: the subject below it is what counts."""
    assert told("fixup! squash! feat: x\n", machine={"fixup": "check"}) == []


def test_forge_revert_is_known_by_its_body_only() -> None:
    """A revert made on a forge names the pull request; the quoted subject alone could be anybody's."""
    assert told('Revert "x"\n\nReverts octo/repo#12\n') == []
    assert told('Revert "x"\n\nbecause it was bad\n') == [("error", "type")]


@pytest.mark.parametrize(
    ("message", "header"),
    [
        ("faet(api)!: x", "feat(api)!: x"),
        ("Feat: x", "feat: x"),
        ("feature: x", "feat: x"),
        ("feat:x", "feat: x"),
        ("feat : x", "feat: x"),
        ("feat\uff1a x", "feat: x"),
        ("fe\u200bat: x", "feat: x"),
        ("feat!!: x", "feat!: x"),
        ("feat!(api): x", "feat(api)!: x"),
        ("feat(): x", "feat: x"),
        ("feat(api: x", "feat(api): x"),
        ("fix(a)(b): x", "fix(a,b): x"),
        ("fix[parser]: x", "fix(parser): x"),
        ("[feat] x", "feat: x"),
        ("feat; x", "feat: x"),
        ("feat - x", "feat: x"),
        ("feat x", "feat: x"),
        ("ABC-123 feat: x", "feat: x (ABC-123)"),
        ("add the parser", "feat: add the parser"),
    ],
)
def test_proposal_says_the_same_and_is_accepted(message: str, header: str) -> None:
    """The proposal is what the author most likely meant, and the lint has no error for it."""
    proposal = propose(message.encode() + b"\nbody\n", rules())
    assert proposal is not None
    assert proposal.text == f"{header}\n\nbody\n"


@pytest.mark.parametrize("message", ["feat:x", "feat : x", " feat: x", "Feat: x", "feat: x\nbody", "feat\u200b: x"])
def test_mechanical_fault_may_be_mended_unasked(message: str) -> None:
    """Blanks, case, hidden characters and the empty line are nobody's intention."""
    proposal = propose(message.encode(), rules())
    assert proposal is not None
    assert proposal.mechanical


@pytest.mark.parametrize("message", ["faet: x", "feat!!: x", "feat(): x", "feat x", "add the parser", "fix(a)(b): x"])
def test_guess_is_never_mechanical(message: str) -> None:
    """Whatever changes a letter or a mark is a guess and needs a person."""
    proposal = propose(message.encode(), rules())
    assert proposal is not None
    assert not proposal.mechanical


@pytest.mark.parametrize("message", [b"", b"xyzzy qux\n", b"feat: \n", b"feat: x\0\n", b"f\xe9at: x\n"])
def test_nothing_is_proposed_where_it_takes_a_person(message: bytes) -> None:
    """No proposal is better than an invented one."""
    assert propose(message, rules()) is None


wild = st.lists(
    st.sampled_from(
        [b"feat", b"faet", b"(", b")", b"[", b"!", b":", b" ", b"\n", b"\xff", b"\0", b"BREAKING CHANGE", b"#"]
    ),
    max_size=15,
).map(b"".join)


@example(raw=b"\xff!", encoding="utf-8")
@given(wild | st.binary(max_size=80), st.sampled_from(["utf-8", "iso-8859-1", "shift_jis", "no-such", "rot13", "a\0b"]))
def test_any_bytes_in_any_encoding_get_an_answer(raw: bytes, encoding: str) -> None:
    """No message makes the lint crash, every place lies in the text, and every proposal is one that passes."""
    message = recorded(raw)
    for mode in ("house", "spec"):
        found = lint(message, rules(rules=mode), encoding=encoding)
        assert all(violation.line >= 1 and violation.start >= 0 for violation in found)
        proposal = propose(message, rules(rules=mode), encoding=encoding)
        assert proposal is None or not errors(lint(proposal.text.encode(), rules(rules=mode)))


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("feat", "faet", 1), ("", "ab", 2), ("fix", "fix", 0), ("docs", "doc", 1), ("ab", "ca", 2)],
)
def test_swapped_letters_count_once(left: str, right: str, slips: int) -> None:
    """The distance is Damerau's, the same in both directions."""
    assert distance(left, right) == distance(right, left) == slips


def test_nearest_word_is_none_when_all_are_far() -> None:
    """Nothing is suggested for a word that resembles none."""
    assert nearest("xyzzy", ("feat", "fix")) is None
    assert nearest_type("bugfix", ("feat", "fix")) == "fix"
    assert nearest_type("bugfix", ("feat",)) is None
