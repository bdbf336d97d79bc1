"""The branch check in sh: the launcher lets a commit pass without Python when its branch is beyond doubt in the table.

Only acceptance is decided here; whatever sh does not settle falls through to the Python door.
"""

from release_tools.hooks.fast_path import rules_fast_path

_SLUG = "{slug}"
_VERSION = "{version}"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_DIGITS = "0123456789"

# Characters are spelled out, because ranges mean what the locale says.
_NAMES = f"""\
rt_slug() {{
  case /$1/ in
  */[!{_ALNUM}]*) return 1 ;;
  *[!{_ALNUM}._/-]* | *..* | *./* | *.lock/*) return 1 ;;
  esac
}}
rt_version() {{
  case $1 in
  *[!{_DIGITS}.]* | .* | *. | *..* | *.*.*.* | 0[{_DIGITS}]* | *.0[{_DIGITS}]*) return 1 ;;
  *.*.*) ;;
  *) return 1 ;;
  esac
}}
"""
_HEAD = """\
if [ -f "$rt_git_dir/HEAD" ] && ! [ -h "$rt_git_dir/HEAD" ]; then
  IFS= read -r rt_head <"$rt_git_dir/HEAD" || rt_head=
  case $rt_head in
  'ref: refs/heads/'*) rt_load_rules && rt_branch "${rt_head#ref: refs/heads/}" && exit 0 ;;
  esac
fi
"""


def branch_fast_path() -> str:
    """Return the sh text for the launcher; it needs `rt_git_dir` and `rt_rules`, and exits 0 or falls through."""
    return rules_fast_path() + names_fast_path() + _HEAD


def names_fast_path() -> str:
    """Return the sh functions that the baked `rt_branch` calls."""
    return _NAMES


def render_branch_bake(
    main: str, develop: str | None, direct: tuple[str, ...], patterns: tuple[tuple[str, str], ...]
) -> str:
    """Return the part for the baked rules: `rt_branch NAME` succeeds when the table has a row for NAME beyond doubt."""
    closed = [name for name in (main, develop) if name and name not in direct]
    rows = [f"  {_quoted(name)}) return 0 ;;\n" for name in direct]
    rows += [f"  {_quoted(name)}) return 1 ;;\n" for name in closed]
    rows += [_render_row(pattern) for _, pattern in patterns]
    return f"rt_branch() {{\n  case $1 in\n{''.join(rows)}  *) return 1 ;;\n  esac\n}}\n"


def _render_row(pattern: str) -> str:
    hole, check = (_VERSION, "rt_version") if _VERSION in pattern else (_SLUG, "rt_slug")
    before, _, after = pattern.partition(hole)
    head, tail = _quoted(before), _quoted(after) if after else ""
    cut = f" rt_hole=${{rt_hole%{tail}}};" if tail else ""
    return f'  {head}*{tail}) rt_hole=${{1#{head}}};{cut} {check} "$rt_hole" ;;\n'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
