"""The `evenlode` command. Each subcommand is a module of this package, imported only when it is called."""

from importlib import import_module
from typing import Final

import click

from service.errors import ServiceError

_COMMANDS: Final = {
    "up": (
        "service.cli.up",
        "Start everything on this machine, with embedded services where none are given.",
    ),
    "migrate": ("service.cli.migrate", "Bring the database up to this release."),
    "decide": ("service.cli.decide", "Decide reports from a file, without a server."),
    "policy": ("service.cli.policy", "Check, explain, try and change the policy."),
    "deliveries": ("service.cli.deliveries", "See notifications, and send dead ones again."),
    "quarantine": (
        "service.cli.quarantine",
        "See reports that look machine-made, and let them go or drop them.",
    ),
    "patterns": ("service.cli.patterns", "See and cut links between reports, and examine them again."),
    "organisation": ("service.cli.organisation", "Give venues and taxi operators a code and a poster."),
    "ask": ("service.cli.ask", "Put a question to a reporter, and read what was answered."),
    "user": ("service.cli.user", "Add, list, disable and reset the accounts of the console."),
    "team": ("service.cli.team", "List the teams of the console, and make them those of the policy."),
    "api-key": ("service.cli.api_key", "Make, rotate and end the keys of organisations' own systems."),
    "audit": ("service.cli.audit", "Verify the audit chain, and hand the record on."),
    "keys": ("service.cli.keys", "Make and rotate the keys that protect sources."),
    "demo": ("service.cli.demo", "Send a realistic evening of reports to the running service."),
    "doctor": ("service.cli.doctor", "Say what is right and wrong with this installation."),
}


class _LazyGroup(click.Group):
    """Lists commands from the table above; a command's own imports are paid only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ServiceError as fault:
            raise click.ClickException(str(fault)) from fault


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evenlode")
def evenlode() -> None:
    """Community reporting and intelligence intake for a Community Safety Partnership."""
