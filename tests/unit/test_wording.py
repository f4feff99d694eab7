"""What a reporter reads beside a field that was filled in wrongly."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
import pytest

from service.intake.wording import told

A_TIME = "a date and time with its offset, such as 2026-11-20T23:31:00Z"


@pytest.mark.parametrize(
    ("value", "annotation", "words"),
    [
        (True, str | None, "This must be text, not true or false."),
        (7, str | dict[str, str] | None, "This must be text or an object, not a whole number."),
        (None, str, "This must be text, not nothing."),
        ("3", int | None, "This must be a whole number, not text."),
        ("abc", Annotated[str, msgspec.Meta(max_length=2)], "This must be text of at most 2 characters."),
        ([1, 2], Annotated[list[int], msgspec.Meta(max_length=1)], "This must be a list of at most 1 items."),
        (-1, Annotated[int, msgspec.Meta(ge=0)], "This must be a whole number, at least 0."),
        (1.5, Annotated[float, msgspec.Meta(le=1)], "This must be a number, at most 1.0."),
        ("yesterday", datetime, f"This must be {A_TIME}."),
        ("2026-01-01T00:00:00", Annotated[datetime, msgspec.Meta(tz=True)], f"This must be {A_TIME}."),
    ],
)
def test_a_fault_of_the_decoder_is_told_without_names_of_types(
    value: Any, annotation: Any, words: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as found:
        msgspec.convert(value, annotation)
    assert told(str(found.value)) == words


def test_a_fault_that_is_not_known_is_told_as_it_is() -> None:
    assert told("Something else") == "Something else."
