"""`python -m dscore`: the same work as the pages, for scripts and for machines without a screen."""

from dscore.cli import main

if __name__ == "__main__":
    main()
