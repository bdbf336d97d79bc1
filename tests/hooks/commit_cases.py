"""The corpus of commit messages with their right answers, and the git directories in which a hook meets them."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release_tools.config.bake import hook_rules, render_bake
from release_tools.config.hooks import HookRules
from release_tools.config.load import fit_config
from release_tools.config.source import Source

ACCEPTED = ("accept", "warn", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message: what the hook's file holds, how it came about, and what each set of rules must answer."""

    name: str
    raw: bytes
    flow: str
    records: str | None
    verdicts: dict[str, str]
    breaking: bool | None
    git_config: dict[str, str]
    git_state: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """Return what git tells the hook about the editor."""
        return {"GIT_EDITOR": ":" if self.flow == "noedit" else "vi"}

    def exit_code(self, mode: str) -> int:
        """Return the exit code that the rules `mode` must give."""
        return 0 if self.verdicts[mode] in ACCEPTED else 1


def load_cases() -> tuple[Case, ...]:
    """Return every case of the corpus."""
    text = Path(__file__).with_name("commit-cases.jsonl").read_text("utf-8")
    return tuple(_parse_case(json.loads(line)) for line in text.splitlines())


def _parse_case(row: dict[str, Any]) -> Case:
    return Case(
        name=row["id"],
        raw=_raw(row),
        flow=row["flow"],
        records=(row.get("git_records") or "").replace("\\xe9", "é") or None,  # one case spells its byte out
        verdicts={"house": row["recommended"], "spec": row["spec_verdict"]},
        breaking=row["breaking"],
        git_config=row.get("git_config", {}),
        git_state=tuple(row.get("git_state", ())),
    )


def _raw(row: dict[str, Any]) -> bytes:
    encoded = row.get("hook_sees_b64") or row.get("message_b64")
    if encoded:
        return base64.b64decode(encoded)
    if "message_gen" in row:
        made = eval(row["message_gen"], {"__builtins__": {}})
        assert isinstance(made, bytes)
        return made
    return str(row["message"]).encode()


def make_rules(**commits: Any) -> HookRules:
    """Return the default rules with some keys of `[tool.release-tools.commits]` changed."""
    return hook_rules(fit_config(Source(path=Path(), table="", raw={"commits": commits})), name="")


def make_git_dir(path: Path, raw: bytes, rules: HookRules, *, case: Case | None = None) -> Path:
    """Make the least that git takes for its directory, message and rules included; return the message file."""
    for folder in ("objects", "refs", "release-tools"):
        (path / folder).mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/main\n")
    settings = case.git_config if case else {}
    lines = [f'[{key.partition(".")[0]}]\n{key.partition(".")[2]} = "{value}"\n' for key, value in settings.items()]
    (path / "config").write_text("".join(["[core]\n\trepositoryformatversion = 0\n", *lines]))
    (path / "release-tools" / "rules").write_text(render_bake(rules))
    for name in case.git_state if case else ():
        (path / name).write_text("1f0e3dad99908345f7439f8ffabdffc4a1b2c3d4\n")
    message = path / "COMMIT_EDITMSG"
    message.write_bytes(raw)
    return message
