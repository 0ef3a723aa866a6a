"""Every HTTP path that the simulator knows, by topic; what a path does is one function of a `Call`."""

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
