"""OpenVINO's own reports of how it is used."""

import subprocess
import sys

import pytest

WRITER = "from chains import ModelSettings, load_llm; load_llm(ModelSettings(backend='openvino'))"
EMBEDDINGS = "from vectorstore import load_embeddings; load_embeddings(device='cpu', backend='openvino')"


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize("loaded", [WRITER, EMBEDDINGS])
def test_openvino_reports_to_nobody_once_this_project_uses_it(loaded: str) -> None:
    told = subprocess.run(  # noqa: S603 - in a process of its own: nothing else has set it there
        [sys.executable, "-c", f"{loaded}\nimport openvino_telemetry"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ModuleNotFoundError: import of openvino_telemetry halted" in told.stderr
