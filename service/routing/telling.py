"""A decision's reasons in words, for a person who asks why."""

from typing import Final

from service.routing.model import Evidence, Reason

_ORIGINS: Final = {"ticked": "ticked", "answer": "answered"}


def fact_in_words(atom: str) -> str:
    """`weapon_kind=blade` as "weapon kind: blade", and `times_seen>=3` as "times seen: 3 or more"."""
    for sign, pattern in ((">=", "{}: {} or more"), ("=", "{}: {}")):
        fact, found, value = atom.partition(sign)
        if found:
            return pattern.format(fact.replace("_", " "), value.replace("_", " "))
    return atom


def evidence_in_words(evidence: Evidence) -> str:
    """One fact with where it was read; words of the report stand in quotation marks."""
    fact = fact_in_words(evidence.atom)
    if evidence.origin == "text":
        return f"{fact}, read from the text: “{evidence.words}”"
    if evidence.origin == "derived":
        if not evidence.words:
            return f"{fact}, follows from the rest"
        return f"{fact}, follows from: {', '.join(map(fact_in_words, evidence.words.split(', ')))}"
    told = f" ({evidence.words})" if evidence.words else ""
    return f"{fact}, {_ORIGINS[evidence.origin]}{told}"


def reason_in_words(reason: Reason) -> str:
    """The rule, what it says, and the evidence, in one line."""
    because = "; ".join(evidence_in_words(item) for item in reason.because)
    return f"{reason.rule}: {reason.says}" + (f" [{because}]" if because else "")
