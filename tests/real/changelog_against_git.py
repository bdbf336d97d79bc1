"""The changelog of real repositories against plain git: `python tests/real/changelog_against_git.py REPO[=PREFIX]...`.

For each final version that HEAD contains, or has commits of, git alone says which commits it brought (`rev-list TAG
--not LOWER...`); an expression on their first lines says which a changelog must list. Both ways every difference is put
under the rule that explains it, and what no rule explains is printed. A REPO is only read; PREFIX is that of its tags.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("release-tools")
LISTED = re.compile(r"(?:feat|fix|perf|revert)(?:\([^()]+\))?!?: +\S", re.IGNORECASE)
HEADER = re.compile(r"[a-z][a-z0-9-]*(?:\([^()]*\))?(?P<breaks>!?): +\S", re.IGNORECASE)
BREAKS = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)
BULLET = re.compile(r"^\* (?:feat|fix|perf|revert)(?:\([^()]*\))?!?: ", re.MULTILINE | re.IGNORECASE)
NAMED = re.compile(r"^This reverts commit ([0-9a-f]{7,40})", re.MULTILINE)
QUOTED = re.compile(
    r'^(?:Revert|Reapply) "(?P<git>.*)"|^revert(?:\([^()]*\))?: "?(?P<typed>.*?)"?(?: \(#[0-9]+\))?$', re.MULTILINE
)
FOOTER = re.compile(r"^(?:deprecated|security): ", re.MULTILINE | re.IGNORECASE)
NUMBER = re.compile(r" \(#[0-9]+\)$")
FINAL = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)")


@dataclass
class Repository:
    """A repository, and what plain git says of it."""

    path: Path
    prefix: str
    messages: dict[str, str] = field(default_factory=dict)
    merges: set[str] = field(default_factory=set)

    def git(self, *words: str, stdin: str = "") -> str:
        """Run plain git."""
        done = subprocess.run(("git", *words), cwd=self.path, input=stdin.encode(), capture_output=True, check=True)
        return done.stdout.decode("utf-8", "replace")

    def read(self) -> None:
        """Read every message at once."""
        rows = self.git("log", "-z", "--encoding=UTF-8", "--format=%H %P%n%B", "HEAD", "--tags").split("\0")
        for row in filter(None, rows):
            names, _, message = row.partition("\n")
            sha, *parents = names.split()
            self.messages[sha] = message.lstrip("\n")
            if len(parents) > 1:
                self.merges.add(sha)

    def versions(self) -> list[tuple[tuple[int, ...], str]]:
        """Return the final versions, lowest first, with their tags."""
        tags = self.git("tag").splitlines()
        names = ((FINAL.fullmatch(tag.removeprefix(self.prefix)), tag) for tag in tags if tag.startswith(self.prefix))
        return sorted((tuple(map(int, match.groups())), tag) for match, tag in names if match)

    def brought(self) -> Iterator[tuple[str, set[str]]]:
        """Yield each version that HEAD contains or has commits of, with the commits that it has and no lower one."""
        versions, ours = self.versions(), set(self.git("rev-list", "HEAD").split())
        for place, (number, tag) in enumerate(versions):
            lower = "".join(f"^{other}\n" for _, other in versions[:place])
            found = self.git("rev-list", "--stdin", stdin=f"{tag}\n{lower}").split()
            if not ours.isdisjoint(found) or self.git("rev-parse", f"{tag}^{{commit}}").strip() in ours:
                yield ".".join(map(str, number)), set(found)

    def subject(self, sha: str) -> str:
        """Return the first line of a message."""
        return self.messages[sha].partition("\n")[0].rstrip()


def told(repository: Repository) -> dict[str, list[str]]:
    """Return the commits that our changelog lists, by version."""
    with tempfile.TemporaryDirectory() as home:
        clone, config = Path(home) / "clone", Path(home) / "release-tools.toml"
        subprocess.run(("git", "clone", "-q", "--no-checkout", str(repository.path), str(clone)), check=True)
        # What HEAD does not contain is not compared: no other branch may add its versions.
        main = repository.git("symbolic-ref", "--short", "HEAD").strip()
        config.write_text(
            f'[branches]\nmain = "{main}"\ndevelop = false\n[version]\ntag_prefix = "{repository.prefix}"\n'
        )
        words = (str(SCRIPT), "--repo", str(clone), "--config", str(config), "changelog", "--json")
        done = subprocess.run(words, capture_output=True, check=True)
    return {
        version["version"]: [item["sha"] for group in version["groups"] for item in group["items"]]
        for version in json.loads(done.stdout)["versions"]
    }


def explain_missing(repository: Repository, sha: str, brought: set[str]) -> str:
    """Return why a commit with a header that counts is not listed."""
    message, subject = repository.messages[sha], repository.subject(sha)
    others = [repository.messages[other] for other in brought if other != sha]
    plain = NUMBER.sub("", subject)
    for other in others:
        quoted = QUOTED.match(other)
        names = NAMED.findall(other)
        if any(sha.startswith(name) for name in names):
            return "taken back before its release"
        if quoted and NUMBER.sub("", quoted["git"] or quoted["typed"]) in (plain, plain.partition(": ")[2]):
            return "taken back before its release"
    own = QUOTED.match(message)
    if NAMED.search(message) or own:
        return "takes back what was not released"
    return "a merge that repeats its branch" if sha in repository.merges else ""


def explain_extra(repository: Repository, sha: str) -> str:
    """Return why a commit is listed whose header alone does not count."""
    message = repository.messages[sha]
    header = HEADER.match(message)
    if header and (header["breaks"] or BREAKS.search(message)):
        return "breaking, whatever its type"
    if message.startswith(('Revert "', 'Reapply "')):
        return "takes back what was released"
    if BULLET.search(message):
        return "a squash that lists what counts"
    return "a footer says Deprecated or Security" if FOOTER.search(message) else ""


def compare(repository: Repository) -> tuple[Counter[str], int, int, int]:
    """Return how many differences each rule explains, and how many versions, expected and listed commits there are."""
    repository.read()
    ours = told(repository)
    rules: Counter[str] = Counter()
    versions = expected = listed = 0
    for version, brought in repository.brought():
        wanted = {sha for sha in brought if LISTED.match(repository.messages[sha])}
        found = ours.get(version, [])
        versions, expected, listed = versions + 1, expected + len(wanted), listed + len(set(found))
        told_twice = [sha for sha, times in Counter(found).items() if times > 1]
        for sha in sorted(wanted - set(found)):
            rules[noted(repository, version, sha, explain_missing(repository, sha, brought), "not listed")] += 1
        for sha in sorted(set(found) - wanted):
            why = explain_extra(repository, sha) if sha in brought else ""
            rules[noted(repository, version, sha, why, "listed")] += 1
        for sha in told_twice:
            squash = "a squash that lists what counts" if BULLET.search(repository.messages[sha]) else ""
            rules[noted(repository, version, sha, squash, "listed twice")] += 1
    return rules, versions, expected, listed


def noted(repository: Repository, version: str, sha: str, why: str, what: str) -> str:
    """Return the rule; say so where there is none."""
    if not why:
        print(f"{repository.path}: {version} {what}: {sha} {repository.subject(sha)}", file=sys.stderr)
    return why or "unexplained"


def main(words: list[str]) -> int:
    """Print the table; exit code 1 when a difference is unexplained."""
    rows = []
    for word in words:
        path, _, prefix = word.partition("=")
        repository = Repository(Path(path).resolve(), prefix if "=" in word else "v")
        rules, versions, expected, listed = compare(repository)
        name = repository.path.name if repository.path.name != "repo" else repository.path.parent.name
        rows.append((name.replace("+", "/"), len(repository.messages), versions, expected, listed, rules))
    print("| repository | commits | versions | by git | listed | differences |\n|---|---:|---:|---:|---:|---|")
    for *cells, rules in rows:
        told_of = "; ".join(f"{count} {rule}" for rule, count in sorted(rules.items())) or "none"
        print(f"| {' | '.join(map(str, cells))} | {told_of} |")
    return int(any(rules["unexplained"] for *_, rules in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
