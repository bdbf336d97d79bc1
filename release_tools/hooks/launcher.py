"""The launcher: the sh script that install-hooks writes, from git's call to the fast path, and on to Python.

Text is made here and nothing else; where it is written, and what stood there before, `adapters.hook_files` knows.
"""

import os
import sys
from pathlib import Path

from release_tools.domain.seal import render_sealed
from release_tools.hooks.branch_fast_path import branch_fast_path
from release_tools.hooks.fast_path import SHELLS, commit_msg_fast_path
from release_tools.hooks.prepare_door import prepare_fast_path
from release_tools.hooks.push_fast_path import push_fast_path
from release_tools.record import record


@record
class Door:
    """One hook of git that we answer: its module, its sh texts, what did not happen when it refuses, and its stdin."""

    module: str
    locate: str
    fast_path: str = ""
    unharmed: str = "Nothing was committed."
    reads_stdin: bool = False
    shells: tuple[str, ...] = ()  # better ones than /bin/sh, where they exist


_COMMIT_MSG_DIR = """\
case $1 in
/*/*) rt_git_dir=${1%/*} ;;
*/*) rt_git_dir=./${1%/*} ;;
*) rt_git_dir=. ;;
esac
"""
_PRE_COMMIT_DIR = "rt_git_dir=${GIT_DIR:-.git}\n"

DOORS = {
    "pre-commit": Door(module="pre_commit", locate=_PRE_COMMIT_DIR, fast_path=branch_fast_path()),
    "prepare-commit-msg": Door(module="prepare_commit_msg", locate=_COMMIT_MSG_DIR, fast_path=prepare_fast_path()),
    "commit-msg": Door(module="commit_msg", locate=_COMMIT_MSG_DIR, fast_path=commit_msg_fast_path(), shells=SHELLS),
    "pre-push": Door(
        module="pre_push",
        locate=_PRE_COMMIT_DIR,
        fast_path=push_fast_path(),
        unharmed="Nothing was pushed.",
        reads_stdin=True,
    ),
}
"""The hooks that install-hooks writes, in the order git calls them."""

# `$0` is how git calls the hook, so the kept hook is found beside it even when the repository was moved. A launcher
# that some other tool moved aside must not call that tool again: that would go round in circles.
_TEMPLATE = """\
# Written by `release-tools install-hooks`, taken away by `release-tools uninstall-hooks`.
# Add nothing here: what you want to run besides belongs into @HOOK@.before-release-tools, which runs first.
rt_python=@PYTHON@
rt_package=@PACKAGE@
rt_door=$rt_package/release_tools/hooks/@MODULE@.py
if ! [ -x "$rt_python" ] || ! [ -f "$rt_door" ]; then
    printf '%s\\n' "@HOOK@: error: what this hook runs is gone: $rt_python -I -S $rt_door" \\
        "@UNHARMED@ The virtual environment of release-tools was moved, deleted or made anew." \\
        "Write the hooks again, from the environment that has release-tools now: release-tools install-hooks" >&2
    exit 1
fi
case $0 in
*.before-release-tools@CIRCLE@) rt_before= ;;
*/*) rt_before=${0%/*}/@HOOK@.before-release-tools ;;
*) rt_before=./@HOOK@.before-release-tools ;;
esac
@CHAIN@@LOCATE@rt_rules=$rt_git_dir/release-tools/rules
@FAST_PATH@@DOOR@"""

_CHAIN = """\
if [ -n "$rt_before" ] && [ -x "$rt_before" ]; then
    "$rt_before" "$@" || exit
fi
"""
_DOOR = 'exec "$rt_python" -I -S "$rt_door" "$@"\n'

# The loop reads what `$(cat)` would, without a process and with the last line's newline kept.
_CHAIN_STDIN = """\
rt_input=
rt_newline='
'
while IFS= read -r rt_line; do rt_input=$rt_input$rt_line$rt_newline; done
rt_input=$rt_input$rt_line
if [ -n "$rt_before" ] && [ -x "$rt_before" ]; then
    printf %s "$rt_input" | "$rt_before" "$@" || exit
fi
"""
_DOOR_STDIN = 'printf %s "$rt_input" | "$rt_python" -I -S "$rt_door" "$@"\n'


def render_launcher(
    hook: str, *, python: str, package_dir: str, shell: str = "/bin/sh", chained_by_legacy: bool = False, door: Door
) -> bytes:
    """Return the launcher of `hook`; `chained_by_legacy`: the kept hook is one that runs a `.legacy` hook itself."""
    words = {
        "@HOOK@": hook,
        "@UNHARMED@": door.unharmed,
        "@MODULE@": door.module,
        "@CIRCLE@": " | *.legacy" if chained_by_legacy else "",
        "@CHAIN@": _CHAIN_STDIN if door.reads_stdin else _CHAIN,
        "@LOCATE@": door.locate,
        "@FAST_PATH@": door.fast_path,
        "@DOOR@": _DOOR_STDIN if door.reads_stdin else _DOOR,
        "@PYTHON@": quoted(python),
        "@PACKAGE@": quoted(package_dir),
    }
    body = _TEMPLATE
    for word, text in words.items():
        body = body.replace(word, text)
    return render_sealed(f"#!{shell}", body)


def launcher_of_this_python(hook: str, chained_by_legacy: bool) -> bytes:  # noqa: FBT001 - a callback's shape
    """Return the launcher of `hook` that runs the package and the interpreter which run now."""
    door = DOORS[hook]
    return render_launcher(
        hook,
        python=sys.executable,
        package_dir=str(Path(__file__).resolve().parents[2]),
        shell=next((shell for shell in door.shells if os.access(shell, os.X_OK)), "/bin/sh"),
        chained_by_legacy=chained_by_legacy,
        door=door,
    )


def quoted(text: str) -> str:
    """Return `text` as one word of sh, whatever it holds."""
    return "'" + text.replace("'", "'\\''") + "'"
