"""Word lists for `verifier_edits`: opposites, words that mean the same, numbers in words."""

OPPOSITES = {
    "VERB": "increase/decrease rise/fall strengthen/weaken accept/reject support/oppose allow/forbid begin/end start/stop "
    "win/lose succeed/fail include/exclude encourage/discourage approve/reject improve/worsen expand/shrink build/destroy "
    "protect/endanger welcome/condemn praise/criticize agree/disagree remember/forget join/leave raise/lower create/destroy "
    "help/hinder promote/hinder permit/prohibit grow/shrink gain/lose buy/sell import/export love/hate trust/distrust "
    "advance/retreat defend/attack unite/divide confirm/deny enable/prevent respect/violate open/close reveal/conceal "
    "attract/repel save/waste accelerate/slow reduce/increase ratify/reject withdraw/deploy benefit/harm solve/aggravate",
    "NOUN": "increase/decrease success/failure peace/war majority/minority victory/defeat strength/weakness advantage/drawback "
    "benefit/harm support/opposition north/south east/west beginning/end rise/fall growth/decline import/export "
    "supporter/opponent friend/enemy ally/adversary wealth/poverty freedom/oppression unity/division hope/despair "
    "progress/setback surplus/deficit presence/absence winner/loser acceptance/rejection",
    "ADJ": "strong/weak rich/poor high/low large/small good/bad legal/illegal possible/impossible necessary/unnecessary "
    "safe/dangerous early/late easy/difficult effective/ineffective new/old public/private peaceful/violent fair/unfair "
    "democratic/undemocratic positive/negative right/wrong free/oppressed first/last northern/southern eastern/western "
    "rural/urban long/short hot/cold true/false important/unimportant acceptable/unacceptable able/unable legitimate/illegitimate "
    "likely/unlikely stable/unstable equal/unequal happy/unhappy major/minor major/marginal domestic/foreign young/old",
    "ADV": "more/less before/after always/never quickly/slowly rarely/often successfully/unsuccessfully above/below "
    "legally/illegally inside/outside up/down",
}
SAME = (  # one way; only what fits wherever it stands
    "however/nevertheless,countries/nations,country/nation,nations/countries,purchase/buy,numerous/many,commence/begin,"
    "obtain/get,demonstrates/shows,demonstrate/show,primarily/mainly,although/even though,utilize/use,rapidly/quickly,"
    "individuals/people,persons/people,per cent/percent,nuclear arms/nuclear weapons,nuclear weapons/nuclear arms,"
    "United Nations/UN,United States/US,European Union/EU,United Kingdom/UK,therefore/thus,in order to/to,"
    "is able to/can,are able to/can,such as/like,global/worldwide,eliminate/eradicate,assistance/aid,crucial/vital,"
    "conclude/end,frequently/often,entire/whole,nearly/almost,almost/nearly,currently/now,in addition/moreover,"
    "regarding/concerning,with regard to/concerning,difficult/hard,wealthy/rich,enormous/huge,huge/enormous,"
    "attempt to/try to,more than/over,must/has to,perhaps/maybe,assist/help,assisting/helping,principal/main,"
    "citizens/people,children/young people,essential/vital,prohibit/ban,prohibited/banned,residents/inhabitants"
)
STRONG = "some/all many/all several/all most/all often/always sometimes/always usually/always generally/always"
STRONG += " frequently/always partly/wholly partially/completely may/will might/will could/will can/will likely/certain"
STRONG += " probably/certainly few/many seldom/often almost/entirely nearly/entirely mainly/only largely/entirely"
WEAK = (
    "all/many all/some every/many always/often will/may must/should completely/partly certainly/probably everyone/many"
)
NUMBERS = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety"
DIGITS = "2 3 4 5 6 7 8 9 10 11 12 15 20 30 40 50 60 70 80 90"
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
FRAMES = (
    "According to the passage, {0}",
    "The passage notes that {0}",
    "The speaker argues that {0}",
    "It is pointed out that {0}",
    "As the source says, {0}",
    "Indeed, {0}",
    "Moreover, {0}",
    "Here it must be remembered that {0}",
)
THIRD = {"we": "they", "our": "their", "us": "them", "ours": "theirs", "ourselves": "themselves"}
UNDROPPABLE = frozenset(
    [
        "only",
        "never",
        "hardly",
        "scarcely",
        "barely",
        "almost",
        "nearly",
        "not",
        "no",
        "less",
        "more",
        "too",
        "few",
        "little",
        "least",
        "most",
        "rarely",
        "seldom",
        "former",
        "alleged",
        "false",
        "fake",
        "potential",
        "possible",
        "so-called",
        "would-be",
        "least",
        "neither",
        "nor",
        "without",
        "unless",
        "if",
        "any",
        "as",
        "so",
        "how",
        "when",
        "where",
        "why",
    ]
)


def pairs(words: str) -> dict[str, list[str]]:
    """Return each word's counterparts, of "a/b c/d", both ways."""
    found: dict[str, list[str]] = {}
    for one in words.split(" "):
        first, second = one.split("/")
        found.setdefault(first, []).append(second)
        found.setdefault(second, []).append(first)
    return found


def one_way(words: str, between: str = " ") -> dict[str, list[str]]:
    """Return each first word's counterparts."""
    found: dict[str, list[str]] = {}
    for one in words.split(between):
        first, second = one.split("/")
        found.setdefault(first, []).append(second)
    return found
