"""Joining: how a topic's commits become part of its target: as one commit, by a merge, or as they are; drafted.

Whether a topic may be finished at all is judged in `topic_finish`.
"""

from collections.abc import Callable
from dataclasses import replace

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.log import LOG_FORMAT, parse_log
from release_tools.domain.messages.squash import find_lead, fold, render_squash
from release_tools.domain.refs import Signature
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, Problems

SQUASH = "squash"


@record
class Joining:
    """A topic that contains its target's newest commit, the target, and by which method the one joins the other."""

    topic: str
    tip: str
    target: str
    onto: str
    """The target's newest commit."""
    method: str
    commits: tuple[Commit, ...]
    """What only the topic has, newest first."""
    words: str = ""
    """The message that a person wrote for the squash."""
    trunk: bool = False
    """Whether the target is main, which git does not name in a merge's message."""


def own_commits(bench: Bench, tip: str, onto: str, *options: str) -> tuple[Commit, ...]:
    """Return the commits that one branch has and another has not, newest first; `options` are those of `git log`."""
    return parse_log(bench.reader.log(LOG_FORMAT, (*options, tip, f"^{onto}")))


def guard_joining(bench: Bench, joining: Joining) -> Problems:
    """Return what keeps the method from being used."""
    guard = GUARDS.get(joining.method)
    return guard(joining) if guard and changes_files(bench, joining) else ()


def draft_joining(bench: Bench, joining: Joining) -> str:
    """Return the commit that the target will have; its own one when a squash would change no file."""
    return METHODS[joining.method](bench, joining)


def changes_files(bench: Bench, joining: Joining) -> bool:
    """Return whether the topic's files differ from the target's."""
    return bench.reader.tree(joining.tip) != bench.reader.tree(joining.onto)


def render_words(joining: Joining) -> str:
    """Return in one line what the plan does to the target."""
    count = len(joining.commits)
    commits = "1 commit" if count == 1 else f"{count} commits"
    lead = find_lead(fold(joining.commits))
    header = joining.words.partition("\n")[0] or (lead.subject if lead else "")
    table = {
        SQUASH: f"{commits} become one: “{header}”",
        "merge": f"{commits} are merged: “{_merge_words(joining)}”",
        "rebase": f"{commits} go onto {joining.target} as they are",
    }
    return table[joining.method]


def squash_message(bench: Bench, joining: Joining) -> str:
    """Return the message of the squash that the target will have."""
    return _message(bench, joining)[0]


def _squashed(bench: Bench, joining: Joining) -> str:
    if not changes_files(bench, joining):
        return joining.onto
    text, author = _message(bench, joining)
    return bench.draft.commit(bench.reader.tree(joining.tip), (joining.onto,), text, author=author)


def _message(bench: Bench, joining: Joining) -> tuple[str, Signature]:
    """Return message and author of the squash: of one commit its own, of several those of the weightiest, as of now."""
    kept = fold(joining.commits) or joining.commits
    lead = find_lead(kept) or kept[0]
    authors = {commit.sha: bench.reader.author(commit.sha) for commit in kept}
    if len(kept) == 1:
        own = lead.message.decode("utf-8", "surrogateescape").strip("\n") + "\n"
        return joining.words or own, authors[lead.sha]
    now = bench.author
    assert now is not None
    author = replace(authors[lead.sha], epoch=now.epoch, offset=now.offset)
    others = [one for one in authors.values() if one.email.lower() != author.email.lower()]
    return joining.words or render_squash(kept, lead, author=author, others=others), author


def _merged(bench: Bench, joining: Joining) -> str:
    parents = (joining.onto, joining.tip)
    return bench.draft.commit(bench.reader.tree(joining.tip), parents, _merge_words(joining) + "\n")


def _merge_words(joining: Joining) -> str:
    into = "" if joining.trunk else f" into {joining.target}"
    return f"Merge branch '{joining.topic}'{into}"


def _forwarded(bench: Bench, joining: Joining) -> str:
    return joining.tip


def _guard_header(joining: Joining) -> Problems:
    """Return a problem when neither a person nor a commit says what kind of change this is."""
    if joining.words or find_lead(fold(joining.commits)):
        return ()
    return (
        Problem(
            failed=f"No commit of {joining.topic} has a header such as `feat: …` that the squash could take.",
            todo="Say it: add --message 'feat: what it does' to this command.",
        ),
    )


def _guard_linear(joining: Joining) -> Problems:
    """Return a problem when there are merges, which a branch that is not merged itself cannot keep."""
    merges = [f"{commit.short} “{commit.subject}”" for commit in joining.commits if commit.is_merge]
    if not merges:
        return ()
    shown = f"{', '.join(merges[:5])}{' and more' if len(merges) > 5 else ''}"
    return (
        Problem(
            failed=f"{joining.topic} holds merges and is to be added commit by commit: {shown}.",
            todo=f"Type `git switch {joining.topic}` and `release-tools update-branch --rebase`: it leaves them out.",
        ),
    )


METHODS: dict[str, Callable[[Bench, Joining], str]] = {SQUASH: _squashed, "merge": _merged, "rebase": _forwarded}
GUARDS: dict[str, Callable[[Joining], Problems]] = {SQUASH: _guard_header, "rebase": _guard_linear}
