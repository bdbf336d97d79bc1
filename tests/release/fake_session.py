"""A release session on a repository in memory: real flows, real journal, fake git.

Nothing is asserted here.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from fakes.forge_on_git import FakeForgeOnGit
from fakes.git_draft import FakeGitDraft
from fakes.git_reader import FakeGitReader
from fakes.repository import CARL
from fakes.subject import FakeSubject

from release_tools.config.model import Branches, Config
from release_tools.domain.refs import HEADS, REMOTES, TAGS
from release_tools.engine.runner import Progress
from release_tools.engine.runs import Run, Runs
from release_tools.engine.stop import StopRequest
from release_tools.release.bench import Bench
from release_tools.release.flows.conductor import Conductor
from release_tools.release.flows.session import Session
from release_tools.release.steps import KINDS
from release_tools.wiring.releases import version_locator

PYPROJECT = '[project]\nname = "x"\nversion = "{}"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n"


@dataclass
class Workshop:
    """A repository whose main is tagged v1.0.0 and whose develop, checked out, has a feature more."""

    directory: Path
    remote: bool = True
    forge: FakeForgeOnGit | None = None
    config: Config = field(default_factory=lambda: Config(branches=Branches(develop="develop")))
    number: int = 0
    progress: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subject = FakeSubject(self.directory / "repo", self.directory / "first" / "objects")
        files = {"pyproject.toml": PYPROJECT.format("1.0.0"), "CHANGELOG.md": CHANGELOG}
        self.first = self.subject.commit(files, message="feat: first")
        self.feature = self.subject.commit(files | {"a": "a"}, self.first, message="feat: add a")
        tag = self.subject.draft.tag("v1.0.0", self.first, "Release v1.0.0\n")
        self.subject.writer.adopt(self.subject.objects)
        rows = {HEADS + "main": self.first, HEADS + "develop": self.feature, TAGS + "v1.0.0": tag}
        for name, sha in rows.items():
            self.subject.set_ref(name, sha)
            if self.remote:
                self.subject.publish(name, sha)
                if name.startswith(HEADS):
                    self.subject.set_ref(name.replace(HEADS, REMOTES + "origin/"), sha)
        self.subject.checkout("develop")
        if not self.remote:
            for key in ("remote.origin.url", "remote.origin.fetch"):
                del self.subject.repository.settings[key]
        self.runs = Runs(
            root=self.directory / "state", kinds=KINDS, made_by="1.2.3", clock=lambda: "2026-01-02T03:04:05Z"
        )

    def session(self) -> Session:
        """Return the session of one more command."""
        self.number += 1
        run_id = f"run-{self.number}"
        return Session(
            top=self.subject.top,
            config=self.config,
            runs=self.runs,
            run_id=run_id,
            reader=self.subject.reader,
            make_bench=self._bench,
            make_writer=lambda _: self.subject.writer,
            draft_directory=self.runs.draft_directory(run_id),
            signs=False,
            forge=self.forge,
        )

    def _bench(self, session: Session) -> Bench:
        repository = self.subject.repository
        objects = session.draft_directory / "objects"
        graph = repository.drafted(objects)
        return Bench(
            reader=FakeGitReader(repository, graph),
            draft=FakeGitDraft(repository, graph, objects),
            config=session.config,
            locate=version_locator(),
            top=session.top,
            settings=dict(repository.settings),
            author=CARL,
            committer=CARL,
            refused=session.refused,
            forge=session.forge,
        )

    def conductor(self, *, stop_after: int | None = None) -> Conductor:
        """Return a conductor of a new session; it is asked to stop after so many steps."""
        stop = StopRequest()
        stop.requested = stop_after == 0

        def report(progress: Progress) -> None:
            self.progress.append(progress)
            stop.requested = stop.requested or progress.number == stop_after

        return Conductor(session=self.session(), report=report, stop=stop, show=lambda _: None, confirm=lambda _: None)

    def open_run(self) -> Run:
        """Return the unfinished run, read from disk."""
        run = self.runs.open_run()
        assert run is not None
        return run

    def picture(self) -> object:
        """Return all that a person could see: refs on both sides, HEAD, files, index, configuration."""
        repository = self.subject.repository
        tree = replace(repository.main_worktree)
        trees = [(one.path, one.branch, one.detached) for one in repository.worktrees]
        settings = dict(repository.settings)
        return self.subject.here(), self.subject.there(), trees, dict(tree.files), dict(tree.index), settings
