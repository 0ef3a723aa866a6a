"""What the services need of the storage, as small protocols: one for each aggregate, and `UnitOfWork` over them."""

from zalo_governor.services.ports.unit_of_work import BeginUnitOfWork, UnitOfWork

__all__ = ["BeginUnitOfWork", "UnitOfWork"]
