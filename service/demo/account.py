"""The account of a demo evening, as tables for a person to read."""

from rich.console import Console
from rich.table import Table

from service.demo.ledger import Ledger
from service.demo.send import Evening
from service.routing.outbox import Books

_MOST_SHOWN = 5


def print_answers(console: Console, sent: Evening) -> None:
    """What the service answered."""
    table = _table("Reports")
    table.add_column("")
    table.add_column("count", justify="right")
    table.add_row("accepted (201)", f"{len(sent.accepted):,}")
    table.add_row("second clicks, same answer", f"{sent.same:,}")
    table.add_row("second clicks, another answer", f"{sent.different:,}")
    table.add_row("refused or unanswered", f"{len(sent.refusals):,}")
    table.add_row("requests repeated with their key", f"{sent.repeats:,}")
    console.print(table)
    for refusal in sent.refusals[:_MOST_SHOWN]:
        console.print(f"refused: {refusal}", markup=False, highlight=False, soft_wrap=True)


def print_ledger(console: Console, ledger: Ledger) -> None:
    """What became of the reports, with the books at the end."""
    grades = _table("By grade")
    for grade in sorted(ledger.grades):
        grades.add_column(f"P{grade}", justify="right")
    grades.add_row(*(f"{ledger.grades[grade]:,}" for grade in sorted(ledger.grades)))
    console.print(grades)
    notifications = _table("Notifications", footer=True)
    notifications.add_column("recipient", "all")
    notifications.add_column("channel")
    for state in ("delivered", "waiting", "dead"):
        total = sum(getattr(line, state) for line in ledger.lines)
        notifications.add_column(state, f"{total:,}", justify="right")
    for line in ledger.lines:
        notifications.add_row(
            line.recipient, line.channel, f"{line.delivered:,}", f"{line.waiting:,}", f"{line.dead:,}"
        )
    console.print(notifications)
    console.print(books_line(ledger.books), soft_wrap=True)


def books_line(books: Books) -> str:
    """Whether everything decided is accounted for, in one line of rich markup."""
    waiting = books.waiting + books.handed
    sums = (
        f"decided {books.decided:,} = routes {books.routes:,}; made {books.made:,} ="
        f" delivered {books.delivered:,} + waiting {waiting:,} + dead {books.dead:,}"
    )
    if books.balanced:
        return f"[bold green]balanced[/]: {sums}"
    unserved = f"; {books.unserved:,} routes without a notification" if books.unserved else ""
    return f"[bold red]NOT BALANCED[/]: {sums}{unserved}"


def _table(title: str, *, footer: bool = False) -> Table:
    return Table(title=title, title_justify="left", show_footer=footer)
