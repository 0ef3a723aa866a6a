"""HTTP API endpoints of the simulated Zalo server, one module per topic.

`ENDPOINTS` maps the URL path of each API call to the function that answers the call.
"""

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
