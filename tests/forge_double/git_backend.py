"""Git over HTTP: `git http-backend` behind the double, with an `update` hook that enforces the rulesets.

Who pushes is told by the token; the hook gets the very JSON that the rules interface took.
"""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from werkzeug import Request, Response

from forge_double.state import ROLE_IDS, Identity, Repository

HOOK = Path(__file__).with_name("update_hook.py")
ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}


def identity_of(request: Request, identities: dict[str, Identity]) -> Identity | None:
    """Return who sends a request to git: the password of basic authentication is the token."""
    word = request.headers.get("Authorization", "")
    kind, _, value = word.partition(" ")
    token = base64.b64decode(value).decode().partition(":")[2] if kind.lower() == "basic" else value
    return identities.get(token)


def install_hook(repository: Repository) -> None:
    """Give a repository its hook, and let it take pushes over HTTP."""
    hook = repository.git_dir / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{HOOK}" "$@"\n')
    hook.chmod(0o755)
    for key, value in (("http.receivepack", "true"), ("uploadpack.allowAnySHA1InWant", "true")):
        repository.git("config", key, value)


def serve(request: Request, repository: Repository, who: Identity | None, rest: str) -> Response:
    """Answer a request of git's smart protocol."""
    pushes = "git-receive-pack" in (request.args.get("service", ""), rest.rpartition("/")[2])
    if who is None:
        return Response("Authentication required", 401, ASK)
    if pushes and who.level("contents") < 2:
        return Response("Write access to repository not granted.", 403)
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "HOME": str(repository.git_dir),
        "GIT_PROJECT_ROOT": str(repository.git_dir),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{rest}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.query_string.decode(),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "REMOTE_USER": who.login,
        "REMOTE_ADDR": "127.0.0.1",
        "FORGE_PUSHER": json.dumps(
            {"login": who.login, "number": who.number, "app": who.is_app, "role": ROLE_IDS.get(who.role, 0)}
        ),
    }
    body = request.get_data()
    environment["CONTENT_LENGTH"] = str(len(body))
    done = subprocess.run(
        ("git", "http-backend"), env=environment, input=body, capture_output=True, timeout=120, check=False
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line]
    status = next((value for name, value in headers if name == "Status"), "200 OK")
    kept = [(name, value) for name, value in headers if name != "Status"]
    return Response(content, status, kept)
