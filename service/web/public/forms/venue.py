"""The forms for pubs, clubs, takeaways and events: one for each kind of worry, all but spiking of one shape.

The choices are the signs that a night-time venue can see (domain reference, 2.2). Each names the concern itself; of
several that are chosen the last one counts, so the gravest stand last.
"""

from typing import Final

from service.texts import N_
from service.web.public.forms.spiking import SPIKING
from service.web.public.forms.venue_form import HURT, ON_SITE, STILL_THERE, YOUNG, venue_form
from service.web.public.questions import Choice, Form, Question

_VIOLENCE: Final = venue_form(
    "violence",
    N_("Violence or weapons"),
    (
        Choice(
            value="trouble",
            label=N_("Drunken trouble, people who will not leave"),
            sets={"concern": "alcohol_disorder"},
        ),
        Choice(
            value="hate",
            label=N_("Abuse because of race, faith, disability, sexuality or gender"),
            sets={"concern": "hate_incident", "hate": "yes"},
        ),
        Choice(value="fight", label=N_("A fight"), sets={"concern": "serious_violence"}),
        Choice(
            value="gang",
            label=N_("A group of young people who fight or threaten"),
            sets={"concern": "youth_violence_gangs"},
        ),
        Choice(value="attacked", label=N_("Somebody was attacked"), sets={"concern": "serious_violence"}),
        Choice(
            value="talk",
            label=N_("Talk of a weapon, or of getting back at somebody"),
            sets={"concern": "serious_violence", "weapon": "mentioned"},
        ),
        Choice(
            value="blade",
            label=N_("Somebody has a knife"),
            sets={"concern": "weapons", "weapon": "seen", "weapon_kind": "blade"},
        ),
        Choice(
            value="gun",
            label=N_("Somebody has a gun"),
            sets={"concern": "weapons", "weapon": "seen", "weapon_kind": "firearm"},
        ),
        Choice(
            value="threatened",
            label=N_("Somebody threatens with a weapon"),
            sets={"concern": "weapons", "weapon": "threatened"},
        ),
        Choice(
            value="used",
            label=N_("Somebody used a weapon"),
            sets={"concern": "serious_violence", "weapon": "used"},
        ),
    ),
    (HURT, ON_SITE),
    always={"concern": "serious_violence"},
)
_SEXUAL: Final = venue_form(
    "harassment",
    N_("Sexual assault or harassment"),
    (
        Choice(
            value="comments",
            label=N_("Comments, staring, being pestered"),
            sets={"concern": "vawg_public"},
        ),
        Choice(
            value="followed",
            label=N_("Somebody was followed or watched"),
            sets={"concern": "vawg_public"},
        ),
        Choice(
            value="angela",
            label=N_("Somebody asked for help, as with “Ask for Angela”"),
            sets={"concern": "vawg_public", "victim_wants_help": "yes"},
        ),
        Choice(
            value="stalking",
            label=N_("The same person keeps coming after somebody"),
            sets={"concern": "stalking_harassment"},
        ),
        Choice(
            value="partner",
            label=N_("A partner or ex hurts, controls or frightens somebody"),
            sets={"concern": "domestic_abuse"},
        ),
        Choice(
            value="touched",
            label=N_("Somebody was touched who did not want it"),
            sets={"concern": "sexual_assault"},
        ),
        Choice(value="assault", label=N_("Rape, or an attempt"), sets={"concern": "sexual_assault"}),
    ),
    (HURT, STILL_THERE, YOUNG),
    always={"concern": "sexual_assault"},
)
_UNDER_AGE: Final = venue_form(
    "under-age",
    N_("Under-age drinking or false ID"),
    (
        Choice(value="refused", label=N_("We refused to sell"), sets={"concern": "underage_drinking"}),
        Choice(
            value="false_id",
            label=N_("False or borrowed ID"),
            sets={"concern": "underage_drinking"},
        ),
        Choice(
            value="proxy",
            label=N_("An adult buys for them"),
            sets={"concern": "underage_drinking"},
        ),
        Choice(
            value="drunk",
            label=N_("A child or young person is drunk"),
            sets={"concern": "underage_drinking", "child": "yes"},
        ),
        Choice(
            value="older",
            label=N_("An older adult buys drinks for a child, or keeps them close"),
            sets={"concern": "cse", "child": "yes"},
        ),
    ),
    (HURT,),
    always={"concern": "underage_drinking", "child": "maybe"},
    more=(
        Question(
            name="refusals",
            shape="number",
            most=4,
            label=N_("How many did you refuse tonight? (you can leave this empty)"),
        ),
        Question(
            name="id_details",
            shape="text",
            label=N_("What does the ID say? (you can leave this empty)"),
        ),
    ),
)
_DRUGS: Final = venue_form(
    "drugs",
    N_("Drugs"),
    (
        Choice(value="using", label=N_("Drugs used here"), sets={"concern": "drug_use_nuisance"}),
        Choice(value="found", label=N_("Drugs found"), sets={"concern": "drug_supply"}),
        Choice(value="selling", label=N_("Somebody sells drugs"), sets={"concern": "drug_supply"}),
        Choice(
            value="ill",
            label=N_("Somebody is ill after taking something"),
            sets={"concern": "drug_supply", "injured": "seriously"},
        ),
        Choice(
            value="young",
            label=N_("A young person carries or sells for somebody else"),
            sets={"concern": "cce", "child": "yes"},
        ),
    ),
    (ON_SITE, YOUNG),
    always={"concern": "drug_supply"},
)
_VULNERABLE: Final = venue_form(
    "vulnerable",
    N_("A child, or somebody who cannot keep safe"),
    (
        Choice(
            value="alone",
            label=N_("Lost, very drunk, or alone and not safe"),
            sets={"concern": "missing_vulnerable", "adult_at_risk": "maybe"},
        ),
        Choice(
            value="taken_over",
            label=N_("Somebody takes their money or has moved into their home"),
            sets={"concern": "cuckooing", "adult_at_risk": "maybe"},
        ),
        Choice(
            value="worked",
            label=N_("Somebody is made to work, or cannot leave a job"),
            sets={"concern": "ms_labour"},
        ),
        Choice(
            value="sold",
            label=N_("Somebody is made to have sex"),
            sets={"concern": "ms_sexual"},
        ),
        Choice(
            value="used",
            label=N_("A child or young person runs errands, carries or sells for others"),
            sets={"concern": "cce", "child": "yes"},
        ),
        Choice(
            value="older",
            label=N_("A child or young person with a much older adult"),
            sets={"concern": "cse", "child": "yes"},
        ),
    ),
    (HURT, STILL_THERE, YOUNG),
    always={},
)
_OTHER: Final = venue_form(
    "other",
    N_("Something else"),
    (
        Choice(
            value="nuisance",
            label=N_("Noise, litter, damage, trouble outside"),
            sets={"concern": "asb_nuisance"},
        ),
        Choice(value="theft", label=N_("Theft"), sets={"concern": "theft_other"}),
        Choice(
            value="stolen_goods",
            label=N_("Tools, quads or other things offered for sale"),
            sets={"concern": "theft_vehicle_plant"},
        ),
        Choice(
            value="fraud",
            label=N_("A trick with money, cards or gift cards"),
            sets={"concern": "fraud_advance_fee"},
        ),
        Choice(
            value="extremism",
            label=N_("Hate groups, leaflets, talk of an attack"),
            sets={"concern": "radicalisation"},
        ),
    ),
    (HURT,),
    always={},
)

VENUE_FORMS: Final[tuple[Form, ...]] = (
    SPIKING,
    _VIOLENCE,
    _SEXUAL,
    _UNDER_AGE,
    _DRUGS,
    _VULNERABLE,
    _OTHER,
)
"""In the order in which they are offered; the first is offered above all others."""
