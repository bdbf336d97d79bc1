"""The rules file: the hooks' rules as they lie in a work tree's git dir, written anew when the configuration changed.

Its text is rendered in `config.bake`; the quick way to read it is `config.hooks.load_bake`.
"""

import os
import site
import sys
import time
from pathlib import Path

from release_tools.config.bake import hook_rules, render_bake
from release_tools.config.hooks import HOUSE_FILE, SHARED_FILE, HookRules, load_bake
from release_tools.hooks.branch_fast_path import render_branch_bake
from release_tools.hooks.push_fast_path import render_push_bake

_SECOND = 1_000_000_000


def load_rules(git_dir: str, top: str) -> HookRules:
    """Return the rules of a work tree: as baked where that still holds, else from the configuration, baked again."""
    return load_bake(git_dir, top) or bake_rules(git_dir, top)


def bake_rules(git_dir: str, top: str) -> HookRules:
    """Read the configuration of the work tree at `top` and write its rules into `git_dir`.

    The file gets the configuration's modification time, which is how both doors know that it still holds. A
    configuration that was written within this very second could change again without a new time: then the file is
    dated back, and the next hook bakes once more.
    """
    anchor = _anchor(Path(top))
    changed = (Path(top) / anchor).stat().st_mtime_ns if anchor else 0
    rules = read_rules(top)
    if anchor and changed // _SECOND >= time.time_ns() // _SECOND:
        changed -= 3600 * _SECOND
    _replace(Path(git_dir) / "release-tools" / "rules", _render(rules), changed)
    return rules


def read_rules(top: str) -> HookRules:
    """Return the rules that the configuration of the work tree at `top` asks for; nothing is written."""
    if sys.flags.no_site:
        site.main()  # the hooks run Python without its site-packages; the validation library lives there
    from release_tools.config.load import load_config

    return hook_rules(load_config(Path(top)), name=_anchor(Path(top)))


def _anchor(top: Path) -> str:
    """Return the name of the file whose change makes the rules stale; empty when there is none."""
    return next((name for name in (HOUSE_FILE, SHARED_FILE) if (top / name).exists()), "")


def _render(rules: HookRules) -> str:
    branches = render_branch_bake(rules.main, rules.develop, rules.direct, rules.patterns)
    return render_bake(rules, branches=branches + render_push_bake(rules))


def _replace(path: Path, text: str, changed: int) -> None:
    """Replace a file in one go; a reader sees the old text or the new one, with its final time."""
    path.parent.mkdir(mode=0o755, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.utime(file.fileno(), ns=(changed, changed))
        os.fsync(file.fileno())
    fresh.replace(path)
