"""What a configuration must satisfy besides having the right keys: one case for each rule, wrong and right."""

import tomllib
from pathlib import Path

import pytest

from release_tools.config.load import fit_config
from release_tools.config.source import Source
from release_tools.errors import ConfigError

WRONG = {
    "branches.main='a b'": "branches.main: git does not allow 'a b': it holds a blank",
    "branches.direct=['x..y']": "branches.direct[0]: git does not allow 'x..y': it holds '..'",
    "branches.remote='-x'": "branches.remote: git does not allow '-x': it begins with '-'",
    "branches={main='x', develop='x'}": "branches.develop: is the same branch as main, 'x'",
    "flow.feature.pattern='feature'": "flow.feature.pattern: must hold {slug} or {version}, exactly once",
    "flow.feature.pattern='f/{slug}{version}'": "flow.feature.pattern: must hold {slug} or {version}, exactly once",
    "flow.feature.pattern='{slug}/f'": "flow.feature.pattern: must begin with a literal",
    "flow.feature.pattern='f/{name}{slug}'": "flow.feature.pattern: may hold no other hole than {slug}",
    "flow.feature.pattern='f {slug}'": "flow.feature.pattern: git does not allow such a name",
    "flow.feature.pattern='f/{slug}.lock'": "flow.feature.pattern: git does not allow such a name",
    "flow.rc.pattern='release/{slug}'": "flow.rc.pattern: 'release/v1.2.3' would be of this kind and of 'release'",
    "flow.fix.pattern='feature/{slug}'": "flow.fix.pattern: 'feature/x' would be of this kind and of 'feature'",
    "flow.fix.pattern='dev{slug}'": "flow.fix.pattern: matches the long-lived branch 'develop'",
    "branches.develop=false\nflow.fix.base='develop'": "flow.fix.base: is develop, but branches.develop is false",
    "branches.develop=false\nflow.fix.targets=['develop']": "flow.fix.targets: name develop, but branches.develop",
    "flow.fix.targets=[]": "flow.fix.targets: must name at least one branch",
    "flow.fix.targets=['main', 'main']": "flow.fix.targets: name a branch twice",
    "flow.fix.tags=true": "flow.fix.tags: a tag is made on main",
    "commits.issue_pattern='('": "commits.issue_pattern: is no regular expression: missing )",
    "commits.issue_pattern='x*'": "commits.issue_pattern: matches the empty text",
    "commits.scope_required=['feet']": "commits.scope_required: 'feet' is not in commits.types; did you mean 'feat'?",
    "commits.issue_required=['zzz']": "commits.issue_required: 'zzz' is not in commits.types (feat, fix",
    "version.bump.fxi='patch'": "version.bump: 'fxi' is not in commits.types; did you mean 'fix'?",
    "changelog.sections.wish='Wishes'": "changelog.sections: 'wish' is not in commits.types",
    "changelog.sections={'wish(x)'='Wishes'}": "changelog.sections: 'wish' is not in commits.types",
    "changelog.sections={'fix('='Fixed'}": "changelog.sections: 'fix(' is no selector; write a type",
    "version.tag_prefix='v '": "version.tag_prefix: git does not allow the tag 'v 1.0.0'",
    "version.initial='1.0'": "version.initial: '1.0' is not a version of the form MAJOR.MINOR.PATCH.",
    "version.initial='v1.0.0'": "version.initial: must be a final version without prefix; write '1.0.0'",
    "version.initial='1.0.0-rc.1'": "version.initial: must be a final version without prefix; write '1.0.0'",
    "version.paths=['../x']": "version.paths[0]: must be a path inside the repository",
    "version.files=[{path='/etc/x'}]": "version.files[0].path: must be a path inside the repository",
    "version.files=[{path='a/../../x'}]": "version.files[0].path: must be a path inside the repository",
    "version.files=[{path='c.yml', kind='compose-image'}]": "version.files[0].image: is needed by the kind",
    "version.files=[{path='x', kind='pattern'}]": "version.files[0].pattern: is needed by the kind",
    "version.files=[{path='x', pattern='v='}]": "version.files[0].pattern: must hold {version} exactly once",
    "version.files=[{path='x', kind='pyproject', image='x'}]": "version.files[0].image: belongs to the kind",
    "changelog.path='../CHANGELOG.md'": "changelog.path: must be a path inside the repository",
    "release.tag_message='{name} {version}'": "release.tag_message: may hold {version} and no other hole",
    "git.network_timeout=inf": "git.network_timeout: must be a number of seconds",
}
RIGHT = (
    "branches={main='trunk', develop=false, direct=['trunk']}",
    "flow.ui.pattern='ui/{slug}'",
    "flow.fix.pattern='feature-fix/{slug}'",
    "flow.rc={pattern='rc/{version}', targets=['main'], tags=true}",
    "branches.develop=false\nflow.fix.targets=['main']",
    "commits={types=['feat'], scope_required=['*'], issue_required=['feat']}",
    "commits={rules='spec', issue_required=['anything']}",
    "version={tag_prefix='', initial='0.0.1', bump={feat='none'}}",
    "version.files=[{path='x', pattern='v={version}', count=2}, {path='c.yml', kind='compose-image', image='a/b'}]",
    "changelog.path=false",
    "changelog.sections={'Deprecated:'='Deprecated', '*(security)'='Security', 'fix(deps)'='Deps', fix='Fixed'}",
)


def fit(text: str) -> None:
    """Fit a configuration of this text."""
    fit_config(Source(path=Path("release-tools.toml"), table="", raw=tomllib.loads(text)))


@pytest.mark.parametrize(("text", "finding"), WRONG.items(), ids=WRONG)
def test_a_contradiction_is_found(text: str, finding: str) -> None:
    """The finding names the key and says what is wrong with it, and is the only one."""
    with pytest.raises(ConfigError) as caught:
        fit(text)
    _, *found = caught.value.failed.splitlines()
    assert [line.strip()[: len(finding)] for line in found] == [finding]


@pytest.mark.parametrize("text", RIGHT)
def test_a_sound_configuration_is_accepted(text: str) -> None:
    """No rule is stricter than it must be."""
    fit(text)


def test_contradictions_are_reported_together() -> None:
    """One run shows everything."""
    with pytest.raises(ConfigError, match="has 3 faults:"):
        fit("commits.issue_pattern='('\nversion.initial='1'\nflow.fix.targets=[]")
