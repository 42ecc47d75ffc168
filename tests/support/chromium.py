"""A headless Chromium over DevTools pipes: no socket, no library. For the tests of pages and their benchmarks.

Source: the DevTools protocol, ``--remote-debugging-pipe``: JSON messages that end with a zero byte, on the
descriptors 3 and 4 of the browser.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --remote-debugging-pipe --disable-dev-shm-usage"
)


class Page:
    """One tab: what a person sees and does in it, and what the page asked the network for."""

    def __init__(self, read: int, write: int) -> None:
        self._answers = os.fdopen(read, "rb")
        self._write = write
        self._unread = b""
        self._last = 0
        self._session = ""
        self._loaded: set[str] = set()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._dragged: Any = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send("Page.setLifecycleEventsEnabled", enabled=True)

    def send(self, method: str, **params: Any) -> Any:
        """Send a command and return its result; events on the way are noted."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until it has loaded."""
        self.visit(path.as_uri() + fragment)

    def visit(self, address: str) -> None:
        """Open an address and wait until it has loaded."""
        self.send("Page.navigate", url="about:blank")  # the same page at another place would not load anew
        loader = self.send("Page.navigate", url=address)["loaderId"]
        while loader not in self._loaded:
            self._note(self._receive())

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression; a promise is waited for."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"].get("exception", {}).get("description", "error in the page"))
        return found["result"].get("value")

    def until(self, expression: str, seconds: float = 60) -> None:
        """Wait until a JavaScript expression is true.

        Raises:
            RuntimeError: it did not become true in time.
        """
        looking = f"""new Promise((done, failed) => {{
            const end = Date.now() + {1000 * seconds};
            const look = () => {expression} ? done() : Date.now() > end ? failed(Error("not in time")) : setTimeout(look, 20);
            look();
        }})"""
        try:
            self.evaluate(looking)
        except RuntimeError as error:
            if "navigated" not in str(error):
                raise
            self.until(expression, seconds)  # the page loaded anew meanwhile

    def settle(self) -> None:
        """Wait until the page has drawn what was asked of it."""
        try:
            self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        except RuntimeError as error:
            if "navigated" not in str(error):
                raise
            self.settle()  # what was pressed or clicked led to another page

    def size(self, width: int, height: int = 900, *, phone: bool = False) -> None:
        """Set the size of the window."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def media(self, **features: str) -> None:
        """Set media features, such as ``prefers_color_scheme="dark"``."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=named)

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        """Press a key, such as Tab (9), Enter (13, text "\\r") or a letter (its text)."""
        common: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code or ord(key[0].upper())}
        self.send("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)
        self.settle()

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.send("Input.insertText", text=text)
        self.settle()

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that fits, scrolled to."""
        self.settle()
        place = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
        self.settle()

    def choose(self, selector: str, *files: Path) -> None:
        """Choose files in the first file field that fits."""
        found = self.send("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.send("DOM.setFileInputFiles", files=[str(one) for one in files], objectId=found["result"]["objectId"])
        self.settle()

    def drag(self, source: str, target: str) -> None:
        """Drag the first element that fits one selector onto the first that fits another; both are in sight."""
        self.send("Input.setInterceptDrags", enabled=True)
        (x, y), (to_x, to_y) = (
            self.evaluate(
                f"(() => {{ const r = document.querySelector({json.dumps(one)}).getBoundingClientRect();"
                "return [r.x + r.width / 2, r.y + 12] })()"
            )
            for one in (source, target)
        )
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        for step in (10, 20):
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + step, y=y + step, button="left", buttons=1)
        while self._dragged is None:
            self._note(self._receive())
        for kind in ("dragEnter", "dragOver", "drop"):
            self.send("Input.dispatchDragEvent", type=kind, x=to_x, y=to_y, data=self._dragged)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=to_x, y=to_y, button="left", clickCount=1)
        self._dragged = None
        self.settle()

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Write a picture of the window, or of the whole page."""
        self.settle()
        shot = self.send(
            "Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": self._all()} if whole else {})
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page."""
        path.write_bytes(base64.b64decode(self.send("Page.printToPDF", printBackground=False)["data"]))

    def close(self) -> None:
        """Close the pipes, which ends the browser."""
        self._answers.close()
        os.close(self._write)

    def _all(self) -> dict[str, float]:
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            piece = self._answers.read1(1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event.get("method") == "Input.dragIntercepted":
            self._dragged = params["data"]
        elif event.get("method") == "Page.lifecycleEvent" and params["name"] == "load":
            self._loaded.add(params["loaderId"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"]["exception"].get("description", "error"))
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])


@contextmanager
def browser() -> Iterator[Page]:
    """Start a Chromium with a profile of its own, and end it again.

    Raises:
        RuntimeError: it is not installed.
    """
    if CHROMIUM is None:
        raise RuntimeError("chromium is not installed; apt-get install chromium")
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The shell puts the pipes where the browser looks for them.
        line = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
        process = subprocess.Popen(  # noqa: S603
            ["/bin/bash", "-c", line, CHROMIUM, *_FLAGS.split(), f"--user-data-dir={profile}"],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        page = Page(answers, commands)
        try:
            yield page
        finally:
            page.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
