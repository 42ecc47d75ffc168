"""A real MCP server on a free port of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from mcp.server import MCPServer


@contextmanager
def served(mcp: MCPServer) -> Iterator[str]:
    """Serve it, and give its address."""
    server = uvicorn.Server(uvicorn.Config(mcp.streamable_http_app(), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join(5)
