"""The pages of the panel, each a module with the functions that answer its URL paths."""

from zalo_governor.panel.office import Office
from zalo_governor.panel.pages import audit, case, directives, health, leader, members, open_cases, report, rules, sent
from zalo_governor.panel.routes import Route


def all_routes(office: Office) -> list[Route]:
    """Return the routes of all pages; the menu shows those that have a title, in this order."""
    return [
        route
        for page in (leader, open_cases, directives, case, members, report, rules, sent, health, audit)
        for route in page.routes(office)
    ]
