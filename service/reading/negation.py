"""Which words of a text its own clause denies: "no knife", "nobody was hurt", "wasn't spiked in the end"."""

from collections.abc import Sequence
from typing import Final

CLAUSE_ENDS: Final = frozenset(".,;:!?()\n") | {"but", "because", "although", "though", "however"}
_OTHER_LANGUAGES: Final = frozenset(
    {
        "nie",
        "bez",
        "nikt",
        "nigdy",
        "żaden",
        "żadnego",
        "żadnej",
        "nu",
        "fără",
        "fara",
        "nimeni",
        "niciun",
        "nicio",
        "не",
        "без",
        "няма",
        "нямаше",
        "никой",
        "никога",
        "никакъв",
        "никаква",
        "niama",
        "nqma",
        "nyama",
        "não",
        "nao",
        "sem",
        "ninguém",
        "ninguem",
        "nunca",
        "nenhum",
        "nenhuma",
        "nahi",
        "nahin",
        "نہیں",
    }
)
"""Polish, Romanian, Bulgarian, Portuguese and Urdu. What comes before the "not" of Urdu is left to the phrases."""
NEGATORS: Final = (
    frozenset(
        {"no", "not", "never", "without", "nobody", "none", "nothing", "neither", "nor", "cannot", "noone"}
    )
    | {f"{verb}nt" for verb in ("is", "was", "are", "were", "did", "does", "do", "has", "have", "had")}
    | _OTHER_LANGUAGES
)
# "No" in these is no denial of what comes after them: "without warning he stabbed her".
_NO_DENIAL: Final[dict[str, frozenset[str]]] = {
    "no": frozenset({"joke", "doubt", "kidding", "reason", "idea", "question"}),
    "not": frozenset({"only", "just", "joking", "kidding", "stop", "stopping", "long", "far", "once"}),
    "nothing": frozenset({"but"}),
    "never": frozenset({"stops", "stopped"}),
    "without": frozenset({"warning", "provocation", "reason", "permission", "consent"}),
    "cannot": frozenset({"believe"}),
    "didnt": frozenset({"stop", "realise"}),
    "doesnt": frozenset({"stop"}),
    "dont": frozenset({"stop"}),
    # "He does not stop", "I do not know what to do, he has a knife".
    "nie": frozenset({"wiem", "tylko", "przestaje", "przestają", "żartuje", "mogę", "możemy", "mówię"}),
    "nu": frozenset({"știu", "stiu", "doar", "numai", "încetează", "inceteaza", "glumește", "pot", "mai"}),
    "не": frozenset({"знам", "само", "спира", "спират", "мога", "можем"}),
    "não": frozenset({"sei", "só", "para", "param", "posso", "consigo", "podemos"}),
    "nao": frozenset({"sei", "so", "para", "param", "posso", "consigo", "podemos"}),
}
_SAID: Final = frozenset({"said", "say", "says", "saying"})
_NEW_SUBJECT: Final = frozenset({"i", "he", "she", "they", "we", "it", "then", "now", "theres"})
"""After "and" these begin a clause of their own: "nobody came and he has a knife"."""
_REACH: Final = 4
"""How many words a denial covers at most."""


def denied(tokens: Sequence[str]) -> list[bool]:
    """For each token whether its clause denies it shortly before."""
    marks = [False] * len(tokens)
    for at, word in enumerate(tokens):
        if word in NEGATORS and _denies(tokens, at):
            for covered in range(at + 1, min(at + 1 + _REACH, len(tokens))):
                if _ends(tokens, covered):
                    break
                marks[covered] = True
    return marks


def _denies(tokens: Sequence[str], at: int) -> bool:
    word = tokens[at]
    if word == "no" and at > 0 and tokens[at - 1] in _SAID:
        return False
    return at + 1 < len(tokens) and tokens[at + 1] not in _NO_DENIAL.get(word, ())


def _ends(tokens: Sequence[str], at: int) -> bool:
    """Whether the clause is over at this token."""
    word = tokens[at]
    return word in CLAUSE_ENDS or (word == "and" and at + 1 < len(tokens) and tokens[at + 1] in _NEW_SUBJECT)
