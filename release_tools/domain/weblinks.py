"""A web link is where a forge shows a commit, an issue, a pull request or what changed between two versions.

The addresses follow from the remote's own and the kind of forge; nothing is asked of a server.
"""

import re
from typing import Literal

from release_tools.record import record

Kind = Literal["github", "gitlab", "gitea", "bitbucket", "azure"]


@record
class Paths:
    """What a kind of forge puts behind a repository's address; `{0}` and `{1}` are what is shown."""

    commit: str
    issue: str
    pull: str
    compare: str


PATHS: dict[Kind, Paths] = {
    "github": Paths(commit="/commit/{0}", issue="/issues/{0}", pull="/pull/{0}", compare="/compare/{0}...{1}"),
    "gitlab": Paths(
        commit="/-/commit/{0}", issue="/-/issues/{0}", pull="/-/merge_requests/{0}", compare="/-/compare/{0}...{1}"
    ),
    "gitea": Paths(commit="/commit/{0}", issue="/issues/{0}", pull="/pulls/{0}", compare="/compare/{0}...{1}"),
    "bitbucket": Paths(
        commit="/commits/{0}", issue="/issues/{0}", pull="/pull-requests/{0}", compare="/branches/compare/{1}..{0}"
    ),
    "azure": Paths(
        commit="/commit/{0}",
        issue="/../../_workitems/edit/{0}",
        pull="/pullrequest/{0}",
        compare="/branchCompare?baseVersion=GT{0}&targetVersion=GT{1}",
    ),
}
HOSTS: dict[str, Kind] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
    "bitbucket.org": "bitbucket",
    "dev.azure.com": "azure",
    "ssh.dev.azure.com": "azure",
}
WORDS: dict[str, Kind] = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea"}
"""What the name of a host of one's own often holds."""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%")
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^:/]+|\[[^\]]+\]):(?!/)(?P<path>.+)")
_URL = re.compile(
    r"(?P<scheme>https?|ssh|git|git\+ssh)://(?:[^@/]*@)?(?P<host>\[[^\]]+\]|[^:/]+)(?P<port>:[0-9]+)?/+(?P<path>.+)"
)


@record
class Forge:
    """A repository on the web: its address without a final slash, and the kind of forge that serves it."""

    address: str
    kind: Kind

    def commit(self, sha: str) -> str:
        """Return where a commit is shown."""
        return self._link(PATHS[self.kind].commit, sha)

    def issue(self, number: str) -> str:
        """Return where an issue is shown, empty when the reference is none by number."""
        digits = number.removeprefix("#")
        return self._link(PATHS[self.kind].issue, digits) if digits.isdecimal() and digits.isascii() else ""

    def pull(self, mark: str, number: str) -> str:
        """Return where a pull request is shown that messages mark by `#` or `!`; a `#` of GitLab is an issue."""
        paths = PATHS[self.kind]
        return self._link(paths.issue if self.kind == "gitlab" and mark == "#" else paths.pull, number)

    def compare(self, old: str, new: str = "") -> str:
        """Return where the difference between two tags, or from a tag to now, is shown; empty where it is not."""
        if not new and self.kind == "azure":  # it wants a branch by name
            return ""
        return self._link(PATHS[self.kind].compare, old, new or "HEAD")

    def _link(self, path: str, *values: str) -> str:
        address, path = self.address, path.format(*(_quoted(value) for value in values))
        while path.startswith("/../"):
            address, path = address.rpartition("/")[0], path[3:]
        return address + path


def parse_remote(url: str, kind: Kind | None = None) -> Forge | None:
    """Parse a remote's address, in any form that git takes; None when no web page follows from it."""
    match = _URL.fullmatch(url) or _SCP.fullmatch(url)
    if match is None:
        return None
    parts = match.groupdict()
    host = parts["host"].lower()
    scheme = "http" if parts.get("scheme") == "http" else "https"
    port = (parts.get("port") or "") if (parts.get("scheme") or "").startswith("http") else ""
    found = kind or HOSTS.get(host) or next((named for word, named in WORDS.items() if word in host), None)
    if found is None:
        return None
    path = parts["path"].rstrip("/").removesuffix(".git")
    if found == "azure":
        host, path = _azure(host, path)
    return Forge(address=f"{scheme}://{host}{port}/{_quoted(path)}", kind=found)


def _quoted(text: str) -> str:
    """Return the text as a part of an address; what is escaped already stays."""
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def _azure(host: str, path: str) -> tuple[str, str]:
    """Return host and path of the web page: over ssh both are spelled otherwise (`v3/organization/project/name`)."""
    words = path.split("/")
    if words[0] != "v3" or len(words) != 4:
        return host, path
    return host.removeprefix("ssh."), "/".join((*words[1:3], "_git", words[3]))
