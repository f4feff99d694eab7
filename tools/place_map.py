"""Make the map file of the place step, `service/web/public/place_map.json`.

    python3 tools/place_map.py [tools/place_map/west_oxfordshire.toml]

Reads where the places are from the gazetteer and which of them the roads and rivers pass, and writes points and lines.
Fails with the name of a place that neither the gazetteer nor the file knows. Standard library only.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MADE = ROOT / "service" / "web" / "public" / "place_map.json"
SOURCE = ROOT / "tools" / "place_map" / "west_oxfordshire.toml"
TOWN, VILLAGE, SMALL = 1, 2, 3


def main() -> None:
    """Write the map file."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    written = tomllib.loads(source.read_text(encoding="utf-8"))
    lines = json.dumps(the_map(written), ensure_ascii=False, indent=1)
    MADE.write_text(lines + "\n", encoding="utf-8")


def the_map(written: dict[str, Any]) -> dict[str, Any]:
    """The content of the map file."""
    inside = positions(ROOT / written["gazetteer"])
    around = {name: tuple(where) for name, where in written["around"].items()}
    known = {**inside, **around}
    named = {*written["towns"], *written["villages"]}
    courses = {
        kind: {name: [at(known, place) for place in places] for name, places in written[f"{kind}s"].items()}
        for kind in ("river", "road")
    }
    if missing := named - set(inside):
        sys.exit(f"These places are not in the gazetteer: {', '.join(sorted(missing))}")
    ranks = {**dict.fromkeys(written["villages"], VILLAGE), **dict.fromkeys(written["towns"], TOWN)}
    return {
        "title": written["title"],
        "licence": written["licence"],
        "attribution": written["attribution"],
        "bounds": written["bounds"],
        "good_to_m": written["good_to_m"],
        "places": [
            {"name": name, "at": at(inside, name), "rank": ranks.get(name, SMALL)} for name in sorted(inside)
        ],
        "around": [{"name": name, "at": list(where)} for name, where in sorted(around.items())],
        "lines": [
            {"kind": kind, "name": name, "points": points}
            for kind, named_lines in courses.items()
            for name, points in named_lines.items()
        ],
    }


def positions(gazetteer: Path) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each place that has them."""
    found = {}
    for line in gazetteer.read_text(encoding="utf-8").splitlines():
        name, latitude, longitude = (*line.split("\t"), "", "")[:3]
        if not line.startswith("#") and latitude:
            found[name] = (float(latitude), float(longitude))
    return found


def at(known: dict[str, tuple[float, float]], name: str) -> list[float]:
    """Where a place is."""
    if name not in known:
        sys.exit(f"Nothing says where {name} is: add it to the gazetteer or to [around].")
    return list(known[name])


if __name__ == "__main__":
    main()
