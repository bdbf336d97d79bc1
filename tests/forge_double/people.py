"""People and repositories, as replies show them."""

from typing import Any

from forge_double.contract import filled
from forge_double.routing import Call, Refused, Said, route

ALLOWED = {"merge": "allow_merge_commit", "squash": "allow_squash_merge", "rebase": "allow_rebase_merge"}


def person(login: str) -> dict[str, Any]:
    """Return somebody as replies name them."""
    return filled("simple-user", login=login, type="User")


@route("GET", "/user", "metadata")
def show_user(call: Call) -> Said:
    """Show whose token it is; an app's belongs to no person."""
    if call.who.is_app:
        raise Refused(403, "Resource not accessible by integration")
    headers = () if call.who.permissions else (("X-OAuth-Scopes", "repo, workflow"),)
    return Said(200, filled("public-user", login=call.who.login, user_view_type="public"), headers)


@route("GET", "", "metadata")
def show_repository(call: Call) -> Said:
    """Show the repository with what the token may do in it."""
    order = ("pull", "triage", "push", "maintain", "admin")
    reach = {"read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}[call.who.role]
    if call.who.permissions is not None and call.who.level("contents") < 2:
        reach = min(reach, 1)
    repository = call.repository
    methods = {name: method in repository.methods for method, name in ALLOWED.items()}
    return Said(
        200,
        filled(
            "full-repository",
            name=repository.name,
            full_name=repository.full_name,
            html_url=call.web,
            clone_url=f"{call.web}.git",
            default_branch=repository.default_branch,
            owner=person(repository.owner),
            permissions={name: index < reach for index, name in enumerate(order)},
            **methods,
        ),
    )
