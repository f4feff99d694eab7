"""References as people type them at the command line."""

import click

from service.ids import valid_reference


def typed_reference(text: str, *, otherwise: str = "is no reference") -> str:
    """The reference that was typed, as it is kept, whichever letters it begins with.

    Refuses one with a slip in it in a sentence, so that nobody takes it for a report that is not there.
    """
    prefix = text.strip().upper().partition("-")[0]
    reference = valid_reference(text, prefix)
    if reference is None:
        raise click.ClickException(
            f"{text} {otherwise}: those look like WO-7F3K-9MPX, and this one may have a slip in it."
        )
    return reference
