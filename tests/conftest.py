"""Property tests look for new examples at a desk, and repeat the same ones in CI."""

import faulthandler
import os
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape half a surrogate pair in what a test printed: a report that holds one reaches no other process."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_unconfigure() -> None:
    """End a run whose tests left a thread behind: with that thread's traceback, instead of never."""
    if "MUTANT_UNDER_TEST" not in os.environ:  # mutmut goes on in the process that ran the tests
        faulthandler.dump_traceback_later(60, exit=True)
