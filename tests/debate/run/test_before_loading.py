"""What is wrong with models and documents is told before any of them is loaded, and leaves nothing behind."""

from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from typer.testing import CliRunner

from chains import ModelError
from chains.schemas import Question
from debate import CompareSettings, DebateSettings, compare_models, run_questions
from debate.cli import app
from debate.errors import DebateError
from debate.progress import Progress
from debate.run.engine import load_unless_given
from debate.run.setup import models_of_their_own, unwritable
from prompts import Persona
from vectorstore import CorpusError, EmbeddingsError, FaissStore

STORE = FaissStore.from_texts(["BRICS admitted Iran."], EMBEDDING)
PERSONAS = """
[[persona]]
id = "a"
name = "A"
voice = "Short."
model = "./gone"
[[persona.pov]]
text = "trade"
[[persona]]
id = "b"
name = "B"
voice = "Short."
[[persona.pov]]
text = "war"
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DebateSettings:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("BRICS admitted Iran.")
    (tmp_path / "q.txt").write_text("Did BRICS grow?\n")
    (tmp_path / "p.toml").write_text(PERSONAS)
    (tmp_path / "none.jpg").write_bytes(b"x")
    return DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path / "docs", deepen=0)


@pytest.fixture
def nothing_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.run.engine.load_store", lambda *given: pytest.fail("documents were read"))
    monkeypatch.setattr("debate.run.engine.load_model", lambda *given: pytest.fail("a model was loaded"))


@pytest.mark.usefixtures("nothing_loads")
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"model": "./none"}, ModelError, r"there is no folder \./none"),
        ({"model": "docs"}, ModelError, r"config\.json is missing"),
        ({"model": "http://127.0.0.1:1/v1"}, ModelError, "names no model"),
        ({"backend": "unsloth"}, ModelError, r"\[gpu\]"),
        ({"personas": Path("p.toml")}, ModelError, r"^the model of persona 'a': there is no folder \./gone"),
        ({"embeddings": "./none"}, EmbeddingsError, r"There is no folder \./none"),
        ({"embeddings": "docs"}, EmbeddingsError, "docs contains no embedding model"),
        (
            {"corpus": Path("none.jpg")},
            CorpusError,
            r"no readable text\. Readable: [^:]*none\.jpg: no reader for '\.jpg'\.$",
        ),
        (
            {"index": Path("none")},
            DebateError,
            "debate index .*docs --out none, or leave --index out to read --corpus",
        ),
        ({"index": Path("none"), "corpus": None}, DebateError, "contains no index"),
    ],
)
def test_what_a_moment_tells_is_told_before_anything_is_loaded(settings, wrong, error, message) -> None:
    with pytest.raises(error, match=message):
        load_unless_given(settings.model_copy(update=wrong), Progress())


@pytest.mark.usefixtures("nothing_loads")
def test_what_is_handed_in_is_not_looked_for(settings: DebateSettings) -> None:
    wrong = settings.model_copy(update={"embeddings": "./none"})
    with pytest.raises(ModelError):
        load_unless_given(wrong.model_copy(update={"model": "./none"}), Progress(), store=STORE)


def test_a_run_that_could_not_begin_leaves_no_folder(settings: DebateSettings, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        run_questions(settings.model_copy(update={"model": "./none"}), store=STORE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "none.jpg", "p.toml", "q.txt"]


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "Why?", "--index", "none"),
        ("ask", "Why?", "--model", "./none"),
        ("index", "docs", "--out", "made", "--embeddings", "./none"),
        ("index", "none", "--out", "made"),
        ("index", "none.jpg", "--out", "made"),
        (
            "compare",
            "--models",
            "./none",
            "--models",
            "smollm2",
            "--questions",
            "q.txt",
            "--corpus",
            "docs",
            "--out",
            "o",
        ),
    ],
)
def test_a_command_that_could_not_begin_says_so_alone_and_leaves_nothing(
    settings: DebateSettings, tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "none" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "none.jpg", "p.toml", "q.txt"]


def test_a_personas_model_that_fails_to_load_is_told_with_the_persona(settings: DebateSettings) -> None:
    with pytest.raises(ModelError, match=r"^the model of persona 'b': cannot load a model from the folder docs"):
        models_of_their_own(settings, [Persona("a", "A", "Short."), Persona("b", "B", "Short.", model="docs")])


PERSIAN = "آیا بانک توسعه به وعده خود عمل کرد؟"


def test_the_bundled_model_is_not_expected_to_write_another_script_than_latin() -> None:
    asked = [Question(f"q{n}", PERSIAN) for n in range(1, 6)] + [Question("q6", "Did it grow?")]
    told = unwritable("smollm2", [*asked, Question("q7", "銀行は約束を守りましたか。")])
    assert told.startswith(
        "q1, q2, q3 and 3 more are written in Arabic and Japanese script, but the bundled model writes"
    )
    assert "--model" in told


def test_a_question_in_another_script_is_no_matter_to_another_model_and_one_in_latin_letters_to_none() -> None:
    assert unwritable("my/model", [Question("q1", PERSIAN)]) == ""
    assert unwritable("smollm2", [Question("q1", "Summarise this."), Question("q2", "2024?")]) == ""


class Warned(Progress):
    """Notes warnings, and what is prepared."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warning(self, what: str) -> None:
        self.told.append(what)

    def preparing(self, what: str) -> None:
        self.told.append(what)


def test_a_run_warns_once_before_it_loads_and_in_its_log_of_questions_that_its_model_cannot_write(
    settings: DebateSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: a Persian question got gibberish from the bundled model without a warning."""
    (tmp_path / "q.txt").write_text(PERSIAN, encoding="utf-8")
    llm = ScriptedLLM(script={"": "Nothing."})
    monkeypatch.setattr("debate.run.engine.check_before_loading", lambda *_, **__: None)
    monkeypatch.setattr("debate.run.engine.load_model", lambda *_: llm)
    watched = Warned()

    run_questions(settings.model_copy(update={"out": tmp_path / "out"}), store=STORE, progress=watched)

    warned = [one for one in watched.told if "Arabic script" in one]
    assert warned == watched.told[:1]
    assert " WARNING " in (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")


def test_a_judge_that_is_not_there_is_told_before_a_model_answers(settings, tmp_path: Path) -> None:
    """Regression: it was told after all models had answered."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "m" / "model.safetensors").write_bytes(b"x")
    wanted = CompareSettings(
        models=("smollm2", "./m"), questions=settings.questions, corpus=settings.corpus, out="out", judge="./none"
    )
    with pytest.raises(ModelError, match=r"there is no folder \./none"):
        compare_models(wanted)
    assert not (tmp_path / "out").exists()
