from collections.abc import Mapping

from rich.table import Table


def measure_lanes(port: int, environment: Mapping[str, str], backlog: int) -> tuple[Table, float]:
    raise NotImplementedError
