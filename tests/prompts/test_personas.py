import re
from pathlib import Path

import pytest

from prompts import PersonaError, load_persona, load_personas

ENTRY = '[[persona]]\nid = "a"\nname = "A"\nvoice = "a sceptic"\n'


def personas_of(folder: Path, text: str):
    path = folder / "personas.toml"
    path.write_text(text, encoding="utf-8")
    return load_personas(path)


def test_the_built_in_professor_is_iranian() -> None:
    assert "Iranian professor of political science" in load_persona("professor").voice


def test_points_of_view_keep_weight_and_opposite(tmp_path: Path) -> None:
    personas = personas_of(tmp_path, ENTRY + '[[persona.pov]]\ntext = "yes"\nweight = -0.5\nagainst = "no"\n')
    pov = personas.personas[0].povs[0]
    assert (pov.text, pov.weight, pov.against) == ("yes", -0.5, "no")


def test_an_unknown_persona_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="unknown persona 'b'; the personas file has: a"):
        personas_of(tmp_path, ENTRY).persona("b")


@pytest.mark.parametrize("weight", ['"heavy"', "nan", "inf", "0", "true"])
def test_a_weight_that_is_no_usable_number_is_an_error_with_file_and_entry(tmp_path: Path, weight: str) -> None:
    with pytest.raises(PersonaError, match=r"personas\.toml, persona 1 \(a\), pov 1: weight .* is not a number"):
        personas_of(tmp_path, ENTRY + f'[[persona.pov]]\ntext = "yes"\nweight = {weight}\n')


@pytest.mark.parametrize(
    "text", ["= nonsense", f"a = {'[' * 5000}{']' * 5000}", f"a = {'9' * 5000}"], ids=["", "deep", "long"]
)
def test_a_file_that_is_not_toml_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(PersonaError, match="is not valid TOML"):
        personas_of(tmp_path, text)


def test_the_same_id_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="two personas have the id 'a'"):
        personas_of(tmp_path, ENTRY + ENTRY)


OTHER = ENTRY.replace('"a"', '"b"').replace('"A"', '"B"')


@pytest.mark.parametrize("again", ['text = "T"', 'text = " t "\nweight = -1', 'text = "t"\nagainst = "u"'])
@pytest.mark.parametrize("table", ["[[persona.pov]]", "[[pov]]"])
def test_the_same_view_twice_is_an_error(tmp_path: Path, table: str, again: str) -> None:
    """Regression: it counted double, or against itself."""
    path = tmp_path / "p.toml"
    path.write_text(f'[[persona]]\nid = "a"\nname = "A"\nvoice = "v"\n{table}\ntext = "T"\n{table}\n{again}\n')

    with pytest.raises(PersonaError, match="pov 1 and pov 2 have the same text"):
        load_personas(path)


@pytest.mark.parametrize("name", ["A", "a", "\uff21", "A\u200b"])
def test_the_same_name_twice_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        PersonaError, match=f"'a' and 'b' both have the name {re.escape(repr(name))}; names must differ"
    ):
        personas_of(tmp_path, ENTRY + ENTRY.replace('"a"', '"b"').replace('"A"', f'"{name}"'))


@pytest.mark.parametrize("key", ["id", "name"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("A\\nB", "has a line break or control character; write it on one line"),
        ("A\\u001b[31m", "has a line break or control character"),
        ("Nobody", "has a meaning of its own in a debate; choose another"),
        ("moderator", "has a meaning of its own in a debate"),
    ],
)
def test_a_name_that_a_debate_cannot_show_or_would_misread_is_an_error(
    tmp_path: Path, key: str, value: str, message: str
) -> None:
    entry = ENTRY.replace(f'{key} = "{"a" if key == "id" else "A"}"', f'{key} = "{value}"')
    with pytest.raises(PersonaError, match=re.escape(message)):
        personas_of(tmp_path, entry)


def test_opinions_are_the_professors_where_the_file_has_one_and_else_its_first_personas(tmp_path: Path) -> None:
    assert load_personas().writer().id == "professor"
    assert personas_of(tmp_path, ENTRY + OTHER).writer().id == "a"
    assert personas_of(tmp_path, ENTRY + OTHER).writer("b").id == "b"


def test_every_persona_debates_unless_some_are_named(tmp_path: Path) -> None:
    personas = personas_of(tmp_path, ENTRY + OTHER)
    assert [one.id for one in personas.debaters()] == ["a", "b"]
    assert [one.id for one in personas.debaters(["b"])] == ["b"]


def test_a_persona_debates_once(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="the debater 'a' is given twice"):
        personas_of(tmp_path, ENTRY + OTHER).debaters(["a", "b", "a"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENTRY + '[[persona.povs]]\ntext = "yes"\n', r"persona 1: there is no key 'povs'; write pov"),
        (
            ENTRY + '[[persona.pov]]\ntext = "yes"\nwieght = 2.0\n',
            r"\(a\), pov 1: there is no key 'wieght'; write weight",
        ),
        ('[[povs]]\ntext = "yes"\n' + ENTRY, r"personas\.toml: there is no key 'povs'; write pov"),
        (ENTRY + "wieght = 1\n", r"persona 1: there is no key 'wieght'; write weight below \[\[persona\.pov\]\]"),
        (ENTRY + "model = 5\n", r'persona 1: model is 5, which is no text; write model = "…"'),
        (ENTRY + '[[persona.view]]\ntext = "yes"\n', r"no key 'view'; write id, name, voice, model, tools, pov"),
        (ENTRY + "colour = 1\n", r"persona 1: there is no key 'colour'; write id, name, voice, model, tools, pov"),
    ],
)
def test_a_key_that_nothing_reads_is_an_error_with_the_nearest_one(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PersonaError, match=told):
        personas_of(tmp_path, text)


def test_a_persona_may_name_a_model_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "personas.toml"
    path.write_text(ENTRY + 'model = "smollm2"\n', encoding="utf-8")
    assert load_personas(path).personas[0].model == "smollm2"


def test_a_persona_may_name_servers_whose_tools_it_calls(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(ENTRY + 'tools = ["http://localhost:9000/mcp"]\n', encoding="utf-8")
    assert load_personas(path).personas[0].tools == ("http://localhost:9000/mcp",)


@pytest.mark.parametrize("tools", ['["rm -rf ~"]', '["./server.py"]', '"http://localhost:9000/mcp"', "[7]"])
def test_a_tool_that_is_no_address_is_an_error_and_starts_nothing(tmp_path: Path, tools: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(ENTRY + f"tools = {tools}\n", encoding="utf-8")
    with pytest.raises(PersonaError, match=r'persona 1: tools holds .*; write tools = \["http://'):
        load_personas(path)


def test_a_persona_s_model_folder_is_relative_to_the_file_and_a_name_stays_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "near" / "merged").mkdir(parents=True)
    entry = '[[persona]]\nid = "{0}"\nname = "{0}"\nvoice = "You."\nmodel = "{1}"\n[[persona.pov]]\ntext = "A view."\n'
    models = ("./gone", "merged", "org/model", "http://localhost:1/v1#m")
    written = "".join(entry.format(f"p{n}", model) for n, model in enumerate(models))
    (tmp_path / "near" / "p.toml").write_text(written)

    personas = load_personas("near/p.toml").personas

    assert [one.model for one in personas] == ["./near/gone", "./near/merged", *models[2:]]
