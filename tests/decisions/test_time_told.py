"""A time told in the words counts for what the words show, and takes nothing from what was ticked."""

from tests.decisions.deciding import decided, rules

_LONG_AGO = "Three years ago he said he would kill me. He has long since moved to Spain."


def test_a_threat_long_ago_is_no_threat_of_this_week() -> None:
    assert decided("asb_personal", description="He said he would kill me.").grade == "P1"
    assert decided("asb_personal", description=_LONG_AGO).grade > "P1"


def test_words_about_long_ago_do_not_lower_what_was_ticked() -> None:
    ticked = decided("sexual_assault")
    told = decided("sexual_assault", description="This was three years ago.")

    assert rules(ticked) == {"P2e"}
    assert told.grade == "P2"
    assert "P2e" in rules(told)


def test_the_reason_says_that_no_time_was_ticked() -> None:
    reason = next(
        reason
        for reason in decided("sexual_assault", description="This was three years ago.").reasons
        if reason.rule == "P2e"
    )

    assert {"concern=sexual_assault", "happening=unknown"} <= {because.atom for because in reason.because}


def test_a_ticked_time_counts_whatever_the_words_say() -> None:
    assert decided("asb_personal", description=_LONG_AGO, happening="now").grade == "P1"


def test_a_nuisance_told_with_its_time_by_a_reporter_who_is_not_sure_is_p4() -> None:
    assert (
        decided("not_sure", description="Last night somebody dumped a mattress in the lay-by.").grade == "P4"
    )
