"""release-tools: from a commit to a verified release, and back again with nothing lost."""
