"""What people do with what was heard: cases, notices, commands, reports."""

from zalo_governor.office.catalogue import Catalogue
from zalo_governor.office.office import Office
from zalo_governor.office.policy import Group, LineStatus, OfficePolicy

__all__ = ["Catalogue", "Group", "LineStatus", "Office", "OfficePolicy"]
