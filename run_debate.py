"""The entry: ``python run_debate.py`` is ``debate run``, and ``--version`` is the command's."""

import sys

from debate.cli import main

if __name__ == "__main__":
    main(sys.argv[1:] if sys.argv[1:] == ["--version"] else ["run", *sys.argv[1:]])
