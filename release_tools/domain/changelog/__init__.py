"""The changelog: one section rendered from commits, and put into a file of any style without touching the rest."""
