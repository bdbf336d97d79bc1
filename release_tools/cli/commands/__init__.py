"""One module for each command, named like it; each holds one `command`, and `cli.registry` holds its row.

A command reads its options, calls a flow through `wiring` and prints the outcome; it decides nothing about releases.
"""
