"""Preparing a topic for its merge: the version in its files and its changelog section, as one more commit where needed.

The commit is drafted; which version it is was chosen before.
"""

from release_tools.domain.version import Version
from release_tools.release.bench import Bench
from release_tools.release.section import write_section
from release_tools.release.state import RepositoryState
from release_tools.release.version_tree import raised_blobs


def prepare(
    bench: Bench, state: RepositoryState, source: str, version: Version, resolved: tuple[str, ...], *, redate: bool
) -> str:
    """Return `source`, or one commit more where version files or changelog section must be brought up to date.

    `resolved` are commits in which a person may have resolved a merge of what an earlier draft made here.
    """
    main = state.main.remote or state.main.local
    raised = raised_blobs(bench, source, version)
    files = {**raised, **write_section(bench, state, source, version, into=main, redate=redate)}
    if not files:
        return source
    branches = {branch.local for branch in state.long_lived}
    earlier = (commit for commit in resolved if commit not in branches and bench.reader.parents(commit) == (source,))
    wording = bench.config.release.commit_message if raised else "docs: update the changelog of {version}"
    message = wording.format(version=version) + "\n"
    return next(earlier, "") or bench.draft.commit(bench.draft.tree(source, files), (source,), message)
