"""What `next-version` and `explain` work with: the outlook of a repository, read without GitPython.

Everything is built when it is needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release_tools.release.flows.outlook import Outlook


@contextmanager
def outlook(repo: Path, config: Path | None, *, offline: bool) -> Iterator["Outlook"]:
    """Yield the outlook of the repository around `repo`; what was fetched for it is deleted afterwards."""
    from release_tools.adapters.git_history import find_history
    from release_tools.config.load import load_config
    from release_tools.release.flows.outlook import observe_outlook

    history = find_history(repo)
    loaded = load_config(history.top, config)
    history = replace(history, timeout=loaded.git.read_timeout, network_timeout=loaded.git.network_timeout)
    places: list[Path] = []

    def make_scratch() -> Path:
        from tempfile import mkdtemp

        places.append(Path(mkdtemp(prefix="release-tools-")))
        return places[-1]

    try:
        yield observe_outlook(history, loaded, make_scratch, offline=offline)
    finally:
        for place in places:
            import shutil

            shutil.rmtree(place)
