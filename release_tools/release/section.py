"""The unreleased part of history as git tells it, and the changelog section rendered from it.

Reading git and placing the text is done here; what the commits mean and how a section looks is the domain's business.
"""

from dataclasses import replace

from release_tools.domain.changelog.links import define_links
from release_tools.domain.changelog.outline import UNRELEASED, Outline, group_entries
from release_tools.domain.changelog.rendering import render_outline
from release_tools.domain.changelog.section import HEADER, insert_section, read_sections
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.refs import Blob
from release_tools.domain.version import Version, parse_tag
from release_tools.domain.weblinks import Forge
from release_tools.errors import PreconditionFailed
from release_tools.release.bench import Bench
from release_tools.release.credits import read_people
from release_tools.release.dates import release_date, written_date
from release_tools.release.fragments import folded, parse_blobs, waiting
from release_tools.release.linking import link_forge
from release_tools.release.narrowing import narrow
from release_tools.release.pending import read_pending
from release_tools.release.state import RepositoryState

SYMLINK = "120000"
NEW_CHANGELOG = Blob(mode="100644", data=HEADER.encode())


def version_tags(state: RepositoryState, prefix: str) -> dict[Version, str]:
    """Return the versions that are tagged, here or at the remote, with the commit of each."""
    found = ((parse_tag(tag.name, prefix), tag.commit) for tag in state.tags.values())
    return {version: commit for version, commit in found if version is not None}


def read_unreleased(
    bench: Bench, state: RepositoryState, head: str, main: str | None = None, *, into: str = ""
) -> Unreleased:
    """Return what `head`, or its merge `into` another commit, has that no final tag contains.

    Pass `main` when head is based on develop.
    """
    tags = version_tags(state, bench.config.version.tag_prefix)
    here = {tag.commit for tag in state.here.tags.values()}
    absent = set(bench.reader.missing(tuple(commit for commit in tags.values() if commit not in here)))
    present = {version: commit for version, commit in tags.items() if commit not in absent}
    found = read_pending(bench.reader, present, head=head, main=main, into=into)
    return replace(found, commits=narrow(bench.reader, bench.config, found.commits))


def write_section(
    bench: Bench, state: RepositoryState, tip: str, version: Version, *, into: str = "", redate: bool = True
) -> dict[str, Blob | None]:
    """Return the changelog of `tip` with the version's section rendered anew, or nothing when it stays as it is.

    Fragments that wait there are folded into the section, and taken away: they come with None.

    `into` is the commit that `tip` will be merged into: what only it has becomes part of the version as well. Unless
    told to `redate`, a section that is there keeps its date.
    """
    path = bench.config.changelog.path
    if not path:
        return {}
    before = bench.reader.files(tip, (path,)).get(path, NEW_CHANGELOG)
    if before.mode == SYMLINK:
        raise PreconditionFailed(
            f"The changelog {path} is a symbolic link.",
            state="Nothing was changed.",
            todo=f"Name the file itself in changelog.path: {before.data.decode('utf-8', 'surrogateescape')}.",
        )
    pending = read_unreleased(bench, state, tip, into=into)
    assert state.committer is not None
    text = before.data.decode("utf-8", "surrogateescape")
    forge = find_forge(bench, state)
    taken = waiting(bench.reader, bench.config, tip)
    earlier = folded(bench.reader, bench.config, pending.commits)
    groups = group_entries(
        pending.commits,
        sections=bench.config.changelog.sections,
        released=pending.released,
        squash=bench.config.commits.squash,
        fragments=parse_blobs(bench.config, *earlier.values(), taken),
    )
    people = read_people(bench.reader, bench.config, tip, into)
    outline = Outline(
        version=str(version),
        date=(not redate and written_date(text, version)) or release_date(state.committer),
        groups=groups,
        contributors=people.contributors(pending.commits, groups) if people else (),
    )
    after = insert_section(text, version, render_outline(outline, forge=forge))
    if forge is not None:
        after = _linked(after, version, pending.baseline, forge, bench.config.version.tag_prefix)
    data = after.encode("utf-8", "surrogateescape")
    written: dict[str, Blob | None] = {} if data == before.data else {path: Blob(mode=before.mode, data=data)}
    return {**written, **dict.fromkeys(taken)}


def _linked(text: str, version: Version, previous: Version | None, forge: Forge, prefix: str) -> str:
    """Return the changelog with the links of a version that is being released, and of what will come after it."""
    newest = max(section.version for section in read_sections(text))
    links = {UNRELEASED: forge.compare(newest.tag_name(prefix))}
    if previous:
        links[str(version)] = forge.compare(previous.tag_name(prefix), version.tag_name(prefix))
    return define_links(text, links)


def find_forge(bench: Bench, state: RepositoryState) -> Forge | None:
    """Return where the links of a changelog lead, None when none are wanted."""
    if not bench.config.changelog.links:
        return None
    return link_forge(bench.settings.get(f"remote.{state.remote}.url", ""), state.remote or "", bench.config)
