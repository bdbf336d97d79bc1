#!/bin/sh
# A hotfix finished as release-tools does it: the branch is checked out, two releases are open.
set -eu
"$RELEASE_TOOLS_SCRIPT" --quiet finish-hotfix --yes
