"""The next version of the branch that is checked out.

Nothing is written or planned.
"""

from release_tools.domain.history.next_version import NextVersion
from release_tools.release.flows.looking import looking, observed
from release_tools.release.flows.session import Session
from release_tools.release.lines import is_line
from release_tools.release.section import read_unreleased
from release_tools.release.versioning import next_version


@looking()
def find_next_version(session: Session) -> NextVersion:
    """Return the version that the commits on the current branch ask for."""
    bench = session.bench
    state = observed(bench)
    based = state.head_branch != state.main.name and not is_line(bench.config, state.head_branch)
    pending = read_unreleased(bench, state, state.head, (state.main.remote or state.main.local) if based else None)
    return next_version(bench.config, state, pending)
