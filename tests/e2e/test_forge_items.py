"""What the forge must do, item by item, each end to end against GitHub's double with real git.

Workflows, which are item 4, are played where they are defined; details stand in the other tests of forges.
"""

from pathlib import Path

import pytest
from forge_double.faults import Fault
from hosted import BOSS, BOT, hosted, ran
from test_forge_deploys import FILES, TABLE
from test_forge_finish import CARRY, FINISH, GO_ON, RELEASE, is_whole, started

from release_tools.domain.forge.pipeline import deploy_mark

pytestmark = pytest.mark.slow

WHOLE = f"""\
[forge]
labels = ["release"]
reviewers = ["bob"]
checklist = ["staging is green"]
assets = ["dist/*"]
{TABLE.partition("timeout = 1")[2]}"""


def test_item_1_adapter(tmp_path: Path) -> None:
    """Pull requests with text and adornments, checks, merges, a page with digests, a started deploy, protections."""
    with hosted(tmp_path, config=WHOLE, files={**FILES, ".gitignore": "dist\n"}) as place:
        boss = place.as_somebody(place.here.path, BOSS)
        assert "belongs to boss" in boss.run("doctor").stdout
        place.protect("main", checks=("ci",), approvals=1)
        here = started(place)
        here.write("dist/shop.whl", b"\0wheel")
        assert ran(here, *FINISH).data["state"] == "waiting"
        (pull,) = place.repository.pulls.values()
        assert (pull.labels, pull.reviewers) == (["release"], ["bob"])
        assert "staging is green" in pull.body and "mend it" in pull.body
        place.report(pull.commit)
        place.approve(1)
        assert ran(here, *GO_ON).data["state"] == "done"
        (page,) = place.repository.releases.values()
        assert {one["name"] for one in page["assets"]} == {"shop.whl", "SHA256SUMS"}
        (run,) = place.repository.runs
        commit = place.site.remote.at("v1.1.0^{commit}")
        assert run["inputs"]["mark"] == deploy_mark("v1.1.0", "production", commit)
        is_whole(place, here)


def test_item_2_retry_policy(tmp_path: Path) -> None:
    """Every change that the release asks for is answered with 502 after it happened once; none is sent twice."""
    with hosted(tmp_path, config=TABLE, files=FILES) as place:
        place.protect("main", "develop")
        here = started(place)
        changes = (("POST", "/pulls$"), ("PUT", "/pulls/1/merge$"), ("POST", "/releases$"), ("PATCH", "/releases/"))
        faults = [
            Fault(kind="after", method=method, path=path) for method, path in (*changes, ("POST", "/dispatches$"))
        ]
        for fault in faults:
            place.double.wrong(fault)
        assert ran(here, *FINISH).data["state"] == "done"
        assert [fault.times for fault in faults] == [0] * len(faults)
        assert place.pulls() == [f"#1 {RELEASE}: merged", f"#2 {CARRY}: merged"]
        assert len(place.repository.runs) == 1
        is_whole(place, here)


def test_item_3_adaptive_finish(tmp_path: Path) -> None:
    """The laptop opens what it may not push; a person merges; a runner elsewhere ends it; the laptop finds it done."""
    with hosted(tmp_path, config=TABLE, files=FILES) as place:
        place.protect("main", checks=("ci",))
        here = started(place)
        assert ran(here, *FINISH).data["state"] == "waiting"
        place.report(place.site.remote.at("release/v1.1.0"))
        place.merge(1)
        runner = place.clone("runner", BOT)
        assert ran(runner, "finish-release", "--yes", "--json").data["state"] == "done"
        assert ran(here, *GO_ON).data["state"] == "done"
        assert (place.pulls(), len(place.repository.runs)) == ([f"#1 {RELEASE}: merged"], 1)
        is_whole(place, here)


def test_item_5_port(tmp_path: Path) -> None:
    """At another forge the same commands go on as plain git does, and ask nobody."""
    with hosted(tmp_path, config=TABLE, files=FILES) as place:
        here = started(place)
        place.double.heard.clear()
        here.git(
            "config", f"url.{place.double.clone_url('team/shop', BOT)}.insteadOf", "https://gitlab.com/team/shop.git"
        )
        here.git("remote", "set-url", "origin", "https://gitlab.com/team/shop.git")
        assert "gitlab" in ran(here, "doctor").stdout
        assert ran(here, *FINISH).data["state"] == "done"
        assert (place.double.heard, place.repository.releases, place.repository.runs) == ([], {}, [])
        assert place.site.remote.contains("develop", "v1.1.0^{commit}")
