"""That a backup does not get off the machine is told where people look: exit code, /trangthai, doctor."""

from pathlib import Path

from tests.acceptance.test_doctor import doctor
from tests.acceptance.test_moved_to_another_machine import order
from tests.rig import ADMIN, rig
from tests.unit.app.monitoring.test_server import free_port


def test_a_copy_that_fails_is_told_by_the_running_bot_and_by_the_doctor(tmp_path: Path) -> None:
    with rig(tmp_path) as bot:
        bot.configure("health", port=free_port())
        bot.configure("backup", copy_to=str(tmp_path / "nas"))
        bot.start_bot()
        [before] = bot.answer(ADMIN, "/trangthai")
        assert "ra ngoài máy" not in before, "nothing was tried yet"
        said = order("backup", "--new-code", "-c", str(bot.config), ends=1)
        assert "đã đọc lại và khớp" in said, "the backup itself was made"
        assert "Chưa sao lưu được ra ngoài máy" in said
        [after] = bot.answer(ADMIN, "/trangthai")
        assert "Lần sao lưu ra ngoài máy thành công gần nhất: chưa" in after
        assert doctor(bot)[1]["backup_copy"] == "warning"
        assert bot.stop_bot() == 0
