"""The verdicts on killed deploys and rollbacks: what `recover` must have made of a platform.

It is looked at as by somebody who knows nothing of us: users are asked over HTTP, the database by its own tools,
processes by the kernel, journals by their hashes.
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

NEXT = "3.0.0"
MARK = re.compile(r"[0-9a-f]{6}")
RECORD = ("platform_versions", "platform_deploys")
"""Tables that tell of deploys, which differ from run to run."""

Data = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is there after a deploy: the version that serves, the rows of each table and the files, as digests."""

    version: str
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command that is killed, and the versions that are deployed before it."""

    before: tuple[str, ...]
    argv: tuple[str, ...]
    prepared: str = ""
    """A version that is prepared besides; the command is told the digits that approve its cut-over."""
    first: str = "journal"
    """The label of the first point to die at: until it, the command does what another case does as well."""


@dataclass(slots=True)
class Sequels:
    """What became of the next clean deploy, on all platforms."""

    ending: Ending | None = None
    seen: set[str] = field(default_factory=set)
    """Platforms, but for marks of runs, from which it was seen to work; it is not asked of an equal one again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """What may come of a command that is killed."""

    scene: Scene
    case: Case
    argv: tuple[str, ...]
    setting: str
    """What the scene before the command is kept as."""
    endings: frozenset[Ending]
    """The old version with the data of before, and what the undisturbed command ended in."""
    labels: tuple[str, ...]
    seconds: float
    sequels: Sequels

    def judge(self) -> str:
        """Recover, and return the verdict: `continued`: another version serves; `aborted`: the one of before does."""
        ended = self.scene.recover()
        if ended.code != 0:
            return f"recover ended with {ended.code}: {ended.err}"
        wrong = "; ".join(filter(None, faults(self.scene)))
        ending = observe_ending(self.scene)
        if wrong or ending not in self.endings:
            return f"{wrong or 'the data is neither that of before nor that of after'}: {ending}\n{ended.err}"
        return self._go_on() or ("aborted" if ending.version == self.case.before[-1] else "continued")

    def _go_on(self) -> str:
        """Deploy the next version where that was not seen yet on such a platform; return what is wrong."""
        platform = likeness(self.scene)
        if platform in self.sequels.seen:
            return ""
        ended = self.scene.play("deploy", NEXT)
        ending = observe_ending(self.scene)
        if ended.code != 0 or ending.version != NEXT:
            return f"the next deploy ended with {ended.code}: {ended.err}, {ending}"
        self.sequels.ending = self.sequels.ending or ending
        wrong = "; ".join(filter(None, faults(self.scene)))
        if wrong or ending != self.sequels.ending:
            return f"the next deploy left {wrong or ending}"
        self.sequels.seen.add(platform)
        return ""


def open_court(scene: Scene, case: Case, sequels: Sequels) -> Court:
    """Play the command undisturbed, to learn its points and its end, and leave the scene as it is then."""
    setting, argv = scene.begin(case.before), case.argv
    before = observe_ending(scene)
    assert before.version == case.before[-1]
    if case.prepared:
        setting, digits = scene.prepare(setting, case.prepared)
        argv = (*argv, digits)
    labels, seconds = scene.trace(*argv)
    after = observe_ending(scene)
    wrong = [fault for fault in faults(scene) if fault and "--hold" not in argv]
    assert not wrong, wrong
    return Court(
        scene=scene,
        case=case,
        argv=argv,
        setting=setting,
        endings=frozenset((before, after)),
        labels=labels,
        seconds=seconds,
        sequels=sequels,
    )


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


def chosen_points(court: Court, *, every: bool = False) -> Iterator[int]:
    """Yield one point of each world: between two of them nothing but a look, or a line that is dropped, is done.

    Which one takes turns, so that every kind of point is played; `every`: all of them.
    """
    labels, worlds = court.labels, [0]
    first = next(number for number, label in enumerate(labels) if label.startswith(court.case.first))
    for label in labels[1:]:
        changed = label.startswith("apply") or label.endswith(": after")
        worlds.append(worlds[-1] + changed)
    for turn, (_, points) in enumerate(groupby(range(first, len(labels)), key=worlds.__getitem__)):
        equal = list(points)
        yield from equal if every else (equal[turn % len(equal)],)


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
