"""Somebody at the console with a browser that runs no script: follows links and sends the forms of the pages."""

import re
from html import unescape

import httpx

from service.access.actor import Actor
from service.access.cross_site import TOKEN_FIELD
from service.settings import Settings
from tests.triage.console import Console

HTML = {"Accept": "text/html"}


class Browser:
    """Somebody at the console who follows links and sends the forms of the pages."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, actor: Actor) -> None:
        self._http = http
        self._headers = {**HTML, "Cookie": Console(http, settings, actor).cookie}

    async def get(self, path: str) -> httpx.Response:
        """Go to an address, and where it leads."""
        return await self._follow(await self._http.get(path, headers=self._headers))

    async def send(self, shown: httpx.Response, action: str, **fields: str) -> httpx.Response:
        """Send the form of a page that leads to `action`, with its hidden fields, and go where that leads."""
        form = re.search(rf'<form method="post" action="{action}"[^>]*>(.*?)</form>', shown.text, re.DOTALL)
        assert form is not None, (action, text_of(shown))
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1])
        hidden = {name: unescape(value) for name, value in found}
        return await self._follow(await self.post(action, **{**hidden, **fields}))

    async def press(self, shown: httpx.Response, verb: str, reference: str) -> httpx.Response:
        """Press a button of a row of the queue."""
        value = button(shown, verb, reference)
        assert value is not None, (verb, text_of(shown))
        return await self.do(shown, "", [], just=value)

    async def do(self, shown: httpx.Response, verb: str, chosen: list[str], **fields: str) -> httpx.Response:
        """Do something with the reports that were chosen on the queue's page."""
        token = re.search(rf'name="{TOKEN_FIELD}" value="([^"]+)"', shown.text)
        assert token is not None
        data = {TOKEN_FIELD: token[1], "do": verb, "one": chosen, **fields}
        return await self._http.post("/desk", data=data, headers=self._headers)

    async def do_at(self, shown: httpx.Response, action: str, **fields: str) -> httpx.Response:
        """Send fields with a page's token to where that page has no form."""
        token = re.search(rf'name="{TOKEN_FIELD}" value="([^"]+)"', shown.text)
        assert token is not None
        return await self.post(action, **{TOKEN_FIELD: token[1], **fields})

    async def post(self, action: str, **fields: str) -> httpx.Response:
        """Send fields that no page gave."""
        return await self._http.post(action, data=fields, headers=self._headers)

    async def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect:
            answer = await self._http.get(answer.headers["location"], headers=self._headers)
        return answer


def button(shown: httpx.Response, verb: str, reference: str) -> str | None:
    """What a row's button in the queue sends, where there is one."""
    found = re.search(rf'name="just" value="({verb}:{reference}:[^"]+)"', shown.text)
    return None if found is None else found[1]


def text_of(page: httpx.Response) -> str:
    """What is read on a page."""
    main = page.text[page.text.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def alert_of(page: httpx.Response) -> str:
    """What a page says of why something was not done."""
    found = re.search(r'<div [^>]*role="alert">(.*?)</div>', page.text, re.DOTALL)
    assert found is not None, text_of(page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())
