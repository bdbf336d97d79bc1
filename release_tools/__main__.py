"""`python -m release_tools`: the same program as the console script."""

from release_tools.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
