"""The remote's refs as it lists them now, without a fetch.

Pushing is `git_writer`'s work, bringing objects `git_draft`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import HEADS, TAGS, Refs, Tag
from release_tools.errors import PreconditionFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRemote:
    """A remote by its name; `timeout` bounds each question, in seconds."""

    git: GitProcess
    name: str
    timeout: float

    def refs(self) -> Refs:
        """Return the branches and tags."""
        rows = self._listed(f"{HEADS}*", f"{TAGS}*")
        names = [name.removeprefix(TAGS) for name in rows if name.startswith(TAGS) and not name.endswith("^{}")]
        return Refs(
            branches={name.removeprefix(HEADS): sha for name, sha in rows.items() if name.startswith(HEADS)},
            tags={
                name: Tag(name=name, object=rows[TAGS + name], commit=rows.get(f"{TAGS}{name}^{{}}", rows[TAGS + name]))
                for name in names
            },
        )

    def values(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the objects that full ref names have; absent names are left out."""
        rows = self._listed(*names)
        return {name: rows[name] for name in names if name in rows}

    def _listed(self, *patterns: str) -> dict[str, str]:
        out = self.git.run("ls-remote", self._pushed_to(), *patterns, timeout=self.timeout).text
        return {name: sha for sha, name in (line.split("\t") for line in out.split("\n") if line)}

    def _pushed_to(self) -> str:
        """Return where pushes to the remote go: what is there counts, and it may be another place than fetches ask."""
        places = self.git.ask("config", "--get-all", f"remote.{self.name}.pushurl", ok=(0, 1)).text.split("\n")
        if len(places) > 1:
            failed = f"The remote {self.name} pushes to {len(places)} places, which cannot be changed together."
            todo = f"Keep one remote.{self.name}.pushurl."
            raise PreconditionFailed(failed, state="Nothing was changed.", todo=todo)
        return places[0] or self.name
