"""One event loop for models that are async only, since their connections belong to a loop."""

from __future__ import annotations

import asyncio
from functools import cache
from threading import Thread


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that runs in a thread of its own as long as the process does."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="async-models", daemon=True).start()
    return loop
