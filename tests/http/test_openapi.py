"""The served OpenAPI document is valid 3.1, shows an example of each kind, and says what can go wrong."""

import json
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from tests.builders import KINDS, full_report, report
from tests.web import Shared, send


@pytest.fixture
async def document(shared: Shared) -> Any:
    answer = await shared.http.get("/schema/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def _schema_of_a_body(document: Any) -> dict[str, Any]:
    content = document["paths"]["/v1/reports"]["post"]["requestBody"]["content"]["application/json"]
    return {**content["schema"], "components": document["components"]}


async def test_it_is_openapi_3_1_and_each_schema_in_it_is_one(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    for schema in document["components"]["schemas"].values():
        meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] for operation in operations)


async def test_every_reference_in_it_leads_somewhere(document: Any) -> None:
    def references(value: Any) -> list[str]:
        match value:
            case {"$ref": str(target)}:
                return [target]
            case dict():
                return [found for item in value.values() for found in references(item)]
            case list():
                return [found for item in value for found in references(item)]
        return []

    found = references(document)
    assert found
    for target in found:
        place: Any = document
        for step in target.removeprefix("#/").split("/"):
            place = place[step]


async def test_the_example_of_each_kind_fits_its_schema_and_is_accepted_as_it_stands(
    document: Any, shared: Shared
) -> None:
    content = document["paths"]["/v1/reports"]["post"]["requestBody"]["content"]["application/json"]
    assert set(content["examples"]) == set(KINDS)
    validator = Draft202012Validator(_schema_of_a_body(document))
    for example in content["examples"].values():
        validator.validate(example["value"])
        answer = await send(shared.http, json.dumps(example["value"]).encode())
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("kind", KINDS)
async def test_the_schema_takes_a_full_report_and_refuses_an_unknown_field(document: Any, kind: str) -> None:
    validator = Draft202012Validator(_schema_of_a_body(document))
    assert validator.is_valid(full_report(kind))
    assert not validator.is_valid({**full_report(kind), "severity": "high"})
    assert not validator.is_valid(report(kind, concern="aliens"))
    assert not validator.is_valid(report("astronaut"))


async def test_every_refusal_of_a_report_is_described_as_a_problem(document: Any) -> None:
    responses = document["paths"]["/v1/reports"]["post"]["responses"]
    assert set(responses) == {"201", "400", "401", "408", "413", "415", "422", "503"}
    for status, response in responses.items():
        if status != "201":
            assert list(response["content"]) == ["application/problem+json"]
            assert response["description"]
