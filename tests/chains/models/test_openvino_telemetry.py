"""OpenVINO's own reports of how it is used."""

import importlib
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["chains.models.openvino", "vectorstore.embedding.openvino"])
def test_openvino_reports_to_nobody_once_this_project_uses_it(module: str) -> None:
    importlib.import_module(module)
    told = subprocess.run(  # noqa: S603 - in a process of its own: nothing else has set it there
        [sys.executable, "-c", f"import {module}\nimport openvino_telemetry"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ModuleNotFoundError: import of openvino_telemetry halted" in told.stderr
