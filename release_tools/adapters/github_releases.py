"""Release pages on GitHub: drafts, their files with digests, and showing them.

How requests are sent and refused is told in `github_api`.
"""

import mimetypes
from pathlib import Path
from typing import Any

from release_tools.adapters.github_api import PAGE, GitHubApi
from release_tools.domain.forge.page import Asset, ReleasePage

PLAIN = "application/octet-stream"


def find_page(api: GitHubApi, tag: str) -> ReleasePage | None:
    """Return the release of a tag, shown or a draft; a question by tag alone would not show drafts, which are new."""
    newest = api.get("releases", per_page=PAGE)
    pages = [_page(row) for row in newest if row["tag_name"] == tag]
    if not pages and len(newest) == PAGE:
        old = api.find(f"releases/tags/{tag}")
        return old and _page(old)
    return next((page for page in pages if page.shown), next(iter(pages), None))


def draft_page(api: GitHubApi, tag: str, title: str, notes: str, *, candidate: bool) -> ReleasePage:
    """Make a draft."""
    body = {"tag_name": tag, "name": title, "body": notes, "draft": True, "prerelease": candidate}
    return _page(api.send("POST", "releases", body).data)


def upload(api: GitHubApi, page: ReleasePage, name: str, content: Path | bytes) -> None:
    """Add a file to a release."""
    kind = mimetypes.guess_type(name)[0] or PLAIN
    api.upload(page.files, name, content, kind)


def discard_asset(api: GitHubApi, asset: int) -> None:
    """Remove a file."""
    api.send("DELETE", f"releases/assets/{asset}")


def show_page(api: GitHubApi, page: int, *, newest: bool) -> None:
    """Publish a draft."""
    api.send("PATCH", f"releases/{page}", {"draft": False, "make_latest": "true" if newest else "false"})


def _page(row: Any) -> ReleasePage:
    return ReleasePage(
        id=row["id"],
        tag=row["tag_name"],
        address=row["html_url"],
        title=row["name"] or "",
        notes=row["body"] or "",
        shown=not row["draft"],
        files=row["upload_url"],
        frozen=bool(row.get("immutable")),
        assets=tuple(_asset(asset) for asset in row["assets"]),
    )


def _asset(row: Any) -> Asset:
    return Asset(
        id=row["id"],
        name=row["name"],
        size=row["size"],
        digest=(row.get("digest") or "").removeprefix("sha256:"),
        whole=row["state"] == "uploaded",
    )
