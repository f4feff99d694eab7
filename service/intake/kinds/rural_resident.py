from schemas.reports import Animals, RuralResidentReport
from service.intake.kinds.answers import UNDECIDED, Answers, answer, followed
from service.routing.model import Evidence


def rural_resident(report: RuralResidentReport) -> Answers:
    """What a resident's own answers show: what was taken, and animals.

    A theft is taken to have taken something unless every item listed was only damaged or attempted. Dogs loose among
    stock are a crime in progress with those responsible on site.
    """
    found: list[Evidence] = []
    animals = report.animals
    items_taken = any(item.how == "taken" for item in report.items)
    undecided = report.concern in UNDECIDED
    concern: str = report.concern
    if (
        undecided
        and animals is not None
        and (animals.taken or animals.hurt or animals.dogs_loose_now == "yes")
    ):
        concern = "livestock_crime"
        found.append(followed("concern=livestock_crime", "animals"))
    elif undecided and items_taken:
        plant = any(item.cesar for item in report.items)
        concern = "theft_vehicle_plant" if plant else "theft_other"
        found.append(followed(f"concern={concern}", "items"))
    if animals is not None and animals.dogs_loose_now == "yes" and concern == "livestock_crime":
        found.append(answer("happening=now", "animals/dogs_loose_now"))
        found.append(answer("offenders_on_site=yes", "animals/dogs_loose_now"))
    animals_taken = animals is not None and bool(animals.taken)
    nothing_taken = not items_taken and not animals_taken and (bool(report.items) or _only_harmed(animals))
    return Answers(found, nothing_taken=nothing_taken)


def _only_harmed(animals: Animals | None) -> bool:
    """True when the answers speak of animals hurt, or say that none were taken."""
    if animals is None:
        return False
    return animals.taken == 0 or (animals.taken is None and animals.hurt is not None)
