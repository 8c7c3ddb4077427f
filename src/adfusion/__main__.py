"""`python -m adfusion` is the `adfusion` command."""

from adfusion.cli import main

if __name__ == "__main__":
    main()
