#!/bin/sh
# The same merges in git commands; the conflicts in version file and changelog are settled for the branch's own side.
set -eu
version=1.0.1
branch=hotfix/login

git fetch --quiet origin
sed -i "s/^version = .*/version = \"$version\"/" pyproject.toml
sed -i "2a ## [$version] - $(date +%F)\n\n$(git log --format='- %s (%h)\n' v1.0.0..HEAD | tr -d '\n')" CHANGELOG.md
git commit --quiet -a -m "chore: prepare release v$version"
git switch --quiet main
git merge --quiet --ff-only origin/main
git merge --quiet --no-ff -m "Merge branch '$branch'" "$branch"
git tag -a -m "Release v$version" "v$version"
for open in release/v1.1.0 release/v2.0.0 develop; do
    git switch --quiet "$open"
    git merge --quiet --ff-only "origin/$open"
    git merge --quiet --no-ff -X ours -m "Merge tag 'v$version' into $open" "v$version"
done
git push --quiet --atomic origin main release/v1.1.0 release/v2.0.0 develop "v$version"
git push --quiet origin --delete "$branch"
git branch --quiet -d "$branch"
