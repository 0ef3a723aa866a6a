"""`python -m tests.bench.hurried run …`: the program that reads the members of its groups as fast as Zalo answers.

The real one asks for two profiles a second, so that a hundred groups take it some minutes after each start.
"""

from unittest.mock import patch

from zalo_governor.cli import main
from zalo_governor.zalo.http.rate_limit import TokenBucket


def _bucket(*, per_second: float, burst: int) -> TokenBucket:
    return TokenBucket(per_second=max(per_second, 1000), burst=max(burst, 1000))


with patch("zalo_governor.zalo.api.client.TokenBucket", _bucket):
    main()
