"""`python -m carbonmatch ...` is `carbonmatch ...`."""

from carbonmatch.cli import main

if __name__ == "__main__":
    main()
