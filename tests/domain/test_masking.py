"""Masking: a secret is nowhere left, and what is harmless can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.answers import excerpt, lint_value, value_at
from release_tools.domain.deploy.masking import MASK, SHORTEST, mask, secrets_of

HARMLESS = {
    "ENVIRONMENT": "production",
    "PORT": "8000",
    "LOG_DIR": "/var/log/app",
    "BASE_URL": "http://localhost:8000/api",
    "HOST": "db.example.com",
    "VERSION": "1.2.3-rc.1",
    "DEBUG": "true",
    "RATE": "0.25",
}
SECRET = {
    "DB_PASSWORD": "open",
    "API_TOKEN": "1234",
    "SMTP_PW": "lower",
    "STRIPE": "sk_live_9aZ!",
    "DATABASE_URL": "postgresql://app:p%40ss@db:5432/app",
}


def test_what_is_harmless_stays_readable() -> None:
    """A log in which every word is stars helps nobody."""
    assert secrets_of(HARMLESS) == ()


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_is_masked_by_its_name_or_its_look(name: str) -> None:
    """Whatever a value looks like under a telling name, and what looks like a secret under any."""
    assert SECRET[name] not in mask(f"at {SECRET[name]}.", secrets_of(SECRET | HARMLESS))


def test_the_password_of_a_url_is_masked_alone_as_well() -> None:
    """As it stands in the URL, and as a program shows it."""
    secrets = secrets_of({"DATABASE_URL": SECRET["DATABASE_URL"]})
    assert mask("p@ss and p%40ss", secrets) == f"{MASK} and {MASK}"


def test_a_secret_within_another_leaves_no_rest() -> None:
    """The longest are masked first, and an empty one masks nothing."""
    assert mask("sesame-street and sesame", ("sesame", "sesame-street", "")) == "*** and ***"


def test_a_value_too_short_to_be_found_is_left() -> None:
    """Two letters stand everywhere."""
    assert secrets_of({"KEY": "ab"}) == ()


@given(
    st.dictionaries(st.sampled_from(list(SECRET)), st.text(st.characters(codec="ascii"), min_size=SHORTEST), min_size=1)
)
def test_no_secret_is_left_in_a_text(environment: dict[str, str]) -> None:
    """Also where one is a part of another."""
    secrets = secrets_of({f"PASSWORD_{name}": value for name, value in environment.items()})
    text = mask(" | ".join(environment.values()), secrets)
    left = text.replace(MASK, "")
    assert not any(value in left for value in environment.values() if value.strip(" |*"))


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ('{"a": {"b": "x"}}', "a.b", "x"),
        ('{"a": [1, {"b": null}]}', "a.1.b", "null"),
        ('{"a": 1.5}', "a", "1.5"),
        ('{"a": true}', "a", "true"),
        ('{"a": {"b": 1}}', "a", '{"b": 1}'),
        ('{"a": "x"}', "a.b", None),
        ('{"a": []}', "a.0", None),
        ('{"a": [1]}', "a.-1", None),
        ("[7]", "0", "7"),
        ("", "a", None),
        ("nothing", "a", None),
    ],
)
def test_a_value_is_found_by_its_path(body: str, path: str, expected: str | None) -> None:
    """Keys and places in lists; what is not there is None, and a null is not."""
    assert value_at(body, path) == expected


def test_an_excerpt_is_one_short_line() -> None:
    """Without anything that steers a terminal."""
    assert excerpt("a\n\x1b[31m\tb") == "a [31m b"
    assert len(excerpt("x" * 1000)) == 161


def test_a_value_is_compared_as_it_is_and_shown_as_it_may_be() -> None:
    """A masked value is not taken for another one."""
    assert lint_value("it", "secret", "secret", lambda _: MASK) == ""
    assert lint_value("it", "secret", "other", lambda _: MASK) == "it is '***' instead of 'other'"
    assert lint_value("it", None, "", str) == "there is no it"
    assert lint_value("it", "anything", "", str) == ""
