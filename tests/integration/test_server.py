"""A real OpenAI-compatible server on loopback, transformers' own, behind the opinion chain."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from chains import Chunk, ModelError, ModelSettings, OpinionRequest, WordLimits, load_llm, opinion_chain
from chains.models.bundled import smollm2_folder

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore"), pytest.mark.enable_socket]
CHUNK = Chunk(id="c1", text="The New Development Bank was founded by the five BRICS states in 2014.")
STARTS_WITHIN = 120  # seconds


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of ``transformers serve`` with SmolLM2, once it is healthy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    command = [Path(sys.executable).with_name("transformers"), "serve", str(smollm2_folder())]
    options = ["--host", "127.0.0.1", "--port", str(number), "--device", "cpu", "--log-level", "error"]
    offline = os.environ | {"HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen([*command, *options], env=offline, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        wait_until_healthy(f"http://127.0.0.1:{number}/health", server)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def wait_until_healthy(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            httpx.get(url, timeout=1).raise_for_status()
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.2)
    raise AssertionError(f"transformers serve did not start (exit code {server.poll()})")


def test_the_opinion_chain_runs_through_the_server(port: int) -> None:
    llm = load_llm(ModelSettings(name=f"http://127.0.0.1:{port}/v1#{smollm2_folder()}"))
    chain = opinion_chain(llm, limits=WordLimits(0, 15))
    opinion = chain.invoke(OpinionRequest("Who founded the New Development Bank?", [CHUNK]))
    assert 0 < opinion.words <= 15
    assert opinion.chunk_ids == ("c1",)
    assert opinion.tokens > 0


def test_the_address_without_its_version_is_told_before_a_question_is_asked(port: int) -> None:
    with pytest.raises(ModelError, match=r"HTTP 404.*The address usually ends with /v1"):
        load_llm(ModelSettings(name=f"http://127.0.0.1:{port}#{smollm2_folder()}"))
