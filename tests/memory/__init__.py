"""A storage in memory for the tests of services: `storage.unit_of_work.UnitOfWork` on plain lists."""
