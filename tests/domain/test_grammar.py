"""The grammar: headers by fault and offset, footers by rules 8 to 12 and 16, and the message as git records it."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain import grammar
from release_tools.domain.grammar import recorded, scan_footers, scan_header

any_line = st.binary(max_size=60).map(lambda line: line.replace(b"\n", b""))
near_header = st.lists(
    st.sampled_from([b"feat", b"(", b")", b"api", b"!", b":", b" ", b"\t", b"x", b"\xc3\xa9", b"\x00"]), max_size=12
).map(b"".join)
near_message = st.lists(
    st.sampled_from(
        [
            b"BREAKING CHANGE",
            b"BREAKING-CHANGE",
            b": ",
            b" #",
            b"\n",
            b"\n\n",
            b"Refs",
            b"x y",
            b" ",
            b"#",
            b"\r",
            b"\t",
        ]
    ),
    max_size=30,
).map(b"".join)

FAULTS = {
    b"": (grammar.EMPTY_HEADER, 0),
    b"  ": (grammar.EMPTY_HEADER, 0),
    b" feat: x": (grammar.LEADING_BLANK, 0),
    b": x": (grammar.MISSING_TYPE, 0),
    b"(api): x": (grammar.MISSING_TYPE, 0),
    b"feat(): x": (grammar.EMPTY_SCOPE, 4),
    b"feat( ): x": (grammar.EMPTY_SCOPE, 4),
    b"feat(api: x": (grammar.UNCLOSED_SCOPE, 4),
    b"feat(a(b)): x": (grammar.NESTED_SCOPE, 6),
    b"feat(a)(b): x": (grammar.SECOND_SCOPE, 7),
    b"feat!(a): x": (grammar.BANG_BEFORE_SCOPE, 5),
    b"feat!!: x": (grammar.SECOND_BANG, 5),
    b"feat : x": (grammar.SPACE_BEFORE_COLON, 4),
    b"feat add x": (grammar.NO_COLON, 4),
    b"feat\xef\xbc\x9a x": (grammar.NO_COLON, 7),
    b"feat:x": (grammar.NO_SPACE, 5),
    b"feat:\tx": (grammar.NO_SPACE, 5),
    b"feat:": (grammar.EMPTY_DESCRIPTION, 5),
    b"feat(a)!:  ": (grammar.EMPTY_DESCRIPTION, 9),
}


@pytest.mark.parametrize(("line", "fault"), FAULTS.items())
def test_header_with_a_fault_names_it_and_its_place(line: bytes, fault: tuple[int, int]) -> None:
    """The first fault is the one reported, with the byte at which the line stops conforming."""
    assert scan_header(line)[:2] == fault


def test_whole_header_is_cut_at_its_parts() -> None:
    """The offsets cut out type, scope, mark and description."""
    line = b"feat(api,cli)!: add it: now"
    fault, at, type_end, scope_start, scope_end, breaking, description = scan_header(line)
    assert (fault, at, breaking) == (grammar.CONFORMS, 0, 1)
    assert line[:type_end] == b"feat"
    assert line[scope_start:scope_end] == b"api,cli"
    assert line[description:] == b"add it: now"


@given(near_header | any_line)
def test_conforming_header_is_made_of_its_parts(line: bytes) -> None:
    """Parts put together again give the line, so that nothing conforms by having bytes overlooked."""
    fault, at, type_end, start, end, breaking, description = scan_header(line)
    assert 0 <= at <= len(line)
    if fault:
        return
    scope = b"(" + line[start:end] + b")" if end else b""
    head = line[:type_end] + scope + b"!" * breaking + b": "
    assert line.startswith(head)
    assert not line[len(head) : description].strip()
    assert line[description:].strip()
    assert not set(line[:type_end]) & set(b"(): !\t")


FOOTERS = {
    b"Refs #133": [(b"Refs", b"#133")],
    b"Reviewed-by: Z\nRefs: 1": [(b"Reviewed-by", b"Z"), (b"Refs", b"1")],
    b"BREAKING CHANGE: a\n b\n\nmore\nRefs #1": [(b"BREAKING CHANGE", b"a\n b\n\nmore"), (b"Refs", b"#1")],
    b"BREAKING-CHANGE: a": [(b"BREAKING-CHANGE", b"a")],
    b"BREAKING-CHANGELOG: a": [(b"BREAKING-CHANGELOG", b"a")],
    b"BREAKING CHANGE #42 is in": [],
    b"BREAKING-CHANGE #42 is in": [],
    b"BREAKING CHANGE:": [],
    b"BREAKING CHANGE:a": [],
    b"breaking change: a": [],
    b"prose\nRefs: 1": [],
    b"prose\n\nRefs: 1": [(b"Refs", b"1")],
    b"see https://example.com/a:b": [],
}


@pytest.mark.parametrize(("body", "footers"), FOOTERS.items())
def test_footers_are_found_by_the_specification(body: bytes, footers: list[tuple[bytes, bytes]]) -> None:
    """A footer begins a paragraph or follows another one; its value runs on until the next."""
    message = b"feat: x\n\n" + body + b"\n"
    found = scan_footers(message, message.index(b"\n"))
    assert [(message[a:b], message[c:d]) for a, b, c, d in found] == footers


@given(near_message)
def test_footers_follow_each_other_without_overlap(message: bytes) -> None:
    """Offsets rise: token, value, next token; every value says something."""
    last = 0
    for token, token_end, value, value_end in scan_footers(message, 0):
        assert last <= token < token_end < value < value_end <= len(message)
        last = value_end


def test_scissors_cut_only_when_git_made_them() -> None:
    """Everything from the line of scissors on goes with -v or in scissors mode, and stays otherwise."""
    raw = b"feat: x\n; ------------------------ >8 ------------------------\ndiff\n"
    assert recorded(raw, comment=b";", verbose=True) == b"feat: x\n"
    assert recorded(raw, comment=b";", mode="scissors") == b"feat: x\n"
    assert recorded(raw, comment=b";") == b"feat: x\ndiff\n"
    assert recorded(raw, verbose=True) == raw


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("strip", b"a\n\nb\n"),
        ("whitespace", b"#x\na\n\nb\n"),
        ("scissors", b"#x\na\n\nb\n"),
        ("verbatim", b"\n#x\na \r\n\n\nb\v\n\n"),
    ],
)
def test_every_clean_up_mode_keeps_what_git_keeps(mode: str, kept: bytes) -> None:
    """Git's blanks are space, tab, CR and LF; a vertical tab is text."""
    raw = b"\n#x\na \r\n\n\nb\v\n\n"
    assert recorded(raw, mode=mode) == (kept.replace(b"b\n", b"b\v\n") if mode != "verbatim" else kept)


