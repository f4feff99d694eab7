"""The OpenAPI description of a report, taken from msgspec, which is what checks it.

The framework's own description leaves out that unknown fields are refused.
"""

from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.openapi.spec import Discriminator, Reference, Schema

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


def add_report_components(app: Litestar) -> None:
    """Put what `report_schema` refers to into the application's document."""
    document = app.openapi_schema
    document.components.schemas.update(_described()[1])


def _described() -> tuple[dict[str, Any], dict[str, Any]]:
    (whole,), components = msgspec.json.schema_components([Report], ref_template=_REFERENCE)
    return whole, components
