"""What the words of a report add, and that they never take away."""

from typing import Any

import pytest

from service.policy.phrases import tokens_of
from tests.decisions.deciding import decided, rules, told

SHOWS: list[tuple[str, str, dict[str, Any], str]] = [
    ("He said “you’re dead” to her.", "asb_personal", {}, "P1e"),  # noqa: RUF001 (as phones write it)
    ("HE SAID  YOU'RE\nDEAD", "asb_personal", {}, "P1e"),
    ("youre dead he said", "asb_personal", {}, "P1e"),
    ("He pulled a knife on the doorman.", "alcohol_disorder", {"happening": "now"}, "P1b"),
    ("They were waving a machete about.", "asb_nuisance", {"happening": "last_7_days"}, "P2f"),
    ("A man with a sawn-off shotgun got out.", "suspicious_rural", {"happening": "last_24h"}, "P1b"),
    ("They threatened to throw acid in her face.", "asb_personal", {"happening": "now"}, "P1b"),
    ("He won't let her leave the house.", "domestic_abuse", {}, "P1c"),
    ("The boss took her passport.", "ms_care_sector", {"happening": "older"}, "P2c"),
    ("My mate has overdosed.", "drug_use_nuisance", {}, "P1a"),
    ("She is unconscious and not breathing.", "alcohol_disorder", {"happening": "now"}, "P1a"),
    ("A girl was abducted outside the club.", "other", {}, "P1c"),
    ("The courier is on his way to collect the cash", "fraud_courier", {}, "P1f"),
    ("They are beating him up behind the pub", "alcohol_disorder", {"offenders_on_site": "yes"}, "P1f"),
    ("He threatened me when I asked him to stop.", "fly_tipping", {}, "P2h"),
    ("The lad is 15 years old.", "drug_supply", {}, "P2b"),
    ("The girl is a frightened 14-year-old", "other", {}, "P2b"),
    ("I transferred £900 to her", "fraud_romance", {}, "P3a-remote-fraud"),
    ("Racist abuse at the bus stop", "asb_nuisance", {}, "P3b"),
    ("It keeps happening, every weekend", "asb_nuisance", {}, "P3b"),
    ("This is the third time this month", "asb_environmental", {}, "P3b"),
    ("Third time I have taken them to that door", "cuckooing", {"happening": "older"}, "P2d"),
    ("They are targeting us because we complained", "asb_nuisance", {}, "P3b"),
    ("She begged me to call someone", "domestic_abuse", {"happening": "older"}, "P2c"),
    ("He is still by the bench", "asb_nuisance", {}, "P4"),
    ("She is still with him", "domestic_abuse", {"happening": "older"}, "P2c"),
    ("My client has dementia", "fraud_romance", {}, "P3a-remote-fraud"),
    ("They are still in the yard", "burglary_business", {}, "P1f"),
    ("White van AB00 CDE by the gate", "suspicious_rural", {}, "P3c"),
    ("van reg ab00cde", "suspicious_rural", {}, "P3c"),
    ("Seen the same before", "suspicious_rural", {}, "P3c"),
    ("On the A361 in OX28 and again at Burford", "suspicious_rural", {}, "P4"),
    ("Somebody broke into our barn", "not_sure", {}, "P3a"),
]


@pytest.mark.parametrize(
    ("text", "concern", "answers", "rule"),
    SHOWS,
    ids=lambda value: str(value)[:40],
)
def test_plain_words_raise_a_report(text: str, concern: str, answers: dict[str, Any], rule: str) -> None:
    decision = decided(concern, description=text, **answers)

    assert rule in rules(decision)


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("There was no knife and nobody hurt.", "asb_nuisance"),
        ("He didn't have a knife.", "asb_nuisance"),
        ("She wasn't unconscious.", "asb_nuisance"),
        ("We saw no sign of a knife in his hand.", "asb_nuisance"),
        ("Nobody was stabbed, it was just noise.", "asb_nuisance"),
        ("It was never a death threat.", "asb_nuisance"),
        ("They have not sent any money, no gift cards.", "fraud_advance_fee"),
    ],
)
def test_words_that_say_a_thing_is_absent_add_nothing(text: str, concern: str) -> None:
    assert decided(concern, description=text).grade == "P4"


def test_a_denial_ends_with_its_clause() -> None:
    decision = decided("asb_nuisance", description="Not the first time, he pulled a knife", happening="now")

    assert "P1b" in rules(decision)


@pytest.mark.parametrize(
    "text",
    [
        "Without warning he stabbed her",
        "No joke he has a knife",
        "For no reason he stabbed her",
        "He did not stop and he had a knife",
        "She said no and he stabbed her",
        "Nobody came and he has a knife",
        "I cannot believe he stabbed her",
        "Not only a fight they stabbed him",
    ],
)
def test_a_no_that_denies_something_else_hides_nothing(text: str) -> None:
    assert decided("asb_nuisance", description=text).grade in {"P1", "P2"}


@pytest.mark.parametrize(
    "text",
    [
        "He has a kn\N{SOFT HYPHEN}ife",
        "He has a kni\N{ZERO WIDTH SPACE}fe",
        "He has a \N{MATHEMATICAL BOLD SMALL K}nife",
        "He has a \N{FULLWIDTH LATIN SMALL LETTER K}nife",
        "She can\N{ACUTE ACCENT}t breathe",
        "She can\N{PRIME}t breathe",
        "She can\N{FULLWIDTH APOSTROPHE}t breathe",
    ],
)
def test_odd_spellings_of_a_keyboard_or_a_copied_page_are_read(text: str) -> None:
    assert decided("asb_nuisance", description=text).grade in {"P1", "P2"}


