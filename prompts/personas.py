"""Personas with a voice and points of view, read from TOML; an error names the wrong entry."""

import math
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

from prompts.errors import PersonaError

_DEFAULT_WRITER = "professor"
_TAKEN = ("moderator", "nobody")  # who asks and decides, and the vote for no position
_BREAKS = ("Cc", "Zl", "Zp")
_KEYS = {
    "file": ("persona", "pov"),
    "persona": ("id", "name", "voice", "model", "tools", "pov"),
    "pov": ("text", "weight", "against"),
}


@dataclass(frozen=True)
class PointOfView:
    """One statement that a persona holds.

    Attributes:
        text: the statement, phrased as a passage would argue it.
        weight: its share among the persona's points of view; below zero pushes passages away.
        against: the opposite statement; turns the point of view into a direction.
    """

    text: str
    weight: float = 1.0
    against: str | None = None


@dataclass(frozen=True)
class Persona:
    """A persona that writes opinions or debates.

    Attributes:
        voice: a description that completes "You are …" in the prompt.
        model: its own model, written as for ``debate run --model``; "" is the run's model.
        tools: addresses of MCP servers whose tools it may call in a debate, such as ``http://localhost:9000/mcp``.
    """

    id: str
    name: str
    voice: str
    povs: tuple[PointOfView, ...] = ()
    model: str = ""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonaSet:
    """The content of a personas file: personas, and the points of view for the opinion."""

    personas: tuple[Persona, ...]
    povs: tuple[PointOfView, ...] = ()

    def writer(self, persona_id: str = "") -> Persona:
        """Return who writes the opinions: the persona with that id; without one "professor", else the first.

        Raises:
            PersonaError: the file has no persona with that id.
        """
        if persona_id:
            return self.persona(persona_id)
        return next((one for one in self.personas if one.id == _DEFAULT_WRITER), self.personas[0])

    def debaters(self, persona_ids: Sequence[str] = ()) -> tuple[Persona, ...]:
        """Return who debates: the personas with these ids, or all of the file.

        Raises:
            PersonaError: an id is unknown or given twice.
        """
        twice = next((one for n, one in enumerate(persona_ids) if one in persona_ids[:n]), None)
        if twice is not None:
            raise PersonaError(f"the debater {twice!r} is given twice; name each persona once")
        return tuple(self.persona(one) for one in persona_ids) or self.personas

    def persona(self, persona_id: str) -> Persona:
        """Return one persona.

        Raises:
            PersonaError: the file has no persona with that id.
        """
        for persona in self.personas:
            if persona.id == persona_id:
                return persona
        known = ", ".join(persona.id for persona in self.personas)
        raise PersonaError(f"unknown persona {persona_id!r}; the personas file has: {known}")


