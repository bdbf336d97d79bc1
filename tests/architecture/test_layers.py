"""Who may import whom: the layer table, and one importing module for each third-party library."""

from collections import defaultdict

import pytest
from source_tree import PACKAGE, Import, Module, modules

ROOT = ("errors", "installed")
FEATURES = ("domain", "engine", "ports", "config.model", "config.flow_table", "errors")
ALLOWED = {
    "errors": ("domain",),
    "installed": (),
    "record": (),
    "domain": ("errors",),
    "engine": ("errors", "domain"),
    "ports": ("domain",),
    "config": ("errors", "domain"),
    "release": FEATURES,
    "deploy": (*FEATURES, "config.deploy"),
    "operate": FEATURES,
    "adapters": ("ports", "domain", "errors"),
    "wiring": (*ROOT, "domain", "engine", "ports", "config", "release", "deploy", "operate", "adapters", "hooks"),
    "cli": ("wiring", "demo", "release.flows", "deploy.flows", "operate", "engine", "domain", "config", *ROOT),
    "contrib": ("domain", "config", "errors"),
    # What a door imports before it accepts is held by test_hot_path.py; this is what it may need after a finding.
    "hooks": ("domain", "config", "errors"),
    "__main__": ("cli.main",),
    "demo": ("wiring", "release", "engine", "domain", "config", "errors"),
}
EXCEPTIONS = {
    # `check-commit FILE` enters by the hook's door, before click is loaded.
    ("cli.main", "hooks.commit_msg"),
    # Only a push that names a run reads that run's journal; every other one goes by without the engine.
    ("hooks.push_run", "engine.journal"),
    # So do the other hooks' doors, which a frame such as pre-commit calls by our console script.
    ("cli.main", "hooks.pre_commit"),
    ("cli.main", "hooks.prepare_commit_msg"),
    ("cli.main", "hooks.framed_push"),
    ("cli.commands.commit", "hooks.prepare_commit_msg"),
    # `check-branch --pre-commit` answers as that hook does.
    ("cli.commands.check_branch", "hooks.pre_commit"),
}
LIBRARIES = {
    "domain": {"semver"},
    "config": {"pydantic"},
    "cli": {"click", "rich"},
    "contrib": {"commitizen"},
}
WHOLE_PACKAGE = {"click": f"{PACKAGE}.cli."}
EFFECTS = frozenset(
    {
        *("asyncio", "http", "os", "random", "secrets", "shutil", "signal", "socket", "ssl", "subprocess"),
        *("tempfile", "threading", "time", "urllib"),
    }
)


def inner(name: str) -> str:
    """Return a module's name without the package in front."""
    return name.removeprefix(PACKAGE).removeprefix(".")


def layer(name: str) -> str:
    """Return the layer that a module of ours is in."""
    return inner(name).partition(".")[0]


def within(name: str, places: tuple[str, ...]) -> bool:
    """Return whether a module is one of `places` or inside one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def is_allowed(module: Module, found: Import) -> bool:
    """Return whether the layer table lets `module` import what was found."""
    source, target = inner(module.name), inner(found.target)
    if (source, target) in EXCEPTIONS or layer(module.name) == layer(found.target):
        return True
    return within(target, ("record", *ALLOWED[layer(module.name)]))


OURS = [module for module in modules() if module.name != PACKAGE]


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.name)
def test_a_module_imports_only_what_its_layer_may(module: Module) -> None:
    """No import points upwards in the layer table."""
    assert layer(module.name) in ALLOWED, f"{module.name}: a new layer; add a row to the table and to the design"
    wrong = [
        f"{module.at(found.line)}: {layer(module.name)} must not import {inner(found.target)};"
        f" it may import {', '.join(ALLOWED[layer(module.name)])}"
        for found in module.imports()
        if found.target.startswith(PACKAGE) and not is_allowed(module, found)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_library_has_one_importing_module() -> None:
    """Replacing a third-party library means changing one module; click may fill a package, a plug-in is its host's."""
    importers: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for found in module.imports():
            if layer(module.name) == "contrib":
                continue
            if found.library and not module.name.startswith(WHOLE_PACKAGE.get(found.library, "\0")):
                importers[found.library].add(module.name)
    wrong = [f"{name}: imported by {', '.join(sorted(names))}" for name, names in importers.items() if len(names) > 1]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.name)
def test_a_library_is_imported_in_its_layer(module: Module) -> None:
    """Third parties live in adapters, and in the few places that the design names."""
    if layer(module.name) == "adapters":
        return
    known = LIBRARIES.get(layer(module.name), set())
    wrong = [
        f"{module.at(found.line)}: move the use of {found.library} to an adapter"
        for found in module.imports()
        if found.library and found.library not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_the_domain_has_no_effects() -> None:
    """Nothing in the domain can reach the disk, the network, the clock or another process."""
    wrong = [
        f"{module.at(found.line)}: {found.target} has effects; pass its value in"
        for module in modules()
        if layer(module.name) in ("domain", "errors")
        for found in module.imports()
        if found.target.partition(".")[0] in EFFECTS
    ]
    assert not wrong, "\n".join(wrong)


def test_the_package_itself_imports_nothing() -> None:
    """Importing any module costs no more than that module."""
    root = next(module for module in modules() if module.name == PACKAGE)
    assert not list(root.imports())
