"""What all tests share."""

import structlog

# A thread that an earlier test left to end by itself must not write into what another test reads.
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
