#!/bin/sh
# The release with commitizen: it finds the version, edits the files, commits and tags; the merges and pushes are git's.
set -eu
version=1.1.0
branch=release/v$version

git fetch --quiet origin
git switch --quiet develop
git merge --quiet --ff-only origin/develop
git switch --quiet -c "$branch"
"$CZ_SCRIPT" bump --changelog --yes
git push --quiet -u origin "$branch"

git switch --quiet main
git merge --quiet --ff-only origin/main
git merge --quiet --no-ff -m "Merge branch '$branch'" "$branch"
git switch --quiet develop
git merge --quiet --no-ff -m "Merge branch 'main' into develop" main
git push --quiet --atomic origin main develop "v$version"
git push --quiet origin --delete "$branch"
git branch --quiet -d "$branch"
