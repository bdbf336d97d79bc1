"""The doors that git knocks on: quick, quiet, and free of everything that one commit does not need."""
