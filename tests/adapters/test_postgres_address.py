"""Addresses of databases: what an application writes is understood as its driver understands it, and kept secret."""

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from release_tools.adapters.postgres_address import Address, parse_address
from release_tools.errors import ConfigError

WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_categories=("Cc",)), min_size=1, max_size=12
)
HOSTS = st.sampled_from(("db.example.org", "127.0.0.1", "[::1]", "", "one,two"))
SCHEMES = st.sampled_from(("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"))


def parsed(text: str) -> Address:
    """Return the address in a text."""
    return parse_address(text, subject="DATABASE_URL")


@given(user=WORDS, password=WORDS, name=WORDS, host=HOSTS, port=st.none() | st.integers(1, 65535))
def test_a_url_is_read_as_libpq_reads_it(user: str, password: str, name: str, host: str, port: int | None) -> None:
    """User, password and name come out of any percent-encoding; hosts and ports as well."""
    at = host if port is None or not host or "," in host else f"{host}:{port}"
    text = f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{at}/{quote(name, safe='')}?sslmode=disable"
    told = {word: str(value) for word, value in conninfo_to_dict(text).items()}
    assert parsed(text).parameters == told


@given(user=WORDS, password=WORDS, name=WORDS, host=st.sampled_from(("/run/pg", "db", "")))
def test_keywords_are_read_as_libpq_reads_them(user: str, password: str, name: str, host: str) -> None:
    """Quotes and backslashes inside of values are values."""
    told = {"user": user, "password": password, "dbname": name, "host": host}
    text = " ".join(
        f"{word} = '" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for word, value in told.items()
    )
    assert parsed(text).parameters == told
    again = parsed(parsed(text).render("other"))
    assert again.parameters == told | {"dbname": "other"}


@given(scheme=SCHEMES, user=WORDS, password=WORDS, host=HOSTS)
def test_another_database_has_the_same_address_but_for_its_name(
    scheme: str, user: str, password: str, host: str
) -> None:
    """What was read is written so that it reads the same."""
    text = (
        f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}/app?sslmode=disable&prepare_threshold=0"
    )
    one = parsed(text)
    other = parsed(one.render("app__r_1", application="release-tools/7", options="-c statement_timeout=1"))
    named = {"application_name": "release-tools/7", "options": "-c statement_timeout=1"}
    added = {} if scheme.endswith("asyncpg") else named
    assert other.parameters == {**one.parameters, "dbname": "app__r_1", **added}
    assert (other.scheme, other.driver, other.extra) == (one.scheme, one.driver, {"prepare_threshold": "0"})


@given(password=st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="@"), min_size=6))
def test_a_password_that_is_not_encoded_is_never_shown(password: str) -> None:
    """Whether an odd text is understood or refused, its password is in nothing that is said about it."""
    assume(password not in repr(parsed("postgresql://app@db/app")))  # a word that is said of any address
    try:
        address = parsed(f"postgresql://app:{password}@db/app")
    except ConfigError as error:
        assert password not in str(error)
        return
    assert password in address.secrets or password.strip() in address.secrets
    assert password not in repr(address)
    assert password not in address.place


@pytest.mark.parametrize("password", ["a/b", "a?b", "a#b", "a:b", "100%", "%zz", "p@ss"])
def test_a_password_with_a_sign_of_urls_in_it_is_taken_whole(password: str) -> None:
    """People paste passwords into URLs as they are."""
    address = parsed(f"postgresql+psycopg://app:{password}@db.example.org:6432/app?sslmode=require")
    assert address.parameters == {
        "user": "app",
        "password": password,
        "host": "db.example.org",
        "port": "6432",
        "dbname": "app",
        "sslmode": "require",
    }


def test_an_at_sign_behind_the_question_mark_is_not_a_password() -> None:
    """Only what stands before the host is a login."""
    address = parsed("postgresql://app:secret@db/app?application_name=me@home")
    assert address.parameters["password"] == "secret"
    assert address.parameters["application_name"] == "me@home"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("postgresql:///app?host=/run/pg&port=5433", "/run/pg:5433"),
        ("postgresql://%2Frun%2Fpg:5433/app", "/run/pg:5433"),
        ("host=/run/pg port=5433 dbname=app", "/run/pg:5433"),
        ("postgres://app@[::1]/app", "::1:5432"),
    ],
)
def test_a_place_is_host_and_port(text: str, place: str) -> None:
    """A socket's directory counts as host."""
    assert parsed(text).place == place
    assert parsed(parsed(text).render("other")).place == place


def test_a_name_of_an_application_replaces_the_one_that_was_there() -> None:
    """And options are added to those that were there."""
    text = parsed("postgresql://db/app?application_name=web&options=-c%20a%3Db").render(
        "x", application="n", options="-c c=d"
    )
    assert parsed(text).parameters == {"host": "db", "dbname": "x", "application_name": "n", "options": "-c a=b -c c=d"}


@pytest.mark.parametrize("text", ["", "mysql://app:secret@db/app", "secret", "postgresql://app:secret@db:port/app"])
def test_what_is_no_address_is_refused_by_its_key(text: str) -> None:
    """The message says which key, and nothing of the value."""
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_variables_are_those_of_libpq_alone() -> None:
    """A program gets no parameter that its environment cannot say."""
    address = parsed("postgresql+asyncpg://app:secret@db/app?prepared_statement_cache_size=0")
    assert address.variables("other", application="release-tools") == {
        "PGHOST": "db",
        "PGUSER": "app",
        "PGPASSWORD": "secret",
        "PGDATABASE": "other",
        "PGAPPNAME": "release-tools",
    }
