"""The translations of a run on disk, and what was looked for in each."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chains.schemas import Translation
from chains.text.translation.names import standing
from debate.run.records.typed import Records


@dataclass(frozen=True)
class _Finished:
    key: str
    translation: Translation
    checked: tuple[str, ...] | None = None  # terms that were looked for; older versions did not keep them


class Translations:
    """Finished translations on disk, by what was translated; of two for a text, the later one counts."""

    def __init__(self, path: Path) -> None:
        self._records = Records(path, _Finished, "translation")
        self._known: dict[str, _Finished] = {}
        self._times: Counter[str] = Counter()
        self._remember(self._records.read())

    def get(self, text: str, kind: str = "text") -> Translation | None:
        """Return the translation of a text, or of a name, if there is one."""
        found = self._known.get(_key(text, kind))
        return found.translation if found else None

    def asked(self, name: str) -> int:
        """Return how many answers there were for a name."""
        return self._times[_key(name, "name")]

    def unchecked(self, text: str, terms: Iterable[str]) -> list[str]:
        """Return those of some terms that were not looked for in the translation of a text."""
        found = self._known.get(_key(text, "text"))
        return [] if found is None or found.checked is None else [term for term in terms if term not in found.checked]

    def add(self, found: Sequence[tuple[str, Translation]], kind: str, glossary: Mapping[str, str]) -> None:
        """Keep translations, synced to the disk."""
        finished = [_Finished(_key(text, kind), one, tuple(standing(glossary, text))) for text, one in found]
        self._records.add(finished)
        self._remember(finished)

    def _remember(self, finished: Iterable[_Finished]) -> None:
        for one in finished:
            self._known[one.key] = one
            self._times[one.key] += 1


def _key(text: str, kind: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:24]}"
