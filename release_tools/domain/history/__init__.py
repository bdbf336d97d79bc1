"""History read: commits, who contains whom, what counts for a release, and which version comes next."""
