"""What a bad policy is refused for, each time with file, line and reason."""

import pytest

from service.errors import PolicyError
from service.policy.load import load_policy
from tests.policy.editing import Edited


def faults(edited: Edited) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        load_policy(edited.folder)
    return str(refused.value).splitlines()


SPOILT = [
    (
        "concerns.toml",
        'weapon = ["seen", "threatened", "used"]',
        'weapon = ["seen"]',
        'weapon = ["seen"]',
        "weapons could lower a grade when weapon gets worse: add threatened",
    ),
    ("concerns.toml", 'company = "older_adult"', 'company = "older"', '"older"', "is never 'older'"),
    # file, what stands there, what is put in its place, where the fault must be found, part of the reason
    (
        "rules.toml",
        '{ danger_now = "yes" }',
        '{ danger_nwo = "yes" }',
        "danger_nwo",
        "did you mean 'danger_now'?",
    ),
    ("rules.toml", '{ danger_now = "yes" }', '{ danger_now = "yse" }', "yse", "'danger_now' is never 'yse'"),
    ("rules.toml", 'grade = "P1"', 'grade = "P0"', "P0", "Invalid enum value 'P0'"),
    ("rules.toml", 'id = "P1a"', 'idd = "P1a"', "idd", "unknown field `idd`"),
    ("rules.toml", 'id = "P1b"', 'id = "P1a"', None, "'P1a' is given twice"),
    ("rules.toml", "[[rule]]", "[[rul]]", "[[rul]]", "`rul` is not known here"),
    ("rules.toml", "times_seen = { at_least = 3 }", 'times_seen = "3"', "times_seen", "is a number"),
    (
        "rules.toml",
        '{ danger_now = "yes" }',
        "{ danger_now = { at_least = 3 } }",
        "at_least",
        "is not a number",
    ),
    ("rules.toml", '{ danger_now = "yes" }', '{ grade = "P1" }', "{ grade", "cannot ask for it"),
    ("rules.toml", '{ danger_now = "yes" }', "{ danger_now = [] }", "danger_now = []", "can never hold"),
    ("rules.toml", '{ danger_now = "yes" }', "{}", "{}", "would always hold"),
    (
        "rules.toml",
        '[otherwise]\nid = "P4"\ngrade = "P4"',
        '[otherwise]\nid = "P4"\ngrade = "P3"',
        None,
        "least urgent",
    ),
    (
        "recipients.toml",
        '{ kind = "console" }',
        '{ kind = "email", to = "a@example.org" }',
        "email",
        "tvp: two channels are email; give each kind once",
    ),
    ("routes.toml", 'must = ["tvp"]', 'must = ["tpv"]', "tpv", "'tpv' is not a recipient"),
    ("routes.toml", 'must = ["tvp"]\nwhen', "when", None, "critical tells nobody"),
    (
        "routes.toml",
        'may = ["licensing"]',
        'may = ["licensing"]\nalso = ["tvp"]',
        "also = ",
        "may only name what `may` allows",
    ),
    ("routes.toml", '[{ grade = "P1" }]', '[{ grade = "P2" }]', None, "no route tells anybody of every P1"),
    (
        "recipients.toml",
        'next_contact = "tvp"',
        'next_contact = "nobody"',
        '"nobody"',
        "'nobody' is not a recipient",
    ),
    ("recipients.toml", 'hours = "office"', 'hours = "ofice"', '"ofice"', "no hours are called 'ofice'"),
    ("hours.toml", "closes = 18:00:00", "closes = 09:00:00", None, "an opening closes before it opens"),
    ("hours.toml", "\nround_the_clock = true", "", None, "round_the_clock: give openings"),
    (
        "recipients.toml",
        'tier_if_named = "D4"',
        'tier_if_named = "D1"',
        'tier_if_named = "D1"',
        "tier_if_named is less than tier",
    ),
    ("recipients.toml", "tvp@evenlode.invalid", "tvp", 'to = "tvp"', "needs an address"),
    ("recipients.toml", 'code = "licensing"', 'code = "licences"', None, "the recipient 'licensing'"),
    ("concerns.toml", 'code = "cse"', 'code = "csee"', "csee", "'csee' is not a concern of the wire"),
    ("concerns.toml", 'code = "cse"', 'code = "cce"', None, "the concern 'cse' is missing"),
    (
        "concerns.toml",
        'family = "serious_harm"',
        'family = "serious"',
        '"serious"',
        "Invalid enum value 'serious'",
    ),
    ("concerns.toml", 'family = "serious_harm"\n', "", "county_lines", "'county_lines' has no family"),
    ("concerns.toml", 'implies = ["child=yes"]', 'implies = ["child=yess"]', "yess", "did you mean 'yes'?"),
    (
        "concerns.toml",
        'implies = ["child=yes"]',
        'implies = ["child"]',
        '["child"]',
        "not of the form fact=value",
    ),
    (
        "concerns.toml",
        'family = "nuisance"',
        'family = "nuisance"\ngraded_by_loss = true',
        "graded_by_loss = true\ngroups",
        "only a crime can be graded by loss",
    ),
    (
        "grades.toml",
        "minutes = 15",
        "minutes = 15\nworking_days = 1",
        '"P1"',
        "either minutes or working_days",
    ),
    ("grades.toml", 'grade = "P4"', 'grade = "P3"', None, "the grade 'P4' has no due time"),
    ("hours.toml", "opens = 08:30:00", "opens = 8.5", "opens = 8.5", "Expected `time`"),
    ("partnership.toml", "Europe/London", "Europe/Witney", "Europe/Witney", "no time zone is called"),
    ("partnership.toml", "GB-ENG", "GB-WO", "GB-WO", "no bank holidays are known"),
    ("partnership.toml", 'reference_prefix = "WO"', 'reference_prefix = "wo"', "reference_prefix", "regex"),
    ("phrases.toml", '"threats to kill"', '"* kill"', '"* kill"', "must begin and end with a word"),
    ("phrases.toml", '"threats to kill"', '"{threats to kill"', '"{threats to kill"', "brace"),
    (
        "phrases.toml",
        'adds = ["threat=to_kill"]',
        'adds = ["threat=kill"]',
        '"threat=kill"',
        "is never 'kill'",
    ),
    ("clocks.toml", "hours = 12", "hours = 0", "hours = 0", ">= 1"),
    (
        "advice.toml",
        'concern = "fraud_doorstep"',
        'concern = "fraud_door"',
        "fraud_door",
        "is never 'fraud_door'",
    ),
    ("hours.toml", 'code = "office"', 'code = office"', "code = office", "Invalid value"),
]


