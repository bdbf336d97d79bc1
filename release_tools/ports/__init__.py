"""The ports: what features ask of the outside world, as protocols; readers and writers are different types.

No implementation is here; `adapters` has the real ones, `tests/fakes` the others, and one contract suite holds both.
Those of a deploy are imported from their own modules, so that a release does not load them.
"""

from release_tools.ports.forge import Forge, ForgeReader, ForgeWriter
from release_tools.ports.git import GitDraft, GitReader, GitWriter
from release_tools.ports.version_files import VersionLocator

__all__ = ["Forge", "ForgeReader", "ForgeWriter", "GitDraft", "GitReader", "GitWriter", "VersionLocator"]
