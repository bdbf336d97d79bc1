"""Chart.yaml names the version of a Helm chart, and in `appVersion` that of what the chart installs.

Both are the product's version while they are equal; an `appVersion` of its own belongs to somebody else.
"""

from release_tools.domain.version_files.pep440 import parse_any
from release_tools.domain.version_files.source import Scalar, Unlocatable, YamlString
from release_tools.domain.version_files.spec import CHART_KEYS, FileSpec


def find_chart(data: bytes, spec: FileSpec, yaml: YamlString) -> tuple[Scalar, ...]:
    """Locate the key that the row names, else `version`, and `appVersion` where it names the same version."""
    if spec.wanted:
        return (_needed(yaml(data, (spec.wanted,)), spec.wanted),)
    version, app_version = (yaml(data, (key,)) for key in CHART_KEYS)
    if version is None and spec.optional:
        return ()
    version = _needed(version, CHART_KEYS[0])
    return (version, app_version) if app_version and _is_same(version.text, app_version.text) else (version,)


def _needed(scalar: Scalar | None, key: str) -> Scalar:
    if scalar is None:
        raise Unlocatable(f"no `{key}` stands at the top; add it or take the file out of `version.files`")
    return scalar


def _is_same(one: str, other: str) -> bool:
    one, other = one.removeprefix("v"), other.removeprefix("v")
    return one == other or (parse_any(one) is not None and parse_any(one) == parse_any(other))
