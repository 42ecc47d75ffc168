"""A question can be run again from a stored stage, and nothing that the run holds is changed by it."""

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from filelock import FileLock
from rich.console import Console
from traced import SCRIPT, TEXTS, traced_run
from typer.testing import CliRunner

from debate import RunFolderError, SettingsError
from debate.cli import app
from debate.run.replay import Replay, replay_question
from debate.terminal.replay_view import replay_table
from debate.tracing.trace_file import read_traces
from vectorstore import FaissStore

STORE = FaissStore.from_texts(TEXTS, EMBEDDING, ids=["c1", "c2"])
AGAIN = {
    "Before it begins": "I disagree.",
    "moderator": "A win.",
    "You take part in a debate": "New members make every rule of the group stronger.",
    "Answer the question below": "They did not.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return traced_run(tmp_path, store=STORE)


def again(folder: Path, stage: str, script: dict[str, str] = AGAIN, **options) -> tuple[Replay, ScriptedLLM]:
    llm = ScriptedLLM(script=script)
    return replay_question(folder, "q001", stage, llm=llm, store=STORE, **options), llm


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("stage", "opinions", "opinion", "turn", "verdict"),
    [
        ("retrieve", 1, "They did not.", "group stronger.", "A win."),
        ("opinion", 1, "They did not.", "group stronger.", "A win."),
        ("positions", 0, "They did.", "group stronger.", "A win."),
        ("debate", 0, "They did.", "group stronger.", "A win."),
        ("verdict", 0, "They did.", "group weaker.", "A win."),
    ],
)
def test_a_replay_keeps_what_came_before_its_stage_and_makes_the_rest_again(
    folder: Path, stage: str, opinions: int, opinion: str, turn: str, verdict: str
) -> None:
    made, llm = again(folder, stage)
    assert made.after.error == ""
    assert llm.prompts_with("Answer the question below") == opinions
    assert made.after.opinion.answer == opinion
    assert made.after.verdict.text.endswith(verdict)
    assert len(made.after.turns) == 4
    assert made.after.turns[0].text.endswith(turn)  # a sentence that was heard is struck from the turns behind it
    assert made.after.chunks == made.before.chunks


@pytest.mark.parametrize("stage", ["retrieve", "opinion", "positions", "debate", "verdict"])
def test_nothing_that_the_run_held_is_changed_by_a_replay(folder: Path, stage: str) -> None:
    before = digests(folder)
    again(folder, stage)
    assert before.items() <= digests(folder).items()


def test_a_replay_needs_no_checkpoint_of_the_run(folder: Path) -> None:
    (folder / "checkpoints.sqlite").unlink()
    assert again(folder, "verdict")[0].after.verdict.text.endswith("A win.")


def test_each_replay_has_a_file_of_its_own_with_both_rows(folder: Path) -> None:
    first, second = again(folder, "verdict")[0], again(folder, "opinion")[0]
    assert [one.folder.name for one in (first, second)] == ["001-verdict", "002-opinion"]
    told = json.loads((first.folder / "replay.json").read_text(encoding="utf-8"))
    assert told["before"]["verdict"]["text"].endswith("A draw.")
    assert told["after"]["verdict"]["text"].endswith("A win.")


def test_a_replay_has_traces_of_its_own(folder: Path) -> None:
    made, _ = again(folder, "verdict")
    names = [span.name for span in read_traces(made.folder, "q001")]
    assert names.count("verdict") == 1
    assert "opinion" not in names


def test_the_same_again_gives_the_same(folder: Path) -> None:
    made, _ = again(folder, "opinion", SCRIPT)
    assert (made.after.opinion, made.after.turns, made.after.verdict) == (
        made.before.opinion,
        made.before.turns,
        made.before.verdict,
    )


def test_a_question_without_its_opinion_can_be_replayed_from_there_and_not_from_the_debate(tmp_path: Path) -> None:
    folder = traced_run(tmp_path, "Bad one?", store=STORE)
    with pytest.raises(RunFolderError, match=r"did not reach debate \(it failed: .*it broke\); replay it from opi"):
        again(folder, "debate")
    assert again(folder, "opinion")[0].after.verdict.text.endswith("A win.")


def test_a_debate_that_has_rounds_to_go_is_not_judged(folder: Path) -> None:
    with pytest.raises(RunFolderError, match="did not reach verdict; replay it from debate"):
        again(folder, "verdict", given={"rounds": 3})


