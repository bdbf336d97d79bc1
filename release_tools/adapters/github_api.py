"""GitHub's REST interface for one repository: requests with a deadline, the retry policy, errors for a person.

Alone in importing PyGithub, at the first request; what requests mean is told in the modules around it.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from release_tools.adapters.github_answers import answer_of, outcome_unknown, refusal
from release_tools.domain.forge.retry import Answer, pause_before_retry
from release_tools.errors import ToolFailed
from release_tools.record import record

if TYPE_CHECKING:
    from github.Requester import Requester

API_VERSION = "2022-11-28"
PAGE = 100
MOST_PAGES = 100
_NEXT = re.compile(r'<([^>]+)>; rel="next"')
UPLOAD_TIME = 600


class Reply(NamedTuple):
    """What the server answered: status, headers by lower-case name, body."""

    status: int
    headers: Mapping[str, str]
    data: Any


@record
class GitHubApi:
    """Requests to one repository, `path` being its owner and name; the token stands in no message and no `repr`."""

    url: str
    path: str
    token: str = field(repr=False)
    timeout: int = 30
    pauses: tuple[float, float] = (0.0, 0.0)
    """Seconds between two requests, and between two that change something."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    calls: list[str] = field(default_factory=list, repr=False, compare=False)
    """Every request that was sent, as `GET path`."""
    _clients: list["Requester"] = field(default_factory=list, repr=False, compare=False)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return what stands at a path of the repository."""
        return self.send("GET", path, parameters=parameters).data

    def find(self, path: str) -> Any:
        """Return what stands at a path, None when there is nothing or the token may not see it."""
        reply = self.send("GET", path, ok=(404,))
        return None if reply.status == 404 else reply.data

    def rows(self, path: str, key: str = "", **parameters: Any) -> Iterator[Any]:
        """Yield the rows of a list, page by page; `key` names the list where it is wrapped."""
        reply = self.send("GET", path, parameters={**parameters, "per_page": PAGE})
        for _ in range(MOST_PAGES):
            yield from reply.data[key] if key else reply.data
            link = _NEXT.search(reply.headers.get("link", ""))
            if link is None:
                return
            reply = self.send("GET", link[1])
        raise ToolFailed(f"The list {self._shown(path)} has more than {MOST_PAGES} pages.")

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        ok: tuple[int, ...] = (),
    ) -> Reply:
        """Send a request until it is answered, as the retry policy allows.

        `ForgeRefused` unless the status says success or is in `ok`; `OutcomeUnknown` where a change may have happened.
        """
        place = path if path.startswith(("http", "/")) else f"/repos/{self.path}/{path}".rstrip("/")
        given = dict(parameters or {})
        return self._settled(method, place, lambda: self._client.requestJson(method, place, given, {}, body), ok)

    def upload(self, address: str, name: str, content: Path | bytes, kind: str) -> Any:
        """Send a file to the address that a release page names for it."""
        data = content if isinstance(content, bytes) else content.read_bytes()
        headers = {"Content-Type": kind, "Content-Length": str(len(data))}
        place = address.partition("{")[0]
        return self._settled("POST", place, lambda: self._post_bytes(place, name, headers, data), ()).data

    def _post_bytes(self, place: str, name: str, headers: dict[str, str], data: bytes) -> tuple[int, Any, str]:
        from io import BytesIO

        import github

        # PyGithub raises here where it returns elsewhere; the status is all that is needed of either.
        try:
            got, found = self._client.requestMemoryBlobAndCheck("POST", place, {"name": name}, headers, BytesIO(data))
        except github.GithubException as error:
            return error.status, error.headers or {}, json.dumps(error.data)
        return 201, got, json.dumps(found)

    def _settled(
        self,
        method: str,
        place: str,
        attempt: Callable[[], tuple[int, Any, str]],
        ok: tuple[int, ...],
    ) -> Reply:
        tries, waited = 1, 0.0
        while True:
            self.calls.append(f"{method} {self._shown(place)}")
            reply, answer = self._tried(attempt)
            if reply and (reply.status < 300 or reply.status in ok):
                return reply
            if reply and method == "DELETE" and tries > 1 and reply.status == 404:
                return reply
            pause = pause_before_retry(method, answer, tries=tries, waited=waited)
            if pause is None:
                raise self._error(method, place, reply, answer)
            self.sleep(pause)
            tries, waited = tries + 1, waited + pause

    def _tried(self, attempt: Callable[[], tuple[int, Any, str]]) -> tuple[Reply | None, Answer]:
        try:
            status, headers, text = attempt()
        except OSError as error:  # what requests raises is one
            return None, Answer(sent=not _never_sent(error))
        except RuntimeError as error:  # PyGithub's word for a redirection to another host
            raise ToolFailed(self._masked(str(error))) from None
        reply = Reply(status, headers, _parsed(text))
        return reply, answer_of(status, headers, self.clock())

    def _error(self, method: str, place: str, reply: Reply | None, answer: Answer) -> ToolFailed:
        what = f"{method} {self._shown(place)}"
        if answer.doubtful and method not in ("GET", "HEAD"):
            return outcome_unknown(what, answer.status)
        if reply is None:
            return ToolFailed(
                f"The forge at {self.url} did not answer: {what}.",
                todo="Check the network and forge.api_url, then run this again.",
            )
        return refusal(what, reply.status, reply.headers, reply.data, answer, self._masked)

    def _masked(self, text: str) -> str:
        return text.replace(self.token, "***") if self.token else text

    def _shown(self, place: str) -> str:
        prefix = f"/repos/{self.path}/"
        return self._masked(place.removeprefix(self.url).partition("?")[0].removeprefix(prefix))

    @property
    def _client(self) -> "Requester":
        if not self._clients:
            import github

            client = github.Github(
                auth=github.Auth.Token(self.token),
                base_url=self.url,
                timeout=self.timeout,
                retry=0,
                seconds_between_requests=self.pauses[0],
                seconds_between_writes=self.pauses[1],
                api_version=API_VERSION,
                user_agent="release-tools",
            )
            self._clients.append(client.requester)
        return self._clients[0]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        # A proxy's page of HTML; the status says what there is to say.
        return {}


def _never_sent(error: BaseException | None) -> bool:
    """Return whether no connection was made at all: looked up, refused, or timed out while connecting."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if type(error).__name__ in (
            "NewConnectionError",
            "ConnectTimeout",
            "ConnectTimeoutError",
            "NameResolutionError",
        ):
            return True
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = getattr(error, "reason", None) or inner or error.__context__
    return False
