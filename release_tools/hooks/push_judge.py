"""The judge of a push: asks git what the refs alone do not tell, and refuses with everything that stands against it.

Loaded only for a push that the door did not let pass; the rules themselves stand in `domain.pushes`.
"""

from release_tools.config.hooks import HookRules
from release_tools.domain.pushes.branches import is_guarded
from release_tools.domain.pushes.new_commit import parse_record
from release_tools.domain.pushes.push import Push, PushedRef, parse_refs
from release_tools.domain.pushes.tags import means_version
from release_tools.domain.pushes.verdict import Verdict, lint_push
from release_tools.hooks.failure import say_failure
from release_tools.hooks.hurried_git import ask, succeeds
from release_tools.hooks.push_door import find_doubtful, is_of_a_run, judged_refs, new_records


def judge(remote: str, url: str, told: bytes, *, records: list[bytes], doubtful: list[bytes], rules: HookRules) -> int:
    """Say what stands against a push and return the exit code."""
    push = observe_push(remote, url, told, records=records, doubtful=doubtful, rules=rules)
    error = lint_push(push, rules).error
    return say_failure("pre-push", error) if error else 0


def examine(remote: str, url: str, told: bytes, rules: HookRules) -> Verdict:
    """Return what stands against a push, which need not have passed the door before."""
    if is_of_a_run(remote, told):
        return lint_push(Push(remote=remote, refs=()), rules)
    records = new_records(judged_refs(told), remote, rules)
    doubtful = find_doubtful(records, rules)
    return lint_push(observe_push(remote, url, told, records=records, doubtful=doubtful, rules=rules), rules)


def observe_push(
    remote: str, url: str, told: bytes, *, records: list[bytes], doubtful: list[bytes], rules: HookRules
) -> Push:
    """Ask git what must be known about a push besides its commits."""
    refs = parse_refs(told)
    guarded = [ref for ref in refs if ref.branch and is_guarded(ref.branch, rules)]
    tags = [ref.new for ref in refs if ref.tag and ref.new and means_version(ref.tag, rules)]
    return Push(
        remote=remote,
        refs=refs,
        commits=tuple(map(parse_record, records)),
        doubtful=tuple(map(parse_record, doubtful)),
        owned=not guarded or _is_owner(remote, url, rules.remote),
        rewritten=frozenset(ref.name for ref in guarded if ref.old and ref.new and not _goes_forward(ref)),
        annotated=_annotated(tags),
    )


def _is_owner(remote: str, url: str, owner: str) -> bool:
    """Return whether long-lived branches are guarded at this remote: at a nameless one and where no owner is known."""
    return remote in (owner, url) or not succeeds("git", "config", "--get", f"remote.{owner}.url")


def _goes_forward(ref: PushedRef) -> bool:
    """Return whether a branch keeps its commits; one whose old commit is not here does not, as far as we know."""
    return succeeds("git", "merge-base", "--is-ancestor", ref.old, ref.new)


def _annotated(objects: list[str]) -> frozenset[str]:
    if not objects:
        return frozenset()
    asked = "".join(f"{name}\n" for name in objects).encode()
    rows = ask("git", "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).decode().split("\n")
    return frozenset(name for name, _, kind in (row.partition(" ") for row in rows) if kind == "tag")
