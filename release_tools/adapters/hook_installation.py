"""The installation of all our hooks in one work tree: planned as a whole, refused as a whole, then made hook by hook.

The moves for one hook are planned in `domain.hook_plan` and made in `adapters.hook_files`.
"""

from collections.abc import Callable
from contextlib import suppress

from release_tools.adapters.hook_directory import HookDirectory
from release_tools.adapters.hook_files import LEGACY_RUNNERS, HookFiles
from release_tools.domain.hook_plan import HookPlan, HookState, plan_install, plan_uninstall, render_moves
from release_tools.errors import PreconditionFailed
from release_tools.record import record

RenderLauncher = Callable[[str, bool], bytes]
Row = tuple[HookState, HookPlan, bytes]


@record
class HookInstallation:
    """Our hooks in one hooks directory; `bake` writes the rules that they read, `render` the launcher of a hook."""

    found: HookDirectory
    names: tuple[str, ...]
    render: RenderLauncher
    bake: Callable[[], object]

    def plan_install(self) -> tuple[Row, ...]:
        """Return what installing would do; PreconditionFailed with all that forbids it."""
        return self._plan(plan_install)

    def plan_uninstall(self) -> tuple[Row, ...]:
        """Return what uninstalling would do; PreconditionFailed with all that forbids it."""
        return self._plan(plan_uninstall)

    def install(self) -> tuple[Row, ...]:
        """Bake the rules, put the launchers in force and return what was done."""
        with self._files.locked():
            rows = self.plan_install()
            self.bake()
            self._apply(rows)
        return rows

    def uninstall(self) -> tuple[Row, ...]:
        """Take the launchers out, put back what was there, remove the rules and return what was done."""
        if not self.found.path.is_dir():
            return ()
        with self._files.locked():
            rows = self.plan_uninstall()
            self._apply(rows)
        for path in self.found.rules_files:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # runs of releases may lie there as well
                path.parent.rmdir()
        return rows

    def render_rows(self, rows: tuple[Row, ...]) -> str:
        """Return one line for every move, under the directory they concern."""
        lines = (line for state, plan, _ in rows for line in render_moves(state, plan))
        return "\n".join((f"hooks in {self.found.path}", *(f"  {line}" for line in lines)))

    def as_json(self, rows: tuple[Row, ...]) -> dict[str, object]:
        """Return the moves as `--json` shows them."""
        hooks = [
            {"hook": plan.name, "moves": [move.name.lower() for move in plan.moves], "note": plan.note}
            for _, plan, _ in rows
        ]
        return {"directory": str(self.found.path), "hooks": hooks}

    @property
    def _files(self) -> HookFiles:
        return HookFiles(directory=self.found.path)

    def _plan(self, planner: Callable[[HookState], HookPlan]) -> tuple[Row, ...]:
        rows = tuple(self._plan_hook(planner, name) for name in self.names)
        problems = [f"  {plan.problem}" for _, plan, _ in rows if plan.problem]
        if problems:
            raise PreconditionFailed(
                "\n".join((f"The hooks in {self.found.path} are not all ours to change:", *problems)),
                state="Nothing was changed.",
                todo="Settle that, then repeat the command.",
            )
        return rows

    def _plan_hook(self, planner: Callable[[HookState], HookPlan], name: str) -> Row:
        launcher = self.render(name, self._files.kept_manager(name) in LEGACY_RUNNERS)
        state = self._files.observe(name, launcher)
        return state, planner(state), launcher

    def _apply(self, rows: tuple[Row, ...]) -> None:
        for _, plan, launcher in rows:
            self._files.apply(plan, launcher)
