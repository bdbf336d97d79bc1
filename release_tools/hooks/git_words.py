"""The words in git's configuration files that change what becomes of a message, looked for without starting git.

What the settings then are is git's to say; a hit here only means that it must be asked.
"""

import posix

_WORDS = (b"comment", b"cleanup", b"encoding", b"[include")
SYSTEM_FILES = (
    b"/etc/gitconfig",
    b"/usr/local/etc/gitconfig",
    b"/opt/homebrew/etc/gitconfig",
    b"/Applications/Xcode.app/Contents/Developer/usr/share/git-core/gitconfig",
    b"/Library/Developer/CommandLineTools/usr/share/git-core/gitconfig",
)


def has_word(git_dir: str) -> bool:
    """Tell whether any configuration that git would read names such a setting, or includes a file that might."""
    environment = posix.environ
    if b"GIT_CONFIG_PARAMETERS" in environment or environment.get(b"GIT_CONFIG_COUNT", b"0") != b"0":
        return True
    for path in _files(git_dir.encode("utf-8", "surrogateescape"), environment):
        text = _text(path)
        for word in _WORDS:
            if word in text:
                return True
    return False


def _files(git_dir: bytes, environment: dict[bytes, bytes]) -> tuple[bytes, ...]:
    common = git_dir
    link = _text(git_dir + b"/commondir").strip()
    if link:
        common = link if link.startswith(b"/") else git_dir + b"/" + link
    repository = (common + b"/config", git_dir + b"/config.worktree")
    return (*repository, *_global_files(environment), *_system_files(environment))


def _global_files(environment: dict[bytes, bytes]) -> tuple[bytes, ...]:
    if b"GIT_CONFIG_GLOBAL" in environment:
        return (environment[b"GIT_CONFIG_GLOBAL"],)
    home = environment.get(b"HOME", b"")
    xdg = environment.get(b"XDG_CONFIG_HOME") or home + b"/.config"
    return (home + b"/.gitconfig", xdg + b"/git/config")


def _system_files(environment: dict[bytes, bytes]) -> tuple[bytes, ...]:
    if b"GIT_CONFIG_SYSTEM" in environment:
        return (environment[b"GIT_CONFIG_SYSTEM"],)
    if environment.get(b"GIT_CONFIG_NOSYSTEM", b"0").lower() in (b"1", b"true", b"yes", b"on"):
        return ()
    prefix = environment.get(b"GIT_EXEC_PATH", b"").partition(b"/libexec/")
    return (*SYSTEM_FILES, prefix[0] + b"/etc/gitconfig") if prefix[1] else SYSTEM_FILES


def _text(path: bytes) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib costs more than the whole check
            return file.read().lower()
    except OSError:
        return b""
