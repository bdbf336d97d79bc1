"""The table of commands: name, group, exit codes and one-line summary.

No command is imported here: `--help` and a mistyped name are answered from this table alone.
"""

from typing import NamedTuple

from release_tools.cli.exit_codes import ALWAYS


class Row(NamedTuple):
    """One command as `--help` shows it; its code lives in `cli/commands/<name with underscores>.py`."""

    name: str
    group: str
    summary: str
    exits: tuple[int, ...]

    @property
    def module(self) -> str:
        """Return the dotted name of the module that holds the command."""
        return f"release_tools.cli.commands.{self.name.replace('-', '_')}"

    @property
    def all_exits(self) -> tuple[int, ...]:
        """Return every exit code of the command, those that all commands share included."""
        return tuple(sorted({*self.exits, *ALWAYS}))


GROUPS = ("set up", "commit", "flow", "version", "runs", "deploy", "operate")
CHECK, READ, WRITE, RUN = (0, 1, 4), (0, 3, 4), (0, 3, 4), (0, 3, 4, 5, 6)
ENDS = (7, 8, 9, 10)
"""How a deploy may end besides."""

ROWS = (
    Row("install-hooks", "set up", "Write the git hooks of this repository, keeping those that are there", WRITE),
    Row("uninstall-hooks", "set up", "Take the git hooks out again and put back what was there before", WRITE),
    Row("init", "set up", "Write workflows that call ours", (0, 3, 4)),
    Row("doctor", "set up", "Look at the remote and the token that commands would work with", (0, 1, 3, 4)),
    Row("protect", "set up", "Let the forge enforce what the configuration says of branches and tags", RUN),
    Row("demo", "set up", "Tell the release journey in a throw-away repository", (0, 1, 4)),
    Row("commit", "commit", "Write a commit message part by part and commit with it", (0, 1, 3, 4)),
    Row("check-commit", "commit", "Check a commit message, or every message in a range", CHECK),
    Row("check-branch", "commit", "Check the name of the current branch, or of the branch that is named", CHECK),
    Row("check-push", "commit", "Check a push as the pre-push hook does: branches, tags and new commits", CHECK),
    Row("check-pr", "commit", "Check a pull request: its title, its head and its base", (0, 1, 3, 4)),
    Row("start-feature", "flow", "Cut a feature branch from develop", RUN),
    Row("finish-feature", "flow", "Merge a feature into develop and delete its branch", RUN),
    Row("start-fix", "flow", "Cut a fix branch from develop", RUN),
    Row("finish-fix", "flow", "Merge a fix into develop and delete its branch", RUN),
    Row("start-release", "flow", "Cut a release branch from develop", RUN),
    Row("finish-release", "flow", "Merge, tag and publish a release, and bring it back to develop", RUN),
    Row("start-hotfix", "flow", "Cut a hotfix branch from main", RUN),
    Row("finish-hotfix", "flow", "Release a hotfix and carry it to open releases and develop", RUN),
    Row("start-upgrade", "flow", "Cut a release branch that must run on staging first", (*RUN, 9)),
    Row("finish-upgrade", "flow", "Finish an upgrade as a release, once it ran on staging", RUN),
    Row("update-branch", "flow", "Bring the base branch's commits into the current branch", RUN),
    Row("back-merge", "flow", "Merge the newest release into develop and open releases", RUN),
    Row("next-version", "version", "Print the version that the commits since the last release ask for", (0, 1, 3, 4)),
    Row("explain", "version", "Say how the next version comes about, and what else it could be", READ),
    Row("changelog", "version", "Print or write the changelog of the whole history or a part of it", (0, 1, 3, 4)),
    Row("notes", "version", "Print what one version changed, for a release page", READ),
    Row("versions", "version", "List every place that names the version, and whether they agree", (0, 1, 3, 4)),
    Row("bump", "version", "Set a version in the files of this branch; renumber a release", RUN),
    Row("tag", "version", "Tag a version that is merged already", RUN),
    Row("status", "runs", "Show the unfinished run: what is done, what is next, what to type", READ),
    Row("continue", "runs", "Go on with the unfinished run", (*RUN, *ENDS)),
    Row("abort", "runs", "Go back to where the unfinished run began", (*RUN, *ENDS)),
    Row("attach", "runs", "Follow the deploy run that is at work", (0, 1, 3, 4, 6, *ENDS)),
    Row("gc", "runs", "Remove old copies, releases and backups of an environment", RUN),
    Row("preflight", "deploy", "Look at everything that must hold before a deploy", (0, 3, 4, 5)),
    Row("deploy", "deploy", "Bring a version to an environment, and back when it fails", (*RUN, *ENDS)),
    Row("rollback", "deploy", "Go back to the version before", (*RUN, 8, 9)),
    Row("rehearse", "deploy", "Rehearse an upgrade and its way back on a restored copy", (*RUN, 9)),
    Row("recover", "deploy", "End what a dead deploy left in exactly one version", (0, 3, 4, 5, 6, 8, 10)),
    Row("backup", "deploy", "Back an environment up and prove the backup by a restore", (*RUN, 9)),
    Row("backups", "deploy", "List the backups of an environment", READ),
    Row("verify-backup", "deploy", "Prove that a backup can be restored", (*RUN, 9)),
    Row("restore", "deploy", "Bring a backup back, beside what is live and then in its place", (*RUN, 8, 9)),
    Row("migrate", "deploy", "Run the pending migrations of a version alone", (*RUN, 9)),
    Row("verify", "deploy", "Run every check on what serves, once", (0, 1, 3, 4)),
    Row("history", "operate", "List what was done to an environment", READ),
)
COMMANDS = {row.name: row for row in ROWS}


def nearest_command(name: str) -> str | None:
    """Return the registered name closest to a mistyped `name`, or None when none is close."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, COMMANDS, n=1, cutoff=0.5)), None)
