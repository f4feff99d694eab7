"""What care workers report on the demo evening."""

from random import Random
from typing import Any, Final

from service.demo.evening_scene import Scene

SCENES: Final = (
    Scene(
        "ms_care_sector",
        5,
        (
            (
                "They keep my passport and say they will cancel my visa if I complain. I work {hours} hours and am paid"
                " for half."
            ),
            "I paid for this job and still owe. Every month they take more for the car and the room.",
            "My colleague sleeps on a mattress with five others in the house our employer owns. She is afraid to talk.",
            "No days off for six weeks. When I was ill they said the next flight home is mine.",
            "Driven to calls and driven back, not allowed out alone. I want it to stop but not to lose my papers.",
        ),
        {
            "happening": "ongoing",
            "victim_wants_help": ("yes", "no", None),
            "victim_still_there": ("yes", None),
            "times_seen": (None, 3),
        },
    ),
    Scene(
        "debt_bondage",
        1,
        ("The agent says I owe {money} more than I signed for and my family at home will have to pay it.",),
        {"happening": "ongoing", "victim_wants_help": ("yes", None)},
    ),
    Scene(
        "care_abuse",
        3,
        (
            "Bruises on both wrists of a resident, written down as a fall. It was not a fall.",
            "Night staff leave residents without drinks until morning. I was told not to write it down.",
            "Medicine missing from the trolley {few} times and the chart filled in all the same.",
        ),
        {
            "happening": ("last_24h", "last_7_days", "ongoing"),
            "adult_at_risk": "yes",
            "injured": (None, "hurt"),
        },
    ),
    Scene(
        "cuckooing",
        1,
        (
            "My client has new friends in her flat who will not let me in. She has lost weight and her money is gone.",
            "The front door is propped open all night and there are strangers asleep in his front room.",
        ),
        {"happening": "ongoing", "adult_at_risk": "yes", "victim_still_there": "yes"},
    ),
    Scene(
        "domestic_abuse",
        1,
        ("Client's son shouts and took her bank card. She flinches when he comes in.",),
        {"happening": ("ongoing", "last_7_days"), "adult_at_risk": "yes"},
    ),
    Scene(
        "fraud_doorstep",
        1,
        (
            "Man at my client's door says the roof is loose and wants {money} now. He will drive her to the bank.",
        ),
        {"happening": ("now", "last_24h"), "adult_at_risk": "yes", "offenders_on_site": ("yes", None)},
    ),
    Scene(
        "fraud_romance",
        1,
        ("My client has a friend online who needs {money} for a ticket. She has never seen him.",),
        {"happening": "ongoing", "adult_at_risk": ("yes", "maybe")},
    ),
    Scene(
        "hate_incident",
        1,
        ("Neighbours of a client shout at us about where we come from, {often}.",),
        {"happening": "ongoing", "hate": "yes", "times_seen": (2, 3, 5)},
    ),
    Scene(
        "cce",
        1,
        (
            "A boy of {age} in our care comes back with new trainers and cash, collected by a {car} each time.",
            "She is {age}, goes missing for a night and will not say where. Bruised and always on the phone.",
        ),
        {"happening": ("ongoing", "last_24h"), "child": "yes", "times_seen": (None, 3)},
        child=True,
    ),
)

_EMPLOYERS: Final = ("Example Care Ltd", "Placeholder Homecare", "Sample House Residential")


def answers(rng: Random, scene: Scene) -> dict[str, Any]:
    """What a care worker adds: papers, debt, hours and housing where the work itself is the concern."""
    exploited = scene.concern in {"ms_care_sector", "debt_bondage"}
    said: dict[str, Any] = {
        "on_behalf_of": rng.choice(("myself", "somebody_else")) if exploited else "somebody_else"
    }
    if not exploited:
        said["cared_for_at_risk"] = (
            "yes" if scene.concern == "care_abuse" else rng.choice(("yes", "maybe", "no"))
        )
        return said
    said |= {
        "employer": rng.choice(_EMPLOYERS),
        "sponsor": rng.choice(_EMPLOYERS),
        "papers_held": rng.choice(("yes", "no")),
        "debt": {
            "paid_for_job_gbp": rng.randrange(3_000, 20_000, 500),
            "owed_gbp": rng.randrange(500, 9_000, 250),
            "owed_to": rng.choice(("an agent", "the employer", "a lender at home")),
        },
        "pay_below_contract": "yes",
        "hours_per_week": rng.choice((60, 66, 72, 78)),
        "housing": rng.choice(("five to a room", "a room above the office", "house owned by the employer")),
        "housing_tied_to_job": "yes",
        "escorted": rng.choice(("yes", "no")),
        "visa_threats": rng.choice(("yes", "no")),
        "consent": rng.choice(("yes", "no")),
    }
    return said
