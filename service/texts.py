"""Texts that the service says and the pages translate."""


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogues are gathered
    """Mark a text for the catalogues where it is written; the pages translate it where it is shown."""
    return text
