"""The built-in control questions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """A question about a passage; ``accepted`` are the exact answers, none if the passage does not hold it."""

    id: str
    asked: str
    passage: str
    accepted: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """Return what is expected, for a reader."""
        return " or ".join(self.accepted) or "I don't know"


_FUJI = "Mount Fuji (富士山) on the island of Honshu is 3,776 metres high and last erupted in 1707."
_LAUSANNE = "The Treaty of Lausanne was signed on 24 July 1923 by Turkey and, among others, Britain, France and Italy."
_BANK = (
    "Five states founded the bank in 2014. By the end of 2023 it had approved 96 projects worth 32.8 billion dollars."
)
CONTROLS = (
    Control("script", "What is the mountain called in Japanese script? Write only the name.", _FUJI, ("富士山",)),
    Control("only-the-year", "In which year was the treaty signed? Write only the year.", _LAUSANNE, ("1923",)),
    Control("only-the-year-ja", "条約が調印されたのは何年か。年だけを書け。", _LAUSANNE, ("1923", "1923年")),
    Control("only-the-number", "How many projects had the bank approved? Write only the number.", _BANK, ("96",)),
    Control("only-yes-or-no", "Did Turkey sign the treaty? Write only yes or no.", _LAUSANNE, ("yes",)),
    Control("only-no", "Was the bank founded by seven states? Write only yes or no.", _BANK, ("no",)),
    Control("height-ja", "この山の高さは何メートルか。数字だけを書け。", _FUJI, ("3776", "3,776")),
    Control("not-there", "How many soldiers did the treaty allow Turkey?", _LAUSANNE),
    Control("not-there-name", "Who was the bank's first president?", _BANK),
    Control("not-there-ja", "この山に最初に登ったのは誰か。", _FUJI),
)
