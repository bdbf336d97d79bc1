"""The environment file against its contract: what is named, and that values never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.env_contract import lint_env, parse_env

CONTRACT = parse_env(b"# the database\nDATABASE_URL=\nPORT=8000\nSECRET_KEY=change-me\n")
SECRET = "hunter2"
SOUND = "DATABASE_URL=x\nPORT=1\nSECRET_KEY=y\n"
NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True)


def lint(text: str | bytes) -> list[str]:
    """Return what is wrong with an environment file."""
    return list(lint_env(CONTRACT, parse_env(text.encode() if isinstance(text, str) else text)))


def test_a_file_that_fulfils_the_contract_has_no_faults() -> None:
    """Comments, order and quotes do not matter."""
    assert lint("\n# mine\nSECRET_KEY='a b'\n\nPORT=\"1\"\nDATABASE_URL=x\n") == []


ROWS = {
    "a key is missing": ("DATABASE_URL=x\nPORT=1\n", "SECRET_KEY is missing"),
    "a secret is empty": ("DATABASE_URL=x\nPORT=1\nSECRET_KEY=\n", "SECRET_KEY is empty"),
    "a secret is empty in quotes": ("DATABASE_URL=x\nPORT=1\nSECRET_KEY=''\n", "SECRET_KEY is empty"),
    "a key stands twice": (SOUND + "PORT=2\n", "PORT is set 2 times"),
    "a key was removed": (SOUND + "OLD=1\n", "OLD is not in the contract any more"),
    "lines end with CRLF": (SOUND.replace("\n", "\r\n"), "line 1 and 2 more end with CRLF"),
    "one line ends with CRLF": (SOUND + "# x\r\n", "line 4 ends with CRLF"),
    "export stands before a key": ("export " + SOUND, "line 1 begins with `export`"),
    "a line has no equals sign": (SOUND + "hunter2\n", "line 4 has no `=`"),
    "a line is not UTF-8": (SOUND.encode() + b"# \xff\n", "line 4 is not UTF-8"),
    "the file has a byte order mark": ("\ufeff" + SOUND, "line 1 has an invisible character"),
    "a lone carriage return": (SOUND + "#\r1\n", "line 4 has an invisible character"),
    "blanks stand around the equals sign": (SOUND.replace("PORT=", "PORT ="), "line 2 has blanks around its `=`"),
    "a name is none": (SOUND + "2X=hunter2\n", "line 4 has a name that is none"),
    "a quote is not closed": (SOUND + "# x\n" + SOUND.replace("=y", "='y"), "line 7 has a quote that is not closed"),
    "something stands behind a quote": (SOUND.replace("=y", "='y'z"), "line 3 has something behind its closing quote"),
    "a comment stands behind a value": (SOUND.replace("=y", "=y # z"), "line 3 has a `#`"),
    "a dollar sign": (SOUND.replace("=y", '="a$b"'), "line 3 has a `$`"),
    "a backslash": (SOUND.replace("=y", "=a\\b"), "line 3 has a backslash"),
    "a quote inside": (SOUND.replace("=y", "=it's"), "line 3 has a quote inside of its value"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_is_named(name: str) -> None:
    """The sentence says the line or the key."""
    text, sentence = ROWS[name]
    found = lint(text)
    assert any(one.startswith(sentence) for one in found), found


def test_all_faults_are_named_at_once() -> None:
    """Nobody mends a file one fault at a time."""
    found = lint("export PORT=\nOLD=1\nOLD=2\n")
    assert [one.split(",")[0] for one in found] == [
        "line 1 begins with `export`",
        "DATABASE_URL is missing",
        "SECRET_KEY is missing",
        "PORT is empty",
        "OLD is set 2 times",
        "OLD is not in the contract any more",
    ]


SHAPES = (
    *("K={}", "K='{}'", 'K="{}"', "K = {}", "export K={}", "K='{}", 'K="{}', "{}", "# {}", "{} x", "K=a {} # {}"),
    *("K='-----BEGIN\n{}=\n-----END'", 'K="BEGIN\n{}=x\n', "K={}\r", "K=${}", "K=\\{}", "\x0b{}=1"),
)


@given(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=5))
def test_a_value_is_never_told(shapes: list[str]) -> None:
    """Whatever is wrong with a line, what stands where a value may stand is in no sentence."""
    text = "\n".join(shape.replace("{}", SECRET) for shape in shapes)
    assert SECRET not in " ".join(lint(text))


@given(st.dictionaries(NAMES, st.booleans()), st.lists(st.tuples(NAMES, st.booleans())))
def test_names_are_compared_one_by_one(wanted: dict[str, bool], have: list[tuple[str, bool]]) -> None:
    """Missing, empty, repeated and removed keys are exactly those that are so."""
    contract = parse_env("".join(f"{name}=x\n" for name in wanted).encode())
    actual = parse_env("".join(f"{name}={'' if empty else 'x'}\n" for name, empty in have).encode())
    names, last = [name for name, _ in have], dict(have)
    expected = {f"{name} is missing" for name in wanted if name not in names}
    expected |= {f"{name} is empty" for name, empty in last.items() if empty and name in wanted}
    expected |= {f"{name} is set {names.count(name)} times" for name in names if names.count(name) > 1}
    expected |= {f"{name} is not in the contract any more" for name in names if name not in wanted}
    found = list(lint_env(contract, actual))
    assert set(found) == expected
    assert len(found) == len(expected)
