from pathlib import Path

import pytest

from prompts import PersonaError, load_persona, load_personas

ENTRY = '[[persona]]\nid = "a"\nname = "A"\nvoice = "a sceptic"\n'


def cast_of(folder: Path, text: str):
    path = folder / "personas.toml"
    path.write_text(text, encoding="utf-8")
    return load_personas(path)


def test_the_built_in_professor_is_iranian() -> None:
    assert "Iranian professor of political science" in load_persona("professor").voice


def test_points_of_view_keep_weight_and_opposite(tmp_path: Path) -> None:
    cast = cast_of(tmp_path, ENTRY + '[[persona.pov]]\ntext = "yes"\nweight = -0.5\nagainst = "no"\n')
    pov = cast.personas[0].povs[0]
    assert (pov.text, pov.weight, pov.against) == ("yes", -0.5, "no")


def test_an_unknown_persona_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="unknown persona 'b'; the personas file has: a"):
        cast_of(tmp_path, ENTRY).persona("b")


@pytest.mark.parametrize("weight", ['"heavy"', "nan", "inf", "0", "true"])
def test_a_weight_that_is_no_usable_number_is_an_error_with_file_and_entry(tmp_path: Path, weight: str) -> None:
    with pytest.raises(PersonaError, match=r"personas\.toml, persona 1 \(a\), pov 1: weight .* is not a number"):
        cast_of(tmp_path, ENTRY + f'[[persona.pov]]\ntext = "yes"\nweight = {weight}\n')


def test_a_file_that_is_not_toml_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="is not valid TOML"):
        cast_of(tmp_path, "= nonsense")


def test_the_same_id_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="two personas have the id 'a'"):
        cast_of(tmp_path, ENTRY + ENTRY)
