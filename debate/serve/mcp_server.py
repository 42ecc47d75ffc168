"""The desk as a server of the Model Context Protocol. The only importer of ``mcp``."""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from chains.errors import ChainError
from debate.errors import DebateError
from debate.serve.desk import MOST_VIEWPOINTS, Answer, Debated, Desk, Passage, Viewpoint
from vectorstore.errors import VectorStoreError

_Text = Annotated[str, Field(max_length=4000)]  # characters; several times what an embedding model reads
_OURS = (ChainError, DebateError, VectorStoreError)
_INSTRUCTIONS = (
    "Passages about political questions, found from viewpoints. search needs no language model; ask and debate "
    "take minutes on a small machine. Quote passages word for word and name their source."
)


def create_server(desk: Desk) -> MCPServer[Any]:
    """Return a server with the tools search, ask, debate and read_run."""
    server = _Server("pov-debate", instructions=_INSTRUCTIONS)

    @server.tool()
    def search(
        question: _Text,
        viewpoints: Annotated[list[Viewpoint], Field(max_length=MOST_VIEWPOINTS)] | None = None,
        pov_weight: float = 0.5,
        k: Annotated[int, Field(ge=1, le=50)] = 5,
    ) -> list[Passage]:
        """Find passages that matter to a question, seen from viewpoints; each with its score for question and view."""
        with _told():
            return desk.search(question, viewpoints or [], pov_weight, k)

    @server.tool()
    def ask(question: _Text) -> Answer:
        """Answer a question from the documents in 400-500 words with citations, or say "I don't know"."""
        with _told():
            return desk.ask(question)

    @server.tool()
    def debate(question: _Text) -> Debated:
        """Let personas debate a question over the raw passages, and a moderator give a verdict."""
        with _told():
            return desk.debate(question)

    @server.tool()
    def read_run(run: str, question_id: str = "") -> list[dict[str, Any]]:
        """Read the rows of a run by the name of its folder; one row where a question's id is given."""
        with _told():
            return desk.run_rows(run, question_id)

    return server


class _Server(MCPServer[Any]):
    """Refuses arguments that no tool has, which the SDK drops, and says in one line which value is wrong."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        schemas: list[Any] = [tool.input_schema for tool in await self.list_tools() if tool.name == name]
        known = [argument for schema in schemas for argument in schema.get("properties", {})]
        unknown = next((one for one in arguments if known and one not in known), None)
        if unknown is not None:
            near = get_close_matches(unknown, known, 1) or known
            raise ToolError(f"{name} has no argument {unknown!r}; write {' or '.join(near)}")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            first = error.__cause__.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise ToolError(f"{name}: {where}: {first['msg']}; see the tool's schema") from error


@contextmanager
def _told() -> Iterator[None]:
    """Turn the project's own errors into a tool's error, which the client is shown in one line."""
    try:
        yield
    except _OURS as error:
        raise ToolError(str(error)) from error
