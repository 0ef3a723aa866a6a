"""Reads the trained tables of the rules when it is imported, for processes that are then forked from this one."""

import gc

from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.loader import load_rulebook

load_rulebook(shipped_config()).engine.prepare()
gc.collect()
gc.freeze()
