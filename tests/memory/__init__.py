"""A storage in memory for the tests of services: `services.ports.UnitOfWork` on plain lists."""
