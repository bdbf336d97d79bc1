"""The process: `release-tools` begins and ends here, and the one error boundary is here.

Nothing heavy is imported at the top: the commit-msg check, `--help` and `--version` are answered without click.
"""

import sys

TYPE_CHECKING = False  # what typing calls by this name, without the price of importing it
if TYPE_CHECKING:
    from collections.abc import Callable

    import click

USAGE, TOOL, BUG, INTERRUPTED, READER_GONE = 2, 4, 70, 130, 141
COMPLETION = "_RELEASE_TOOLS_COMPLETE"


def run() -> None:
    """Run the command line and end the process; what the console script calls."""
    code = main()
    if "click" in sys.modules:
        sys.exit(code)
    # A quick answer is out: `bounded` flushes and hooks do not buffer. Tidying up would cost more than the check did.
    import posix

    posix._exit(code)


def main() -> int:
    """Run the command line and return the exit code."""
    arguments = sys.argv[1:]
    if door := DOORS.get(arguments[0] if arguments else ""):
        code = door(*arguments[1:])
        if code is not None:
            return code
    return bounded(QUICK.get(" ".join(arguments), _run_program), arguments)


def _check_commit(file: str = "", *more: str) -> int | None:
    if more or file[:1] in ("", "-"):
        return None
    from release_tools.hooks import commit_msg

    return commit_msg.main(file)


def _check_branch(*words: str) -> int | None:
    if words != ("--pre-commit",):
        return None
    from release_tools.hooks import pre_commit

    return pre_commit.main()


def _prepare_message(*words: str) -> int | None:
    if len(words) not in (2, 3) or words[0] != "--prepare" or words[1][:1] in ("", "-"):
        return None
    from release_tools.hooks import prepare_commit_msg

    return prepare_commit_msg.main(*words[1:])


def _check_push(*words: str) -> int | None:
    """Check a push that pre-commit or prek tells about by variables; git's own hook passes arguments."""
    if words:
        return None
    from release_tools.hooks import framed_push

    return framed_push.main()


def bounded(action: "Callable[[list[str]], int]", arguments: list[str]) -> int:
    """Run `action`; every error becomes words on stderr and an exit code."""
    try:
        code = action(arguments)
    except KeyboardInterrupt:
        code = _say(INTERRUPTED, "Interrupted.", "What a command left unfinished is shown by: release-tools status")
    except BrokenPipeError as error:
        code = READER_GONE if _reader_is_gone() else _render_bug(error, arguments)
    except Exception as error:  # noqa: BLE001 - the one boundary
        code = _render_error(error, arguments)
    return _flush_results(code)


def _flush_results(code: int) -> int:
    if sys.stdout is None:  # the caller closed it
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(1)
        return code or READER_GONE
    except OSError as error:
        _discard(1)
        return code or _say(TOOL, *_disk_sentences(error))
    return code


def _print_help(_: list[str]) -> int:
    from release_tools.cli.help import render_help

    print(render_help())  # noqa: T201 - a result, and click is not loaded yet
    return 0


def _print_version(_: list[str]) -> int:
    from release_tools.installed import installed_version

    print(installed_version())  # noqa: T201 - a result, and click is not loaded yet
    return 0


def _run_program(arguments: list[str]) -> int:
    import os

    import click

    from release_tools.cli.program import program

    if instruction := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        return shell_complete(program, {}, "release-tools", COMPLETION, instruction)
    try:
        with program.make_context("release-tools", arguments[:]) as context:
            program.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort as abort:
        raise KeyboardInterrupt from abort
    return 0


def _render_error(error: Exception, arguments: list[str]) -> int:
    from release_tools.errors import ReleaseToolsError

    if isinstance(error, ReleaseToolsError):
        return _say(error.exit_code, error.failed, error.state, error.todo)
    click = sys.modules.get("click")
    if click is not None and isinstance(error, click.ClickException):
        return _render_usage(error)
    if isinstance(error, OSError) and _is_of_the_machine(error):
        return _say(TOOL, *_disk_sentences(error))
    return _render_bug(error, arguments)


def _render_usage(error: "click.ClickException") -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "release-tools"
    return _say(USAGE, error.format_message(), "Nothing was changed.", f"For what it accepts, type: {path} --help")


def _render_bug(error: Exception, arguments: list[str]) -> int:
    from release_tools.cli.bug_report import write_bug_report

    try:
        place = f"The full report is in {write_bug_report(error, arguments)}"
    except OSError as trouble:
        place = f"The full report could not be written ({trouble})."
    return _say(BUG, f"This is a bug in release-tools: {type(error).__name__}: {error}".split("\n")[0], place)


def _say(code: int, *sentences: str) -> int:
    text = "\n".join(sentence for sentence in sentences if sentence)
    try:
        print(f"release-tools: error: {text}", file=sys.stderr, flush=True)  # noqa: T201 - stderr, at the boundary
    except OSError:
        _discard(sys.stderr.fileno())  # nobody reads; the exit code still tells
    return code


def _reader_is_gone() -> bool:
    import select

    poll = select.poll()
    poll.register(1, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _is_of_the_machine(error: OSError) -> bool:
    import errno

    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE}


def _disk_sentences(error: OSError) -> tuple[str, str, str]:
    return (
        f"The system refused: {error}",
        "What a command left unfinished is kept.",
        "Put that right, then type: release-tools status",
    )


def _discard(descriptor: int) -> None:
    # Python flushes its streams once more at the end; what is left in them goes where nobody complains.
    import os

    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, descriptor)
    os.close(sink)


DOORS: "dict[str, Callable[..., int | None]]" = {
    "check-commit": _check_commit,
    "check-branch": _check_branch,
    "check-push": _check_push,
    "commit": _prepare_message,
}
"""What is answered as a hook is, before click is loaded; None: by the command of that name after all."""

QUICK = {"-h": _print_help, "--help": _print_help, "--version": _print_version}
