#!/bin/sh
# The same git operations, in the order in which a wiki page would give them: no check, no plan, no way back.
set -eu
version=1.1.0
branch=release/v$version

git fetch --quiet origin
git switch --quiet develop
git merge --quiet --ff-only origin/develop
git switch --quiet -c "$branch"
sed -i "s/^version = .*/version = \"$version\"/" pyproject.toml
sed -i "2a ## [$version] - $(date +%F)\n\n$(git log --format='- %s (%h)\n' v1.0.0..HEAD | tr -d '\n')" CHANGELOG.md
git commit --quiet -a -m "chore: prepare release v$version"
git push --quiet -u origin "$branch"

git switch --quiet main
git merge --quiet --ff-only origin/main
git merge --quiet --no-ff -m "Merge branch '$branch'" "$branch"
git tag -a -m "Release v$version" "v$version"
git switch --quiet develop
git merge --quiet --no-ff -m "Merge tag 'v$version' into develop" "v$version"
git push --quiet --atomic origin main develop "v$version"
git push --quiet origin --delete "$branch"
git branch --quiet -d "$branch"
