"""`evenlode decide`: the decision on each line of a file, with no server, database or settings but the policy."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from service.errors import ReportInvalid
from service.intake.classify import classify
from service.intake.decode import decode_report
from service.policy.load import load_policy
from service.routing.model import Decision, Evidence, Reason
from service.settings import load_settings


@click.command(short_help="Decide reports from a file, without a server.")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--at", "moment", metavar="TIME", help="When the reports were received, with its offset. Default: now."
)
@click.option(
    "--policy",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of the policy files. Default: the one of the settings.",
)
def decide(file: BinaryIO, moment: str | None, folder: Path | None) -> None:
    """Read one report body a line from FILE ("-" for standard input) and print one decision a line.

    A line that cannot be read prints what is wrong in its place; the exit code is then 1.
    """
    received_at = _moment(moment)
    policy = load_policy(folder or load_settings().policy)
    refused = False
    for line in file:
        if not line.strip():
            continue
        try:
            answer = _as_told(classify(decode_report(line), policy, received_at or datetime.now(UTC)))
        except ReportInvalid as fault:
            refused = True
            answer = {"error": _problem(fault)}
        click.echo(msgspec.json.encode(answer))
    if refused:
        sys.exit(1)


def _moment(raw: str | None) -> datetime | None:
    if raw is None:
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(
            "give a date and time with its offset, as 2026-11-20T23:30:00+00:00", param_hint="--at"
        )
    return moment


def _as_told(decision: Decision) -> dict[str, Any]:
    return {
        "grade": decision.grade,
        "recipients": [
            {
                "code": recipient.code,
                "tier": recipient.tier,
                "why": [_sentence(reason) for reason in recipient.why],
            }
            for recipient in decision.recipients
        ],
        "concerns": decision.concerns,
        "reasons": [_sentence(reason) for reason in decision.reasons],
        "advice": decision.advice,
        "policy": decision.policy,
        "due": decision.due,
        "clocks": decision.clocks,
    }


def _sentence(reason: Reason) -> str:
    because = "; ".join(_because(reason.because))
    return f"{reason.rule}: {reason.says}" + (f" ({because})" if because else "")


def _because(evidence: list[Evidence]) -> Iterator[str]:
    for item in evidence:
        yield f"{item.atom}, {item.origin}" + (f": {item.words}" if item.words else "")


def _problem(fault: ReportInvalid) -> dict[str, Any]:
    return {
        "code": fault.code,
        "title": str(fault),
        "errors": [{"pointer": item.pointer, "message": item.message} for item in fault.faults],
    }
