"""Open pages are told of changes, and end with the panel."""

import asyncio

from zalo_governor.panel.live import Changes


def test_a_page_that_asks_while_the_panel_ends_is_told_so_at_once() -> None:
    async def ask_late() -> str | None:
        changes = Changes(dict)
        early = changes.listen(frozenset())
        changes.close()
        assert await early.get() is None
        return changes.listen(frozenset()).get_nowait()

    assert asyncio.run(ask_late()) is None
