"""A storage in memory for the tests of services: `domain.repositories.UnitOfWork` on plain lists."""
