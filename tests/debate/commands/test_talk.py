"""debate talk: a debate in the terminal, with a seat, kept and resumed."""

from pathlib import Path

import pytest
from agents import ToolCaller, call, draft
from debaters import POSITIONS, SAID, debaters
from fakes import EMBEDDING
from typer.testing import CliRunner

from debate.cli import app
from debate.errors import RunFolderError
from debate.files.locking import exclusive_folder
from debate.run import talk as talk_module
from vectorstore import FaissStore

PERSONAS = "\n".join(
    f'[[persona]]\nid = "{one}"\nname = "Professor {one.title()}"\nvoice = "a {one}."\n' for one in POSITIONS
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "p.toml").write_text(PERSONAS, encoding="utf-8")
    (tmp_path / "a.txt").write_text("Convoys keep the peace.", encoding="utf-8")
    store, llm = (
        FaissStore.from_texts(list(SAID.values()), EMBEDDING),
        debaters({"position do you hold": "Dove", "bear out best": "Dove."}),
    )
    monkeypatch.setattr(talk_module, "load_store", lambda *_: (store, ()))
    monkeypatch.setattr(talk_module, "load_model", lambda *_: llm)

    def talk(*flags: str, typed: str = ""):
        given = ["talk", "What keeps the peace?", "--corpus", str(tmp_path), "--personas", str(tmp_path / "p.toml")]
        return CliRunner().invoke(app, [*given, *flags], input=typed)

    monkeypatch.setenv("COLUMNS", "200")
    return talk


def test_one_can_listen_to_a_debate(run) -> None:
    heard = run("--rounds", "2")
    assert heard.exit_code == 0
    assert heard.stdout.count("Professor Owl, round ") == 2
    assert heard.stdout.index("Professor Hawk's position") < heard.stdout.index("Professor Hawk, round 1")
    assert "Verdict\nNobody won this debate." in heard.stdout


def test_a_document_that_cannot_be_read_is_told_before_the_debate(run, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FaissStore.from_texts(list(SAID.values()), EMBEDDING)
    monkeypatch.setattr(talk_module, "load_store", lambda *_: (store, ("b.pdf: is damaged",)))
    heard = run()
    assert "skipped: b.pdf: is damaged\n" in heard.stdout[: heard.stdout.index("Professor Hawk's position")]


def test_a_person_is_shown_the_same_passages_once(run) -> None:
    typed = "The courts keep the peace at sea.\nThe award of 2016 shows it.\nIt still stands.\n"
    heard = run("--seat", "dove", typed=typed)
    assert heard.stdout.count("Your passages:") == 1
    assert heard.stdout.count("\n[1] ") == 1
    assert "New passages:" not in heard.stdout


def test_a_single_agent_answers_after_the_debate_where_that_is_asked(run) -> None:
    heard = run("--baseline")
    assert heard.exit_code == 0
    assert heard.stdout.index("Verdict") < heard.stdout.index("Single agent by vote: for Professor Dove, 100% of ")
    assert "Single agent by correction: for Professor Dove, " in heard.stdout


def test_what_a_debater_looked_up_stands_above_its_turn(run, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"hawk": ToolCaller(messages=[call("convoys"), draft(), draft()])}
    monkeypatch.setattr(talk_module, "models_of_their_own", lambda *_: own)
    assert "Professor Hawk, round 1, having looked up search “convoys”\n" in run("--lookups", "1").stdout


@pytest.mark.parametrize(("flags", "rounds"), [(("--stop", "nothing_new"), 2), (("--token-budget", "1"), 1)])
def test_the_rules_that_end_a_debate_early_and_bring_new_passages_are_flags(
    run, flags: tuple[str, str], rounds: int
) -> None:
    heard = run("--rounds", "4", "--fresh-k", "1", *flags)
    assert heard.exit_code == 0
    assert heard.stdout.count("Professor Owl, round ") == rounds


def test_an_answer_that_is_too_long_is_told_and_asked_for_again(run) -> None:
    typed = f"{'It keeps. ' * 500}\nThe courts keep the peace at sea.\nThe award of 2016 shows it.\nIt still stands.\n"
    heard = run("--seat", "dove", typed=typed)
    assert heard.exit_code == 0
    assert "Not taken: the text has 5,000 characters, and the most is 4,000; say it shorter." in heard.stdout
    assert "Professor Dove's position\nThe courts keep the peace at sea." in heard.stdout


def test_one_can_speak_for_a_persona_and_vote(run) -> None:
    typed = "The courts keep the peace at sea.\nThe award of 2016 shows it.\nIt still stands.\nDove\n"
    heard = run("--seat", "dove", "--decision", "majority", typed=typed)
    assert heard.exit_code == 0
    assert "You speak for Professor Dove." in heard.stdout
    assert "Waiting for your answer: “" in heard.stdout
    assert "Professor Dove, round 2\nIt still stands." in heard.stdout
    assert "100% of the votes are for the position of Professor Dove." in heard.stdout


def test_another_seat_in_the_same_folder_is_a_debate_of_its_own(run, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "talk"))
    run("--seat", "dove", *out, typed="The courts keep the peace at sea.\n")  # then the input ends
    other = run("--seat", "hawk", *out, typed="Strength keeps it.\nFleets count.\nThey still do.\n")
    assert other.exit_code == 0
    assert "Professor Hawk's position\nStrength keeps it." in other.stdout
    assert "The courts keep the peace at sea." not in other.stdout


