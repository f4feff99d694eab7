"""What makes a report look machine-made. It is taken and decided as ever; its notifications may wait for a person."""

from typing import Final, Literal

import msgspec

Sign = Literal["trap", "hasty", "unopened", "crowd"]
"""trap: a field was filled in that no person sees; hasty: sent within moments of the page being opened; unopened: sent
without a page of ours; crowd: one of very many from one network."""
_URGENT: Final = 2


class Suspicion(msgspec.Struct, frozen=True):
    """The signs, and whether many came from the same network just now."""

    signs: list[Sign]
    flood: bool = False

    def holds(self, grade: int) -> bool:
        """Whether notifications of this grade wait for a coordinator.

        P1 and P2 never do on the signs alone: a person in a hurry, or whose phone fills in every field, must get help
        all the same. Only in a flood are they held as well, since it would bury everybody else's.
        """
        return bool(self.signs) and (grade > _URGENT or self.flood)


UNSUSPECTED: Final = Suspicion([])
