"""Which values of an environment no message may hold."""

import pytest

from release_tools.adapters.secret_values import secret_values


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("DATABASE_URL", "postgresql://app:a%40b@db/app", {"postgresql://app:a%40b@db/app", "a%40b", "a@b"}),
        ("SIGNING_KEY", "abc", {"abc"}),
        ("STRIPE", "sk_live_1", {"sk_live_1"}),
        ("DATABASE_URL", "sqlite:////srv/app.db", {"sqlite:////srv/app.db"}),
        ("ARTEFACTS", "/srv/artefacts", set()),
        ("BACKEND_PORT", "808080", set()),
        ("DEBUG", "false", set()),
        ("PASSWORD", "", set()),
    ],
)
def test_a_value(name: str, value: str, secrets: set[str]) -> None:
    """It is one by its name or by its length; a URL's password is one however it is spelled."""
    assert set(secret_values({name: value})) == secrets


def test_the_longest_comes_first() -> None:
    """Hiding a part first would leave the rest of a longer one behind."""
    found = secret_values({"DATABASE_URL": "postgresql://app:hunter2@db/app", "TOKEN": "hunter2-and-more"})
    assert list(found) == sorted(found, key=lambda text: -len(text))
