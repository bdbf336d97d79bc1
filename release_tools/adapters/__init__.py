"""The outside world: only here are processes started and files written, one third-party library a file."""
