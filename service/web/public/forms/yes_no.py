"""The answers that many questions have."""

from typing import Final

from service.texts import N_
from service.web.public.questions import Choice

_YES: Final = Choice(value="yes", label=N_("Yes"))
_NO: Final = Choice(value="no", label=N_("No"))
UNSURE: Final = Choice(value="not_sure", label=N_("I'm not sure"))
YES_NO: Final = (_YES, _NO, UNSURE)
YES_MAYBE_NO: Final = (_YES, Choice(value="maybe", label=N_("Maybe")), _NO, UNSURE)
