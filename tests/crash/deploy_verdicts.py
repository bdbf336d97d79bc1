"""The verdicts on killed deploys: what `recover` must have made of the platform, seen by whoever knows nothing of us.

Users are asked over HTTP, the database by its own tools, processes by the kernel, journals by their hashes.
"""

import fcntl
import hashlib
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from deploy_scenes import LIVE, Scene

OLD, NEXT = "1.0.0", "2.0.0"
MARK = re.compile(r"[0-9a-f]{6}")
RECORD = ("platform_versions", "platform_deploys")
"""Tables that tell of deploys, which differ from run to run."""

Data = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is there after a deploy: the version that serves, the rows of each table and the files, as digests."""

    version: str
    data: Data


@dataclass(slots=True, kw_only=True)
class Court:
    """What may come of deploying `version` to a scene on which the old version serves."""

    scene: Scene
    version: str
    endings: frozenset[Ending]
    """The old version with the data of before, and what the undisturbed deploy ended in."""
    next: Ending | None
    labels: tuple[str, ...]
    seconds: float
    went_on: set[str] = field(default_factory=set)
    """Platforms, but for marks of runs, from which the next deploy was seen to work."""

    def judge(self) -> str:
        """Recover, and return the verdict: `continued`: the new version serves; `aborted`: the old one does."""
        ended = self.scene.recover()
        if ended.code != 0:
            return f"recover ended with {ended.code}: {ended.err}"
        wrong = "; ".join(filter(None, faults(self.scene)))
        ending = observe_ending(self.scene)
        if wrong or ending not in self.endings:
            return f"{wrong or 'the data is neither that of before nor that of after'}: {ending}\n{ended.err}"
        return self._go_on() or ("continued" if ending.version == self.version else "aborted")

    def _go_on(self) -> str:
        """Deploy the next version where that was not seen yet on such a platform; return what is wrong."""
        platform = likeness(self.scene)
        if platform in self.went_on:
            return ""
        ended = self.scene.deploy(NEXT)
        ending = observe_ending(self.scene)
        if ended.code != 0 or ending.version != NEXT:
            return f"the next deploy ended with {ended.code}: {ended.err}, {ending}"
        self.next = self.next or ending
        wrong = "; ".join(filter(None, faults(self.scene)))
        if wrong or ending != self.next:
            return f"the next deploy left {wrong or ending}"
        self.went_on.add(platform)
        return ""


def open_court(scene: Scene, version: str) -> Court:
    """Play the deploy undisturbed, to learn its points and its end, and leave the scene as it is then."""
    before = observe_ending(scene)
    assert before.version == OLD
    labels, seconds = scene.trace(version)
    after = observe_ending(scene)
    wrong = list(filter(None, faults(scene)))
    assert not wrong, wrong
    endings = frozenset((before, after))
    return Court(scene=scene, version=version, endings=endings, next=None, labels=labels, seconds=seconds)


def faults(scene: Scene) -> Iterator[str]:
    """Yield what no platform may be left in, whichever version serves; empty words where all is well."""
    current = (scene.state / "current").readlink().name
    trees = sorted(_serving_trees(scene))
    yield f"{trees} run, {current} is current" if trees != [current, current] else ""
    yield "a run is unfinished" if any((scene.state / "runs").iterdir()) else ""
    yield "a holder is named" if (scene.state / "lock.holder").exists() else ""
    yield from (f"{name} is held" for name in ("lock", "effects.lock") if _held(scene.state / name))
    yield from (f"the chain of {path} is broken" for path in scene.state.glob("*/*/journal.jsonl") if _broken(path))
    yield from (f"{name} is left" for name in scene.databases() if f"{LIVE}__s_" in name or f"{LIVE}__r_" in name)
    scratch = (*scene.state.glob("scratch/*"), *scene.state.glob("services/rehearsals/*"))
    yield f"{scratch} are left" if scratch else ""
    recorded = scene.cluster.execute("SELECT version FROM platform_versions ORDER BY id", dbname=LIVE)[-1][0]
    yield f"{recorded} is recorded last, {current} serves" if not current.startswith(f"{recorded}-") else ""


def observe_ending(scene: Scene) -> Ending:
    """Return what users and the database's own tools see."""
    return Ending(version=_served(scene.port), data=tuple(_rows(scene) | _files(scene)))


def likeness(scene: Scene) -> str:
    """Return what a platform has beside its data, without what differs from run to run."""
    releases = sorted(path.name for path in (scene.state / "releases").iterdir())
    databases = sorted(MARK.sub("RUN", name) for name in scene.databases())
    schema = scene.cluster.execute("SELECT string_agg(name, ' ' ORDER BY name) FROM revisions", dbname=LIVE)
    files = sorted(MARK.sub("RUN", path.name) for path in scene.home.iterdir())
    runs = sorted(json.loads(_lines(path)[-1]).get("outcome", "") for path in scene.state.glob("history/*/*.jsonl"))
    return str((releases, databases, schema, files, runs, (scene.state / "current").readlink().name))


def chosen_points(labels: tuple[str, ...]) -> Iterator[int]:
    """Yield one point of each world: between two of them nothing but a look, or a line that is dropped, is done.

    Which one takes turns, so that every kind of point is played.
    """
    worlds = [0]
    for label in labels[1:]:
        changed = label.startswith("apply") or label.endswith(": after")
        worlds.append(worlds[-1] + changed)
    for turn, (_, points) in enumerate(groupby(range(len(labels)), key=worlds.__getitem__)):
        equal = list(points)
        yield equal[turn % len(equal)]


def _served(port: int) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/version", timeout=10) as answer:
            return str(json.load(answer)["version"])
    except (urllib.error.URLError, OSError) as error:
        return f"nobody: {error}"


def _rows(scene: Scene) -> set[str]:
    """Return each table of the application with a digest of its rows."""
    names = scene.cluster.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", dbname=LIVE)
    digests = set()
    for name in sorted({str(name) for (name,) in names} - set(RECORD)):
        query = f"SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text)) FROM {name} AS t"
        digests.add(f"{name} {scene.cluster.execute(query, dbname=LIVE)[0][0]}")
    return digests


def _files(scene: Scene) -> set[str]:
    digest = hashlib.sha256()
    for path in sorted((scene.home / "uploads").iterdir()):
        digest.update(f"{path.name} {path.stat().st_mode:o}\n".encode() + path.read_bytes())
    return {f"uploads {digest.hexdigest()}"}


def _serving_trees(scene: Scene) -> Iterator[str]:
    """Yield for each service process of the scene, live or not, from which release it runs."""
    home = str(scene.stage.place)
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "service.py" in words and (cwd := (path / "cwd").readlink()).is_relative_to(home):
                yield cwd.name
        except OSError:
            continue  # it has just ended


def _held(path: Path) -> bool:
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _broken(path: Path) -> bool:
    last = "0" * 64
    for number, line in enumerate(_lines(path)):
        entry = json.loads(line)
        if entry["prev"] != last or entry["n"] != number:
            return True
        last = hashlib.sha256(line + b"\n").hexdigest()
    return False


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n")
