"""What holds for every page, whoever made it: its headers, and that it asks nothing of anybody else."""

import re
from html.parser import HTMLParser
from typing import Final

import pytest

from service.web.languages import LANGUAGES, prefix
from service.web.pages import static_names
from service.web.public.forms import FORMS
from service.web.public.leave import LEAVE_TO
from tests.web import Shared

PATHS: Final = (
    "/",
    *(form.door for form in FORMS),
    "/privacy",
    "/accessibility",
    "/follow-up",
    "/no/such/page",
)
PAGES: Final = [
    (prefix(language.code) + path).removesuffix("/") or "/" for language in LANGUAGES for path in PATHS
]
HTML: Final = {"Accept": "text/html,application/xhtml+xml"}


class Read(HTMLParser):
    """What a browser would go and get, and what the policy of the page would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.titles: list[str] = []
        self._in: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [
            given[name] or "" for name in ("href", "src", "action", "formaction") if name in given
        ]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self._in = tag

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.titles.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = None


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_asks_nothing_of_anybody_and_lets_nobody_keep_or_frame_it(
    shared: Shared, path: str
) -> None:
    answer = await shared.http.get(path, headers=HTML)
    read = Read()
    read.feed(answer.text)

    assert answer.status_code == (404 if path.endswith("/no/such/page") else 200)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert not read.inline
    assert all(re.match(r"(/(?!/)|#|tel:|mailto:|data:,$)", one) for one in read.addresses), read.addresses


@pytest.mark.parametrize("path", PAGES)
async def test_a_title_does_not_tell_what_the_page_is_about(shared: Shared, path: str) -> None:
    read = Read()
    read.feed((await shared.http.get(path, headers=HTML)).text)

    first = Read()
    first.feed((await shared.http.get("/", headers=HTML)).text)
    assert read.titles == first.titles


async def test_a_built_file_may_be_kept_and_is_what_it_says(shared: Shared) -> None:
    for name in static_names().values():
        answer = await shared.http.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers


async def test_a_missing_file_has_the_headers_too(shared: Shared) -> None:
    answer = await shared.http.get("/static/none.js")

    assert answer.status_code == 404
    assert answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_leaving_goes_elsewhere_and_has_the_browser_forget(shared: Shared) -> None:
    gone = await shared.http.get("/leave", headers=HTML)
    wiped = await shared.http.post("/leave")

    assert (gone.status_code, gone.headers["location"]) == (303, LEAVE_TO)
    assert gone.headers["clear-site-data"] == '"storage"'
    assert wiped.status_code == 204
    assert wiped.headers["clear-site-data"] == '"cache", "storage"'
