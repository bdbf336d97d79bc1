"""Web links: the address of a remote in every form, and the pages of each kind of forge."""

import pytest

from release_tools.domain.weblinks import Kind, parse_remote

ADDRESSES = {
    "https://github.com/owner/project.git": "https://github.com/owner/project",
    "https://user:secret@github.com/owner/project": "https://github.com/owner/project",
    "git@github.com:owner/project.git": "https://github.com/owner/project",
    "ssh://git@github.com:22/owner/project.git": "https://github.com/owner/project",
    "ssh://git@gitlab.example.com:2222/group/sub/project.git": "https://gitlab.example.com/group/sub/project",
    "http://gitea.example.com:3000/owner/project/": "http://gitea.example.com:3000/owner/project",
    "git://codeberg.org/owner/project.git": "https://codeberg.org/owner/project",
    "git@bitbucket.org:team/project.git": "https://bitbucket.org/team/project",
    "https://dev.azure.com/org/proj/_git/repo": "https://dev.azure.com/org/proj/_git/repo",
    "https://org@dev.azure.com/org/my%20proj/_git/repo": "https://dev.azure.com/org/my%20proj/_git/repo",
    "git@ssh.dev.azure.com:v3/org/proj/repo": "https://dev.azure.com/org/proj/_git/repo",
}
PAGES: dict[Kind, tuple[str, str, str, str]] = {
    "github": ("/commit/abc", "/issues/7", "/pull/9", "/compare/v1.0.0...v1.1.0"),
    "gitlab": ("/-/commit/abc", "/-/issues/7", "/-/merge_requests/9", "/-/compare/v1.0.0...v1.1.0"),
    "gitea": ("/commit/abc", "/issues/7", "/pulls/9", "/compare/v1.0.0...v1.1.0"),
    "bitbucket": ("/commits/abc", "/issues/7", "/pull-requests/9", "/branches/compare/v1.1.0..v1.0.0"),
    "azure": (
        "/commit/abc",
        "/../../_workitems/edit/7",
        "/pullrequest/9",
        "/branchCompare?baseVersion=GTv1.0.0&targetVersion=GTv1.1.0",
    ),
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_in_any_form_names_one_page(url: str) -> None:
    """https, ssh, git and scp forms, with user, port and ending; no secret gets into a link."""
    forge = parse_remote(url)
    assert forge is not None and forge.address == ADDRESSES[url]


@pytest.mark.parametrize("url", ["/srv/git/project.git", "../project", "file:///srv/x.git", "", "C:\\work\\x"])
def test_a_place_on_a_disk_has_no_page(url: str) -> None:
    """What is no server has no links, unless somebody says of what kind it is and it can be one."""
    assert parse_remote(url) is None


def test_an_unknown_host_needs_its_kind() -> None:
    """A host of one's own says nothing by its name; the configuration does."""
    assert parse_remote("git@code.example.com:a/b.git") is None
    forge = parse_remote("git@code.example.com:a/b.git", "gitlab")
    assert forge is not None and forge.commit("abc") == "https://code.example.com/a/b/-/commit/abc"


@pytest.mark.parametrize("kind", PAGES)
def test_pages_of_each_kind(kind: Kind) -> None:
    """Commit, issue, pull request and comparison, as the forge itself spells them."""
    forge = parse_remote("https://host.example.com/org/proj/_git/repo", kind)
    assert forge is not None
    found = (
        forge.commit("abc"),
        forge.issue("#7"),
        forge.pull("!" if kind == "gitlab" else "#", "9"),
        forge.compare("v1.0.0", "v1.1.0"),
    )
    base = "https://host.example.com/org/proj/_git/repo"
    expected = [base + page for page in PAGES[kind]]
    expected[1] = expected[1].replace("/_git/repo/../../", "/")
    assert list(found) == expected


@pytest.mark.parametrize("text", ["JIRA-12", "owner/other#7", "#", "#١"])
def test_a_reference_that_is_no_number_has_no_link(text: str) -> None:
    """Issues of other trackers stay words."""
    forge = parse_remote("https://github.com/a/b")
    assert forge is not None and forge.issue(text) == ""


def test_marks_of_numbers_mean_what_the_forge_means() -> None:
    """Only GitLab counts issues and merge requests apart."""
    gitlab, github = parse_remote("https://gitlab.com/a/b"), parse_remote("https://github.com/a/b")
    assert gitlab is not None and github is not None
    assert gitlab.pull("#", "9") == "https://gitlab.com/a/b/-/issues/9"
    assert github.pull("#", "9") == "https://github.com/a/b/pull/9"


def test_what_changed_since_a_tag() -> None:
    """Each forge shows it, but Azure, which has no word for what is checked out."""
    azure, gitea = parse_remote("https://dev.azure.com/o/p/_git/r"), parse_remote("https://codeberg.org/a/b")
    assert azure is not None and gitea is not None
    assert azure.compare("v1.0.0") == ""
    assert gitea.compare("v1.0.0") == "https://codeberg.org/a/b/compare/v1.0.0...HEAD"
