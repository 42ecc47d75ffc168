"""The entry: ``python run_debate.py`` is ``debate run``."""

import sys

from debate.cli import main

if __name__ == "__main__":
    main(["run", *sys.argv[1:]])
