"""The shipped policy, and what reading one gives."""

from pathlib import Path

import pytest

from service.errors import PolicyError
from service.policy.load import load_policy
from service.policy.vocabulary import CONCERNS, RECIPIENTS
from service.settings import default_policy_folder
from tests.policy.editing import Edited


def test_the_shipped_policy_is_in_order() -> None:
    policy = load_policy(default_policy_folder())

    assert set(policy.concerns) == set(CONCERNS)
    assert set(RECIPIENTS) <= set(policy.recipients)
    assert policy.version.startswith("wo-2026.1+")


def test_nothing_shipped_can_leave_by_mistake() -> None:
    policy = load_policy(default_policy_folder())

    for recipient in policy.recipients.values():
        for channel in recipient.channels:
            assert channel.to == "" or channel.to.endswith(".invalid")


def test_the_version_follows_the_content_and_nothing_else(edited: Edited, tmp_path: Path) -> None:
    shipped = load_policy(default_policy_folder()).version

    assert load_policy(edited.folder).version == shipped
    edited.replace("advice.toml", "ring 999", "call 999")
    assert load_policy(edited.folder).version != shipped


def test_a_may_recipient_is_told_once_the_partnership_lists_it(edited: Edited) -> None:
    edited.replace(
        "routes.toml",
        'may = ["environmental_health", "rural_crime", "tvp"]',
        'may = ["environmental_health", "rural_crime", "tvp"]\nalso = ["environmental_health"]',
    )

    (route,) = [route for route in load_policy(edited.folder).routes if route.id == "fly-tipping"]

    assert route.tell == ("asb_team", "environmental_health")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such policy folder"):
        load_policy(tmp_path / "nowhere")


def test_the_rule_that_the_guide_for_partnerships_gives_as_an_example_works(edited: Edited) -> None:
    guide = (default_policy_folder().parent / "docs" / "policy.md").read_text()
    block = next(block for block in guide.split("\n\n") if 'id = "P3-fly-tipping-again"' in block)
    edited.append(
        "rules.toml", "\n" + "\n".join(line.removeprefix("    ") for line in block.splitlines()) + "\n"
    )

    assert "P3-fly-tipping-again" in {rule.id for rule in load_policy(edited.folder).rules["P3"]}
