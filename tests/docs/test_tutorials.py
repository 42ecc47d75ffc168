"""Every file and every command of the tutorials, as a newcomer would type them, with a scripted model."""

import re
import shlex
from pathlib import Path

import pytest
from fakes import ScriptedLLM
from typer.testing import CliRunner

from debate.cli import app

TUTORIAL = (Path(__file__).parents[2] / "docs/tutorials/debate-with-your-own-personas.md").read_text(encoding="utf-8")
FILES = re.findall(r"[Ss]ave as `([^`]+)`[^\n]*\n\n```\w+\n(.*?)```", TUTORIAL, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", TUTORIAL, re.DOTALL) for line in block.splitlines()]
SAID = {
    "You are a doctor": "The air at the school exceeded the limit on 48 days, so that cars make children ill.",
    "You are a shopkeeper": "Customers who come by car spend 38 euros on a visit, and without them shops close.",
    "You are a town planner": "Ghent closed its centre in 2017 and cycling rose to 35% of all trips in four years.",
}
SCRIPT = {
    "Answer the question below": "The town counted 9,400 cars a day. It should close its centre to through traffic.",
    "Open the next round": "What do 9,400 cars a day on the High Street mean for the town?",
    "position do you hold": "nobody",
    "Decide who argued better": "nobody",
    "Before it begins": "",
    "moderator": "The figures of the survey stand.",
}
MINE = "Without cars our shops close.\nShops need their 38 euros a visit.\nThree visits do not pay the rent.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    written = [(tmp_path / name).write_text(text, encoding="utf-8") for name, text in FILES]
    assert len(written) == 5
    llm = ScriptedLLM(script={"Before it begins": "I take no position.", **SCRIPT, **SAID})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("debate.run.engine.load_model", lambda *_: llm)
    monkeypatch.setattr("debate.run.talk.load_model", lambda *_: llm)
    return tmp_path


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.enable_socket  # debate models asks the hub, and says so where it cannot
@pytest.mark.filterwarnings("ignore")
def test_the_tutorial_runs_as_it_is_written(folder: Path) -> None:
    typed = [CliRunner().invoke(app, shlex.split(line)[1:], input=MINE) for line in COMMANDS]
    assert [one.exit_code for one in typed] == [0] * 5, [one.output for one in typed]
    assert (folder / "runs/first/report.html").is_file()
    assert "give_verdict" in typed[1].stdout or "verdict" in typed[1].stdout
    assert "Ms Okafor, round 2\nThree visits do not pay the rent." in typed[3].stdout
    report = (folder / "runs/voted/report.html").read_text(encoding="utf-8")
    assert "decided by: majority" in report


def test_the_tutorial_names_every_choice_of_the_settings() -> None:
    told = " ".join(CliRunner().invoke(app, ["run", "--help"]).stdout.split())
    rows = re.findall(r"^\| `(--[a-z-]+)` \| (.*) \|$", TUTORIAL, re.MULTILINE)
    assert [flag for flag, _ in rows if f"{flag} " not in told] == []
    choices = [choice for _, cell in rows for choice in re.findall(r"`(\w+)`", cell)]
    assert [one for one in choices if one not in told] == []
