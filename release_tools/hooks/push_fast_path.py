"""The fast path of pre-push: the sh text that lets an ordinary push pass without starting Python.

It only ever accepts: new commits on branches of the flow table, with messages in which awk finds no error. Warnings are
the commit-msg hook's; so bytes beyond ASCII may stand in a description that has a visible one besides, and in a body.
Whatever is not beyond doubt falls through to the Python door, and so does a push where git, awk or a deadline fails.
"""

from release_tools.config.hooks import HookRules
from release_tools.hooks.branch_fast_path import names_fast_path
from release_tools.hooks.fast_path import rules_fast_path
from release_tools.hooks.push_door import GLOB

# One line for each commit, `\\001` with its name and its parents, stands before its message; `\\002` says that git came
# to its end. Whoever writes such lines into a message deceives himself: the hook can be skipped by an option.
_AWK = r"""
function is_plain(line,   at, type, scope, known) {
    at = index(line, ": ")
    if (!at || line ~ /[\001-\037\177]/ || line ~ / $/ || length(line) > most) return 0
    if (substr(line, at + 2) !~ /^[^ ]/ || substr(line, at + 2) !~ /[!-~]/) return 0
    type = substr(line, 1, at - 1)
    sub(/!$/, "", type)
    known = types
    if (type ~ /\)$/) {
        known = scoped
        scope = substr(type, index(type, "(") + 1)
        scope = substr(scope, 1, length(scope) - 1)
        type = substr(type, 1, index(type, "(") - 1)
        if (scope !~ /^[A-Za-z0-9][A-Za-z0-9._\/-]*$/) return 0
        if (scopes != "" && !index(scopes, "|" scope "|")) return 0
    }
    return type ~ /^[A-Za-z0-9_-]+$/ && (open != "" || index(known, "|" type "|"))
}
/^\001[0-9a-f]+ [0-9a-f ]*$/ {
    if (NF == 1 || (NF > 2 && merge == "")) exit
    place = NF > 2 ? "merge" : "header"
    next
}
{ ended = $0 == "\002" && place != "header" && place != "gap" }
ended || place == "merge" { next }
place == "" { exit }
place == "header" { if (!is_plain($0)) exit; place = "gap"; next }
place == "gap" { if ($0 != "") exit; place = "body"; next }
$0 != "" && body == "" { exit }
tolower($0) ~ /breaking/ { exit }
END { exit !ended }
"""

_STATIC = """\
rt_newline='
'
rt_tips() {
    rt_asked=
    while IFS= read -r rt_line; do
        rt_old=${rt_line##* } rt_line=${rt_line% *}
        rt_ref=${rt_line##* } rt_line=${rt_line% *}
        rt_new=${rt_line##* }
        case $rt_ref in refs/heads/*) ;; *) return 1 ;; esac
        case $rt_new in *[!0]*) ;; *) return 1 ;; esac
        rt_guarded "${rt_ref#refs/heads/}" && return 1
        rt_branch "${rt_ref#refs/heads/}" || return 1
        rt_asked=$rt_asked$rt_new$rt_newline
        case $rt_old in *[!0]*) rt_asked=$rt_asked^$rt_old$rt_newline ;; esac
    done <<rt_end
${rt_input%"$rt_newline"}
rt_end
}
rt_git() { git "$@"; }
if command -v timeout >/dev/null; then rt_git() { timeout 60 git "$@"; }; fi
rt_log() {
    printf %s "$rt_asked" | rt_git --no-replace-objects log --encoding=UTF-8 --no-show-signature --ignore-missing \\
        --format='%x01%H %P%n%B' --stdin --not --remotes="$1" --remotes="$rt_remote" && printf '\\002\\n'
}
rt_push_is_plain() {
    [ -n "$rt_input" ] || return 0
    [ -z "${RELEASE_TOOLS_RUN+set}" ] && rt_load_rules && rt_tips || return 1
    rt_log "$1" 2>/dev/null | LC_ALL=C awk -v types="$rt_types" -v scoped="$rt_scoped" -v scopes="$rt_scopes" \\
        -v open="$rt_open" -v most="$rt_header_max" -v body="$rt_body" -v merge="$rt_merge" '@AWK@' 2>/dev/null
}
rt_push_is_plain "$1" && exit 0
"""


def push_fast_path() -> str:
    """Return the sh text for the launcher; it needs `$1`, `rt_input` and `rt_rules`, and exits 0 or falls through."""
    return rules_fast_path() + names_fast_path() + _STATIC.replace("@AWK@", _AWK)


def render_push_bake(rules: HookRules) -> str:
    """Return the part for the baked rules: `rt_guarded NAME` succeeds for a branch that takes more than a look."""
    guarded = [name for name in (rules.main, rules.develop, *rules.direct, *rules.protected) if name]
    globs = any(not GLOB.isdisjoint(name) for name in rules.protected)
    row = "*" if globs else " | ".join(_quoted(name) for name in dict.fromkeys(guarded))
    values = {"rt_merge": "any" if rules.merge == "accept" else "", "rt_remote": rules.remote}
    lines = "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())
    return f"{lines}rt_guarded() {{\n  case $1 in\n  {row}) return 0 ;;\n  esac\n  return 1\n}}\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