@given(near_message, st.sampled_from(["strip", "whitespace", "verbatim"]))
def test_cleaning_twice_is_cleaning_once(raw: bytes, mode: str) -> None:
    """What git recorded is not changed by recording it again."""
    once = recorded(raw, mode=mode)
    assert recorded(once, mode=mode) == once


ENDLESS: dict[str, Callable[[int], bytes]] = {
    "one line": lambda n: b"feat: x\n\n" + b"a" * n,
    "blanks": lambda n: b"feat: x" + b" " * n + b"y\n",
    "newlines": lambda n: b"feat: x" + b"\n" * n + b"y\n",
    "open parentheses": lambda n: b"feat" + b"(" * n + b": x\n",
    "paragraphs": lambda n: b"feat: x\n\n" + b"a\n\n" * n,
    "footers": lambda n: b"feat: x\n\n" + b"A: b\n" * n,
    "near footers": lambda n: b"feat: x\n\nA: b\n" + b"BREAKING CHANGE #\n" * n,
    "comments": lambda n: b"feat: x\n" + b"# c\n" * n,
    "separators": lambda n: b"feat: x\n\n" + b": #" * n,
}


@pytest.mark.parametrize("make", ENDLESS.values(), ids=ENDLESS)
def test_twice_the_message_is_at_most_twice_the_work(make: Callable[[int], bytes]) -> None:
    """Counted in executed lines, not in time: nothing is walked again for every line before it."""
    once, twice = steps(make(400)), steps(make(800))
    assert twice <= 2 * once + 20


def steps(raw: bytes) -> int:
    """Return how many lines of Python it takes to clean a message and to scan it."""
    count = 0

    def tick(frame: FrameType, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return tick

    before = sys.gettrace()
    sys.settrace(tick)
    try:
        message = recorded(raw)
        scan_header(message.partition(b"\n")[0])
        scan_footers(message, 0)
    finally:
        sys.settrace(before)
    return count
