"""Who can be told, without the rules of who is: all that the relay and the workers need of the policy.

The rules' checks bring in the calendars of the world, some 14 MB in each process; here they are left to the web and to
`evenlode policy check`.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from service.errors import PolicyError
from service.policy.model import GradePolicy, HoursPolicy, PartnershipPolicy, RecipientPolicy
from service.policy.read import PolicyFiles
from service.policy.vocabulary import Grade


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """The partnership and its recipients by code, with their hours and the grades, by which items fall due.

    `concerns` are their titles by code.
    """

    partnership: PartnershipPolicy
    recipients: Mapping[str, RecipientPolicy]
    grades: Mapping[Grade, GradePolicy]
    hours: Mapping[str, HoursPolicy]
    concerns: Mapping[str, str]


def load_directory(folder: Path) -> Directory:
    """Read the directory from the policy files of a folder.

    Raises PolicyError with every fault of reading as `file:line: reason`, one a line.
    """
    files = PolicyFiles(folder)
    written = files.written()
    if files.faults or written.partnership is None:
        raise PolicyError("\n".join(str(fault) for fault in sorted(set(files.faults))))
    recipients = [located.entry for located in written.recipients]
    return Directory(
        partnership=written.partnership.entry,
        recipients={recipient.code: recipient for recipient in recipients},
        grades={located.entry.grade: located.entry for located in written.grades},
        hours={located.entry.code: located.entry for located in written.hours},
        concerns={located.entry.code: located.entry.title for located in written.concerns},
    )
