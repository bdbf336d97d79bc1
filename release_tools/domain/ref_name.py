"""The name of a branch or tag: what git allows in it.

Only the rules of `git check-ref-format`; which names a team wants is the business of `branch_grammar`.
"""

_FORBIDDEN = frozenset(" ~^:?*[\\\x7f") | frozenset(map(chr, range(32)))


def lint_ref_name(name: str) -> str:
    """Return what git has against the short name of a branch or tag; nothing when it is legal."""
    parts = name.split("/")
    checks = (
        (not name, "it is empty"),
        (name == "@" or "@{" in name, "'@' alone and '@{' mean something else to git"),
        (name.startswith("-"), "it begins with '-'"),
        (".." in name, "it holds '..'"),
        (name.endswith("."), "it ends with '.'"),
        (not _FORBIDDEN.isdisjoint(name), "it holds a blank, a control character or one of ~ ^ : ? * [ \\"),
        ("" in parts, "a '/' stands at an end, or two stand together"),
        (any(part.startswith(".") for part in parts), "a part begins with '.'"),
        (any(part.endswith(".lock") for part in parts), "a part ends with '.lock'"),
    )
    return next((wrong for fails, wrong in checks if fails), "")
