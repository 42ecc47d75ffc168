"""The hub is a real server on loopback here, which huggingface_hub is pointed to."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from huggingface_hub import constants

from chains.models.hub import ask_hub

pytestmark = pytest.mark.enable_socket
SHAPE = {"num_hidden_layers": 4, "hidden_size": 8}
FILES = [{"rfilename": "model.safetensors", "size": 700}, {"rfilename": "README.md", "size": 9}]


class Hub(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if "silent" in self.path:
            self.server.released.wait(20)  # type: ignore[attr-defined]
        if "none" in self.path:
            return self._send(404, {"error": "Repository not found"}, "RepoNotFound")
        if "broken" in self.path:
            return self._send(500, {"error": "worker died"})
        about = {"id": "org/model", "siblings": FILES, "gated": "manual" if "gated" in self.path else False}
        return self._send(200, about if "/api/" in self.path else {"text_config": SHAPE})

    def _send(self, code: int, body: object, error: str = "") -> None:
        raw = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("content-length", str(len(raw)))
        if error:
            self.send_header("x-error-code", error)
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.released = threading.Event()  # type: ignore[attr-defined]
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    address = f"http://127.0.0.1:{server.server_port}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_repository_is_known_by_its_shape_and_its_download_before_it_is_here(hub: None) -> None:
    told = ask_hub(["org/model"])
    published = told.known["org/model"]
    assert (published.there, published.gated, published.download) == (True, False, 700)
    assert published.shape is not None
    assert published.shape.num_hidden_layers == 4
    assert told.silent_because == ""


def test_a_gated_repository_says_so_and_one_that_is_not_there_too(hub: None) -> None:
    known = ask_hub(["org/gated", "org/none"]).known
    assert known["org/gated"].gated
    assert not known["org/none"].there


def test_one_that_does_not_answer_in_time_costs_the_others_nothing(hub: None) -> None:
    told = ask_hub(["org/silent", "org/model"], within=0.5)
    assert list(told.known) == ["org/model"]
    assert told.silent_because == "it did not answer within 0.5 s"


def test_a_hub_that_fails_is_told(hub: None) -> None:
    assert ask_hub(["org/broken"]).silent_because == "it gave an error"


def test_a_hub_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert ask_hub(["org/model"]).silent_because == "it cannot be reached"


def test_a_machine_that_is_to_stay_offline_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert ask_hub(["org/model"]).silent_because == "HF_HUB_OFFLINE is set"