@pytest.mark.parametrize(("file", "old", "new", "seek", "reason"), SPOILT, ids=lambda value: str(value)[:40])
def test_a_bad_policy_is_refused_with_file_line_and_reason(
    edited: Edited, file: str, old: str, new: str, seek: str | None, reason: str
) -> None:
    edited.replace(file, old, new)

    found = [fault for fault in faults(edited) if reason in fault]

    assert found
    assert found[0].startswith(f"{file}:")
    if seek is not None and "\n" not in seek:
        assert int(found[0].split(":")[1]) == edited.line_of(file, seek)


def test_every_fault_is_listed_at_once(edited: Edited) -> None:
    edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')
    edited.replace("routes.toml", 'must = ["tvp"]', 'must = ["tpv"]')

    assert {fault.split(":")[0] for fault in faults(edited)} == {"rules.toml", "routes.toml"}


def test_a_rule_that_could_lower_a_grade_when_things_get_worse_is_refused(edited: Edited) -> None:
    line = edited.replace(
        "rules.toml",
        '{ weapon = ["threatened", "used"], happening = "now" }',
        '{ weapon = "threatened", happening = "now" }',
    )

    assert f"rules.toml:{line}: P1b could lower a grade when weapon gets worse: add used" in faults(edited)


def test_a_rule_for_what_lasts_but_not_for_now_is_refused(edited: Edited) -> None:
    edited.replace("rules.toml", 'happening = ["now", "last_24h"] }]', 'happening = "last_24h" }]')

    assert any(
        "P2a could lower a grade when happening gets worse: add now" in fault for fault in faults(edited)
    )


