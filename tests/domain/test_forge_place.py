"""Where a forge is asked and which token it gets: a token goes only to the host that it is for."""

import pytest

from release_tools.domain.forge.place import NoPlace, Place, find_place

PUBLIC = {"GITHUB_TOKEN": "public"}
COMPANY = {"GH_ENTERPRISE_TOKEN": "company"}
RUNNER = {"GITHUB_TOKEN": "runner", "GITHUB_API_URL": "https://git.example.com/api/v3"}


@pytest.mark.parametrize(
    ("url", "environ", "kind", "api", "token"),
    [
        ("git@github.com:team/shop.git", PUBLIC, None, "https://api.github.com", "public"),
        ("https://x:secret@github.com/team/shop", {"GH_TOKEN": "gh"}, None, "https://api.github.com", "gh"),
        ("https://git.example.com/team/shop.git", COMPANY, "github", "https://git.example.com/api/v3", "company"),
        ("git@git.example.com:team/shop.git", RUNNER, "github", "https://git.example.com/api/v3", "runner"),
        ("https://git.example.com/team/shop.git", RUNNER, None, "https://git.example.com/api/v3", "runner"),
        (
            "http://127.0.0.1:8080/team/shop.git",
            {"GITHUB_TOKEN": "near-one", "GITHUB_API_URL": "http://127.0.0.1:8080/api/v3"},
            None,
            "http://127.0.0.1:8080/api/v3",
            "near-one",
        ),
    ],
)
def test_a_forge_is_found(url: str, environ: dict[str, str], kind: str | None, api: str, token: str) -> None:
    """By the address, the configured kind, or what a runner's environment names."""
    found = find_place(url, kind, None, environ)  # type: ignore[arg-type]
    assert isinstance(found, Place)
    assert (found.path, found.api_url, found.token) == ("team/shop", api, token)
    assert token not in repr(found)


@pytest.mark.parametrize(
    ("url", "environ", "kind", "api_url", "why"),
    [
        ("/srv/git/shop.git", PUBLIC, None, None, "names no forge"),
        ("git@gitlab.com:team/shop.git", PUBLIC, None, None, "gitlab"),
        ("git@github.com:team/shop.git", {}, None, None, "no token for github.com"),
        ("git@github.com:team/shop.git", COMPANY, None, None, "no token for github.com"),
        ("git@git.example.com:team/shop.git", PUBLIC, "github", None, "no token for git.example.com"),
        ("git@git.example.com:team/shop.git", COMPANY, "github", "https://evil.example/api", "evil.example"),
        ("http://git.example.com/team/shop.git", COMPANY, "github", None, "not encrypted"),
        ("https://github.com/team", PUBLIC, None, None, "not that of a repository"),
    ],
)
def test_no_token_goes_astray(
    url: str, environ: dict[str, str], kind: str | None, api_url: str | None, why: str
) -> None:
    """Whatever a repository's configuration says; the reason is told."""
    found = find_place(url, kind, api_url, environ)  # type: ignore[arg-type]
    assert isinstance(found, NoPlace)
    assert why in found.why
