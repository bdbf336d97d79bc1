"""The baked file: the hooks' rules as one text that sh sources and Python reads.

Where it lies and when it is written anew is the hooks' business; no file is touched here.
"""

from typing import TYPE_CHECKING

from release_tools.config.hooks import FIRST_LINE, LISTS, WORDS, HookRules

if TYPE_CHECKING:
    from release_tools.config.model import Config

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
USUAL_REMOTE = "origin"
_ANY = 4096  # the fast path reads no more than this anyway


def hook_rules(config: "Config", *, name: str) -> HookRules:
    """Return the part of a whole configuration that hooks need; `name` is the configuration file's, empty for none."""
    commits, branches = config.commits, config.branches
    develop = "develop" if branches.develop is None else branches.develop or None
    return HookRules(
        config=name,
        rules=commits.rules,
        types=commits.types,
        scopes=commits.scopes,
        scope_required=commits.scope_required,
        issue_required=commits.issue_required,
        issue_pattern=commits.issue_pattern,
        header_max=commits.header_max,
        header_max_level=commits.header_max_level,
        body_line_max=commits.body_line_max,
        autofix=commits.autofix,
        merge=commits.machine.merge,
        revert=commits.machine.revert,
        fixup=commits.machine.fixup,
        main=branches.main,
        develop=develop,
        direct=branches.direct,
        patterns=tuple([(kind, flow.pattern) for kind, flow in config.flow.items()]),
        remote=branches.remote or USUAL_REMOTE,
        protected=branches.protected,
        tag_prefix=config.version.tag_prefix,
        moving_tags=config.version.moving_tags,
    )


def render_bake(rules: HookRules, *, branches: str = "") -> str:
    """Return the whole baked file; `branches` is the sh fragment of the branch check."""
    return f"{render_data(rules)}{render_shell(rules)}{branches}"


def render_data(rules: HookRules) -> str:
    """Return the comment lines of the baked file: what Python reads and sh skips."""
    rows: dict[str, tuple[str, ...]] = {name: getattr(rules, name) for name in LISTS}
    rows.update({name: (getattr(rules, name),) for name in ("config", *WORDS)})
    rows["header_max"] = (str(rules.header_max),)
    rows["body_line_max"] = () if rules.body_line_max is None else (str(rules.body_line_max),)
    rows["autofix"] = ("yes",) if rules.autofix else ()
    rows["develop"] = () if rules.develop is None else (rules.develop,)
    rows["patterns"] = tuple([word for pattern in rules.patterns for word in pattern])
    lines = ["#:" + "\t".join([name, *map(_escaped, words)]) + "\n" for name, words in rows.items()]
    return FIRST_LINE + "".join(lines)


def render_shell(rules: HookRules) -> str:
    """Return the sh assignments that the fast path of commit-msg reads.

    A list stands between bars. `rt_types` may be settled without a scope, `rt_scoped` with one; a type that needs more
    than sh can judge is in neither list. `rt_scopes` is empty where any scope will do.
    """
    spec = rules.rules == "spec"
    types = [name for name in rules.types if _PLAIN.issuperset(name) and not _applies(name, rules.issue_required)]
    values = {
        "rt_config": rules.config,
        "rt_open": "any" if spec else "",
        "rt_types": _bars([name for name in types if not _applies(name, rules.scope_required)]),
        "rt_scoped": _bars(types),
        "rt_scopes": _bars([name for name in rules.scopes if _PLAIN.issuperset(name)]) if rules.scopes else "",
        "rt_header_max": str(_ANY if spec else min(rules.header_max, _ANY)),
        "rt_body": "" if rules.body_line_max else "any",
    }
    return "".join([f"{name}='{value}'\n" for name, value in values.items()])


def _applies(name: str, required: tuple[str, ...]) -> bool:
    return name in required or "*" in required


def _bars(words: list[str]) -> str:
    return f"|{'|'.join(words)}|"


def _escaped(word: str) -> str:
    return word.replace("%", "%25").replace("\t", "%09").replace("\n", "%0A")
