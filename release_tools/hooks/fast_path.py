"""The fast path of commit-msg: the sh text that lets an ordinary message pass without starting Python.

It only ever accepts. Whatever is not beyond doubt falls through to the Python door behind it.

The text needs `read -d` and `read -n` (bash, busybox): without them a shell can neither see a NUL byte nor stop reading
a line of ten megabytes, and in such a shell (dash) every message goes to Python. So bash runs the launcher where there
is one. A comment prefix that begins with a letter (`core.commentChar=f`) is the one setting that is not looked for.
"""

from release_tools.hooks.commit_door import KEPT
from release_tools.hooks.git_words import SYSTEM_FILES

SIZE_MAX = 4096
SHELLS = ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")

# Sets the rules' variables and answers whether they are current; the same questions as config.hooks.is_current.
_RULES = """\
rt_load_rules() {
    [ -r "$rt_rules" ] || return 1
    . "$rt_rules"
    case $rt_config in
    release-tools.toml) [ -e release-tools.toml ] || return 1 ;;
    pyproject.toml) [ -e pyproject.toml ] && ! [ -e release-tools.toml ] || return 1 ;;
    *) ! [ -e pyproject.toml ] && ! [ -e release-tools.toml ] ; return ;;
    esac
    ! [ "$rt_config" -nt "$rt_rules" ] && ! [ "$rt_rules" -nt "$rt_config" ]
}
"""

# One read takes the whole file: status 1 is the end of the file, 0 a NUL byte or too much, 2 a shell that cannot do it.
_COMMIT_MSG = """\
rt_read() {
    IFS= read -r -d '' -n @SIZE@ rt_text <"$1" 2>/dev/null
    [ $? = 1 ]
}
rt_default_settings() {
    [ "${GIT_EDITOR-}" != : ] && [ -z "${GIT_CONFIG_PARAMETERS-}${GIT_CONFIG_COUNT-}" ] || return 1
    [ -e "$rt_git_dir/commondir" ] && return 1
    for rt_file in "$rt_git_dir/config" "$rt_git_dir/config.worktree" "${GIT_CONFIG_GLOBAL-${HOME-}/.gitconfig}" \\
        "${GIT_CONFIG_GLOBAL-${XDG_CONFIG_HOME:-${HOME-}/.config}/git/config}" "${GIT_CONFIG_SYSTEM-}" \\
        "${GIT_EXEC_PATH%%/libexec/*}/etc/gitconfig" @SYSTEM@; do
        [ -e "$rt_file" ] || continue
        rt_read "$rt_file" || return 1
        case $rt_text in
        *[Cc][Oo][Mm][Mm][Ee][Nn][Tt]* | *[Cc][Ll][Ee][Aa][Nn][Uu][Pp]* | *[Ee][Nn][Cc][Oo][Dd][Ii][Nn][Gg]* | \\
            *'['[Ii][Nn][Cc][Ll][Uu][Dd][Ee]*) return 1 ;;
        esac
    done
}
rt_body_is_plain() {
    case $1 in
    *[!\\ -~$rt_newline$rt_tab]* | *[Bb][Rr][Ee][Aa][Kk][Ii][Nn][Gg]* | *[Cc][Hh][Aa][Nn][Gg][Ee]:* | \\
        *[Cc][Hh][Aa][Nn][Gg][Ee][Ss]:*) return 1 ;;
    esac
    case $1 in
    '' | "$rt_newline") return 0 ;;
    "$rt_newline$rt_newline"*) [ -n "$rt_body" ] ;;
    "$rt_newline#"*)
        rt_rest=${1#"$rt_newline#"}
        case $rt_rest in *"$rt_newline"[!#]*) return 1 ;; esac
        rt_default_settings
        ;;
    *) return 1 ;;
    esac
}
rt_header_is_plain() {
    case $1 in
    *[!\\ -~]* | *' ' | *:\\ [\\ ]*) return 1 ;;
    *:\\ *) ;;
    *) return 1 ;;
    esac
    [ ${#1} -le "$rt_header_max" ] || return 1
    rt_type=${1%%:*}
    case ${1#*:} in ' '[!\\ ]*) ;; *) return 1 ;; esac
    rt_type=${rt_type%!}
    rt_known=$rt_types
    case $rt_type in
    *'('*')')
        rt_known=$rt_scoped
        rt_scope=${rt_type#*'('}
        rt_scope=${rt_scope%')'}
        rt_type=${rt_type%%'('*}
        case $rt_scope in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._/-]*) return 1 ;; esac
        case $rt_scopes in '' | *"|$rt_scope|"*) ;; *) return 1 ;; esac
        ;;
    esac
    case $rt_type in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac
    [ -n "$rt_open" ] && return 0
    case $rt_known in *"|$rt_type|"*) return 0 ;; esac
    return 1
}
rt_is_beyond_doubt() {
    local LC_ALL=C rt_message rt_header
    rt_newline='
'
    rt_tab='	'
    rt_load_rules && ! [ -e "$rt_git_dir/MERGE_HEAD" ] && ! [ -e "$rt_git_dir/@KEPT@" ] && rt_read "$1" || return 1
    rt_message=$rt_text
    rt_header=${rt_message%%"$rt_newline"*}
    rt_header_is_plain "$rt_header" && rt_body_is_plain "${rt_message#"$rt_header"}"
}
rt_is_beyond_doubt "$1" && exit 0
"""


def rules_fast_path() -> str:
    """Return the sh function `rt_load_rules`: sets the baked rules' variables, fails when they are missing or stale."""
    return _RULES


def commit_msg_fast_path() -> str:
    """Return the sh text for the launcher; it needs `$1`, `rt_git_dir` and `rt_rules`, and exits 0 or falls through."""
    system = " ".join([f"'{path.decode()}'" for path in SYSTEM_FILES])
    words = {"@SIZE@": str(SIZE_MAX), "@SYSTEM@": system, "@KEPT@": KEPT}
    text = _COMMIT_MSG
    for word, value in words.items():
        text = text.replace(word, value)
    return rules_fast_path() + text
