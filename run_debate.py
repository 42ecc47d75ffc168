"""The entry: ``python run_debate.py`` is ``debate run``, and ``--version`` is the command's."""

import sys

from debate.__main__ import main

if __name__ == "__main__":
    given = sys.argv[1:]
    main(given if given[:1] in (["run"], ["--version"]) else ["run", *given])
