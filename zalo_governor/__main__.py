"""`python -m zalo_governor` is the same as `zalo-governor`."""

from zalo_governor.cli import main

main()