def test_a_replay_that_fails_says_so_and_leaves_the_row(folder: Path) -> None:
    made, _ = again(folder, "verdict", {"moderator": "raise no moderator"})
    assert (made.after.error, made.before.error) == ("RuntimeError: no moderator", "")


def test_what_is_not_as_it_was_is_told(folder: Path) -> None:
    (folder.parent / "docs" / "new.txt").write_text("A new document.")
    made, _ = again(folder, "verdict", given={"seed": 7})
    assert made.changed == ("the corpus changed", "seed was 0 and is 7")


def test_an_unknown_stage_and_an_unknown_question_are_told_with_those_there_are(folder: Path) -> None:
    with pytest.raises(
        SettingsError, match="'end' is not a stage; choose one of retrieve, opinion, positions, debate, verdict, transl"
    ):
        again(folder, "end")
    with pytest.raises(RunFolderError, match="no row of question 'q9'; it has: q001"):
        replay_question(folder, "q9", "verdict", llm=ScriptedLLM(script={}), store=STORE)


def test_a_folder_at_work_is_left_alone(folder: Path) -> None:
    with FileLock(folder / ".lock"), pytest.raises(RunFolderError, match="another process works in"):
        again(folder, "verdict")


TRANSLATOR = {"professional translator": "加盟した。"}


@pytest.fixture
def translated(tmp_path: Path) -> Path:
    return traced_run(tmp_path, store=STORE, llm=ScriptedLLM(script=TRANSLATOR | SCRIPT), translate="ja")


@pytest.mark.parametrize("stage", ["opinion", "verdict", "translate"])
def test_a_translated_row_is_replayed_with_its_translation(translated: Path, stage: str) -> None:
    made, llm = again(translated, stage, {"professional translator": "加盟しなかった。"} | AGAIN)
    assert llm.prompts_with("professional translator") == 1
    assert (made.before.translation.text, made.after.translation.text) == ("加盟した。", "加盟しなかった。")
    console = Console(record=True, width=100, file=StringIO())
    console.print(replay_table(made))
    shown = console.export_text()
    assert "加盟しなかった。" in next(line for line in shown.splitlines() if "加盟した。" in line)


def test_a_row_is_translated_afterwards_where_a_language_is_given(folder: Path) -> None:
    made, llm = again(folder, "translate", TRANSLATOR, given={"translate": "ja"})
    assert (made.after.translation.text, made.after.verdict, len(llm.prompts)) == ("加盟した。", made.before.verdict, 1)
    with pytest.raises(SettingsError, match="the run translates nothing; name a language"):
        again(folder, "translate")


def test_both_rows_stand_side_by_side(folder: Path) -> None:
    console = Console(record=True, width=100, file=StringIO())
    console.print(replay_table(again(folder, "debate")[0]))
    shown = console.export_text()
    assert "q001 replayed from debate: Good one?" in shown
    assert "Nobody won" in next(line for line in shown.splitlines() if line.count("Nobody won") == 2)
    assert "They did." not in shown


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--replay", "opinion"], "--replay needs a question; add --question ID"),
        (["--change", "seed=7"], "--change needs a replay; add --replay STAGE"),
        (["--question", "q001", "--replay", "opinion", "--change", "seed"], "--change 'seed' is not NAME=VALUE"),
        (["--question", "q001", "--replay", "opinion", "--change", "sed=7"], "there is no setting 'sed'; write seed"),
        (["--question", "q001", "--replay", "end"], "'end' is not a stage"),
    ],
)
def test_a_command_that_cannot_be_followed_says_why(folder: Path, options: list[str], told: str) -> None:
    done = CliRunner().invoke(app, ["trace", str(folder), *options])
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())


def test_the_command_shows_a_replay_with_a_setting_that_differs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "docs" / "a.txt").write_text("BRICS admitted Iran.", encoding="utf-8")
    monkeypatch.setattr("debate.run.replay.load_model", lambda settings: ScriptedLLM(script=AGAIN))
    monkeypatch.setattr("debate.run.replay.load_store", lambda settings, progress: (STORE, ()))
    options = ["--question", "q001", "--replay", "verdict", "--change", "seed=7"]
    done = CliRunner().invoke(app, ["trace", str(folder), *options])
    assert done.exit_code == 0
    assert "changed since: seed was 0 and is 7" in done.stdout
    assert "win." in done.stdout  # the line may break before it
