"""A real OpenAI-compatible server on loopback whose model's name says how it misbehaves."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = (
    "Ruritania cannot feed itself, and it should stop pretending that it can. Its valleys hold four months of grain, "
    "and the railway to the coast was closed in 1931.\n\nWhat follows is plain. The crown must sign with its neighbour, "
    "pay in timber, and keep the mills at Strelsau running."
)
POSITIONS = (
    "The mills at Strelsau must run, whatever the harvest brings.",
    "Timber is worth more abroad than flour is at home.",
    "A neighbour's railway makes Ruritania a province of its bankers.",
    "Only an army of its own lets a small kingdom sign anything.",
    "Fishermen feed the coast, and no ministry ever asked them.",
    "Schools and physicians come first, long before any treaty.",
    "Gold that sleeps in the vaults should pay for new locks and dams.",
)
THOUGHTS = "The user wants an opinion. I should take a side, and I must not use headings."
LOOP = "The mills are open and the mills are full. " * 400
MESSAGES: dict[str, dict[str, Any]] = {
    "empty": {"content": ""},
    "null": {"content": None},
    "refusal": {"content": None, "refusal": "I cannot help with politics."},
    "thinks": {"content": f"<think>\n{THOUGHTS}\n</think>\n\n{ANSWER}"},
    "thinks-untagged": {"content": f"{THOUGHTS}\n</think>\n\n{ANSWER}"},
    "thinks-apart": {"content": ANSWER, "reasoning_content": THOUGHTS},
    "thinks-only": {"content": "", "reasoning_content": THOUGHTS * 50},
    "role": {"content": f"Assistant: Sure! Here is my opinion:\n\n{ANSWER}\n\nUser: Thanks.\nAssistant: Welcome."},
    "json": {"content": json.dumps({"answer": ANSWER, "confidence": 0.7})},
    "fence": {"content": f"```markdown\n# Opinion\n\n{ANSWER}\n```"},
    "loop": {"content": LOOP},
}


class MisbehavingServer(ThreadingHTTPServer):
    """Keeps what it was sent: bodies in ``asked``, headers in ``headers``. Answers wait while ``open`` is not set.

    Args:
        about: what it says of each model in its list.
        answers_as: the model that it has, whatever it is asked for.
        lists: what it sends for its list of models; default: the list.
    """

    def __init__(self, answers_as: str = "", lists: bytes | None = None, **about: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.about = about
        self.lists = lists
        self.answers_as = answers_as
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.open = threading.Event()
        self.open.set()

    def url(self, model: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1#{model}"


class _Handler(BaseHTTPRequestHandler):
    server: MisbehavingServer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.server.lists is not None:
            return self._send(200, self.server.lists, "application/json")
        names = [
            *MESSAGES,
            "good",
            "stream",
            "stream-loop",
            "echo",
            "html",
            "busy",
            "down",
            "small",
            "cuts",
            "strict",
            "tells-key",
            "streams-key",
            "calls-tools",
            "no-tools",
            "reads-numbers",
        ]
        return self._json(200, {"object": "list", "data": [{"id": name, **self.server.about} for name in names]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.open.wait(60)
        getattr(self, f"_as_{body['model'].replace('-', '_')}", self._answer)(body)

    def _answer(self, body: dict[str, Any], message: dict[str, Any] | None = None, tokens: int | None = None) -> None:
        model = body["model"]
        message = {"role": "assistant", **(message or MESSAGES.get(model, {"content": ANSWER}))}
        finish = "length" if model == "thinks-only" else "stop"
        read = _size(body) // 4 if tokens is None else tokens
        usage = {"prompt_tokens": read, "completion_tokens": 80, "total_tokens": read + 80}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        told = {"model": self.server.answers_as or model, "choices": [choice], "usage": usage}
        self._json(200, {**_HEAD, "object": "chat.completion", **told})

    def _as_echo(self, body: dict[str, Any]) -> None:
        self._answer(body, {"content": f"{body['messages'][-1]['content']}\n{ANSWER}"})

    def _as_reads_numbers(self, body: dict[str, Any]) -> None:
        """Name every long number of its prompt, and another one as the reason."""
        read = dict.fromkeys(re.findall(r"\b1\d{3,}\b", body["messages"][-1]["content"]))
        self._answer(body, {"content": f"Answers: {'; '.join(read) or 'unknown'} Because 2000 says so."})

    def _as_html(self, body: dict[str, Any]) -> None:
        self._send(200, b"<html><body>502 Bad gateway</body></html>", "text/html")

    def _as_busy(self, body: dict[str, Any]) -> None:
        if len(self.server.asked) % 2 == 0:
            return self._answer(body)
        return self._json(429, {"error": {"message": "slow down"}}, {"retry-after": "7"})

    def _as_down(self, body: dict[str, Any]) -> None:
        self._json(500, {"error": {"message": "worker died"}})

    def _as_small(self, body: dict[str, Any]) -> None:
        if _size(body) <= 1500:
            return self._answer(body)
        return self._json(400, {"error": {"message": "This model's maximum context length is 400 tokens."}})

    def _as_cuts(self, body: dict[str, Any]) -> None:
        self._answer(body, tokens=min(150, _size(body) // 4))

    def _as_strict(self, body: dict[str, Any]) -> None:
        for name in ("seed", "max_tokens"):
            if name in body:
                return self._json(400, {"error": {"message": f"Unsupported parameter: '{name}' is not supported"}})
        return self._answer(body)

    def _as_tells_key(self, body: dict[str, Any]) -> None:
        self._json(401, {"error": {"message": f"Incorrect API key provided: {self.headers['authorization']}"}})

    def _as_streams_key(self, body: dict[str, Any]) -> None:
        told = {"error": {"message": f"the gateway was sent {self.headers['authorization']}"}}
        raw = f"data: {json.dumps(told)}\n\ndata: [DONE]\n\n".encode()
        self._send(200, raw, "text/event-stream")

    def _as_calls_tools(self, body: dict[str, Any]) -> None:
        """Call the last of its tools once in a talk in which it has any; answer every other request."""
        if "tools" in body and body["messages"][-1]["role"] != "tool":
            tool = body["tools"][-1]["function"]
            given = dict.fromkeys(tool["parameters"]["properties"], "mills at Strelsau")
            asked = {"name": tool["name"], "arguments": json.dumps(given)}
            call = {"id": "call-1", "type": "function", "function": asked}
            return self._answer(body, {"content": None, "tool_calls": [call]})
        return self._speak(body)

    def _speak(self, body: dict[str, Any]) -> None:
        """Take another position for each persona."""
        place = sum(body["messages"][0]["content"].encode()) % len(POSITIONS)
        taken = "Before it begins" in body["messages"][-1]["content"]
        self._answer(body, {"content": POSITIONS[place] if taken else ANSWER})

    def _as_no_tools(self, body: dict[str, Any]) -> None:
        if "tools" in body:
            return self._json(400, {"error": {"message": "registry/no-tools:latest does not support tools"}})
        return self._speak(body)

    def _as_stream(self, body: dict[str, Any]) -> None:
        self._events([ANSWER[start : start + 7] for start in range(0, len(ANSWER), 7)])

    def _as_stream_loop(self, body: dict[str, Any]) -> None:
        self._events([LOOP[start : start + 20] for start in range(0, len(LOOP), 20)])

    def _events(self, pieces: list[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        ends = [*({"delta": {"content": piece}} for piece in pieces), {"delta": {}, "finish_reason": "stop"}]
        usage = {"prompt_tokens": 90, "completion_tokens": 60, "total_tokens": 150}
        chunks = [*({"choices": [{"index": 0, **end}]} for end in ends), {"choices": [], "usage": usage}]
        try:
            for chunk in chunks:
                event = json.dumps({**_HEAD, "object": "chat.completion.chunk", "model": "stream", **chunk})
                self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", headers or {})

    def _send(self, status: int, raw: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(raw)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


_HEAD = {"id": "x", "created": 1}


def _size(body: dict[str, Any]) -> int:
    return sum(len(message["content"] or "") for message in body["messages"])


@contextmanager
def misbehaving_server(**about: Any) -> Iterator[MisbehavingServer]:
    """A server in a thread of its own."""
    with MisbehavingServer(**about) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.open.set()
        server.shutdown()
