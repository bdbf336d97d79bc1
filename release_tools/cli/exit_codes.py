"""The exit codes of `release-tools` and what each one means.

Which command returns which of them stands in `cli.registry`; the errors that carry them stand in `errors`.
"""

MEANINGS = {
    0: "done, or nothing to do and said so",
    1: "a check said no",
    2: "usage or configuration error",
    3: "precondition failed, nothing was changed",
    4: "an outside tool failed; resumable",
    5: "locked: the message says by whom and since when",
    6: "a human must decide: conflict, ambiguity or drifted plan; resumable",
    7: "failed, and the previous state is back and verified",
    8: "failed, and the way back failed too: the message is a runbook",
    9: "backup or its proof failed, production untouched",
    10: "inconclusive watch",
    70: "a bug in release-tools: short line on the terminal, full report in a log file",
    130: "interrupted; resumable",
}
ALWAYS = (2, 70, 130)


def render_exit_codes(codes: tuple[int, ...]) -> str:
    """Return the help section that explains `codes`, one line each."""
    return "\n".join(("Exit codes:", *(f"  {code:>3}  {MEANINGS[code]}" for code in codes)))
