"""`evenlode ask`: put a question to the reporter of a report, and read what was answered."""

import asyncpg
import click
from rich.console import Console
from rich.text import Text

from schemas.follow_up import MessageLine
from service.cli.database import account
from service.cli.database import ask as ask_database
from service.cli.patterns import ReportUnknown
from service.cli.references import typed_reference
from service.clock import utc_now
from service.followup import store

_LONGEST = 4000
_WHO = {"reporter": "reporter", "coordinator": "question"}


@click.command("ask")
@click.argument("reference")
@click.argument("question", required=False)
@click.option("--by", "actor", help="Who asks, for the audit; the account of this machine if left out.")
def ask(reference: str, question: str | None, actor: str | None) -> None:
    """Put a question to a reporter, who reads it on coming back with the receipt; without one, show the conversation.

    Both are put on the record. Ask only for what the reporter knows already: never to find something out, to watch
    somebody or to keep in touch with them.
    """
    if question is not None and not 0 < len(question.strip()) <= _LONGEST:
        raise click.BadParameter(f"ask something, in at most {_LONGEST} characters.", param_hint="QUESTION")
    who = actor or account()
    typed = typed_reference(reference)

    async def talk(connection: asyncpg.Connection) -> list[MessageLine]:
        found = await store.found_by_reference(connection, typed)
        if found is None:
            raise ReportUnknown(f"There is no report {reference}.")
        async with connection.transaction():
            now = utc_now()
            if question is not None:
                await store.ask(connection, found, question.strip(), now=now, by=who, account=account())
                return []
            said = await store.messages(connection, found.report_id)
            detail = {"account": account(), "shown": len(said)}
            await store.record(connection, now, who, "message.read", found.report_id, detail)
            return said

    said = ask_database(talk, role=None)
    if question is not None:
        click.echo(f"Asked. The reporter of {typed} reads it on coming back with the receipt.")
        return
    console = Console(highlight=False)
    if not said:
        console.print(f"Nothing was said about {typed} yet.")
    for one in said:
        # What a reporter wrote is printed as it is, never read as markup.
        console.print(
            Text(f"{one.written_at:%Y-%m-%d %H:%M} UTC  {_WHO[one.author]}: {one.text}"), soft_wrap=True
        )
