"""Checks on the policy as a whole."""

from service.policy.read import Fault, Written


def check(written: Written) -> list[Fault]:
    """Every fault of a policy that could be read."""
    return []
