#!/bin/sh
# A release as release-tools makes it.
set -eu
"$RELEASE_TOOLS_SCRIPT" --quiet start-release --yes
"$RELEASE_TOOLS_SCRIPT" --quiet finish-release --yes
