"""Random stories of two people who type flow commands in any order keep what a release history promises.

What is looked at after each command stands in `team`.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from repository import Clone, Site, found_site
from team import Team

Act = Callable[[], object]


class Stories(RuleBasedStateMachine):
    """Two clones, and all the commands of the flow; what is chosen from makes sense at the time."""

    template: ClassVar[Path]

    @initialize()
    def meet(self) -> None:
        """Give each person a clone."""
        self.home = Path(tempfile.mkdtemp(dir=self.template.parent))
        site = Site(self.template).copy(self.home / "site")
        site.clone("there")
        self.team = Team(site, (site.here, Clone(site.home / "there")))

    @rule(data=st.data(), who=st.integers(0, 1))
    def act(self, data: st.DataObject, who: int) -> None:
        """Do one of the things that a person could do now."""
        acts = tuple(self._acts(who))
        acts[data.draw(st.integers(0, len(acts) - 1))]()

    @invariant()
    def promises_hold(self) -> None:
        """Look at the remote."""
        if hasattr(self, "team"):
            self.team.looked_at()

    def teardown(self) -> None:
        """Delete the clones."""
        if hasattr(self, "home"):
            shutil.rmtree(self.home)

    def _acts(self, who: int) -> Iterator[Act]:
        """Yield what can be done, the simplest first; what matters most comes more than once."""
        team = self.team
        yield partial(team.pulls, who, "develop")
        yield partial(team.works_on, who, "develop")
        for kind in ("feature", "fix", "hotfix"):
            names = team.branches(kind)
            yield from (partial(self._start, who, kind, name) for name in ("one", "two") if name not in names)
            for name in names:
                yield partial(team.works_on, who, f"{kind}/{name}")
                yield partial(self._finish, who, kind, name)
        releases = team.branches("release")
        if len(releases) < 2:
            yield partial(self._start_release, who)
        for name in releases:
            yield partial(team.works_on, who, f"release/{name}")
            yield from [partial(team.types, who, "finish-release", name.removeprefix("v"), "--yes")] * 3
        if not team.missing() and not releases:
            yield partial(self._hotfix_by_hand, who)
        yield from [partial(self._back_merge, who)] * (3 if team.missing() else 1)
        yield partial(team.types, who, "continue")
        yield partial(team.types, who, "abort", "--yes")

    def _start(self, who: int, kind: str, name: str) -> None:
        if self.team.types(who, f"start-{kind}", name, "--yes").code == 0:
            self.team.commits(who)

    def _finish(self, who: int, kind: str, name: str) -> None:
        """Finish a topic, after bringing in what its base has."""
        if kind != "hotfix":
            self.team.pulls(who, f"{kind}/{name}")
            self.team.types(who, "update-branch", "--yes")
        self.team.types(who, f"finish-{kind}", name, "--yes")

    def _start_release(self, who: int) -> None:
        self.team.pulls(who, "develop")
        self.team.types(who, "start-release", "--yes")

    def _back_merge(self, who: int) -> None:
        if self.team.types(who, "back-merge", "--yes").code == 0:
            assert not self.team.missing(), self.team.told("develop still lacks a tag after back-merge")

    def _hotfix_by_hand(self, who: int) -> None:
        """Tag a hotfix on main with plain git and forget develop."""
        self.team.pulls(who, "main")
        self.team.tags_by_hand(who)


@pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(5, 6, id="few"), pytest.param(12, 16, id="many", marks=pytest.mark.slow)],
)
def test_random_stories_of_two_clones_keep_the_promises(tmp_path: Path, examples: int, steps: int) -> None:
    """Tags are on main and, no edge open, in develop; files name them; no commit is lost; sections stay."""
    found_site(tmp_path / "template")
    machine = type("Told", (Stories,), {"template": tmp_path / "template"})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None)
    )
