"""The judge of a doubtful message: lint, report, the kept copy, the proposal, and the mending that was asked for.

Imported only when the door could not let a message pass by itself.
"""

import os
import shlex
from pathlib import Path

from release_tools.config.hooks import HookRules
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.proposal import Proposal, propose
from release_tools.domain.messages.report import Retry, render_report
from release_tools.domain.messages.violation import errors
from release_tools.hooks.failure import say
from release_tools.hooks.kept_message import FIXED, keep
from release_tools.hooks.recording import Recording

_HOOK = "commit-msg"


def judge(recording: Recording, rules: HookRules, git_dir: str, path: str) -> int:
    """Check the message as it will be recorded, say what is wrong with it, and return the exit code."""
    violations = lint(
        recording.message,
        rules,
        merging=recording.merging,
        reverting=recording.reverting,
        encoding=recording.encoding,
    )
    if not violations:
        return 0
    text, _ = decode(recording.message, recording.encoding)
    if not errors(violations):
        say(render_report(text, violations, hook=_HOOK, config=rules.config))
        return 0
    proposal = propose(recording.message, rules, encoding=recording.encoding)
    if rules.autofix and proposal and proposal.mechanical:
        return _mend(path, proposal, encoding=recording.encoding)
    retry = _keep(recording, proposal, git_dir, path)
    say(render_report(text, violations, hook=_HOOK, config=rules.config, retry=retry))
    return 1


def _mend(path: str, proposal: Proposal, *, encoding: str) -> int:
    """Write the mended message where git will read it."""
    Path(path).write_bytes(proposal.text.encode(encoding))
    say(f"{_HOOK}: mended: {proposal.header}\n")
    return 0


def _keep(recording: Recording, proposal: Proposal | None, git_dir: str, path: str) -> Retry | None:
    """Keep the message where the next commit does not overwrite it; None when there is nothing to keep."""
    if not recording.message or not _is_gits_own(git_dir, path):
        return None
    kept = keep(Path(git_dir), recording.message)
    fixed = kept.with_name(FIXED)
    commit = "git commit --amend" if (Path(git_dir) / "rebase-merge" / "amend").exists() else "git commit"
    edit = f"{commit} -e -F {_typed(kept)}"
    if proposal is None:
        fixed.unlink(missing_ok=True)
        return Retry(edit=edit)
    fixed.write_bytes(proposal.text.encode(recording.encoding))
    return Retry(edit=edit, take=f"{commit} -F {_typed(fixed)}", header=proposal.header)


def _is_gits_own(git_dir: str, path: str) -> bool:
    """Tell whether git wrote the file, which then is lost at the next commit; any other file stays where it is."""
    return Path(path).resolve().parent == Path(git_dir).resolve()


def _typed(path: Path) -> str:
    """Return a path as one types it where the commit was made, which need not be the top of the work tree."""
    here = not path.is_absolute() and not os.environ.get("GIT_PREFIX")
    return shlex.quote(str(path if here else path.absolute()))
