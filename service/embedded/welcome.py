"""What `evenlode up` prints when it is ready."""

import json

from rich.console import Console
from rich.table import Table

from service.intake.examples import EXAMPLES
from service.settings import Settings


def welcome(console: Console, settings: Settings) -> None:
    """Print the addresses, a report to send, and where its notification can be read."""
    base = f"http://{reachable_host(settings)}:{settings.port}"
    table = Table(title="Evenlode is ready", title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Send reports to", f"{base}/v1/reports")
    table.add_row("API description", f"{base}/schema/openapi.json")
    table.add_row("Health", f"{base}/health/ready")
    if settings.demo:
        table.add_row("Read notifications", f"http://127.0.0.1:{settings.mail_port}/")
    table.add_row("Data, keys, logs", str(settings.state))
    console.print(table)
    console.print(_where_mail_goes(settings), soft_wrap=True)
    console.print("\n[bold]Send a taxi driver's report[/bold] (paste into another terminal):\n")
    # Not through the table or the wrapping of rich: it is to be pasted.
    console.out(taxi_curl(base), highlight=False)
    if settings.demo:
        console.print("\n[bold]Read what went out[/bold] a moment later, on the page above or with:\n")
        console.out(f"curl -sS http://127.0.0.1:{settings.mail_port}/api/v1/messages", highlight=False)
    console.print("\nCtrl-C stops everything.", soft_wrap=True)


def reachable_host(settings: Settings) -> str:
    """The host to write into an address on this machine: one that listens everywhere is reached on loopback."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    return f"[{host}]" if ":" in host else host


def taxi_curl(base: str) -> str:
    """A command that sends a taxi driver's report, to be pasted into a shell."""
    lines = (f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in EXAMPLES["taxi_driver"].items())
    body = "{\n" + ",\n".join(lines).replace("'", "\\u0027") + "\n}"
    return (
        f"curl -sS {base}/v1/reports \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        '  -H "Idempotency-Key: evenlode-try-$(date +%s)-$RANDOM" \\\n'
        f"  -d '{body}'"
    )


def _where_mail_goes(settings: Settings) -> str:
    if settings.demo and settings.mail.host is None and settings.webhook_urls:
        places = ", ".join(sorted(settings.webhook_urls.values()))
        return f"This is a demonstration: e-mail stays on this machine. Webhooks you set are sent: {places}"
    if settings.demo and settings.mail.host is None:
        return "This is a demonstration: notifications stay on this machine, nothing is sent to anybody."
    if settings.mail.host is None:
        return "No mail server is set (SMTP_URL), so no e-mail is sent."
    return f"E-mail is handed to {settings.mail.host}:{settings.mail.port}."
