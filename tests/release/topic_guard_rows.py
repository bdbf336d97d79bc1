"""The rows of the guards of topics: starting one, the staging gate, names that git cannot keep side by side.

Nothing is asserted here.
"""

from guard_rows import Row, changed
from states import TOP, branch, state_of

from release_tools.config.model import Config
from release_tools.domain.version import parse_version
from release_tools.release.guards import Problems, guard_beside, guard_concealed, guard_saved
from release_tools.release.staging import guard_gate
from release_tools.release.state import RepositoryState
from release_tools.release.topic_start import guard_topic_start
from release_tools.release.topics import name_topic

V = parse_version("2.0.0")
FEATURE = "feature/login"
BEHIND = branch("develop", "dev0", "dev1", behind=1)


def starting(state: RepositoryState, kind: str = "feature") -> Problems:
    """Return what keeps a topic from being started."""
    return guard_topic_start(state, name_topic(Config(), kind, "login"))


def gate(kind: str, without: str = "") -> Problems:
    """Return what keeps a topic from being merged before it ran on staging."""
    return guard_gate(Config().flow[kind], V, kind, without=without)


TOPIC_ROWS = (
    Row("a feature from develop", lambda: starting(state_of())),
    Row("a hotfix from main", lambda: starting(state_of(on="main"), "hotfix")),
    Row("a feature on a trunk", lambda: starting(state_of(develop=None, on="main"))),
    Row("a feature from a develop that is behind", lambda: starting(state_of(develop=BEHIND))),
    Row(
        "a feature from a develop that only the remote has",
        lambda: starting(state_of(develop=branch("develop", "", "dev1"))),
    ),
    Row("a feature without a remote", lambda: starting(state_of(develop=branch("develop", "dev1"), remote=None))),
    Row(
        "a feature from a develop that is ahead",
        lambda: starting(state_of(develop=branch("develop", "dev2", "dev1", ahead=1))),
        "develop has 1 commit that origin does not have.",
        "git push origin develop",
    ),
    Row(
        "a feature from a develop that has diverged",
        lambda: starting(state_of(develop=branch("develop", "dev2", "dev3", ahead=1, behind=1))),
        "develop has diverged: 1 commit only here, 1 only at origin.",
        "git pull --rebase origin develop",
    ),
    Row(
        "a hotfix beside a develop that is ahead",
        lambda: starting(state_of(develop=branch("develop", "dev2", "dev1", ahead=1), on="main"), "hotfix"),
    ),
    Row(
        "a feature from a detached HEAD",
        lambda: starting(state_of(on=None)),
        "HEAD is detached at detached...",
        "git switch develop",
    ),
    Row("changes that come along", lambda: starting(state_of(changes=changed("a")))),
    Row(
        "changes that files would move under",
        lambda: starting(state_of(changes=changed("a"), on="main")),
        "Tracked files are changed: a.",
        "git stash",
    ),
    Row(
        "changes while develop is behind",
        lambda: starting(state_of(changes=changed("a"), develop=BEHIND)),
        "Tracked files are changed: a.",
        "git stash",
    ),
    Row(
        "the feature exists here",
        lambda: starting(state_of(topic=branch(FEATURE, "feat1"))),
        "The branch feature/login exists here.",
        "git switch feature/login",
    ),
    Row(
        "the feature exists there",
        lambda: starting(state_of(topic=branch(FEATURE, "", "feat1"))),
        "The branch feature/login exists at origin.",
        "choose another name",
    ),
    Row(
        "the feature exists on both sides",
        lambda: starting(state_of(topic=branch(FEATURE, "feat1", "feat1"))),
        "The branch feature/login exists here and at origin.",
        "choose another name",
    ),
    Row(
        "a branch named like the prefix",
        lambda: starting(state_of(topic=branch("feature", "feat1"))),
        "The branch feature is in the way: git cannot keep feature/login beside it.",
        "Rename or delete feature",
    ),
    Row(
        "a branch below the name",
        lambda: starting(state_of(topic=branch(f"{FEATURE}/form", "", "feat1"))),
        "The branch feature/login/form is in the way: git cannot keep feature/login beside it.",
        "Rename or delete feature/login/form",
    ),
    Row("a longer name", lambda: guard_beside(state_of(topic=branch(f"{FEATURE}-form", "feat1")), FEATURE)),
    Row("a release needs no staging", lambda: gate("release")),
    Row(
        "an upgrade without a record",
        lambda: gate("upgrade"),
        "There is no record that 2.0.0 ran on staging, and upgrade branches are merged only with one.",
        'release-tools finish-upgrade 2.0.0 --without-staging "REASON"',
    ),
    Row(
        "an upgrade with an empty reason",
        lambda: gate("upgrade", without=" \n"),
        "There is no record that 2.0.0 ran on staging, and upgrade branches are merged only with one.",
        "--without-staging",
    ),
    Row("an upgrade with a reason", lambda: gate("upgrade", without="staging is down")),
    Row("a merge worktree without anything of its own", lambda: guard_saved((("/merge", ()),))),
    Row(
        "a merge worktree with a note in it",
        lambda: guard_saved((("/merge", ("note",)),)),
        "The merge worktree /merge holds what no commit has: note.",
        "git commit --amend",
    ),
    Row("nothing is concealed", lambda: guard_concealed(state_of(), TOP, ())),
    Row(
        "an edit that git overlooks",
        lambda: guard_concealed(state_of(), "/other", ("a",)),
        "Files marked skip-worktree or assume-unchanged are edited in /other: a.",
        "git update-index --no-skip-worktree",
    ),
)
