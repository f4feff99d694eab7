"""What is promised to everybody: the privacy notice, the accessibility statement and `security.txt`."""

from datetime import timedelta
from typing import Any, Final

from litestar import MediaType, Request, Response, get

from service.parts import parts_of
from service.web.languages import addresses
from service.web.pages import page
from service.web.public.doors import language_and_path

_VALID: Final = timedelta(days=180)
"""RFC 9116, 2.5.5: an expiry less than a year away. Worked out from today, so that it cannot be forgotten."""


@get(addresses("/privacy"), include_in_schema=False, media_type=MediaType.HTML)
async def privacy(request: Request[Any, Any, Any]) -> Response[str]:
    """What is done with what people tell us, and who can be told: by name, from the policy in force."""
    return _promise("public/privacy.html", request)


@get(addresses("/accessibility"), include_in_schema=False, media_type=MediaType.HTML)
async def accessibility(request: Request[Any, Any, Any]) -> Response[str]:
    """How far everybody can use the pages (Public Sector Bodies Accessibility Regulations 2018)."""
    return _promise("public/accessibility.html", request)


@get("/.well-known/security.txt", include_in_schema=False, media_type=MediaType.TEXT)
async def security_txt(request: Request[Any, Any, Any]) -> Response[str]:
    """Where to tell of a weakness (RFC 9116)."""
    parts = parts_of(request)
    settings = parts.settings
    expires = (parts.clock() + _VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", media_type=MediaType.TEXT, headers={"Cache-Control": "no-cache"})


def _promise(template: str, request: Request[Any, Any, Any]) -> Response[str]:
    language, path = language_and_path(request)
    parts = parts_of(request)
    policy = parts.intake.policy
    return page(
        template,
        language,
        path=path,
        partnership=policy.partnership.name,
        recipients=sorted(recipient.name for recipient in policy.recipients.values()),
        contact=parts.settings.contact,
    )
