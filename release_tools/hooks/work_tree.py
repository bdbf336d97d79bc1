"""The work tree of a message file that git did not write: found from where the command was typed.

Used by hand and in CI only; as a hook, git says where its directory is.
"""

from pathlib import Path

from release_tools.hooks.commit_door import check
from release_tools.hooks.rules_file import load_rules, read_rules


def check_elsewhere(raw: bytes, path: str) -> int:
    """Check the message in a file anywhere by the rules of the work tree around the current directory."""
    top, git_dir = find_work_tree(Path.cwd())
    if git_dir is None:
        return check(raw, read_rules(str(top)), str(top), path)
    return check(raw, load_rules(str(git_dir), str(top)), str(git_dir), path)


def find_work_tree(start: Path) -> tuple[Path, Path | None]:
    """Return the top of the work tree around `start` and its git dir; `start` and None outside of any."""
    for top in (start, *start.parents):
        link = top / ".git"
        if link.is_dir():
            return top, link
        if link.is_file():
            return top, top / link.read_text().removeprefix("gitdir:").strip()
    return start, None
