"""The double itself: it knows nothing that GitHub's description does not, and pushes meet the rules that were put."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import urllib3
from forge_double.contract import WAIVERS, description
from forge_double.regenerate import OPERATIONS
from forge_double.routing import ROUTES
from forge_double.server import running
from forge_double.subject import ADA, BOB, CI, NAME, DoubleSubject
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate

from release_tools.domain.forge.protection import Protection
from release_tools.errors import ForgeRefused

pytestmark = pytest.mark.slow

MAIN = Protection(name="release-tools: main", target="branch", pattern="main", by_request=True)


def test_the_description_is_one() -> None:
    """The slice, with its waivers, is sound OpenAPI."""
    validate(description())
    assert all(WAIVERS.values())


def test_every_operation_of_the_slice_is_answered_and_no_other() -> None:
    """What is described and what is done are the same list."""
    described = {(method.upper(), path) for path, methods in OPERATIONS.items() for method in methods}
    assert {(route.method, route.template) for route in ROUTES} == described


def test_a_request_outside_the_slice_fails_the_test(tmp_path: Path) -> None:
    """Also one that GitHub would answer: it has to be taken into the slice first."""
    with running(tmp_path) as double:
        github = DoubleSubject(double, tmp_path / "hands")
        with pytest.raises(ForgeRefused):
            github.seen_by(ADA).api.get("contributors")
        with pytest.raises(ForgeRefused, match="501"):
            github.seen_by(ADA).api.send("POST", "pulls", {"head": 1, "base": "main"})
        assert len(double.violations) == 2


def operations() -> list[Any]:
    """Return the operations that requests are made up for."""
    found = schemathesis.openapi.from_dict(description()).get_all_operations()
    return [result.ok() for result in found]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
def test_replies_to_anything_keep_to_the_description(tmp_path_factory: pytest.TempPathFactory, operation: Any) -> None:
    """Requests are made up from the description; every reply is a described one, and none a failure of the double."""
    home = tmp_path_factory.mktemp("double")
    with running(home) as double:
        github = DoubleSubject(double, home / "hands")
        double.careless.add(ADA)
        github.commit("feature/x")
        github.forge.open_request("feature/x", "main", "title", "")
        github.forge.put_protection(MAIN)

        @settings(max_examples=10, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy())
        def anything(case: Any) -> None:
            known = {"owner": "team", "repo": "shop", "pull_number": 1, "issue_number": 1, "ref": "main"}
            case.path_parameters |= {key: value for key, value in known.items() if key in case.path_parameters}
            case.headers["Authorization"] = f"token {ADA}"
            assert case.call(base_url=double.api_url).status_code < 500

        anything()
        assert double.violations == []


@pytest.mark.parametrize(
    "path", ["pulls/1/requested_reviewers", "pulls/1/reviews", "releases", "rulesets", "deployments"]
)
def test_a_request_without_a_body_is_answered(tmp_path: Path, path: str) -> None:
    """Where nothing is required an empty object is meant; it is never a failure of the double."""
    with running(tmp_path / "double") as double:
        github = DoubleSubject(double, tmp_path / "hands")
        double.careless.add(ADA)
        github.commit("feature/x")
        github.forge.open_request("feature/x", "main", "title", "")
        address = f"{double.api_url}/repos/team/shop/{path}"
        answer = urllib3.request("POST", address, headers={"Authorization": f"token {ADA}"}, timeout=10, retries=False)
        assert answer.status < 500
        assert double.violations == []


def git(place: Path, *arguments: str, code: int = 0) -> str:
    """Run git and return what it said."""
    done = subprocess.run(("git", *arguments), cwd=place, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (arguments, done.stderr)
    return done.stdout + done.stderr


@pytest.fixture
def clone(github: DoubleSubject, tmp_path: Path) -> Path:
    """Return bob's clone with a commit that main does not have."""
    git(tmp_path, "clone", "--quiet", github.double.clone_url(NAME, BOB), "clone")
    place = tmp_path / "clone"
    git(place, "commit", "--quiet", "--allow-empty", "-m", "feat: x")
    return place


def test_a_push_meets_the_rules_that_were_put(github: DoubleSubject, clone: Path) -> None:
    """By the JSON that the adapter sent: main takes no push, another branch does."""
    github.forge.put_protection(MAIN)
    said = git(clone, "push", "origin", "HEAD:main", code=1)
    assert "Changes must be made through a pull request" in said
    assert BOB not in said
    git(clone, "push", "--quiet", "origin", "HEAD:feature/x")


def test_a_push_without_atomic_is_taken_in_part(github: DoubleSubject, clone: Path) -> None:
    """One ref is refused and the other is not, unless the client asks for all or nothing."""
    github.forge.put_protection(MAIN)
    git(clone, "push", "--atomic", "origin", "HEAD:main", "HEAD:one", code=1)
    assert github.repository.branch("one") == ""
    git(clone, "push", "origin", "HEAD:main", "HEAD:one", code=1)
    assert github.repository.branch("one") == git(clone, "rev-parse", "HEAD").strip()


def test_who_may_bypass_pushes(github: DoubleSubject, clone: Path) -> None:
    """A role in the bypass list need not obey; others do, apps among them."""
    github.forge.put_protection(replace(MAIN, bypass=("RepositoryRole:5",)))
    git(clone, "push", github.double.clone_url(NAME, CI), "HEAD:main", code=1)
    git(clone, "push", "--quiet", github.double.clone_url(NAME, ADA), "HEAD:main")


def test_a_tag_that_is_kept_is_neither_moved_nor_deleted(github: DoubleSubject, clone: Path) -> None:
    """It can be made once."""
    github.forge.put_protection(Protection(name="release-tools: tags", target="tag", pattern="v*"))
    git(clone, "push", "--quiet", "origin", "HEAD:refs/tags/v1")
    git(clone, "push", "--force", "origin", "HEAD~1:refs/tags/v1", code=1)
    git(clone, "push", "origin", ":refs/tags/v1", code=1)


@pytest.mark.parametrize(("token", "code"), [("", 128), ("no-such-token", 128), ("token-of-eve", 128)])
def test_a_push_needs_a_token_that_may_write(github: DoubleSubject, clone: Path, token: str, code: int) -> None:
    """Nobody, a stranger, and somebody who may only read."""
    github.double.state.add_identity("token-of-eve", "eve", role="read")
    git(clone, "push", github.double.clone_url(NAME, token), "HEAD:main", code=code)
    assert github.repository.branch("main") != git(clone, "rev-parse", "HEAD").strip()
