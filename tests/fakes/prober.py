"""A prober that sees what the runtime's fake shows, or what a test says for a check.

No time passes and nothing is asked over a network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fakes.runtime import FakeRuntime
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.service import Placement


@dataclass
class FakeProber:
    """Takes samples of the services in a `FakeRuntime`; `answers` come first, by check, and the last one stays."""

    runtime: FakeRuntime = field(default_factory=FakeRuntime)
    answers: dict[str, list[bool | Sample]] = field(default_factory=dict)
    rehearsal: str = ""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """For every sample the check, the base URL and the headers."""

    def sample(
        self, check: CheckSpec, /, *, release: str, version: str, base_url: str = "", headers: Mapping[str, str] = {}
    ) -> Sample:
        """Look once."""
        self.asked.append((check.name, base_url, dict(headers)))
        told = self.answers.get(check.name)
        if told:
            answer = told.pop(0) if len(told) > 1 else told[0]
            return answer if isinstance(answer, Sample) else _sample(check, good=answer)
        return self._look(check, Placement(release, self.rehearsal), version)

    def _look(self, check: CheckSpec, placement: Placement, version: str) -> Sample:
        if not check.service:
            return _sample(check, good=True)
        good = self.runtime.look(check.service, self.rehearsal)
        state = self.runtime.states(placement).get(check.service)
        if state is None or state.state != "running":
            final = bool(state and (state.oom_killed or state.crash_loop))
            return _sample(check, good=False, said=f"{check.service} is not running", final=final)
        service = self.runtime.service(check.service, self.rehearsal)
        serving = service.script.serves or service.version
        if good and check.kind == "identity" and serving != version:
            return _sample(check, good=False, said=f"serves {serving} instead of {version}", final=True)
        return _sample(check, good=good)


def _sample(check: CheckSpec, *, good: bool, said: str = "", final: bool = False) -> Sample:
    return Sample(check=check.name, good=good, said=said or ("ok" if good else "no"), seconds=0.01, final=final)
