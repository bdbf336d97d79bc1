"""The workflows of a work tree that call ours: read, and written whole; and the templates that they are made from.

What stands in them is told in `domain.workflow_callers`.
"""

from importlib.resources import files
from pathlib import Path

from release_tools.adapters.text_file import load_text, replace_text
from release_tools.errors import ToolFailed
from release_tools.record import record

PLACE = Path(".github", "workflows")


@record
class CallerFiles:
    """The directory of workflows in the work tree at `top`."""

    top: Path

    def path(self, name: str) -> Path:
        """Return where a workflow lies, from the top of the work tree."""
        return PLACE / name

    def load(self, name: str) -> str | None:
        """Return the text of a workflow, None where there is none."""
        path = self.top / PLACE / name
        return load_text(path) if path.exists() or path.is_symlink() else None

    def write(self, name: str, text: str) -> None:
        """Write a workflow, with the directories that it needs; `ToolFailed` when the disk says no."""
        path = self.top / PLACE / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"{path.parent} cannot be made: {error.strerror}."
            raise ToolFailed(what, state="Nothing was written.") from error
        replace_text(path, text)


def load_template(name: str) -> str:
    """Return the template of a workflow."""
    return files("release_tools").joinpath("templates", "workflows", name).read_text(encoding="utf-8")


def installed_from() -> tuple[str, str]:
    """Return the address and the commit that this program was installed from; both empty where it was not git."""
    import json
    from importlib.metadata import distribution

    told = json.loads(distribution("release-tools").read_text("direct_url.json") or "{}")
    return str(told.get("url", "")), str(told.get("vcs_info", {}).get("commit_id", ""))
