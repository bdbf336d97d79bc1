"""Several products in one repository: each with its own configuration, tags, version and changelog."""

import pytest
from repository import Site

PRODUCT = """[branches]
main = "main"
develop = "develop"
[flow.release]
pattern = "release/{name}-v{{version}}"
[flow.hotfix]
pattern = "hotfix/{name}-{{slug}}"
[version]
tag_prefix = "{name}-v"
paths = ["{name}"]
files = [{{ path = "{name}/version.txt", pattern = "version: {{version}}" }}]
[changelog]
path = "{name}/CHANGELOG.md"
"""


@pytest.fixture
def products(site: Site) -> Site:
    """Return a repository with the products api and web at 1.0.0, and a change of each, and of both, on develop."""
    here = site.here
    here.git("switch", "--quiet", "main")
    for name in ("api", "web"):
        settings = PRODUCT.format(name=name)
        here.commit(f"feat: begin {name}", {f"{name}/tools.toml": settings, f"{name}/version.txt": "version: 1.0.0\n"})
        here.git("tag", "-a", f"{name}-v1.0.0", "-m", "x")
    here.git("switch", "--quiet", "-C", "develop")
    here.commit("feat: search", {"api/search": "1\n"})
    here.commit("fix: mend the page", {"web/page": "1\n"})
    here.git("switch", "--quiet", "-c", "topic")
    here.commit("chore: work", {"web/more": "1\n"})
    here.git("switch", "--quiet", "develop")
    here.git("merge", "--quiet", "--no-ff", "topic", "-m", "feat: show more")
    here.git("branch", "--quiet", "-D", "topic")
    here.commit("fix: spell the same everywhere", {"api/words": "1\n", "web/words": "1\n"})
    here.commit("feat!: drop the pipeline", {"ci/pipeline": "1\n"})
    here.git("push", "--quiet", "--force", "origin", "main", "develop", "--tags")
    return site


def test_each_product_counts_what_changes_its_own_files(products: Site) -> None:
    """A merge counts by what it brings; what lies outside of all products counts for none."""
    run = products.here.run
    assert run("--config", "api/tools.toml", "next-version").stdout == "1.1.0\n"
    assert run("--config", "web/tools.toml", "next-version").stdout == "1.1.0\n"
    assert run("--config", "api/tools.toml", "explain", "--json").data["commits"] == 2
    api, web = (run("--config", f"{name}/tools.toml", "changelog").stdout for name in ("api", "web"))
    assert "- search (" in api and "- spell the same" in api and "page" not in api and "pipeline" not in api
    assert "- mend the page (" in web and "- spell the same" in web and "- show more (" in web and "search" not in web
    assert api.count("\n## [1.0.0]") == web.count("\n## [1.0.0]") == 1
    assert "- begin api (" in api and "begin web" not in api
    for name, text in (("api", api), ("web", web)):
        alone = run("--config", f"{name}/tools.toml", "changelog", "--unreleased").stdout
        assert f"\n\n{alone}\n## [1.0.0]" in text


@pytest.mark.slow
def test_products_are_released_one_after_the_other(products: Site) -> None:
    """Two releases are open at once; each tags, writes and merges its own, and the other one's files stay."""
    here = products.here
    assert here.run("--config", "api/tools.toml", "start-release", "--yes").code == 0
    here.git("switch", "--quiet", "develop")
    assert here.run("--config", "web/tools.toml", "start-release", "--yes").code == 0
    for name in ("web", "api"):
        ended = here.run("--config", f"{name}/tools.toml", "finish-release", "1.1.0", "--yes")
        assert ended.code == 0, ended.stderr
        assert here.at(f"{name}-v1.1.0")
        assert here.shown("main", f"{name}/version.txt") == "version: 1.1.0\n"
        written = here.shown("develop", f"{name}/CHANGELOG.md")
        assert here.run("--config", f"{name}/tools.toml", "changelog", "1.1.0").stdout in written
        assert here.run("--config", f"{name}/tools.toml", "next-version").stdout == ""
    assert here.git("diff", "--name-only", "web-v1.1.0", "api-v1.1.0").split() == [
        "api/CHANGELOG.md",
        "api/version.txt",
    ]
    assert "search" not in here.shown("main", "web/CHANGELOG.md")
