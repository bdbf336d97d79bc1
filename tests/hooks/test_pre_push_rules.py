"""The rules for pushes as values: which refs may change, which tags may go out, and what is said otherwise."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules, render_data
from release_tools.config.hooks import HookRules, parse_bake
from release_tools.config.model import Branches, Config, Version
from release_tools.domain.pushes.branches import is_guarded
from release_tools.domain.pushes.new_commit import NewCommit, direct_commits
from release_tools.domain.pushes.push import Push, PushedRef, parse_refs
from release_tools.domain.pushes.refusal import Refusal
from release_tools.domain.pushes.report import SHOWN
from release_tools.domain.pushes.verdict import lint_push
from release_tools.hooks.push_door import is_plain_ref

OLD, NEW, MERGE, SIDE = "a" * 40, "b" * 40, "c" * 40, "d" * 40
ZERO = "0" * 40
DIRECT = NewCommit(sha=NEW, parents=(OLD,), message=b"feat: x\n")
MERGED = NewCommit(sha=MERGE, parents=(OLD, NEW), message=b"Merge branch 'feature/x'\n")


def make_rules(**branches: object) -> HookRules:
    return hook_rules(Config(branches=Branches(**branches)), name="release-tools.toml")  # type: ignore[arg-type]


def ref(name: str, *, old: str = OLD, new: str = NEW, source: str = "") -> PushedRef:
    return PushedRef(source=source or name, name=name, old=old, new=new)


def refusals(push: Push, rules: HookRules | None = None) -> tuple[Refusal, ...]:
    return lint_push(push, rules or make_rules()).refusals


def rule(name: str, rules: HookRules | None = None, *, old: str = OLD, new: str = NEW, **push: object) -> str | None:
    """Return the rule that refuses one ref; None when none does."""
    found = refusals(Push(remote="origin", refs=(ref(name, old=old, new=new),), **push), rules)  # type: ignore[arg-type]
    return found[0].rule if found else None


@pytest.mark.parametrize("source", ["refs/heads/x", "HEAD~2", ":/a word and more", "(delete)"])
def test_line_of_git(source: str) -> None:
    """What was typed may hold blanks; zeros mean that there is no such object, in either format of names."""
    for zero in ("0" * 40, "0" * 64):
        (found,) = parse_refs(f"{source} {NEW} refs/heads/y {zero}\n".encode())
        assert found == PushedRef(source=source, name="refs/heads/y", old="", new=NEW)


@given(st.lists(st.tuples(st.text("ab :/", min_size=1), st.sampled_from("xyz")), max_size=4))
def test_lines_of_git(rows: list[tuple[str, str]]) -> None:
    """Every line is read, in git's order."""
    text = "".join(f"{source} {NEW} refs/heads/{name} {OLD}\n" for source, name in rows)
    found = parse_refs(text.encode())
    assert [(one.source, one.branch) for one in found] == rows


@pytest.mark.parametrize("branch", ["feature/x", "release/v1.2.0", "support/1.x"])
@pytest.mark.parametrize("old", ["", OLD])
def test_topic_branch(branch: str, old: str) -> None:
    """A branch of the table may be made, moved and deleted."""
    assert rule(f"refs/heads/{branch}", old=old, commits=(DIRECT,)) is None
    assert rule(f"refs/heads/{branch}", new="") is None


def test_name_outside_the_table() -> None:
    """The name at the remote counts, and the way out gives it one that fits."""
    (found,) = refusals(Push(remote="origin", refs=(ref("refs/heads/featrue/x"),)))
    assert found.way_out == ("Rename the branch:", "git branch -m featrue/x feature/x")
    (found,) = refusals(Push(remote="my fork", refs=(ref("refs/heads/featrue/x", source="HEAD"),)))
    assert found.way_out[1] == f"git push 'my fork' {NEW[:10]}:refs/heads/feature/x"  # type: ignore[index]
    assert "did you mean 'feature/x'?" in "\n".join(found.notes)
    assert rule("refs/heads/featrue/x", new="") is None, "a bad branch may be deleted"


