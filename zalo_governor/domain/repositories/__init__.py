"""Protocols of the repositories that the features use, one per aggregate, and `UnitOfWork`, which holds them all."""

from zalo_governor.domain.repositories.unit_of_work import BeginUnitOfWork, UnitOfWork

__all__ = ["BeginUnitOfWork", "UnitOfWork"]
