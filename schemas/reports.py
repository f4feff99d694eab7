"""The body of `POST /v1/reports`: the common facts plus what each kind of reporter can add, and its answer.

A kind of reporter is one Struct here and one pure function in `service/intake/kinds/`. Nothing else knows the kinds.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from schemas.base import (
    Count,
    IdentifyingText,
    Incoming,
    Label,
    Latitude,
    Longitude,
    LongText,
    Outgoing,
    Pounds,
    ShortText,
)
from schemas.facts import Facts, Moment, YesMaybeNo, YesNo

Age = Annotated[int, Meta(ge=0, le=120)]
People = Annotated[int, Meta(ge=0, le=1000)]


class Journey(Incoming, frozen=True):
    """A taxi or private-hire journey, as far as the driver knows it."""

    booked_by: ShortText | None = None
    paid_by: ShortText | None = None
    pick_up: ShortText | None = None
    drop_off: ShortText | None = None
    stops: Annotated[list[ShortText], Meta(max_length=20)] = []
    wait_here: YesNo | None = None


class Passengers(Incoming, frozen=True):
    """Who was in the car; ages as they looked, in years."""

    count: People | None = None
    ages: Annotated[list[Age], Meta(max_length=20)] = []
    child_with_unrelated_adult: YesMaybeNo | None = None
    asked_to_be_let_out: YesNo | None = None


class Mark(Incoming, frozen=True):
    """Where and when the driver pressed "mark" during the journey, before filling in the rest."""

    at: Moment
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    heading_degrees: Annotated[float, Meta(ge=0, lt=360)] | None = None


class TaxiDriverReport(Facts, frozen=True, tag_field="reporter", tag="taxi_driver"):
    """A report from a taxi or private-hire driver."""

    plate: IdentifyingText | None = None
    badge: IdentifyingText | None = None
    issuing_council: Label | None = None
    operator: Label | None = None
    journey: Journey | None = None
    passengers: Passengers | None = None
    bags_or_parcels: ShortText | None = None
    marked: Mark | None = None


class Spiking(Incoming, frozen=True):
    """What police need about a suspected spiking while the evidence is still there."""

    symptoms_began: Moment | None = None
    symptoms: Annotated[
        list[
            Literal[
                "confused",
                "vomiting",
                "unsteady",
                "drowsy",
                "collapsed",
                "unconscious",
                "seizure",
                "puncture_mark",
                "sudden_pain",
                "trouble_breathing",
                "other",
            ]
        ],
        Meta(max_length=11),
    ] = []
    drink: ShortText | None = None
    drink_kept: YesNo | None = None
    sample_taken: YesNo | None = None
    with_them: Literal["friends", "staff", "stranger", "nobody", "ambulance"] | None = None
    ambulance_called: YesNo | None = None
    cctv_from: Moment | None = None
    cctv_to: Moment | None = None
    similar_tonight: Count | None = None


class VenueReport(Facts, frozen=True, tag_field="reporter", tag="venue"):
    """A report from a pub, club, takeaway or other night-time venue."""

    venue: Label | None = None
    premises_licence: Annotated[str, Meta(max_length=30)] | None = None
    spiking: Spiking | None = None
    refusals: Count | None = None
    id_details: ShortText | None = None


class TakenItem(Incoming, frozen=True):
    """One thing taken or damaged; `cesar` is the equipment registration mark on plant."""

    what: ShortText
    how: Literal["taken", "damaged", "attempted"] = "taken"
    make: Label | None = None
    serial: Label | None = None
    cesar: Label | None = None
    value_gbp: Pounds | None = None


class Animals(Incoming, frozen=True):
    """Animals hurt, taken or loose."""

    kind: Label | None = None
    taken: Count | None = None
    hurt: Count | None = None
    dogs_loose_now: YesNo | None = None


class RuralResidentReport(Facts, frozen=True, tag_field="reporter", tag="rural_resident"):
    """A report from somebody who lives or works in the countryside."""

    items: Annotated[list[TakenItem], Meta(max_length=50)] = []
    way_in: ShortText | None = None
    tracks: ShortText | None = None
    direction_of_travel: ShortText | None = None
    animals: Animals | None = None
    landlord: ShortText | None = None


class Debt(Incoming, frozen=True):
    """A fee paid or a debt owed for the work, in pounds."""

    paid_for_job_gbp: Pounds | None = None
    owed_gbp: Pounds | None = None
    owed_to: ShortText | None = None


class CareWorkerReport(Facts, frozen=True, tag_field="reporter", tag="care_worker"):
    """A report from a care worker, on their own behalf or somebody else's.

    `consent` is the adult victim's agreement to a referral: an adult's referral to the National Referral Mechanism
    needs it, a child's does not.
    """

    on_behalf_of: Literal["myself", "somebody_else"] | None = None
    employer: Label | None = None
    sponsor: Label | None = None
    papers_held: YesNo | None = None
    debt: Debt | None = None
    pay_below_contract: YesNo | None = None
    hours_per_week: Annotated[float, Meta(ge=0, le=168)] | None = None
    housing: LongText | None = None
    housing_tied_to_job: YesNo | None = None
    escorted: YesNo | None = None
    locked_in: YesNo | None = None
    visa_threats: YesNo | None = None
    cared_for_at_risk: YesMaybeNo | None = None
    consent: YesNo | None = None


Report = TaxiDriverReport | VenueReport | RuralResidentReport | CareWorkerReport


class AdviceLine(Outgoing, frozen=True):
    """One piece of advice for the reporter; `code` is stable, `text` is for people."""

    code: str
    text: str


class Accepted(Outgoing, frozen=True):
    """The answer to an accepted report.

    `receipt` is shown this once and only its hash is kept: it is the reporter's key to the follow-up. The grade and
    the recipients are deliberately not here. For an anonymous report `received_at` is cut to the whole minute.
    """

    id: UUID
    reference: str
    receipt: str
    received_at: datetime
    advice: list[AdviceLine]
