"""The command ``debate``, and ``python -m debate``. Ctrl-C is one line also while the command is being imported."""

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command line with ``arguments``; default: those of the process."""
    try:
        from debate.cli import main as command

        command(arguments)
    except KeyboardInterrupt:  # the command's own handling begins with its work
        sys.stderr.write("interrupted\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
