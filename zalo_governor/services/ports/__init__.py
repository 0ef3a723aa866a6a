"""What the office needs of the store. The office owns these interfaces; the store fits them."""

from zalo_governor.services.ports.unit_of_work import OfficeUnit

__all__ = ["OfficeUnit"]
