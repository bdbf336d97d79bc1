"""Deploys: from a tag to a verified version in production, and back again when that fails."""
