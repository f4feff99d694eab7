"""The care worker's form, as it is sent where there is no script."""

import msgspec
import pytest

from schemas.facts import Contact
from schemas.reports import CareWorkerReport, Debt
from service.intake.decode import decode_report
from service.web.public.answers import body_of
from service.web.public.forms.care import CARE
from tests.web import Shared

EVERYTHING = {
    "on_behalf_of": ["myself"],
    "danger_now": ["no"],
    "ask_what": ["pay", "owes", "home", "papers", "visa", "escort", "locked", "threat"],
    "debt.paid_for_job_gbp": ["£3,000"],
    "debt.owed_gbp": ["8 000"],
    "debt.owed_to": ["the agent"],
    "hours_per_week": ["70"],
    "housing": ["Six people in one room"],
    "ask_cared_for": ["yes"],
    "child": ["not_sure"],
    "happening": ["ongoing"],
    "victim_still_there": ["yes"],
    "employer": ["A care home"],
    "sponsor": ["Another firm"],
    "location.town": ["Witney"],
    "description": ["They keep my passport"],
    "consent": ["yes"],
    "anonymity": ["confidential"],
    "contact.name": ["M"],
    "contact.phone": ["07700 900123"],
    "contact.safe_to_contact": ["yes"],
    "contact.safe_method": ["text"],
    "contact.safe_times": ["Tuesday after 4"],
    "contact.language": ["Bemba"],
}


def told(fields: dict[str, list[str]]) -> CareWorkerReport:
    report = decode_report(msgspec.json.encode(body_of(CARE, fields)))
    assert isinstance(report, CareWorkerReport)
    return report


def test_every_answer_becomes_its_fact() -> None:
    report = told(EVERYTHING)

    assert report.concern == "debt_bondage"
    assert report.debt == Debt(paid_for_job_gbp=3000, owed_gbp=8000, owed_to="the agent")
    for fact in (
        "papers_held",
        "pay_below_contract",
        "housing_tied_to_job",
        "escorted",
        "locked_in",
        "visa_threats",
        "cared_for_at_risk",
        "threat_to_reporter",
        "consent",
        "victim_still_there",
    ):
        assert getattr(report, fact) == "yes", fact
    assert report.hours_per_week == 70
    assert report.child is None
    assert report.contact == Contact(
        name="M",
        phone="07700 900123",
        safe_to_contact="yes",
        safe_method="text",
        safe_times="Tuesday after 4",
        language="Bemba",
    )


def test_the_form_asks_for_every_fact_that_only_a_care_worker_can_tell() -> None:
    own = set(CareWorkerReport.__struct_fields__) - set(CareWorkerReport.__mro__[1].__struct_fields__)
    reached = {question.name.split(".")[0] for question in CARE.questions()}
    reached |= {fact for question in CARE.questions() for choice in question.choices for fact in choice.sets}

    assert own <= reached


def test_not_being_sure_says_nothing() -> None:
    unsure = {question.name: ["not_sure"] for question in CARE.questions() if question.choices}
    report = told({**unsure, "anonymity": ["anonymous"]})

    assert report == CareWorkerReport(concern="not_sure", anonymity="anonymous")


def test_saying_no_about_those_cared_for_does_not_take_back_what_was_ticked() -> None:
    for answer in ("no", "maybe", "not_sure"):
        assert told({"ask_what": ["cared_for"], "ask_cared_for": [answer]}).cared_for_at_risk == "yes"


@pytest.mark.parametrize(
    ("ticked", "concern"),
    [
        (["papers"], "not_sure"),
        (["fee", "papers"], "ms_care_sector"),
        (["owes", "hit"], "serious_violence"),
        (["hit", "touched", "visa"], "sexual_assault"),
    ],
)
def test_the_gravest_of_what_is_ticked_names_the_concern(ticked: list[str], concern: str) -> None:
    assert told({"ask_what": ticked}).concern == concern


async def test_without_a_script_it_is_checked_and_then_sent_once(shared: Shared) -> None:
    checked = await shared.http.post(
        "/care", data={**EVERYTHING, "_do": "check", "_key": "care-key-0123456789"}
    )
    sent = await shared.http.post("/care", data={**EVERYTHING, "_do": "send", "_key": "care-key-0123456789"})
    again = await shared.http.post("/care", data={**EVERYTHING, "_do": "send", "_key": "care-key-0123456789"})

    assert "Check your answers" in checked.text
    assert "Somebody else keeps the passport or the papers" in checked.text
    assert sent.status_code == 201
    assert "08000 121 700" in sent.text
    assert 'href="tel:08000121700"' in sent.text
    assert again.text == sent.text
    stored = await shared.database.fetchval("SELECT body FROM report ORDER BY received_at DESC LIMIT 1")
    assert "papers_held" in str(stored)
    assert "07700" not in str(stored)


async def test_nothing_ticked_and_nothing_written_is_said_at_the_question(shared: Shared) -> None:
    answer = await shared.http.post("/care", data={"danger_now": "no", "_do": "check"})

    assert answer.status_code == 422
    assert 'href="#ask-what"' in answer.text


async def test_somebody_who_stays_unknown_is_told_to_take_their_number_out(shared: Shared) -> None:
    answer = await shared.http.post(
        "/care",
        data={"ask_what": "papers", "anonymity": "anonymous", "contact.phone": "07700 900123", "_do": "send"},
    )

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "07700 900123" in answer.text


async def test_what_is_promised_stands_before_the_choice(shared: Shared) -> None:
    text = (await shared.http.get("/care")).text

    assert text.index("We do not send it to immigration enforcement") < text.index('name="anonymity"')
    assert text.index("The Home Office runs this help") < text.index('name="consent"')
    assert text.index("can still show who you are") < text.index('name="anonymity"')
