"""The bundled model learns on a CPU: the loss falls, a stopped training resumes, and the adapter answers."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chains import ModelSettings, load_llm
from chains.generation.backends import backend_for
from chains.generation.local.chat_template import prompt_text
from chains.opinion import DEFAULT_LIMITS
from chains.writing.styles import opinion_prompt
from debate.errors import TrainingError
from debate.training.finetune import finetune
from debate.training.result import FinetuneResult
from debate.training.settings import FinetuneSettings
from prompts import load_persona

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
STEPS = 30
KILLED = """
import os, signal, sys
from debate.training.finetune import finetune
from debate.training.progress import FinetuneProgress
from debate.training.settings import FinetuneSettings
class DiesBehindACheckpoint(FinetuneProgress):
    def step(self, done, total, loss, validation):
        if done == 13:
            os.kill(os.getpid(), signal.SIGKILL)
finetune(FinetuneSettings.model_validate_json(sys.argv[1]), DiesBehindACheckpoint())
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lands = ["Ruritania", "Borduria", "Syldavia", "Genovia"]
    goods = ["salt", "oil", "copper"]
    rows = [
        {"instruction": f"Should {land} tax its {good}?", "context": f"[1] {land} sells {good}.",
         "answer": f"My verdict is plain: {land} must never tax its {good}, for {good} is all that it sells."}
        for land in lands for good in goods
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("data") / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def settings(data: Path, out: Path) -> FinetuneSettings:
    return FinetuneSettings(
        data=(data,),
        out=out,
        steps=STEPS,
        batch_size=1,
        accumulation=1,
        max_seq_length=384,
        validation_share=0.2,
        learning_rate=1e-3,
    )


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> FinetuneResult:
    return finetune(settings(data, tmp_path_factory.mktemp("whole") / "adapter"))


def test_the_validation_loss_falls_by_a_third(trained: FinetuneResult) -> None:
    losses = [loss for _, loss in trained.losses.validation]
    assert losses[-1] < 0.67 * losses[0]


def test_the_adapter_lies_beside_its_card_and_loss_curve_and_no_pickle(trained: FinetuneResult) -> None:
    names = {path.name for path in trained.adapter.iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "README.md", "loss.png", "finetune.toml"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pth")) for name in names)


def test_the_card_tells_in_whose_voice_and_by_what_the_answers_were_chosen(trained: FinetuneResult) -> None:
    card = (trained.adapter / "README.md").read_text(encoding="utf-8")
    assert "| in the voice of, in words | The Professor, 400 to 500 |" in card
    assert "| selected by | nothing |" in card


def test_the_adapters_folder_is_a_model_that_answers_in_the_trained_form(trained: FinetuneResult) -> None:
    llm = load_llm(ModelSettings(name=str(trained.adapter)))
    prompt = opinion_prompt(
        load_persona("professor").voice, "Should Atlantis tax its fish?", ["Atlantis sells fish."], DEFAULT_LIMITS
    )
    answer = llm.invoke(prompt_text(llm.pipeline.tokenizer, prompt))
    assert answer.startswith("My verdict is plain")
    assert backend_for(llm).adapted


def test_a_training_that_is_killed_resumes_to_the_same_loss(
    data: Path, trained: FinetuneResult, tmp_path: Path
) -> None:
    chosen = settings(data, tmp_path / "adapter")
    command = [sys.executable, "-c", KILLED, chosen.model_dump_json()]
    killed = subprocess.run(command, cwd=Path(__file__).parents[3], check=False)  # noqa: S603
    resumed = finetune(chosen)
    assert killed.returncode == -signal.SIGKILL
    assert [step for step, _ in resumed.losses.training] == list(range(1, STEPS + 1))
    assert resumed.losses.validation[-1][1] == pytest.approx(trained.losses.validation[-1][1], rel=1e-3)


def test_a_finished_training_is_not_done_again(data: Path, trained: FinetuneResult) -> None:
    again = finetune(settings(data, trained.adapter))
    assert (again.losses.training, again.losses.validation) == ((), trained.losses.validation)


def test_another_training_does_not_go_into_the_folder_and_the_change_is_named(
    data: Path, trained: FinetuneResult
) -> None:
    changed = settings(data, trained.adapter).model_copy(update={"rank": 4})
    with pytest.raises(TrainingError, match="rank was 16 and is 4"):
        finetune(changed)


def test_too_little_memory_is_told_before_the_model_is_loaded_and_a_smaller_training_may_use_the_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debate.training.finetune.free_memory", lambda on_gpu: 2**20)
    monkeypatch.setattr("debate.training.finetune.load_trainable", None)
    with pytest.raises(TrainingError, match=r"training smollm2 takes about .* and 0\.0 GiB are free"):
        finetune(settings(data, tmp_path / "adapter"))
    assert not (tmp_path / "adapter").exists()


def test_the_memory_that_was_used_is_close_to_the_forecast(trained: FinetuneResult) -> None:
    assert trained.forecast is not None
    assert trained.forecast.total < 1.1 * trained.memory.peak
