"""What a report's words give away of who wrote them is found and taken out; what they say of others stays."""

import pytest

from service.handover.sanitise import GAP, joined, sanitise, sanitise_answers, strikes_for
from service.handover.suggest import suggest


def _handed(text: str, *struck: str, **body: object) -> str:
    return joined(sanitise(text, strikes_for({"description": text, **body}, struck)))


@pytest.mark.parametrize(
    ("said", "gone", "stays"),
    [
        ("Ring me on 07700 900123 about the van", "900123", "about the van"),
        ("My number is +44 (0)7700-900-123.", "7700", "My number is"),
        ("Write to jan.example@example.org please", "jan.example", "please"),
        ("My name is Jan Kowalski and he has a knife", "Kowalski", "he has a knife"),
        ("They fight. Speak to Jan at the bar. Jan has seen it all", "Jan", "They fight"),
        ("He sells pills.\nThanks, Aisha", "Aisha", "He sells pills."),
        ("This is Aisha from the corner shop. He came back", "Aisha", "He came back"),
        ("I am the manager of The Example Arms, two men came", "Example Arms", "two men came"),
        ("I'm his sister and he hits her", "sister", "he hits her"),
        ("I work at the care home on Example Street. She is locked in", "Example Street", "She is locked in"),
        ("I live next door to them, the bins are full", "next door", "the bins are full"),
        ("My name is Jan Kowalski. He shouted Jan, come here", "shouted Jan", "come here"),
        ("My badge number is 1234, he would not pay", "1234", "he would not pay"),
        ("Come round, my address is 4 Example Road. He is armed", "Example Road", "He is armed"),
        ("He followed my taxi, AB12 CDE, home. AB12CDE is still here", "CDE", "He followed my taxi"),
    ],
)
def test_what_tells_who_reported_is_taken_out(said: str, gone: str, stays: str) -> None:
    handed = _handed(said)
    assert gone not in handed
    assert stays in handed
    assert GAP in handed


@pytest.mark.parametrize(
    "said",
    [
        "A white van, AB12 CDE, was parked by the gate at 23:40 on 20 11 2026.",
        "My house was broken into and my phone was stolen by a man in a red hat.",
        "I am scared. I was in the car park when he pulled a knife.",
        "He drives out every Friday; the driver is called Example Person.",
        "Widziałam dwóch mężczyzn z nożem przy ulicy Przykładowej 12.",
    ],
)
def test_what_is_said_of_others_stays_as_it_is(said: str) -> None:
    assert _handed(said) == said


def test_a_number_that_the_report_gives_as_somebody_elses_stays_and_words_go_wherever_they_stand() -> None:
    said = "He rings from 07700 900456 and mine is 07700 900123"
    body = {
        "identifiers": [{"kind": "phone", "value": "+447700900456"}],
        "location": {"description": "By the Old Mill"},
    }
    strikes = strikes_for({"description": said, **body}, ["old mill"])
    assert joined(sanitise(said, strikes)) == f"He rings from 07700 900456 and mine is {GAP}"
    found: list[object] = []
    answers = sanitise_answers(body, strikes, found)  # type: ignore[arg-type]
    assert answers["identifiers"][0]["value"] == "+447700900456"
    assert answers["location"]["description"] == f"By the {GAP}"
    assert found == ["struck_out"]


@pytest.mark.parametrize(
    ("said", "linked", "anonymity", "expected"),
    [
        ("I saw him pull a knife", False, "named", ("A", "P")),
        ("I saw it, and my friend told me about the gun", False, "anonymous", ("C", "C")),
        ("I was told they sell there", True, "confidential", ("B", "C")),
        ("A man sells there", True, None, ("D", "P")),
        ("Widziałam nóż", False, "named", ("D", "P")),
    ],
)
def test_the_suggested_grading_is_cautious_and_says_that_it_is_none(
    said: str, linked: bool, anonymity: str | None, expected: tuple[str, str]
) -> None:
    found = suggest({"description": said}, anonymity, linked_by_person=linked)
    assert (found.intelligence_assessment, found.handling_code) == expected
    assert found.source_evaluation == "2"
    assert found.status.startswith("ungraded: suggested by the service")
    assert bool(found.conditions) == (found.handling_code == "C")
