"""The memory of judged configurations: it saves the judge's work and never changes an answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from release_tools.config import load, memory
from release_tools.config.load import load_config
from release_tools.config.memory import KEPT, memory_key, recall, remember
from release_tools.config.model import Branches, Config, Version, VersionFile
from release_tools.config.source import Text
from release_tools.config.stored import parse_stored, render_stored
from release_tools.errors import ConfigError

FULL = """
branches = {main = "trunk", develop = false, direct = ["trunk"]}
flow.hotfix.targets = ["main"]
commits = {types = ["feat", "fix"], header_max = 72, machine = {merge = "check"}}
version = {bump = {feat = "major"}, files = [{path = "a"}, {path = "b", pattern = "v={version}", count = 2}]}
changelog = {path = false, sections = {fix = "Mended"}}
git.read_timeout = 3
"""
TEXTS = (Text(path=Path("release-tools.toml"), text=FULL),)
KEY = memory_key(TEXTS)
LOADING = """
import sys
from pathlib import Path
from release_tools.config.load import load_config
print(load_config(Path(sys.argv[1])))
print(",".join(name for name in ("pydantic", "tomllib") if name in sys.modules))
"""


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a work tree with a configuration in which every kind of value is set."""
    (tmp_path / "release-tools.toml").write_text(FULL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def kept(home: Path) -> Path:
    """Return where the memory lies."""
    return home / ".cache" / "release-tools" / "config"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by one word with each judgement."""
    calls: list[str] = []
    fit = load.fit_config
    monkeypatch.setattr(load, "fit_config", lambda source: calls.append("judged") or fit(source))
    return calls


def start(top: Path) -> "subprocess.Popen[str]":
    """Start a process that prints the configuration of `top`, and which of the heavy modules it needed."""
    command = (sys.executable, "-c", LOADING, str(top))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def printed(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Return what such a process printed: the configuration and the modules."""
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    config, modules = out.splitlines()
    return config, modules


def the_file(kept: Path) -> Path:
    """Return the only file that is kept."""
    (path,) = kept.iterdir()
    return path


def test_the_second_process_needs_no_judge(top: Path) -> None:
    """What was judged before comes back equal, without the library and without parsing."""
    first, second = printed(start(top)), printed(start(top))
    assert first == (repr(load_config(top)), "pydantic,tomllib")
    assert second == (first[0], "")


def test_without_a_file_nothing_is_judged_or_kept(tmp_path: Path, kept: Path) -> None:
    """The defaults are known to be sound."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert printed(start(tmp_path)) == (repr(Config()), "")
    assert not kept.exists()


def test_a_configuration_comes_back_as_it_was(top: Path, judged: list[str]) -> None:
    """Tuples, tables and mappings keep their types and their order."""
    first, second = load_config(top), load_config(top)
    assert judged == ["judged"]
    assert repr(second) == repr(first)
    assert second == first
    assert second.version.files == (VersionFile(path="a"), VersionFile(path="b", pattern="v={version}", count=2))


NAMES = st.text(min_size=1)
CONFIGS = st.builds(
    Config,
    branches=st.builds(Branches, main=NAMES, develop=st.none() | st.just(False) | NAMES, direct=st.tuples(NAMES)),
    version=st.builds(
        Version,
        files=st.none() | st.lists(st.builds(VersionFile, path=NAMES, image=st.none() | NAMES)).map(tuple),
        bump=st.dictionaries(NAMES, st.sampled_from(("major", "none"))),
    ),
)


@given(config=CONFIGS)
def test_any_configuration_survives_being_stored(config: Config) -> None:
    """No value is changed by the way to JSON and back."""
    assert repr(parse_stored(render_stored(config))) == repr(config)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0, max_value=len(FULL.encode()) - 1))
def test_another_byte_is_another_configuration(place: int) -> None:
    """A change anywhere in the file is judged, even one that means nothing."""
    data = bytearray(FULL.encode())
    data[place] ^= 1
    assert memory_key((Text(path=Path("release-tools.toml"), text=data.decode()),)) != KEY


def test_the_same_text_in_another_file_is_another_configuration() -> None:
    """In pyproject.toml the same words mean something else."""
    assert memory_key((Text(path=Path("pyproject.toml"), text=FULL),)) != KEY


@pytest.mark.parametrize("source", ["config/model.py", "config/semantics.py", "domain/ref_name.py"])
def test_other_code_forgets_what_was_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Another version judges anew, and so does this one while its rules are being written."""
    package = Path(memory.__file__).parents[1]
    copied = shutil.copytree(package, tmp_path / "copied", ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(memory, "__file__", str(copied / "config" / "memory.py"))
    assert memory_key(TEXTS) == KEY
    with (copied / source).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert memory_key(TEXTS) != KEY


def test_all_code_that_judges_is_part_of_the_name() -> None:
    """A rule that moved elsewhere would be forgotten: what was judged by the old one would stay in force."""
    names = ("config.judge", "config.load", "config.semantics")
    code = f"import sys, {', '.join(f'release_tools.{name}' for name in names)}; print(*sys.modules)"
    loaded = subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True, timeout=60)
    ours = [name.split(".")[1:] for name in loaded.stdout.split() if name.startswith("release_tools.")]
    assert ["domain", "ref_name"] in ours
    elsewhere = [name for name in ours if name[0] not in memory.JUDGES or len(name) > 2]
    assert sorted(elsewhere) == [["errors"], ["record"]]


def test_sources_that_cannot_be_read_are_harmless(top: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the sources there is no telling what was judged by which rules: each call judges."""
    wanted = load_config(top)
    the_file(kept).unlink()
    (top / "config").mkdir()
    (top / "config" / "lost.py").symlink_to("nowhere")
    monkeypatch.setattr(memory, "__file__", str(top / "config" / "memory.py"))
    assert load_config(top) == wanted
    assert not list(kept.iterdir())


def test_a_changed_file_is_judged_again(top: Path, judged: list[str]) -> None:
    """The memory goes by the content."""
    load_config(top)
    (top / "release-tools.toml").write_text(FULL.replace("72", "73"), encoding="utf-8")
    assert load_config(top).commits.header_max == 73
    assert judged == ["judged"] * 2


def test_two_configurations_are_refused_though_one_is_known(top: Path) -> None:
    """What else lies there is part of the question."""
    load_config(top)
    (top / "pyproject.toml").write_text("[tool.release-tools]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="There are two configurations"):
        load_config(top)


def test_a_refusal_is_not_kept(top: Path, kept: Path) -> None:
    """Only what was found sound is remembered."""
    (top / "release-tools.toml").write_text("[commits]\nheader_max = 0\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError, match="header_max"):
            load_config(top)
    assert not kept.exists()


def test_a_named_file_without_our_table_is_refused_each_time(tmp_path: Path) -> None:
    """A look without `--config`, to which that file means the defaults, does not make it acceptable."""
    shared = tmp_path / "pyproject.toml"
    shared.write_text("[project]\nname = 'release-tools'\n", encoding="utf-8")
    assert load_config(tmp_path) == Config()
    with pytest.raises(ConfigError, match="has no table"):
        load_config(tmp_path, shared)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_is_noticed(kept: Path, data: st.DataObject) -> None:
    """Whatever happens to the stored file, it is never a wrong value: it is the right one, or none."""
    remember(TEXTS, Config())
    path = kept / f"{KEY}.json"
    sound = path.read_bytes()
    place = data.draw(st.integers(min_value=0, max_value=len(sound) - 1))
    damage = data.draw(st.sampled_from(("flip", "cut", "add")))
    flipped = sound[place] ^ data.draw(st.integers(min_value=1, max_value=255))
    made = {"flip": bytes((flipped,)) + sound[place + 1 :], "cut": b"", "add": b"0" + sound[place:]}
    path.write_bytes(sound[:place] + made[damage])
    assert recall(TEXTS) is None


def test_a_file_under_the_name_of_another_is_noticed(kept: Path) -> None:
    """The checksum covers the question, not only the answer."""
    other = (Text(path=Path("release-tools.toml"), text="[branches]\nmain = 'other'\n"),)
    remember(other, Config(branches=Branches(main="other")))
    the_file(kept).rename(kept / f"{KEY}.json")
    assert recall(TEXTS) is None


def test_values_of_another_shape_are_not_taken(kept: Path) -> None:
    """A file whose checksum is right can still be none of ours."""
    remember(TEXTS, Config())
    for values in (b"{}", b"[]", b"null", b'{"branches":1}', b"\xff", b"{"):
        (kept / f"{KEY}.json").write_bytes(memory._seal(KEY, values))
        assert recall(TEXTS) is None


def test_the_file_is_for_its_owner_alone(top: Path, kept: Path) -> None:
    """A configuration may name what others need not know."""
    load_config(top)
    assert the_file(kept).stat().st_mode & 0o777 == 0o600
    assert kept.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("trick", ["foreign", "writable", "link", "fifo", "directory"])
def test_what_somebody_else_may_have_written_is_refused(
    kept: Path, monkeypatch: pytest.MonkeyPatch, trick: str
) -> None:
    """Only a plain file that this user owns and nobody else can write counts."""
    remember(TEXTS, Config())
    assert recall(TEXTS) == Config()
    path, aside = the_file(kept), kept / "aside"
    tricks = {
        "foreign": lambda: monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1),
        "writable": lambda: path.chmod(0o620),
        "link": lambda: (path.rename(aside), path.symlink_to(aside)),
        "fifo": lambda: (path.unlink(), os.mkfifo(path, 0o600)),
        "directory": lambda: (path.unlink(), path.mkdir()),
    }
    tricks[trick]()
    assert recall(TEXTS) is None


@pytest.mark.parametrize("trick", ["a file", "no home", "relative", "full"])
def test_a_cache_that_cannot_be_written_is_harmless(
    top: Path, home: Path, monkeypatch: pytest.MonkeyPatch, trick: str
) -> None:
    """The answer is the same, each time by judging."""
    wanted = load.fit_config(load.find_source(load.read_texts(top)) or pytest.fail("no source"))

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    tricks = {
        "a file": lambda: (home / ".cache").write_text(""),
        "no home": lambda: monkeypatch.delenv("HOME"),
        "relative": lambda: (monkeypatch.setenv("HOME", "x"), monkeypatch.setenv("XDG_CACHE_HOME", "y")),
        "full": lambda: monkeypatch.setattr(Path, "replace", full),
    }
    tricks[trick]()
    before = sorted(home.rglob("*")), sorted(top.rglob("*"))
    monkeypatch.chdir(top)
    assert load_config(top) == load_config(top) == wanted
    after = [path for path in sorted(home.rglob("*")) if path.is_file()], sorted(top.rglob("*"))
    assert after == ([path for path in before[0] if path.is_file()], before[1])


def test_nothing_is_made_in_the_home_of_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What root leaves in a user's home would lock that user out of the memory."""
    if os.geteuid() == 0:
        os.chown(home, 1, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    remember(TEXTS, Config())
    assert not list(home.iterdir())


def test_the_named_cache_directory_is_taken(top: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME wins over HOME."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    load_config(top)
    assert the_file(home / "elsewhere" / "release-tools" / "config").suffix == ".json"
    assert not (home / ".cache").exists()


def test_old_judgements_are_dropped(kept: Path) -> None:
    """The newest stay, whatever many repositories there are; what a crash left behind goes the same way."""
    kept.mkdir(parents=True)
    for number in range(KEPT + 5):
        path = kept / f"{number}.json"
        path.write_text("")
        os.utime(path, (number, number))
    remember(TEXTS, Config())
    left = {path.stem for path in kept.iterdir()}
    assert left == {KEY, *(str(number) for number in range(6, KEPT + 5))}


def test_two_processes_at_once_agree(top: Path, kept: Path) -> None:
    """Each replaces the whole file; nobody reads half of one."""
    answers = {printed(process)[0] for process in [start(top) for _ in range(3)]}
    assert answers == {repr(load_config(top))}
    assert len(list(kept.iterdir())) == 1
    assert recall(load.read_texts(top)) == load_config(top)
