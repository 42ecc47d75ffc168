"""What can be wrong before and during a training: one line each, and nothing is lost."""

import json
import resource
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from debate.cli import app
from debate.errors import TrainingDataError, TrainingError
from debate.files.locking import exclusive_folder, write_record
from debate.training.finetune import finetune
from debate.training.progress import FinetuneProgress
from debate.training.result import Losses
from debate.training.settings import FinetuneSettings

ADAPTER = json.dumps({"base_model_name_or_path": "org/base", "peft_type": "LORA"})
ODD = json.dumps({"base_model_name_or_path": "org/base", "peft_type": "BOGUS"})
GOOD = [
    {"instruction": f"Should {land} tax its salt?", "context": f"[1] {land} sells salt.", "answer": f"{land} must not."}
    for land in ("Ruritania", "Borduria", "Syldavia")
]


def table(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def told(*arguments: object) -> str:
    """Run debate finetune, which has to refuse in one line; return the line."""
    ended = CliRunner().invoke(app, ["finetune", *map(str, arguments)])
    assert ended.exit_code == 2
    assert "elapsed" not in ended.stdout  # no bar of what never began
    (line,) = ended.stderr.splitlines()
    return line


def test_more_words_at_least_than_at_most_are_refused(tmp_path: Path) -> None:
    line = told("--data", table(tmp_path, GOOD), "--out", tmp_path / "adapter", "--min-words", 500, "--max-words", 400)

    assert line == ("error: no answer has --min-words 500 or more and --max-words 400 or fewer; change one of them")


@pytest.mark.parametrize("flag", ["--data", "--out", "--model"])
def test_a_name_in_bytes_of_an_old_encoding_is_refused(tmp_path: Path, flag: str) -> None:
    given = {"--data": str(table(tmp_path, GOOD)), "--out": "adapter"} | {flag: "caf\udce9"}

    line = told(*(word for pair in given.items() for word in pair))

    assert line.startswith(f"error: {flag}: contains bytes that are not UTF-8; rename it")


def test_data_with_half_a_surrogate_pair_is_told_with_its_row(tmp_path: Path) -> None:
    """Regression: a UnicodeEncodeError."""
    data = table(tmp_path, [one | {"answer": "\ud800"} for one in GOOD])
    line = told("--data", data, "--out", tmp_path / "adapter")
    assert line.endswith("left out: 3 rows, the first: its 'answer' contains half a surrogate pair, which is no text; "
                         "correct it")  # fmt: skip


def test_a_training_can_be_called_with_its_settings_alone(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="1 question to learn from"):
        finetune(FinetuneSettings(data=[table(tmp_path, GOOD[:1])], out=tmp_path / "adapter"))


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([{"instruction": "Why?", "context": "x"}], "has no column 'answer' (it has: instruction, context)"),
        ([{"instruction": "Why?", "answer": "x"}], "has no column 'context' (it has: instruction, answer)"),
        ([one | {"answer": " "} for one in GOOD], "0 questions to learn from; at least 2 are needed"),
        (GOOD[:1], "1 question to learn from; at least 2 are needed, one to validate on"),
        ([], "0 questions to learn from"),
    ],
)
def test_data_that_nothing_can_be_learned_from_is_told_and_no_folder_made(tmp_path: Path, rows, line) -> None:
    assert line in told("--data", table(tmp_path, rows), "--out", tmp_path / "adapter")
    assert not (tmp_path / "adapter").exists()


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("model.Q4_K_M.gguf", "is a GGUF file, which cannot be trained; give the original model"),
        ("http://localhost:8000/v1#m", "is a server's model; train the folder or repository that it serves"),
        ("./gone", "there is no folder ./gone; check the path"),
        ("only-gguf", "cannot load a model from the folder only-gguf: config.json is missing"),
        ("adapter", "adapter is an adapter; give the model that it was trained on, org/base, and all data"),
        ("odd", "odd/adapter_config.json has peft_type 'BOGUS', which the installed peft does not know"),
    ],
)
def test_a_model_that_cannot_be_trained_is_told_at_once_with_what_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, line: str
) -> None:
    for folder, file, content in (
        ("only-gguf", "model.gguf", "GGUF"),
        ("adapter", "adapter_config.json", ADAPTER),
        ("odd", "adapter_config.json", ODD),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("debate.training.finetune.load_tokenizer", lambda *_: pytest.fail("something was loaded"))
    assert line in told("--data", table(tmp_path, GOOD), "--model", model, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_of_a_finished_training_says_so_and_does_nothing(tmp_path: Path) -> None:
    """Regression: it was an error, though the same command resumes a training that was stopped."""
    chosen = FinetuneSettings(data=(table(tmp_path, GOOD),), out=tmp_path / "adapter")
    chosen.out.mkdir()
    record = {"settings": _settings(chosen), "finished": True, "examples": 2, "held_out": 1}
    write_record(chosen.out / "finetune.toml", record | {"validation_loss": [[0, 1.0], [10, 0.5]]}, TrainingError)
    ended = CliRunner().invoke(app, ["finetune", "--data", str(chosen.data[0]), "--out", str(chosen.out)])
    assert ended.exit_code == 0
    assert ended.stdout.startswith(
        "training         finished already; nothing was trained. To train again, give another"
    )


def _settings(chosen: FinetuneSettings) -> dict[str, object]:
    return chosen.model_dump(mode="json", exclude_none=True, exclude={"out", "merge", "gguf"})


def test_two_trainings_do_not_go_into_one_folder_at_the_same_time(tmp_path: Path) -> None:
    with exclusive_folder(tmp_path / "adapter", TrainingError):
        line = told("--data", table(tmp_path, GOOD), "--out", tmp_path / "adapter")
    assert line.endswith(f"another process works in {tmp_path / 'adapter'}; wait for it, or give another --out")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "contains files that are not a training" in told(
        *("--data", table(tmp_path, GOOD), "--out", tmp_path / "adapter")
    )
    assert [one.name for one in (tmp_path / "adapter").iterdir()] == ["thesis.txt"]
    assert (tmp_path / "adapter" / "thesis.txt").read_text(encoding="utf-8") == "mine"


class NoRoomAt(FinetuneProgress):
    """From this step on no file may grow beyond a kilobyte: what a full disk does, with another error number."""

    def __init__(self, at: int) -> None:
        self._at = at

    def step(self, done: int, total: int, loss, validation) -> None:
        if done == self._at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


class NoRoomFor(FinetuneProgress):
    """The same from when something is said to begin."""

    def __init__(self, what: str) -> None:
        self._what = what

    def preparing(self, what: str) -> None:
        if what.startswith(self._what):
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


class StopsWhile(FinetuneProgress):
    """As a crash would, when something is said to begin."""

    def __init__(self, what: str) -> None:
        self._what = what

    def preparing(self, what: str) -> None:
        if what.startswith(self._what):
            raise RuntimeError("stopped")


class Never(FinetuneProgress):
    """No step may be trained."""

    def step(self, done: int, total: int, loss, validation) -> None:
        raise AssertionError(f"step {done} was trained")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A model of one narrow layer, which trains in seconds."""
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from chains.models.bundled import smollm2_folder

    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder())
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path / "tiny")
    tokenizer.save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_disk_that_is_full_at_a_checkpoint_is_told_and_the_training_resumes_from_the_one_before(
    tmp_path: Path, tiny: Path
) -> None:
    chosen = FinetuneSettings(
        data=(table(tmp_path, GOOD),), model=str(tiny), out=tmp_path / "adapter", steps=3, batch_size=1, accumulation=1,
        validate_every=1, max_seq_length=512,
    )  # fmt: skip
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(
            TrainingError, match=r"cannot write .*adapter: .*; make room and run the same command again"
        ):
            finetune(chosen, NoRoomAt(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    resumed = finetune(chosen)
    assert [step for step, _ in resumed.losses.training] == [1, 2, 3]
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()


def quick(tmp_path: Path, model: Path, **changes: object) -> FinetuneSettings:
    """A training of seconds that validates and saves at each step."""
    few = {"steps": 4, "batch_size": 1, "accumulation": 1, "validate_every": 1, "max_seq_length": 512}
    return FinetuneSettings(
        **{"data": (table(tmp_path, GOOD),), "model": str(model), "out": tmp_path / "adapter"} | few | changes
    )


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_disk_that_is_full_at_the_merge_leaves_a_finished_training_of_which_only_the_merge_is_done_again(
    tmp_path: Path, tiny: Path
) -> None:
    """Regression: the training went on for one step more than was asked for."""
    chosen = quick(tmp_path, tiny, merge=True)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(TrainingError, match=r"cannot write .*merged: .*; the adapter is finished: make room"):
            finetune(chosen, NoRoomFor("merging"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    adapter = (tmp_path / "adapter" / "adapter_model.safetensors").read_bytes()
    (tmp_path / "answers.jsonl").unlink()  # what was learned from is not needed again
    done = finetune(chosen, Never())
    assert (done.merged, done.losses.training) == (tmp_path / "adapter" / "merged", ())
    assert (tmp_path / "adapter" / "merged" / "model.safetensors").is_file()
    assert (tmp_path / "adapter" / "adapter_model.safetensors").read_bytes() == adapter


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_finished_training_is_merged_later_and_not_twice(tmp_path: Path, tiny: Path) -> None:
    """Regression: it was refused as finished."""
    chosen = quick(tmp_path, tiny)
    finetune(chosen)
    merged = chosen.model_copy(update={"merge": True})
    assert finetune(merged, Never()).merged == tmp_path / "adapter" / "merged"
    assert finetune(merged, Never()).merged is None  # nothing is left


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_training_that_was_stopped_behind_its_last_step_only_saves_its_adapter(tmp_path: Path, tiny: Path) -> None:
    """Regression: one that had ended early trained on until its next validation."""
    chosen = quick(tmp_path, tiny, learning_rate=1e-20, steps=9, patience=3)  # ends at step 4
    with pytest.raises(RuntimeError, match="stopped"):
        finetune(chosen, StopsWhile("writing"))
    (tmp_path / "adapter" / "adapter_model.safetensors").unlink()
    resumed = finetune(chosen, Never())
    assert [step for step, _ in resumed.losses.training] == [1, 2, 3, 4]
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_stopped_training_does_not_go_on_with_other_data(tmp_path: Path, tiny: Path) -> None:
    """Regression: it compared losses of two validation sets, and its card told of data it never saw."""
    chosen = quick(tmp_path, tiny)
    with pytest.raises(RuntimeError, match="stopped"):
        finetune(chosen, BreaksAt(1))
    [data] = chosen.data
    data.write_text(data.read_text(encoding="utf-8").replace("salt", "iron"), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"was begun on other data: \S+ or its run's persona has changed since"):
        finetune(chosen)


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_training_whose_loss_is_no_number_keeps_no_adapter_and_says_so(tmp_path: Path, tiny: Path) -> None:
    weights = load_file(tiny / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, tiny / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TrainingError, match="the validation loss is no number from step 1 on; lower --learning-rate"):
        finetune(quick(tmp_path, tiny, steps=2))
    assert not (tmp_path / "adapter" / "adapter_model.safetensors").exists()


class BreaksAt(FinetuneProgress):
    def __init__(self, at: int) -> None:
        self._at = at

    def step(self, done: int, total: int, loss, validation) -> None:
        if done == self._at:
            raise RuntimeError("stopped")


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_resumed_training_has_the_patience_that_was_left_and_validates_no_step_twice(
    tmp_path: Path, tiny: Path
) -> None:
    chosen = quick(tmp_path, tiny, learning_rate=1e-20, steps=9, patience=3)  # nothing changes after the first step
    with pytest.raises(RuntimeError, match="stopped"):
        finetune(chosen, BreaksAt(3))
    assert [step for step, _ in finetune(chosen).losses.validation] == [0, 1, 2, 3, 4]


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_training_whose_folder_was_moved_still_keeps_its_best_adapter(tmp_path: Path, tiny: Path) -> None:
    chosen = quick(tmp_path, tiny, learning_rate=1e-20, steps=3)
    with pytest.raises(RuntimeError, match="stopped"):
        finetune(chosen, BreaksAt(3))
    best = load_file(tmp_path / "adapter" / "checkpoints" / "checkpoint-1" / "adapter_model.safetensors")
    marked = {name: tensor + 1 for name, tensor in best.items()}  # so that it is known again
    save_file(marked, tmp_path / "adapter" / "checkpoints" / "checkpoint-1" / "adapter_model.safetensors")
    (tmp_path / "adapter").rename(tmp_path / "moved")
    moved = finetune(chosen.model_copy(update={"out": tmp_path / "moved"}))
    kept = load_file(moved.adapter / "adapter_model.safetensors")
    assert all(torch.equal(kept[name], marked[name]) for name in marked)


def test_a_training_that_made_the_model_worse_says_so_and_tells_the_loss_of_what_it_kept() -> None:
    losses = Losses(training=(), validation=((0, 1.0), (10, 1.2), (20, 1.1), (30, float("nan"))))
    assert losses.told.startswith("1.000 before, 1.100 at step 20 (kept); the adapter is no better than the model")


def test_a_training_that_helped_tells_both_losses() -> None:
    assert Losses((), ((0, 1.0), (10, 0.5), (20, 0.6))).told == "1.000 before, 0.500 at step 10 (kept)"


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_passages_that_do_not_fit_are_told_before_the_training(tmp_path: Path, tiny: Path) -> None:
    """Regression: only the card counted them."""
    chosen = quick(tmp_path, tiny)
    long = " ".join(f"Salt of the league number {n} is taxed." for n in range(60))
    rows = [row | {"context": f"{row['context']}\n\n[2] {long}"} for row in GOOD]
    warned: list[str] = []

    class Noted(StopsWhile):
        def warning(self, what: str) -> None:
            warned.append(what)

    table(tmp_path, rows)
    with pytest.raises(RuntimeError, match="stopped"):
        finetune(chosen, Noted("loading the libraries"))
    assert any("passages do not fit --max-seq-length 512" in one for one in warned)
