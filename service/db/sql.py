"""SQL lives in `.sql` files beside the code that uses it; a line `-- name: x` begins the query called x."""

from collections.abc import Mapping
from importlib.resources import files

_MARK = "-- name:"


def load_queries(package: str, filename: str) -> Mapping[str, str]:
    """Read the named queries of one file inside `package`.

    Raises ValueError when a name is used twice, since one of the two would silently win.
    """
    queries: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in files(package).joinpath(filename).read_text(encoding="utf-8").splitlines():
        if line.startswith(_MARK):
            name = line.removeprefix(_MARK).strip()
            if name in queries:
                raise ValueError(f"{filename}: two queries are called {name}")
            current = queries[name] = []
        elif current is not None:
            current.append(line)
    return {name: "\n".join(lines).strip() for name, lines in queries.items()}
