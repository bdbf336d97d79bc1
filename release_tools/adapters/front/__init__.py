"""The front: a small HTTP proxy that outlives deploys, and lets users in or answers 503."""
