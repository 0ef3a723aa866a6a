"""What the office needs of the store. The office owns these interfaces; the store fits them."""

from zalo_governor.office.ports.unit import OfficeUnit

__all__ = ["OfficeUnit"]
