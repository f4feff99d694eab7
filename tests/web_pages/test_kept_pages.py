"""What stays on a device: a language's pages in one answer, the same for everybody."""

from typing import Any

import pytest

from service.web.public.forms import FORMS
from tests.web import Shared


async def kept(shared: Shared, language: str) -> dict[str, Any]:
    answer = await shared.http.get(f"{language}/kept-pages")
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("language", ["", "/ur"])
async def test_all_forms_of_a_language_come_or_none_and_the_files_that_they_ask_for(
    shared: Shared, language: str
) -> None:
    told = await kept(shared, language)
    texts = {page["path"]: page["text"] for page in told["pages"]}
    assert {f"{language}{form.door}" for form in FORMS} < set(texts)
    assert {f"{language}/", f"{language}/venue", f"{language}/taxi/mark", "/place-map.json"} < set(texts)
    for file in told["files"]:
        assert (await shared.http.get(file)).status_code == 200
    assert any("rtl" in file for file in told["files"]) == (language == "/ur")


async def test_a_kept_form_has_nothing_by_which_two_reports_could_be_taken_for_one(shared: Shared) -> None:
    """Everybody has the same copies: a key in them would be everybody's. Sent from them, a report looks opened."""
    texts = {page["path"]: page["text"] for page in (await kept(shared, ""))["pages"]}
    for form in FORMS:
        assert '<input type="hidden" name="_key" value="">' in texts[form.door]
    opened = texts["/taxi"].partition('name="_opened" value="')[2].partition('"')[0]
    fields = {"description": "from a kept page", "_opened": opened, "_do": "send"}
    sent = await shared.http.post("/taxi", data=fields, headers={"Accept": "application/json"})
    assert sent.status_code == 201
    looked_machine_made = await shared.database.fetchval(
        "SELECT count(*) FROM quarantine JOIN report ON report.id = quarantine.report_id"
        " WHERE report.body ->> 'description' = 'from a kept page'"
    )
    assert looked_machine_made == 0


async def test_who_has_it_gets_it_no_second_time(shared: Shared) -> None:
    first = await shared.http.get("/kept-pages", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    again = await shared.http.get("/kept-pages", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await shared.http.get("/pl/kept-pages", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
