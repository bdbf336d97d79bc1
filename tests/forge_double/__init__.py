"""A stateful double of GitHub on loopback: REST held to GitHub's own description, git over HTTP, tokens with rights."""
