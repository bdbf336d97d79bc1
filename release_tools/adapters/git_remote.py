"""The remote's refs as it lists them now, without a fetch.

Pushing is `git_writer`'s work, bringing objects `git_draft`'s.
"""

from collections.abc import Mapping, Sequence

from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.push_place import push_place
from release_tools.domain.refs import HEADS, TAGS, Refs, parse_listing, parse_refs
from release_tools.record import record


@record
class GitRemote:
    """A remote by its name; `timeout` bounds each question, in seconds."""

    git: GitProcess
    name: str
    timeout: float

    def refs(self) -> Refs:
        """Return the branches and tags."""
        return parse_refs(self._listed(f"{HEADS}*", f"{TAGS}*"))

    def values(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the objects that full ref names have; absent names are left out."""
        rows = self._listed(*names)
        return {name: rows[name] for name in names if name in rows}

    def _listed(self, *patterns: str) -> dict[str, str]:
        return parse_listing(self.git.run("ls-remote", self._pushed_to(), *patterns, timeout=self.timeout).text)

    def _pushed_to(self) -> str:
        found = self.git.ask("config", "--get-all", f"remote.{self.name}.pushurl", ok=(0, 1)).text
        return push_place(self.name, found.split("\n") if found else ())
