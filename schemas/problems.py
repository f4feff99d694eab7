"""Problem details (RFC 9457), the one shape of every refusal."""

from schemas.base import Outgoing


class FieldProblem(Outgoing, frozen=True):
    """One fault in the body: a JSON Pointer (RFC 6901) to it, and what to change."""

    pointer: str
    message: str


class Problem(Outgoing, frozen=True, omit_defaults=True):
    """A refusal. `type` is stable and can be looked up; `detail` is for people; `errors` only for a faulty body."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