@pytest.mark.parametrize("branch", ["main", "develop", "gh-pages", "staging/one"])
def test_long_lived_branch(branch: str) -> None:
    """It may be begun, and it is not deleted."""
    rules = make_rules(direct=("gh-pages",), protected=("staging/*",))
    assert rule(f"refs/heads/{branch}", rules, old="", commits=(DIRECT,)) is None
    assert rule(f"refs/heads/{branch}", rules, new="") == "branches"


@pytest.mark.parametrize(
    ("branch", "expected"),
    [("main", "branches.direct"), ("staging/one", "branches.protected"), ("release/v1.2.0", None)],
)
def test_protected_branch(branch: str, expected: str | None) -> None:
    """Main and what is protected take no push at all, not even of a merge."""
    rules = make_rules(protected=("staging/*",))
    assert rule(f"refs/heads/{branch}", rules, new=MERGE, commits=(MERGED, DIRECT)) == expected


def test_main_that_takes_direct_commits() -> None:
    """`branches.direct` opens main, `branches.protected` closes it again; neither lets commits be lost."""
    opened = make_rules(direct=("main",))
    assert rule("refs/heads/main", opened, commits=(DIRECT,)) is None
    assert rule("refs/heads/main", opened, commits=(DIRECT,), rewritten=frozenset({"refs/heads/main"})) == "branches"
    assert rule("refs/heads/main", make_rules(direct=("main",), protected=("main",))) == "branches.protected"


def test_develop() -> None:
    """It takes merges and what other branches of the remote have; not what was committed straight to it."""
    assert rule("refs/heads/develop", new=MERGE, commits=(MERGED, DIRECT)) is None
    assert rule("refs/heads/develop", commits=()) is None
    assert rule("refs/heads/develop", commits=(DIRECT,)) == "branches.direct"
    assert rule("refs/heads/develop", make_rules(direct=("develop",)), commits=(DIRECT,)) is None
    assert rule("refs/heads/develop", rewritten=frozenset({"refs/heads/develop"})) == "branches"


def test_another_remote() -> None:
    """A fork's long-lived branches are its owner's business; names are not."""
    assert rule("refs/heads/main", owned=False) is None
    assert rule("refs/heads/main", owned=False, new="") is None
    assert rule("refs/heads/oops", owned=False) is not None


def test_direct_commits_behind_a_merge() -> None:
    """A commit below a merge on the first-parent line is found; one that the merge brought in is not."""
    below = NewCommit(sha=NEW, parents=(OLD,), message=b"")
    merge = NewCommit(sha=MERGE, parents=(NEW, SIDE), message=b"")
    side = NewCommit(sha=SIDE, parents=(OLD,), message=b"")
    assert tuple(direct_commits(MERGE, (merge, side, below))) == (below,)
    root = replace(below, parents=())
    assert tuple(direct_commits(NEW, (root,))) == (root,)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("v1.0.0", None),
        ("v1.0.0-rc.1", None),
        ("vendor-import", None),
        ("nightly", None),
        ("v1.0", "version.tag_prefix"),
        ("v01.0.0", "version.tag_prefix"),
        ("v1.0.0-rc1.01", "version.tag_prefix"),
        ("v.1.0.0", "version.tag_prefix"),
    ],
)
def test_new_tag(tag: str, expected: str | None) -> None:
    """What reads as a version must be one."""
    assert rule(f"refs/tags/{tag}", old="", annotated=frozenset({NEW})) == expected


def test_way_out_of_a_misspelled_version() -> None:
    """The nearest version is proposed, in a command that can be pasted."""
    (found,) = refusals(Push(remote="origin", refs=(ref("refs/tags/v1.0", old=""),)))
    assert found.says.endswith("did you mean 'v1.0.0'?")
    assert found.way_out == ("Tag it anew:", "git tag -a -m v1.0.0 v1.0.0 'v1.0^{}' && git tag -d v1.0")


def test_lightweight_tag() -> None:
    """A version is annotated; a bookmark need not be."""
    assert rule("refs/tags/v1.0.0", old="") == "tags"
    assert rule("refs/tags/bookmark", old="") is None


