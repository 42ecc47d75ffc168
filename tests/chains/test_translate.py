import pytest
from fakes import ScriptedLLM

from chains import ChainError, Opinion, WordLimits, load_llm, translation_chain
from chains.generation.completion import complete_all
from chains.schemas import TranslationFault
from chains.text.translation.losses import Losses
from prompts import load_prompt
from vectorstore.text.sentences import word_count

ANSWER = "Trade was 162 billion dollars [1].\n\nThe New Development Bank lends [2]."


def test_each_paragraph_is_a_prompt_of_its_own_and_they_come_back_in_order() -> None:
    llm = ScriptedLLM(script={"Trade was": "貿易は1620億ドルだった[1]。", "Bank lends": "新開発銀行は貸す[2]。"})
    found = translation_chain(llm).invoke(ANSWER)
    assert found.text == "貿易は1620億ドルだった[1]。\n\n新開発銀行は貸す[2]。"
    assert (found.language, found.missing, len(llm.prompts)) == ("ja", (), 2)


def test_an_opinion_is_translated_by_its_answer() -> None:
    llm = ScriptedLLM(script={"Trade was": "貿易は162だった。"})
    assert translation_chain(llm).invoke(Opinion("Trade was 162.", 3, ())).text == "貿易は162だった。"


def test_markers_and_numbers_that_got_lost_are_named() -> None:
    llm = ScriptedLLM(script={"": "貿易は増えた。"})
    assert translation_chain(llm).invoke("In 2024 trade was 1,500 dollars [1] [3].").missing == (
        *("[1]", "[3]"),
        *("2024", "1,500"),
    )


def test_terms_of_the_glossary_are_shown_where_they_stand_and_missed_where_they_do_not() -> None:
    llm = ScriptedLLM(script={"": "銀行は貸す[2]。1620億[1]。"})
    found = translation_chain(llm, glossary={"New Development Bank": "新開発銀行", "Rupee": "ルピー"}).invoke(ANSWER)
    assert found.missing == ("新開発銀行",)
    assert "New Development Bank: 新開発銀行" in llm.prompts[1]
    assert not any("ルピー" in prompt for prompt in llm.prompts)


def test_a_term_that_is_only_part_of_a_longer_one_is_not_asked_for() -> None:
    glossary = {"New Development Bank": "新開発銀行", "Bank": "バンク"}
    assert (
        translation_chain(ScriptedLLM(script={"": "新開発銀行は貸す[2]。162[1]。"}), glossary=glossary)
        .invoke("The New Development Bank lends 162 [2] [1].")
        .missing
        == ()
    )


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("拡大はBRICSの力を強めた。", ("بریکس",)),
        ("中国人はインドへ行く。", ("هند", "چین")),
        ("インドネシアへ行く。", ()),
        ("BRICS+へ行く。", ("بریکس",)),
        ("xBRICSへ行く。", ()),
    ],
)
def test_a_term_is_found_among_words_that_no_space_separates(text, asked_for) -> None:
    """Regression: it was found only between spaces, so a glossary did nothing for Japanese or Chinese."""
    glossary = {"BRICS": "بریکس", "インド": "هند", "中国": "چین"}
    assert set(translation_chain(ScriptedLLM(script={"": "ترجمه"}), "fa", glossary=glossary).invoke(text).missing) == {
        *asked_for
    }


def test_what_one_paragraph_lost_is_told_though_another_has_it() -> None:
    """Regression: only what was nowhere in the whole translation was told."""
    llm = ScriptedLLM(
        script={"stand in": "消えた。", "It fell": "それは下がった。", "It rose": "それは2024年に上がった[1]。"}
    )
    found = translation_chain(llm).invoke("It rose in 2024 [1].\n\nIt fell in 2024 [1].")
    assert found.missing == ("[1]", "2024")


def test_a_paragraph_that_lost_something_is_asked_for_again_with_what_it_lost() -> None:
    llm = ScriptedLLM(
        script={
            "stand in the translation: 162": "貿易は1620億ドルだった[1]。",
            "Trade": "貿易はとても大きな額だった[1]。",
            "Bank": "新開発銀行は貸す[2]。",
        }
    )
    found = translation_chain(llm).invoke(ANSWER)
    assert found.text == "貿易は1620億ドルだった[1]。\n\n新開発銀行は貸す[2]。"
    assert (found.missing, found.tries, len(llm.prompts)) == ((), 2, 3)


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("貿易は増えた[1] [7]。", "must not stand in the translation more often than in the text: [7]"),
        (
            "Trade grew in all of them [1].",
            "could not be used: mostly the text itself. Write all of the text in Japanese",
        ),
    ],
)
def test_a_marker_too_many_or_another_language_is_told_in_the_retry(first: str, told: str) -> None:
    llm = ScriptedLLM(script={told: "貿易は増えた[1]。", "Trade": first})
    found = translation_chain(llm).invoke("Trade grew in all of them [1].")
    assert (found.text, found.tries, found.in_doubt) == ("貿易は増えた[1]。", 2, False)


def test_what_is_still_wrong_is_named() -> None:
    llm = ScriptedLLM(script={"": "Trade grew in all of them [7]."})
    found = translation_chain(llm).invoke("Trade grew in all of them.")
    assert (found.added, found.faults) == (("[7]",), (TranslationFault.UNCHANGED,))
    assert found.doubts == ("has [7], which the text has not", "mostly the text itself")


def test_the_translation_that_lost_least_is_kept_and_what_is_still_missing_is_named() -> None:
    llm = ScriptedLLM(script={"stand in the translation": "何か。", "In 2024": "貿易は1500だった。"})
    found = translation_chain(llm).invoke("In 2024 trade was 1,500 dollars.")
    assert (found.text, found.missing, found.tries) == ("貿易は1500だった。", ("2024",), 3)


def test_a_translation_far_too_short_or_looping_is_noted() -> None:
    llm = ScriptedLLM(script={"Trade": "貿易。", "Bank": "銀行は貸す。" * 40})
    found = translation_chain(llm).invoke(ANSWER)
    assert "paragraph 1: shorter than asked for" in found.notes
    assert found.loop.startswith("paragraph 2: attempt 1: loop cut")


def test_a_translation_from_a_script_without_spaces_is_not_too_short() -> None:
    """Regression: it was to have half as many words as its text has characters, and was asked to go on."""
    persian = "بانک نوین تا پایان ۲۰۲۳ به ۹۶ طرح وام داد."
    llm = ScriptedLLM(script={"": persian})
    text = "新開発銀行は2023年の末までに96件の事業を承認していた。"
    assert translation_chain(llm, "fa").invoke(text).notes == ()


def test_an_unknown_language_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ChainError, match=r"into 'jp'; there are: .*ja"):
        translation_chain(ScriptedLLM(script={}), "jp")


def test_nothing_is_translated_into_nothing() -> None:
    assert translation_chain(ScriptedLLM(script={})).invoke("").text == ""


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_the_real_model_keeps_each_paragraphs_own_limits_in_one_batch() -> None:
    """SmolLM2 is no translator: what is tested is that text, length, notes and checks come out of the chain."""
    llm = load_llm()
    found = translation_chain(llm).invoke(ANSWER)
    assert len(found.text.split("\n\n")) >= 2
    assert found.tokens > 0
    assert found.words <= 2 * (7 * 5 + 20)
    prompts = [
        load_prompt("translate").render(text=one, language="Japanese", glossary={}, before=Losses())
        for one in ("One.", "Two.")
    ]
    short, long = complete_all(llm, prompts, [WordLimits(0, 5), WordLimits(0, 60)])
    assert word_count(short.text) <= 5
    assert long.text
