"""Property tests look for new examples at a desk, and repeat the same ones in CI."""

import faulthandler
import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_unconfigure() -> None:
    """End a run whose tests left a thread behind: with that thread's traceback, instead of never."""
    if "MUTANT_UNDER_TEST" not in os.environ:  # mutmut goes on in the process that ran the tests
        faulthandler.dump_traceback_later(60, exit=True)
