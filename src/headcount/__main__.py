"""`python -m headcount` is the `headcount` command."""

from headcount.cli import entry_point

if __name__ == "__main__":
    entry_point()