@pytest.mark.parametrize("tag", ["v1.0.0", "nightly"])
@pytest.mark.parametrize("new", ["", NEW])
def test_tag_that_others_have(tag: str, new: str) -> None:
    """It neither moves nor goes."""
    assert rule(f"refs/tags/{tag}", new=new, annotated=frozenset({NEW})) == "tags"


def test_moving_tags() -> None:
    """Where the configuration asks for `v1`, it moves; `v1.2` and versions do not."""
    rules = hook_rules(Config(version=Version(moving_tags=("major",))), name="")
    assert rule("refs/tags/v1", rules) is None
    assert rule("refs/tags/v1.2", rules) == "tags"
    assert rule("refs/tags/v1.2.3", rules) == "tags"


def test_many_tags() -> None:
    """More than three at once are refused, besides what is wrong with each."""
    tags = tuple(ref(f"refs/tags/v1.0.{number}", old="") for number in range(4))
    annotated = frozenset({NEW})
    assert refusals(Push(remote="origin", refs=tags[:3], annotated=annotated)) == ()
    (found,) = refusals(Push(remote="origin", refs=tags, annotated=annotated))
    assert found.subject == "4 tags"


def test_report_of_many_messages() -> None:
    """Oldest first, twenty at most; the rebase begins below the oldest."""
    commits = tuple(
        NewCommit(sha=f"{number:040x}", parents=(f"{number - 1:040x}",), message=b"faet: add %d\n" % number)
        for number in range(30, 0, -1)
    )
    verdict = lint_push(Push(remote="origin", refs=(), commits=commits, doubtful=commits), make_rules())
    text = str(verdict.error)
    assert text.index("faet: add 1\n") < text.index("faet: add 2\n")
    assert text.count("proposal: feat: add ") == SHOWN == 20
    assert "30 of 30 new commits" in text and "and 10 more" in text
    assert text.endswith(f"\n  git rebase -i {'0' * 10}^")


@pytest.mark.parametrize(
    ("commits", "command"),
    [
        ((replace(DIRECT, message=b"x\n"),), f"git rebase -i {NEW[:10]}^"),
        ((MERGED, replace(DIRECT, message=b"x\n")), f"git rebase -i --rebase-merges {NEW[:10]}^"),
        ((replace(DIRECT, message=b"x\n", parents=()),), "git rebase -i --root"),
    ],
)
def test_way_out_of_a_bad_message(commits: tuple[NewCommit, ...], command: str) -> None:
    """The command fits what lies between the oldest bad commit and the tip."""
    verdict = lint_push(Push(remote="origin", refs=(), commits=commits, doubtful=commits), make_rules())
    assert verdict.error is not None and verdict.error.todo.endswith(command)


BRANCHES = st.sampled_from(
    ["main", "develop", "gh-pages", "feature/x", "release/v1.2.0", "oops", "staging/a", "feature/", "fix/ü"]
)


@given(BRANCHES, st.sampled_from(["", OLD]), st.sampled_from(["", NEW]), st.booleans(), st.booleans())
def test_door_lets_no_ref_pass_that_the_rules_refuse(branch: str, old: str, new: str, owned: bool, globs: bool) -> None:
    """The quick look may doubt a good ref; it never lets a bad one pass."""
    rules = make_rules(direct=("gh-pages",), protected=("staging/*", "fea*") if globs else ("release/v1.2.0",))
    one = ref(f"refs/heads/{branch}", old=old, new=new)
    if is_plain_ref(one.name.encode(), new.encode(), rules):
        rewritten = frozenset({one.name} if is_guarded(branch, rules) else ())
        push = Push(remote="origin", refs=(one,), owned=owned, commits=(DIRECT,), rewritten=rewritten)
        assert refusals(push, rules) == ()


def test_baked_rules() -> None:
    """What pushes need comes back from the baked file as it was configured."""
    config = Config(
        branches=Branches(protected=("main", "staging/*\t")), version=Version(tag_prefix="", moving_tags=("minor",))
    )
    read = parse_bake(render_data(hook_rules(config, name="")))
    assert read is not None
    assert (read.protected, read.tag_prefix, read.moving_tags) == (("main", "staging/*\t"), "", ("minor",))
