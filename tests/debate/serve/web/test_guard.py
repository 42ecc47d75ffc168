"""Who may ask the page: nobody through a foreign name, from another site, without the token, or with too much."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from debate.errors import SettingsError
from debate.serve.web.app import Site, create_app
from debate.serve.web.exploring import Explorer
from debate.serve.web.guard import MOST_BYTES, Admission
from debate.serve.web.library import Library
from debate.serve.web.server import addresses_of, admission_for
from debate.serve.web.starting import Starter
from prompts import load_personas
from vectorstore import PovVectorStore

TOKEN = "a-token-of-more-than-sixteen"  # noqa: S105


def _nothing() -> PovVectorStore:
    raise AssertionError("nobody is to be asked")


def asked(runs: Path, admission: Admission | None = None, base: str = "http://127.0.0.1:8321") -> httpx.AsyncClient:
    app = create_app(Site(Library([runs])), admission or Admission())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost.evil",
        "192.168.0.7",
        "[::2]",
        "[::1",
        "[::1]evil",
        "127.0.0.1:1@evil",
    ],
)
async def test_a_foreign_host_is_refused_so_that_no_name_can_be_rebound(tmp_path: Path, host: str) -> None:
    async with asked(tmp_path) as page:
        assert (await page.get("/", headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost:9", "[::1]:8321", "LOCALHOST"])
async def test_this_machine_by_any_of_its_names_is_answered(tmp_path: Path, host: str) -> None:
    async with asked(tmp_path) as page:
        assert (await page.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
async def test_another_site_is_told_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async with asked(tmp_path) as page:
        assert (await page.get("/api/runs/x", headers=headers)).status_code == 403


@pytest.mark.parametrize("origin", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
async def test_a_write_that_the_page_itself_did_not_ask_for_is_refused(tmp_path: Path, origin: dict[str, str]) -> None:
    async with asked(tmp_path) as page:
        assert (await page.post("/api/runs", headers=origin, json={})).status_code == 403


async def test_a_link_on_another_site_may_lead_here(tmp_path: Path) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with asked(tmp_path) as page:
        assert (await page.get("/", headers=visit)).status_code == 200


async def test_without_the_token_nothing_is_told(tmp_path: Path) -> None:
    async with asked(tmp_path, Admission(token=TOKEN)) as page:
        answers = [await page.get(path) for path in ("/", "/static/run.js", "/api/runs/x", "/?token=wrong")]
    assert [one.status_code for one in answers] == [401] * 4


async def test_the_token_goes_from_the_address_into_a_cookie_that_no_script_reads(tmp_path: Path) -> None:
    async with asked(tmp_path, Admission(token=TOKEN)) as page:
        entered = await page.get(f"/?a=1&token={TOKEN}")
        then = await page.get("/")
    assert (entered.status_code, entered.headers["location"]) == (303, "/?a=1")
    assert {"HttpOnly", "SameSite=lax"} <= set(entered.headers["set-cookie"].split("; "))
    assert TOKEN not in entered.headers["set-cookie"]
    assert then.status_code == 200


async def test_the_way_in_leads_to_no_other_server(tmp_path: Path) -> None:
    async with asked(tmp_path, Admission(token=TOKEN)) as page:
        entered = await page.get(f"http://127.0.0.1:8321//evil.example/?token={TOKEN}")
    assert entered.headers["location"] == "/evil.example/"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::"])  # noqa: S104
def test_other_machines_are_let_in_only_with_a_token(host: str) -> None:
    with pytest.raises(SettingsError, match="so a token is needed; give one with --token"):
        admission_for(host, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])  # noqa: S104
def test_a_short_token_is_refused_behind_a_proxy_too(host: str) -> None:
    with pytest.raises(SettingsError, match="--token needs at least 16 characters"):
        admission_for(host, "short", ("proxy.example",))


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("host", "family", "own"),
    [
        ("0.0.0.0", socket.AF_INET, "127.0.0.1"),  # noqa: S104
        ("0", socket.AF_INET, "127.0.0.1"),
        ("::", socket.AF_INET6, "[::1]"),
        ("127.0.0.1", socket.AF_INET, "127.0.0.1"),
        ("localhost", socket.AF_INET, "localhost"),
    ],
)
def test_every_address_that_is_printed_can_be_opened(host: str, family: socket.AddressFamily, own: str) -> None:
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        addresses = addresses_of(listening, host, "a token?")
    places = [httpx.URL(one) for one in addresses]
    assert addresses[0] == f"http://{own}:{places[0].port}/?token=a%20token%3F"
    assert not {"0.0.0.0", "::", "0"} & {one.host for one in places}  # noqa: S104
    assert all(admission_for(host, TOKEN).answers_to(one.netloc.decode()) for one in places)


async def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    own = {"Origin": "http://127.0.0.1:8321"}
    async with asked(tmp_path) as page:
        answer = await page.post("/api/runs", headers=own, content=b"x" * (MOST_BYTES + 1))
    assert (answer.status_code, answer.json()) == (413, {"error": "too large: at most 64 KiB"})


@pytest.mark.parametrize("path", ["/api/runs", "/api/explore", "/api/runs/x/say"])
async def test_a_body_that_does_not_say_how_large_it_is_is_refused_once_it_is_too_large(
    tmp_path: Path, path: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"question": "'
        yield b"x" * MOST_BYTES

    site = Site(Library([tmp_path]), Explorer(_nothing, load_personas()), Starter(tmp_path, Library([tmp_path]), {}))
    transport = httpx.ASGITransport(create_app(site, Admission()))
    own = {"Origin": "http://127.0.0.1:8321", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321") as page:
        answer = await page.post(path, headers=own, content=pieces())
    assert (answer.status_code, answer.json()) == (413, {"error": "too large: at most 64 KiB"})


async def test_every_answer_says_that_only_the_pages_own_scripts_run(tmp_path: Path) -> None:
    async with asked(tmp_path) as page:
        policies = [
            (await page.get(path)).headers["content-security-policy"] for path in ("/", "/nowhere", "/api/runs/x")
        ]
    assert all("default-src 'none'; script-src 'self'; style-src 'self'" in one for one in policies)
    assert not any("unsafe" in one for one in policies)


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/runs/..%2f..%2fetc", "/api/runs/%2e%2e/rows",
        "/api/runs/%2fetc/question?id=passwd", "/static/%00", "/runs/%00",
    ],
)  # fmt: skip
async def test_no_path_reaches_the_file_system(tmp_path: Path, path: str) -> None:
    async with asked(tmp_path) as page:
        assert (await page.get(path)).status_code in (404, 307)


async def test_what_is_wrong_is_told_in_one_escaped_line(tmp_path: Path) -> None:
    async with asked(tmp_path) as page:
        shown = (await page.get("/runs/<script>alert(1)<%2fscript>")).text
    assert "there is no run" in shown or "there is nothing at this address" in shown
    assert "<script>alert" not in shown


async def test_a_cookie_of_another_server_on_this_machine_locks_nobody_out(tmp_path: Path) -> None:
    admission = Admission(token="secret")
    cookie = {"Cookie": f"a,b=1; debate-8321={admission.pass_}; =;"}
    async with asked(tmp_path, admission) as page:
        assert (await page.get("/", headers=cookie)).status_code == 200
        assert (await page.get("/", headers={"Cookie": "a,b=1"})).status_code == 401


async def test_servers_on_two_ports_of_one_host_let_a_browser_into_both(tmp_path: Path) -> None:
    one, other = (
        asked(tmp_path, Admission(token=TOKEN + port), f"http://127.0.0.1:{port}") for port in ("8321", "8322")
    )
    async with one, other:
        entered = [await one.get(f"/?token={TOKEN}8321"), await other.get(f"/?token={TOKEN}8322")]
        kept = {name: value for answer in entered for name, value in answer.cookies.items()}  # a browser's, of the host
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        answers = [await page.get("/", headers=cookies) for page in (one, other)]
    assert [answer.status_code for answer in answers] == [200, 200]
