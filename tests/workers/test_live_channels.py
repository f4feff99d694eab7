"""Which recipients can really be reached, and what the start says of those who cannot."""

import shutil
from pathlib import Path

import msgspec
import pytest

from service.errors import PolicyError
from service.policy.directory import Directory, load_directory
from service.policy.load import load_policy
from service.policy.model import Channel
from service.routing.live_channels import refuse_dead_ends, with_usable_channels
from service.settings import MailSettings, Secret, Settings, default_policy_folder

REAL = Channel(kind="email", to="duty@police.uk")


def policy_with(policy: Directory, *channels: Channel) -> Directory:
    tvp = msgspec.structs.replace(policy.recipients["tvp"], channels=list(channels))
    return msgspec.structs.replace(policy, recipients={"tvp": tvp})


@pytest.fixture
def production(demo_settings: Settings) -> Settings:
    return msgspec.structs.replace(demo_settings, demo=False)


@pytest.mark.parametrize(
    "channels",
    [
        (Channel(kind="console"),),
        (Channel(kind="null"),),
        (Channel(kind="email", to="tvp@evenlode.invalid"),),
        (Channel(kind="email", to="tvp@police.example"),),
        (Channel(kind="email", to="tvp@TEST."),),
        (Channel(kind="email"),),
        (Channel(kind="email", to="@police.uk"),),
        (Channel(kind="webhook", to="https://police.uk/hook"),),
        (Channel(kind="webhook"),),
    ],
)
def test_the_start_is_refused_when_nobody_would_be_told(
    policy: Directory, production: Settings, channels: tuple[Channel, ...]
) -> None:
    with pytest.raises(PolicyError) as refused:
        refuse_dead_ends(policy_with(policy, *channels), production)
    for told in ("recipients.toml", "tvp (Thames Valley Police)", "EVENLODE_WEBHOOK_SECRET_TVP"):
        assert told in str(refused.value)


def test_a_real_address_needs_a_mail_server(policy: Directory, production: Settings) -> None:
    without = msgspec.structs.replace(production, mail=MailSettings())
    with pytest.raises(PolicyError, match="set SMTP_URL"):
        refuse_dead_ends(policy_with(policy, REAL), without)
    assert refuse_dead_ends(policy_with(policy, REAL, Channel(kind="console")), production) == []


def test_a_webhook_with_address_and_secret_is_enough(policy: Directory, production: Settings) -> None:
    settings = msgspec.structs.replace(
        production, webhook_urls={"tvp": "https://police.uk/in"}, webhook_secrets={"tvp": Secret("whsec_x")}
    )
    assert refuse_dead_ends(policy_with(policy, Channel(kind="webhook")), settings) == []


def test_the_demo_starts_and_says_who_has_no_live_channel(policy: Directory, demo_settings: Settings) -> None:
    [notice] = refuse_dead_ends(policy_with(policy, Channel(kind="console")), demo_settings)
    assert "demo" in notice
    assert "tvp" in notice


def test_notifications_are_made_for_usable_channels_only(policy: Directory, production: Settings) -> None:
    offered = policy_with(
        policy,
        REAL,
        Channel(kind="email", to="x@y.invalid"),
        Channel(kind="webhook"),
        Channel(kind="console"),
    )
    kept = with_usable_channels(offered, production).recipients["tvp"].channels
    assert [channel.kind for channel in kept] == ["email", "console"]


def test_a_webhook_left_open_takes_its_address_from_the_settings(
    policy: Directory, demo_settings: Settings
) -> None:
    kept = with_usable_channels(policy, demo_settings).recipients["asb_team"].channels
    assert kept[0].to == demo_settings.webhook_urls["asb_team"]


def test_recipients_that_cannot_be_read_are_named_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(default_policy_folder(), folder)
    with (folder / "recipients.toml").open("a") as recipients:
        recipients.write('\n[[recipient]]\ncode = "x"\n')
    with pytest.raises(PolicyError, match=r"recipients\.toml:\d+: "):
        load_directory(folder)


def test_the_directory_is_the_recipients_of_the_whole_policy() -> None:
    folder = default_policy_folder()
    assert load_directory(folder).recipients == load_policy(folder).recipients
