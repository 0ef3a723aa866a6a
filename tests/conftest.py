"""What all tests share."""

import structlog
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# A thread that an earlier test left to end by itself must not write into what another test reads.
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
