"""What fetching into a draft leaves behind on real git: objects in the draft, and not a file besides.

What can be done with the objects is `test_draft_contract`.
"""

from pathlib import Path

from real_subject import RealSubject


def files_of(directory: Path) -> set[str]:
    """Return the files below a directory."""
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_fetching_leaves_the_repository_as_it_was(tmp_path: Path) -> None:
    """No FETCH_HEAD, no remote-tracking ref, no object, no pack in the repository; the person's next pull is theirs."""
    subject = RealSubject(tmp_path / "repo", tmp_path / "draft" / "objects")
    commit = subject.commit({"a": "1"})
    subject.publish("refs/heads/topic", commit)
    subject.forget_objects(commit)
    before = files_of(subject.top)
    subject.draft.fetch("origin", ("refs/heads/topic",))
    assert files_of(subject.top) == before
    assert subject.draft_reader.missing([commit]) == ()
    assert subject.reader.missing([commit]) == (commit,)
