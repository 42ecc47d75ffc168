"""``python -m debate`` is the command ``debate``."""

from debate.cli import main

if __name__ == "__main__":
    main()