def test_a_debate_that_was_left_is_resumed_by_the_same_command(run, tmp_path: Path) -> None:
    flags = ("--seat", "dove", "--out", str(tmp_path / "talk"))
    left = run(*flags, typed="The courts keep the peace at sea.\n")  # then the input ends
    assert left.exit_code == 130
    assert left.stderr.endswith(f"run the same command again to resume from {tmp_path / 'talk'}\n")
    resumed = run(*flags, typed="The award of 2016 shows it.\nIt still stands.\n")
    assert resumed.exit_code == 0
    assert "Professor Dove's position\nThe courts keep the peace at sea." in resumed.stdout
    assert "You speak for Professor Dove. In one sentence" not in resumed.stdout


def test_two_people_do_not_speak_in_one_kept_debate(run, tmp_path: Path) -> None:
    with exclusive_folder(tmp_path / "talk", RunFolderError):
        told = run("--seat", "dove", "--out", str(tmp_path / "talk"), typed="The courts keep the peace at sea.\n")
    assert told.exit_code == 2
    assert f"error: another process works in {tmp_path / 'talk'}; wait for it" in told.stderr
    assert "You speak for" not in told.stdout


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk_module, "unread", lambda _store, question: f"cannot read {question}")


def test_a_question_in_a_script_that_the_embedding_model_has_not_learnt_is_not_debated_by_chance(
    run, unreadable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBATE_K", "2")  # of three chunks
    heard = run()
    assert (heard.exit_code, heard.stderr.splitlines()[-1]) == (2, "error: cannot read What keeps the peace?")


@pytest.mark.parametrize(
    ("setting", "value"), [("DEBATE_K", "3"), ("DEBATE_ABSTAIN", "0"), ("DEBATE_DEBATE_AFTER_ABSTENTION", "1")]
)
def test_such_a_question_is_debated_where_a_run_debates_it(
    run, unreadable: None, setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBATE_K", "2")
    monkeypatch.setenv(setting, value)
    assert "Professor Owl, round 1" in run().stdout


def test_an_unknown_seat_is_one_line_before_anything_is_read_or_loaded(run) -> None:
    told = run("--seat", "cat")
    assert not told.stdout
    assert told.exit_code == 2
    assert "error: there is no debater 'cat' to speak for; there are: hawk, dove, owl" in told.stderr
