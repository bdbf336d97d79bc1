"""The guards of a drafted finish: a state and a draft in, all problems out."""

import pytest
from states import MAIN, branch, sha, state_of, tag

from release_tools.domain.version import parse_version
from release_tools.release.edges import Edge
from release_tools.release.finish import FinishDraft, guard_finish

V = parse_version("1.1.0")


def finished(**edges: Edge) -> FinishDraft:
    """Return a drafted finish with these edges."""
    return FinishDraft(
        version=V, tag="v1.1.0", target=sha("main2"), tag_object=sha("new-tag"), edges=tuple(edges.values())
    )


def test_a_finish_needs_no_push_of_what_it_made_itself() -> None:
    """A local branch that is ahead by the very merge that is needed is no problem."""
    made = branch("main", "main2", "main1", ahead=2)
    draft = finished(main=Edge(branch=made, old=sha("main1"), new=sha("main2")))
    assert guard_finish(state_of(main=made), draft) == ()


def test_a_finish_refuses_commits_that_nobody_else_has() -> None:
    """A local main with other commits is not silently left behind or overwritten."""
    stray = branch("main", "stray", "main1", ahead=1)
    draft = finished(main=Edge(branch=stray, old=sha("main1"), new=sha("main2")))
    assert [problem.failed for problem in guard_finish(state_of(main=stray), draft)] == [
        "main has 1 commit that origin does not have."
    ]


def test_a_finish_refuses_a_tag_on_another_commit() -> None:
    """A tag is never moved: a person looks at it."""
    draft = finished(main=Edge(branch=MAIN, old=sha("main1"), new=sha("main2")))
    (problem,) = guard_finish(state_of(there_tags=(tag("v1.1.0", "wrong"),)), draft)
    assert problem.failed == "The tag v1.1.0 is on wrong....., not on main's merge main2......"
    assert "git show v1.1.0" in problem.todo
    assert guard_finish(state_of(there_tags=(tag("v1.1.0", "main2"),)), draft) == ()


@pytest.mark.parametrize("name", ["main", "develop"])
def test_a_finish_refuses_a_branch_that_was_never_pushed(name: str) -> None:
    """A target that the remote does not have is refused before anything, with the push to type."""
    local = branch(name, "local1")
    state = state_of(main=local) if name == "main" else state_of(develop=local)
    draft = finished(edge=Edge(branch=local, old=sha("local1"), new=sha("merge2")))
    assert [problem.todo for problem in guard_finish(state, draft)] == [f"Type `git push -u origin {name}`."]
