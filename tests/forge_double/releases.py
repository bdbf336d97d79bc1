"""Releases: drafts, files with digests, publishing, and those that nobody may change any more."""

import hashlib
import re
from typing import Any

from forge_double.contract import DAY, filled
from forge_double.people import person
from forge_double.routing import Call, Refused, Said, route
from forge_double.state import Repository

NOTES_LIMIT = 125_000
NAME = re.compile(r"\w[\w.+/-]*")
"""A tag that git takes; it takes more, which no test needs."""


def _found(call: Call) -> dict[str, Any]:
    release = call.repository.releases.get(call.number("release_id"))
    if release is None or (release["draft"] and call.who.level("contents") < 2):
        raise Refused(404, "Not Found")
    return release


@route("GET", "/releases", "contents")
def list_releases(call: Call) -> Said:
    """List releases, the newest first; drafts only to those who may write."""
    rows = [one for one in call.repository.releases.values() if not one["draft"] or call.who.level("contents") >= 2]
    return call.page([_shown(call, one) for one in sorted(rows, key=lambda one: -one["id"])])


@route("GET", "/releases/tags/{tag}", "contents")
def release_of_tag(call: Call) -> Said:
    """Show the published release of a tag."""
    rows = call.repository.releases.values()
    found = next((one for one in rows if one["tag_name"] == call.path["tag"] and not one["draft"]), None)
    if found is None:
        raise Refused(404, "Not Found")
    return Said(200, _shown(call, found))


@route("POST", "/releases", "contents", "write")
def make_release(call: Call) -> Said:
    """Make a release; a tag has one published release at most, and any number of drafts."""
    body = call.body
    _guard_notes(body)
    if not NAME.fullmatch(body["tag_name"]):
        raise Refused(422, "Validation Failed", _error("tag_name is not well-formed"))
    release = {
        "id": next(call.repository.ids),
        "tag_name": body["tag_name"],
        "target_commitish": body.get("target_commitish", call.repository.default_branch),
        "name": body.get("name"),
        "body": body.get("body"),
        "draft": True,
        "prerelease": body.get("prerelease", False),
        "author": call.who.login,
        "assets": [],
        "immutable": False,
    }
    if not body.get("draft", False):
        _publish(call.repository, release)
    call.repository.releases[release["id"]] = release
    return Said(201, _shown(call, release))


@route("GET", "/releases/{release_id}", "contents")
def show_release(call: Call) -> Said:
    """Show a release."""
    return Said(200, _shown(call, _found(call)))


@route("PATCH", "/releases/{release_id}", "contents", "write")
def change_release(call: Call) -> Said:
    """Change a release, or publish a draft."""
    release = _found(call)
    _guard_notes(call.body)
    if release["immutable"] and {"tag_name", "target_commitish", "draft"} & set(call.body):
        raise Refused(422, "Validation Failed", _error("Cannot change an immutable release."))
    if release["draft"] and call.body.get("draft") is False:
        _publish(call.repository, release)
    if not NAME.fullmatch(call.body.get("tag_name", release["tag_name"])):
        raise Refused(422, "Validation Failed", _error("tag_name is not well-formed"))
    kept = ("name", "body", "prerelease", "tag_name", "target_commitish")
    release |= {name: value for name, value in call.body.items() if name in kept}
    return Said(200, _shown(call, release))


@route("POST", "/releases/{release_id}/assets", "contents", "write")
def upload_asset(call: Call) -> Said:
    """Take a file; a name is there once, also when its upload was cut off."""
    release, name = _found(call), call.query["name"]
    if release["immutable"]:
        raise Refused(422, "Cannot upload assets to an immutable release.")
    if any(asset["name"] == name for asset in release["assets"]):
        raise Refused(422, "Validation Failed", {"resource": "ReleaseAsset", "code": "already_exists", "field": "name"})
    cut = call.headers.get("x-double-cut") == "yes"
    content = call.raw[: len(call.raw) // 2] if cut else call.raw
    asset = {
        "id": next(call.repository.ids),
        "name": name,
        "state": "open" if cut else "uploaded",
        "size": len(content),
        "digest": None if cut else f"sha256:{hashlib.sha256(content).hexdigest()}",
        "content_type": call.headers.get("content-type", ""),
    }
    release["assets"].append(asset)
    call.repository.assets[asset["id"]] = content
    return Said(201, _asset(call, asset))


@route("DELETE", "/releases/assets/{asset_id}", "contents", "write")
def delete_asset(call: Call) -> Said:
    """Remove a file."""
    number = call.number("asset_id")
    for release in call.repository.releases.values():
        kept = [asset for asset in release["assets"] if asset["id"] != number]
        if len(kept) < len(release["assets"]):
            if release["immutable"]:
                raise Refused(422, "Cannot delete asset from an immutable release")
            release["assets"] = kept
            return Said(204)
    raise Refused(404, "Not Found")


def _publish(repository: Repository, release: dict[str, Any]) -> None:
    tag = release["tag_name"]
    if any(one["tag_name"] == tag and not one["draft"] for one in repository.releases.values()):
        raise Refused(422, "Validation Failed", {"resource": "Release", "code": "already_exists", "field": "tag_name"})
    if not repository.at(f"refs/tags/{tag}"):
        commit = repository.at(release["target_commitish"])
        if not commit:
            raise Refused(
                422, "Validation Failed", {"resource": "Release", "code": "invalid", "field": "target_commitish"}
            )
        repository.git("tag", tag, commit)
    release |= {"draft": False, "immutable": repository.immutable_releases}


def _guard_notes(body: dict[str, Any]) -> None:
    if len(body.get("body") or "") > NOTES_LIMIT:
        raise Refused(422, "Validation Failed", _error("body is too long (maximum is 125000 characters)"))


def _error(message: str) -> dict[str, str]:
    return {"resource": "Release", "code": "custom", "message": message}


def _shown(call: Call, release: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in release.items() if name not in ("author", "assets")}
    return filled(
        "release",
        **values,
        author=person(release["author"]),
        published_at=None if release["draft"] else DAY,
        html_url=f"{call.web}/releases/tag/{release['tag_name']}",
        upload_url=f"{call.base}/api/uploads/repos/{call.repository.full_name}/releases/{release['id']}/assets{{?name,label}}",
        assets=[_asset(call, asset) for asset in release["assets"]],
    )


def _asset(call: Call, asset: dict[str, Any]) -> dict[str, Any]:
    return filled(
        "release-asset", **asset, uploader=None, browser_download_url=f"{call.web}/releases/download/{asset['name']}"
    )
