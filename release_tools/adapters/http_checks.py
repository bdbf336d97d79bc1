"""Checks over HTTP: an answer, a functional POST that cleans up behind itself, the identity of what serves.

Each look returns what is wrong, empty where nothing is; which address is asked is the prober's business.
"""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from release_tools.adapters.http_client import Answer, HttpClient, Unanswered
from release_tools.domain.deploy.answers import excerpt, lint_value, value_at
from release_tools.domain.deploy.health import CheckSpec
from release_tools.record import record

DAY = 86400.0
GONE = (200, 202, 204, 404, 410)
"""What a DELETE answers when nothing is left; 404 and 410 say that there was nothing any more."""


class Fault(NamedTuple):
    """What a look has found wrong; `final`: looking again is of no use."""

    said: str
    final: bool = False


SOUND = Fault("")


@record
class HttpChecks:
    """Looks over HTTP; `url` is the address without a path, `headers` what goes along, `version` the target."""

    client: HttpClient
    url: str
    headers: Mapping[str, str]
    version: str
    show: Callable[[str], str] = excerpt
    """Makes of what was answered what a message may repeat."""
    now: Callable[[], float] = time.time

    def look(self, check: CheckSpec) -> Fault:
        """Return what is wrong with the answer to a GET."""
        answer = self._ask("GET", check, check.path)
        if isinstance(answer, Fault):
            return answer
        return Fault(self._wrong(check, answer) or self._expiring(check, answer))

    def look_by_post(self, check: CheckSpec) -> Fault:
        """Return what is wrong with the answer to a POST, or with the removal of what it has made."""
        answer = self._ask("POST", check, check.path, body=check.body.encode())
        if isinstance(answer, Fault):
            left = "; whether it has made anything is not known" if check.cleanup_path else ""
            return Fault(answer.said + left)
        faults = (self._wrong(check, answer), self._expiring(check, answer), self._clean_up(check, answer))
        return Fault("; ".join(filter(None, faults)))

    def look_for_identity(self, check: CheckSpec) -> Fault:
        """Return what is wrong with the version that an answer tells; another version is another version for good."""
        answer = self._ask("GET", check, check.path)
        if isinstance(answer, Fault):
            return answer
        if answer.status != check.status:
            return Fault(self._status(check, answer))
        path = check.json_path or "version"
        found, expected = value_at(answer.text, path), (check.equals or "{version}").replace("{version}", self.version)
        return Fault(lint_value(path, found, expected, self.show), final=found is not None and found != expected)

    def _ask(self, method: str, check: CheckSpec, path: str, body: bytes | None = None) -> Answer | Fault:
        headers = dict(self.headers) | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            return self.client.ask(method, self._address(path), timeout=check.timeout, headers=headers, body=body)
        except Unanswered as error:
            return Fault(str(error))

    def _address(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path.lstrip('/')}"

    def _wrong(self, check: CheckSpec, answer: Answer) -> str:
        """Return what is wrong with an answer itself: its status first, then its value, then its time."""
        if answer.status != check.status:
            return self._status(check, answer)
        expected = check.equals.replace("{version}", self.version)
        wrong = ""
        if check.json_path:
            wrong = lint_value(check.json_path, value_at(answer.text, check.json_path), expected, self.show)
        elif expected:
            wrong = lint_value("the answer", answer.text.strip(), expected, self.show)
        if not wrong and 0 < check.latency < answer.seconds:
            return f"took {answer.seconds:.2f} s, and {check.latency:g} s are allowed"
        return wrong

    def _expiring(self, check: CheckSpec, answer: Answer) -> str:
        if not check.tls_days:
            return ""
        if answer.expires is None:
            return "there is no certificate to look at, for the address is not https"
        days = (answer.expires - self.now()) / DAY
        return f"the certificate expires in {days:.1f} days" if days < check.tls_days else ""

    def _clean_up(self, check: CheckSpec, answer: Answer) -> str:
        if not check.cleanup_path:
            return ""
        name = value_at(answer.text, check.cleanup_id) if check.cleanup_id else ""
        if name is None:
            return f"no {check.cleanup_id} in the answer, so nothing could be cleaned up"
        removed = self._ask("DELETE", check, check.cleanup_path.replace("{id}", name))
        if isinstance(removed, Fault):
            return f"{self.show(name)} was not cleaned up: {removed.said}"
        return "" if removed.status in GONE else f"{self.show(name)} was not cleaned up: {removed.status}"

    def _status(self, check: CheckSpec, answer: Answer) -> str:
        words = self.show(answer.text)
        return f"answered {answer.status} instead of {check.status}" + (f": {words}" if words else "")
