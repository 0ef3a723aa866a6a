"""The simulator's HTTP API endpoints, one module per topic; each path maps to a function that takes a `Call`."""

from zalo_governor.simulator.api import board, groups, history, people, sending, uploads
from zalo_governor.simulator.api.call import Call, Endpoint

ENDPOINTS: dict[str, Endpoint] = {
    **people.ENDPOINTS,
    **groups.ENDPOINTS,
    **history.ENDPOINTS,
    **sending.ENDPOINTS,
    **uploads.ENDPOINTS,
    **board.ENDPOINTS,
}

__all__ = ["ENDPOINTS", "Call", "Endpoint"]
