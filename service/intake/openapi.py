"""The OpenAPI description of a report, taken from msgspec, which is what checks it.

The framework's own description leaves out that unknown fields are refused.
"""

from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.openapi.spec import Discriminator, OpenAPIType, Reference, Schema

from schemas.base import Incoming
from schemas.reports import Report

_REFERENCE: Final = "#/components/schemas/{name}"


def report_schema() -> Schema:
    """A body of `POST /v1/reports`: one of the kinds, told apart by `reporter`."""
    whole, _ = _described()
    return Schema(
        any_of=[Reference(ref=kind["$ref"]) for kind in whole["anyOf"]],
        discriminator=Discriminator(
            property_name=whole["discriminator"]["propertyName"], mapping=whole["discriminator"]["mapping"]
        ),
    )


def message_schema(kind: type[Incoming]) -> Schema:
    """A body of one kind that is no report, told in its place."""
    (described,), components = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    if "$ref" in described:
        described = components[described["$ref"].rpartition("/")[2]]
    return Schema(
        type=OpenAPIType.OBJECT,
        title=described["title"],
        properties={name: _plain(told) for name, told in described["properties"].items()},
        required=described["required"],
        additional_properties=False,
    )


def _plain(told: dict[str, Any]) -> Schema:
    """One field that holds a text or nothing."""
    options = [OpenAPIType(one["type"]) for one in told.get("anyOf", [told])]
    inner = next(one for one in told.get("anyOf", [told]) if one["type"] != "null")
    return Schema(
        type=options[0] if len(options) == 1 else options,
        description=told.get("description"),
        min_length=inner.get("minLength"),
        max_length=inner.get("maxLength"),
        format=inner.get("format"),
    )


def add_report_components(app: Litestar) -> None:
    """Put what `report_schema` refers to into the application's document."""
    document = app.openapi_schema
    document.components.schemas.update(_described()[1])


def _described() -> tuple[dict[str, Any], dict[str, Any]]:
    (whole,), components = msgspec.json.schema_components([Report], ref_template=_REFERENCE)
    return whole, components