def load_personas(path: str | Path | None = None) -> PersonaSet:
    """Read a personas file; without ``path``, the one that ships with the package.

    A persona's model that is a path is relative to the file.

    Raises:
        PersonaError: the file is missing, is not TOML, or an entry lacks a field, has an unknown one, or has a
            weight that is not a finite number. The message names the file and the entry.
    """
    if path is None:
        return _builtin()
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PersonaError(f"cannot read the personas file {path}: {error.strerror}; check --personas") from error
    except UnicodeDecodeError as error:
        raise PersonaError(f"the personas file {path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    read = _parse(text, str(path))
    return replace(read, personas=tuple(_with_model_beside(one, Path(path).parent) for one in read.personas))


def _with_model_beside(persona: Persona, folder: Path) -> Persona:
    is_path = persona.model.startswith(".") or (bool(persona.model) and (folder / persona.model).is_dir())
    return replace(persona, model=os.path.join(".", folder / persona.model)) if is_path else persona  # noqa: PTH118


def load_persona(persona_id: str) -> Persona:
    """Return one of the built-in personas."""
    return load_personas().persona(persona_id)


def as_persona(persona: Persona | str) -> Persona:
    """Return a persona; a text is the id of a built-in one."""
    return load_persona(persona) if isinstance(persona, str) else persona


@cache
def _builtin() -> PersonaSet:
    resource = files("prompts").joinpath("personas.toml")
    return _parse(resource.read_text(encoding="utf-8"), "prompts/personas.toml")


def _parse(text: str, where: str) -> PersonaSet:
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 4,300 digits is a plain ValueError
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise PersonaError(f"{where} is not valid TOML: {why}") from error
    _check_keys(table, "file", where)
    entries = table.get("persona", [])
    if not isinstance(entries, list) or not entries:
        raise PersonaError(f"{where} contains no [[persona]] entry; see examples/brics/personas.toml")
    personas = tuple(_persona(entry, f"{where}, persona {n}") for n, entry in enumerate(entries, 1))
    ids = [persona.id for persona in personas]
    if len(set(ids)) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise PersonaError(f"{where}: two personas have the id {twice!r}; ids must differ")
    _check_names(personas, where)
    return PersonaSet(personas, _povs(table.get("pov", []), where))


def _check_names(personas: Sequence[Persona], where: str) -> None:
    """Refuse names that look alike: a debate names its speakers, so readers could not tell them apart."""
    ids: dict[str, str] = {}
    for one in personas:
        seen = "".join(sign for sign in normalize("NFKC", one.name) if category(sign) != "Cf")  # what shows of it
        if (other := ids.setdefault(" ".join(seen.casefold().split()), one.id)) != one.id:
            raise PersonaError(f"{where}: {other!r} and {one.id!r} both have the name {one.name!r}; names must differ")


def _check_keys(table: Any, kind: str, where: str) -> None:
    """Refuse a key that nothing reads, such as ``[[persona.povs]]``: it would switch a point of view off."""
    known = _KEYS[kind]
    for key in table if isinstance(table, dict) else ():
        if key not in known:
            near = get_close_matches(key, [one for one in known if one not in table], 1)
            elsewhere = get_close_matches(key, _KEYS["pov"], 1) if kind == "persona" and not near else []
            told = near[0] if near else f"{elsewhere[0]} below [[persona.pov]]" if elsewhere else ", ".join(known)
            raise PersonaError(f"{where}: there is no key {key!r}; write {told}")


def _persona(entry: Any, where: str) -> Persona:
    _check_keys(entry, "persona", where)
    fields = {
        "id": _name(entry, "id", where),
        "name": _name(entry, "name", where),
        "voice": _text(entry, "voice", where),
    }
    model = _text(entry, "model", where) if "model" in entry else ""
    povs = _povs(entry.get("pov", []), f"{where} ({fields['id']})")
    return Persona(**fields, povs=povs, model=model, tools=_addresses(entry.get("tools", []), where))


def _addresses(entries: Any, where: str) -> tuple[str, ...]:
    """Read addresses of MCP servers; a command that would start one is none."""
    listed = entries if isinstance(entries, list) else [entries]
    wrong = next((one for one in listed if not str(one).startswith(("http://", "https://"))), None)
    if wrong is not None or not isinstance(entries, list):
        raise PersonaError(f'{where}: tools holds {wrong or entries!r}; write tools = ["http://localhost:9000/mcp"]')
    return tuple(entries)


def _povs(entries: Any, where: str) -> tuple[PointOfView, ...]:
    if not isinstance(entries, list):
        raise PersonaError(f"{where}: pov must be a list of tables; write [[persona.pov]] or [[pov]]")
    povs = tuple(_pov(entry, f"{where}, pov {n}") for n, entry in enumerate(entries, 1))
    first: dict[str, int] = {}
    for n, pov in enumerate(povs, 1):  # twice it would count double, or cancel itself out
        if (other := first.setdefault(" ".join(pov.text.casefold().split()), n)) != n:
            raise PersonaError(f"{where}: pov {other} and pov {n} have the same text {pov.text!r}; remove one")
    return povs


def _pov(entry: Any, where: str) -> PointOfView:
    _check_keys(entry, "pov", where)
    text = _text(entry, "text", where)
    weight = entry.get("weight", 1.0)
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not math.isfinite(weight) or weight == 0:
        raise PersonaError(f"{where}: weight {weight!r} is not a number other than 0; write one like 1.0 or -0.5")
    against = _text(entry, "against", where) if "against" in entry else None
    return PointOfView(text=text, weight=float(weight), against=against)


def _name(entry: Any, key: str, where: str) -> str:
    value = _text(entry, key, where)
    if any(category(sign) in _BREAKS for sign in value):
        raise PersonaError(f"{where}: {key} {value!r} has a line break or control character; write it on one line")
    if value.casefold() in _TAKEN:
        raise PersonaError(f"{where}: {key} {value!r} has a meaning of its own in a debate; choose another {key}")
    return value


def _text(entry: Any, key: str, where: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if value is not None and not isinstance(value, str):
        raise PersonaError(f'{where}: {key} is {value!r}, which is no text; write {key} = "…"')
    if not isinstance(value, str) or not value.strip():
        raise PersonaError(f'{where}: {key} is missing or empty; write {key} = "…"')
    return value.strip()
