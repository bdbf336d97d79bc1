"""The one engine: plans of steps, a journal, a lock, and the runner that joins them; it knows no git and no docker."""
