"""The commitizen plug-in: `cz commit` asks for the parts of a message, `cz check` answers what commit-msg answers.

Versions and changelogs are not made here: `cz bump` is refused by commitizen itself, for lack of a table.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commitizen import cmd, git
from commitizen.cz.base import BaseCommitizen, ValidationResult
from commitizen.cz.utils import multiple_line_breaker
from commitizen.defaults import DEFAULT_SETTINGS
from commitizen.exceptions import CommitMessageLengthExceededError, InvalidCommitMessageError, InvalidConfigurationError

from release_tools.config.bake import hook_rules
from release_tools.config.load import config_path, load_config
from release_tools.domain.grammar import recorded
from release_tools.domain.messages.compose import DESCRIPTIONS, Draft, compose
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.report import render_report
from release_tools.domain.messages.violation import Violation, errors
from release_tools.errors import ConfigError

if TYPE_CHECKING:
    from commitizen.config.base_config import BaseConfig
    from commitizen.question import CzQuestion

SCHEMA = "type(scope)!: description\n\nbody\n\nBREAKING CHANGE: what breaks\nRefs: issues"


class ReleaseToolsCz(BaseCommitizen):
    """The rules of `[tool.release-tools.commits]` as commitizen's; named `release_tools` in its settings."""

    def __init__(self, config: "BaseConfig") -> None:
        super().__init__(config)
        top = git.find_git_project_root() or Path.cwd()
        source = config_path(top)
        try:
            self.rules = hook_rules(load_config(top), name=source.name if source else "")
        except ConfigError as error:
            raise InvalidConfigurationError(str(error)) from error

    def questions(self) -> "list[CzQuestion]":
        """Return what `cz commit` asks, the types and a closed list of scopes as lists."""
        width = max(map(len, self.rules.types))
        types = [{"value": name, "name": f"{name:<{width}}  {DESCRIPTIONS.get(name, '')}"} for name in self.rules.types]
        scopes = [{"value": name, "name": name or "(none)"} for name in ("", *self.rules.scopes)]
        lines = {"filter": multiple_line_breaker}
        scope = {"type": "list", "choices": scopes} if self.rules.scopes else {"type": "input"}
        questions: list[Any] = [
            {"type": "list", "name": "type", "message": "Type", "choices": types},
            {"name": "scope", "message": "Scope (empty: none)", **scope},
            {"type": "input", "name": "subject", "message": "What changes, in a few words"},
            {"type": "input", "name": "body", "message": "Why (| begins a new line; empty: nothing)", **lines},
            {"type": "input", "name": "breaking", "message": "What breaks for those who use it (empty: nothing)"},
            {"type": "input", "name": "issues", "message": "Issues, with commas between (empty: none)"},
        ]
        return questions

    def message(self, answers: Mapping[str, Any]) -> str:
        """Return the message that the answers make; one that breaks a rule is refused with its report."""
        parts = {name: str(answers.get(name, "")) for name in ("type", "scope", "subject", "body", "breaking")}
        text = compose(Draft(**parts, issues=tuple(str(answers.get("issues", "")).split(","))))
        found = lint(text.encode("utf-8", "surrogateescape"), self.rules)
        if errors(found):
            raise InvalidCommitMessageError(self._report(text, found))
        return text.rstrip("\n")

    def validate_commit_message(
        self,
        *,
        commit_msg: str,
        pattern: re.Pattern[str],
        allow_abort: bool,  # by name only
        allowed_prefixes: list[str],
        max_msg_length: int | None,
        commit_hash: str,
    ) -> ValidationResult:
        """Return the lint's verdict; prefixes and a length count only where somebody asked commitizen for them."""
        if not commit_msg:
            return ValidationResult(allow_abort, [] if allow_abort else ["the message is empty"])
        if allowed_prefixes != DEFAULT_SETTINGS["allowed_prefixes"] and commit_msg.startswith(tuple(allowed_prefixes)):
            return ValidationResult(True, [])
        header = commit_msg.partition("\n")[0]
        if max_msg_length and len(header) > max_msg_length:
            raise CommitMessageLengthExceededError(
                f"the first line has {len(header)} characters, {max_msg_length} are allowed: {header}"
            )
        text, found = self._judge_commit(commit_hash) if commit_hash else self._judge(commit_msg)
        return ValidationResult(not errors(found), [self._report(text, found)] if errors(found) else [])

    def format_exception_message(self, invalid_commits: list[tuple[git.GitCommit, list[str]]]) -> str:
        """Return the reports, under the commit that each is about."""
        parts = [
            "\n".join((f"commit {commit.rev[:10]}:", *reports) if commit.rev else reports)
            for commit, reports in invalid_commits
        ]
        return "\n".join(parts)

    def schema_pattern(self) -> str:
        """Return a pattern that any message fits: what is good is not asked of it."""
        return r"(?s).*"

    def schema(self) -> str:
        """Return the shape of a message."""
        return SCHEMA

    def example(self) -> str:
        """Return a message that is accepted."""
        draft = Draft(type="fix", subject="keep the last line", body="The reader dropped it.", issues=("#12",))
        return compose(draft).rstrip("\n")

    def info(self) -> str:
        """Return what `cz info` prints: the types and the shape."""
        types = "\n".join(f"  {name}: {DESCRIPTIONS.get(name, '')}".rstrip(": ") for name in self.rules.types)
        return f"{SCHEMA}\n\nTypes:\n{types}\n"

    def _judge(self, text: str) -> tuple[str, tuple[Violation, ...]]:
        """Judge a message that is about to be recorded; only a bad one is worth asking git what it is doing."""
        data = recorded(text.encode("utf-8", "surrogateescape"), mode="whitespace")
        found = lint(data, self.rules)
        if errors(found):
            found = lint(data, self.rules, merging=_is_there("MERGE_HEAD"), reverting=_is_there("REVERT_HEAD"))
        return text, found

    def _judge_commit(self, sha: str) -> tuple[str, tuple[Violation, ...]]:
        """Judge what git recorded; commitizen joins the first lines of a message and cuts others where git does not."""
        words = ("log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%P%n%B", sha)
        parents, _, message = cmd.run(("git", *words)).stdout.partition(b"\n")
        message = message.removesuffix(b"\n")
        return message.decode("utf-8", "replace"), lint(message, self.rules, merging=b" " in parents)

    def _report(self, text: str, found: tuple[Violation, ...]) -> str:
        return render_report(text, found, hook="message", config=self.rules.config).removesuffix("\n")


def _is_there(ref: str) -> bool:
    return cmd.run(("git", "rev-parse", "-q", "--verify", ref)).return_code == 0
