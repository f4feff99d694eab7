"""An auditor reads who did what in sentences, finds it by filters, and verifies the chain; nobody else does."""

import re
from importlib.resources import files

import asyncpg
import httpx
import pytest

from service.access.acting import acting
from service.audit.entries import PAGE
from service.settings import Settings
from service.web.console import audit
from service.web.console.audit_told import SENTENCES
from tests.triage.console import Console
from tests.triage.desk import ASB, SPIKED, TriageDesk
from tests.triage.served import desk
from tests.web_pages.console_browser import Browser, alert_of, text_of

__all__ = ["desk"]


def _rows(page: httpx.Response) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL)
    ][1:]


async def test_the_record_is_told_in_sentences_and_found_by_person_kind_report_and_day(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    said = "A secret word of the report"
    contact = {"anonymity": "confidential", "contact": {"phone": "07700 900123"}}
    reference = await desk.reported({**ASB, "description": said, **contact})
    other = await desk.reported(SPIKED)
    person = await desk.person(asb_team="lead")
    coordinator = Browser(client, web_settings, person)
    shown = await coordinator.get(f"/desk/reports/{reference}")
    await coordinator.send(shown, f"/desk/reports/{reference}/claim")
    await coordinator.get(f"/desk/reports/{other}")
    console = Console(client, web_settings, person)
    await console.post(f"/v1/reports/{reference}/reveal", {"why": "He has to be rung back"}, version=1)
    auditor = await desk.person(office="auditor")
    browser = Browser(client, web_settings, auditor)

    landed = await browser.get("/desk")
    assert landed.url.path == "/desk/audit"
    everything = _rows(landed)
    for sentence in (
        f"{person.name} took on report {reference}",
        f"{person.name} read report {reference} at tier D3",
        f"{person.name} refused asked for report {other}, which is not their team",
        f"{person.name} was told who sent report {reference} He has to be rung back",
        f"The service took in report {reference}",
    ):
        assert [one for one in everything if sentence in one], sentence
    assert said not in landed.text

    async def found(query: str) -> list[str]:
        return _rows(await browser.get(f"/desk/audit?{query}"))

    assert all(reference in one for one in await found(f"reference={reference.lower()}"))
    assert len(await found(f"who={person.on_record}&kind=changed")) == 1
    assert len(await found(f"reference={reference}&kind=revealed")) == 1
    assert len(await found("kind=refused")) == 1
    assert await found("until=2020-01-01") == []
    assert len(await found(f"since=2020-01-01&kind=revealed&who={person.on_record}")) == 1
    read = await desk.record("audit.read")
    assert read[1]["detail"] == {"reference": reference}
    for wrong in (
        "kind=nonsense",
        "who=nobody",
        "since=yesterday",
        "reference=WO-0",
        "before=x",
        "reference=WO-7F3K-9MPX",
    ):
        refused = await browser.get(f"/desk/audit?{wrong}")
        assert refused.status_code == 422, wrong
        assert alert_of(refused)


async def test_pages_of_the_record_neither_skip_nor_repeat(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    for _ in range(PAGE + 5):
        await desk.owner.execute(
            "INSERT INTO audit_event (at, actor, action, subject, detail)"
            " VALUES (now(), 'intake', 'cluster.found', 'x', '{}')"
        )
    browser = Browser(client, web_settings, await desk.person(office="auditor"))
    first = await browser.get("/desk/audit?kind=service")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following is not None
    second = await browser.get(following[1].replace("&amp;", "&"))
    numbers = [int(one.split()[0]) for page in (first, second) for one in _rows(page)]
    assert numbers == list(range(PAGE + 5, 0, -1))
    assert 'rel="next"' not in second.text


async def test_the_chain_is_verified_stretch_by_stretch_and_a_change_is_found(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "STRETCH", 3)
    for _ in range(4):
        await desk.reported(ASB)
    browser = Browser(client, web_settings, await desk.person(office="auditor"))
    page = await browser.get("/desk/audit")
    part = await browser.send(page, "/desk/audit/verify")
    assert "So far it fits. Entries 1 to 3 of 5" in text_of(part)
    rest = await browser.send(part, "/desk/audit/verify")
    while "Whole." not in text_of(rest):
        assert "So far it fits." in text_of(rest)
        rest = await browser.send(rest, "/desk/audit/verify")
    assert "they fit" in text_of(await browser.get("/desk/audit"))
    await desk.owner.execute(
        "SET session_replication_role = replica; UPDATE audit_event SET actor = 'somebody' WHERE seq = 2;"
        " SET session_replication_role = DEFAULT"
    )
    broken = await browser.send(page, "/desk/audit/verify")
    assert "Broken. Up to entry 1 everything fits" in text_of(broken)
    assert (await desk.record("audit.verified"))[-1]["detail"]["fault"]
    forged = await browser.send(part, "/desk/audit/verify", after=f"3:{'0' * 64}")
    assert "is not in this chain" in text_of(forged)


async def test_the_record_is_for_auditors_alone_and_they_read_no_report(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    for person in (
        await desk.person(asb_team="lead"),
        await desk.person(office="administrator"),
    ):
        assert (await Browser(client, web_settings, person).get("/desk/audit")).status_code == 403
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(desk.pool, person) as connection:
                await connection.execute("SELECT * FROM audit_page(NULL, NULL, NULL, NULL, NULL, NULL, 10)")
        async with acting(desk.pool, person) as connection:
            assert await connection.fetch("SELECT * FROM audited_report") == []
    administrator = Browser(client, web_settings, await desk.person(office="administrator"))
    assert (await administrator.get("/desk")).url.path == "/desk/people"
    auditor = await desk.person(office="auditor")
    assert (await Browser(client, web_settings, auditor).get(f"/desk/reports/{reference}")).status_code == 403
    assert [one["detail"]["why"] for one in await desk.record("request.refused")] == ["not_allowed"] * 3
    async with acting(desk.pool, auditor) as connection:
        for table in ("report", "queue_item", "case_event", "disclosure_file"):
            assert await connection.fetch(f"SELECT * FROM {table}") == [], table


def test_every_act_that_the_database_puts_on_the_record_has_a_sentence() -> None:
    said = "".join(
        one.read_text()
        for one in files("service.db").joinpath("migrations").iterdir()
        if one.name.endswith(".sql")
    )
    acts = set(
        re.findall(r"(?:actor_record\(|VALUES \(now\(\), [^,]+(?: \|\| [^,]+)?, )'([a-z_]+\.[a-z_]+)'", said)
    )
    assert len(acts) >= 8
    assert acts - SENTENCES.keys() == set()
