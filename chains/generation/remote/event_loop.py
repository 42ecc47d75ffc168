"""The event loop for async-only models, whose connections belong to one loop."""

import asyncio
from functools import cache
from threading import Thread


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that runs in its own thread until the process ends."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="async-models", daemon=True).start()
    return loop