def test_characters_that_unfold_into_whole_sentences_stay_what_they_are() -> None:
    assert len(tokens_of("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM} " * 100)) == 100


def test_a_phrase_is_found_only_as_whole_words() -> None:
    assert (
        decided("asb_nuisance", description="The fgmx logo; skilled youths; scarred overdosedly").grade
        == "P4"
    )


def test_a_threat_that_names_no_killing_is_not_a_threat_to_kill() -> None:
    decision = decided("asb_personal", description="He said I'll sort her out", happening="now")

    assert decision.grade > "P1"
    assert told(decision) == {"asb_team", "tvp"}


def test_a_concern_shown_by_the_words_is_covered_beside_the_ticked_one() -> None:
    decision = decided("alcohol_disorder", reporter="venue", description="I think her drink was spiked.")

    assert decision.concerns == ["alcohol_disorder", "spiking_drink"]
    assert told(decision) == {"tvp", "licensing", "nightsafe"}


def test_a_nuisance_mentioned_in_passing_tells_nobody_new() -> None:
    decision = decided("burglary_home", description="They also dumped rubbish and left graffiti.")

    assert decision.concerns == ["burglary_home"]
    assert told(decision) == {"tvp"}


def test_a_single_nuisance_told_by_a_reporter_who_is_not_sure_is_p4() -> None:
    decision = decided("not_sure", description="Somebody dumped a mattress in the lay-by.")

    assert decision.grade == "P4"
    assert told(decision) == {"asb_team"}


def test_the_words_found_are_quoted_in_the_reason() -> None:
    decision = decided("asb_personal", description="Then he said he would KILL her, twice.")

    (evidence,) = [
        item for reason in decision.reasons for item in reason.because if item.atom == "threat=to_kill"
    ]
    assert (evidence.origin, evidence.words) == ("text", "would KILL her")


@pytest.mark.parametrize(
    "text",
    [
        "Ktoś trzyma mój paszport w domu i nie mogę wyjść.",
        "Szef zabrał paszport.",
        "Un om cu un cutit a fost in parc.",
        "Мъж с нож в парка.",  # noqa: RUF001 (Bulgarian)
        "د ګاونډي کور کې څه روان دي",
        "Tôi bị giữ trong nhà.",
        "O patrão não me deixa sair de casa.",
        "Der Mann war mit einem Messer im Park.",
        "Abantu balansunga mu nganda ukwabula ukumfumya.",
    ],
)
def test_a_text_in_a_language_not_read_here_is_at_least_p3(text: str) -> None:
    decision = decided("asb_nuisance", description=text)

    assert decision.grade <= "P3"
    assert decision.grade < "P3" or "P3d" in rules(decision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!! 😡😡",
        "lads on scooters tearing thru estate",
        "Café Rouge staff rude",
        "Mattress. Tyres. Paint tins.",
        "Loud music again",
        "white van AB00 CDE lurking A361 Burford",
    ],
)
def test_a_short_or_slangy_note_is_not_taken_for_another_language(text: str) -> None:
    assert decided("asb_nuisance", description=text).grade == "P4"


def test_a_child_mentioned_in_the_words_does_not_take_adult_safeguarding_away() -> None:
    ticked = decided("care_abuse", child="yes")
    mentioned = decided("care_abuse", description="Her carer brings his 15 year old son.")

    assert "adult_safeguarding" not in told(ticked)
    assert told(mentioned) == {"adult_safeguarding", "child_safeguarding", "tvp"}


@pytest.mark.parametrize(
    ("reporter", "concern"), [("care_worker", "ms_care_sector"), ("rural_resident", "ms_labour")]
)
def test_somebody_kept_by_their_papers_is_exploited_though_nobody_named_it(
    reporter: str, concern: str
) -> None:
    decision = decided("not_sure", reporter=reporter, description="The boss keeps their passports.")

    assert decision.concerns[0] == "not_sure"
    assert concern in decision.concerns
    assert decision.grade == "P2"
    assert told(decision) == {"anti_slavery_coordinator", "tvp"}


def test_a_weapon_shown_beside_a_threat_counts_as_threatened() -> None:
    text = "One of them has a hammer in his hand and is threatening people"

    assert decided("asb_nuisance", weapon="seen", weapon_kind="other", happening="now").grade == "P4"
    assert (
        decided("asb_nuisance", weapon="seen", weapon_kind="other", happening="now", description=text).grade
        == "P1"
    )


def test_a_fare_dodger_report_that_describes_a_frightened_child_covers_both() -> None:
    decision = decided(
        "other", reporter="taxi_driver", description="Fare dodger, but she was a frightened 14-year-old girl."
    )

    assert decision.concerns == ["other", "cse"]
    assert decision.grade == "P2"
    assert told(decision) == {"tvp", "child_safeguarding"}


def test_a_child_taken_to_a_hotel_by_an_older_man_now_is_critical() -> None:
    text = "Girl about 15 with a man in his 40s, taking them to the hotel."

    assert "P1d-child" in rules(decided("other", reporter="taxi_driver", happening="now", description=text))


def test_a_frightened_child_in_a_report_of_a_crime_names_no_exploitation() -> None:
    decision = decided(
        "burglary_home", reporter="taxi_driver", description="My scared 9 year old son saw it."
    )

    assert decision.concerns == ["burglary_home"]


@pytest.mark.parametrize(
    "text",
    [
        "Cafe windows egged Wednesday. Trick or treat overspill I guess.",
        "Found a wrap and a rolled fiver in cubicle 2 on Saturday. Binned.",
        "Sharp object found in the resident's sock, turned out to be a hair grip.",
    ],
)
def test_a_terse_log_is_not_taken_for_another_language(text: str) -> None:
    assert "P3d" not in rules(decided("other", description=text))