def test_a_line_that_a_more_urgent_rule_makes_idle_is_refused(edited: Edited) -> None:
    start = edited.append(
        "rules.toml",
        '\n[[rule]]\nid = "idle"\ngrade = "P3"\nsays = "Never decides."\n'
        'when = [{ concern = "cse", happening = ["now", "last_24h"], hate = "yes" }]\n',
    )

    assert any(
        fault.startswith(
            f"rules.toml:{start + 1}: idle, line 1 of `when` can never decide: whenever it holds, P2"
        )
        for fault in faults(edited)
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "P2-pattern"\ngrade = "P2"', 'id = "P2-pattern"\ngrade = "P3"'),
        ('pattern = "shared" }]', 'pattern = "shared", child = "yes" }]'),
        ('family = "serious_harm", pattern = "shared"', 'family = "crime", pattern = "shared"'),
    ],
)
def test_a_policy_that_does_not_raise_what_other_reports_bear_out_is_refused(
    edited: Edited, old: str, new: str
) -> None:
    edited.replace("rules.toml", old, new)

    (found,) = (fault for fault in faults(edited) if "no rule raises" in fault)

    assert found.startswith("rules.toml:")
    assert "county_lines" in found
    assert 'with when = [{ family = "serious_harm", pattern = "shared" }]' in found


def test_only_the_concerns_that_are_not_raised_are_named(edited: Edited) -> None:
    edited.replace(
        "rules.toml",
        'family = "serious_harm", pattern = "shared"',
        'concern = ["county_lines", "cuckooing"], pattern = "shared"',
    )

    (found,) = (fault for fault in faults(edited) if "no rule raises" in fault)

    named = found.partition("no rule raises ")[2].partition(" when")[0].split(", ")
    assert "spiking_drink" in named
    assert not {"county_lines", "cuckooing"} & set(named)


def test_a_wider_rule_that_raises_by_pattern_will_do(edited: Edited) -> None:
    edited.replace("rules.toml", 'family = "serious_harm", pattern = "shared"', 'pattern = "shared"')

    assert load_policy(edited.folder)


def test_a_higher_bound_under_a_more_urgent_lower_one_is_idle(edited: Edited) -> None:
    edited.append(
        "rules.toml",
        '\n[[rule]]\nid = "idle"\ngrade = "P3"\nsays = "Never decides."\n'
        'when = [{ concern = "cuckooing", times_seen = { at_least = 9 } }]\n',
    )

    assert any("whenever it holds, P2d does" in fault for fault in faults(edited))


def test_contacts_that_go_round_in_a_circle_are_refused(edited: Edited) -> None:
    edited.replace(
        "recipients.toml", 'hours = "round_the_clock"', 'hours = "round_the_clock"\nnext_contact = "asb_team"'
    )

    found = [fault for fault in faults(edited) if "circle" in fault]

    assert any("tvp → asb_team → tvp" in fault for fault in found)
    line = edited.line_of("recipients.toml", 'next_contact = "asb_team"')
    assert found[0].startswith(f"recipients.toml:{line}:")


def test_a_recipient_of_a_p1_that_nobody_answers_for_at_night_is_refused(edited: Edited) -> None:
    edited.replace("hours.toml", 'out_of_hours = "Emergency Duty Team, 0800 833 408"\n', "")

    found = faults(edited)

    assert any(
        "child_safeguarding can be told of a P1 but is not reachable round the clock" in line
        for line in found
    )
    assert not any("licensing" in line for line in found)


def test_a_next_contact_that_is_not_used_at_p1_does_not_make_it_reachable(edited: Edited) -> None:
    edited.replace(
        "recipients.toml", 'next_contact = "tvp"', 'next_contact = "tvp"\nnext_contact_at = ["P2"]'
    )

    assert any("anti_slavery_coordinator can be told of a P1" in fault for fault in faults(edited))


def test_a_file_that_is_no_part_of_the_policy_is_refused(edited: Edited) -> None:
    (edited.folder / "rule.toml").write_text("")

    assert any(fault.startswith("rule.toml:1: not a policy file") for fault in faults(edited))


def test_a_missing_file_is_named(edited: Edited) -> None:
    (edited.folder / "routes.toml").unlink()

    assert "routes.toml:1: the file is missing" in faults(edited)


def test_an_empty_file_is_told_what_it_must_hold(edited: Edited) -> None:
    (edited.folder / "grades.toml").write_text("")
    (edited.folder / "phrases.toml").write_text("phrase = 3")

    found = faults(edited)
    assert "grades.toml:1: there must be [[grade]] entries" in found
    assert "phrases.toml:1: there must be [[phrase]] entries" in found
    assert "phrases.toml:1: there must be [[aside]] entries" in found


def test_a_file_that_is_not_utf_8_is_refused(edited: Edited) -> None:
    (edited.folder / "advice.toml").write_bytes(b"\xff")

    assert "advice.toml:1: the file is not UTF-8" in faults(edited)
