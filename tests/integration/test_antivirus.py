"""A real clamd with signatures of our own, on a unix socket of its own; skipped where clamd is not installed."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.zoo import makers as make
from zalo_governor.sandbox.attachments.antivirus import Antivirus

CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
TEST_FILES = Path("/usr/share/clamav-testfiles")
pytestmark = pytest.mark.skipif(CLAMD is None, reason="clamd is not installed")
MARK = b"MAU-GIA-DINH-VI-RUT"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a clamd that knows EICAR, a word, and the programs of Debian's test files."""
    folder = tmp_path_factory.mktemp("clamd")
    signatures, path = folder / "signatures", folder / "clamd.sock"
    signatures.mkdir()
    word, test_file = MARK.hex(), make.eicar().hex()
    (signatures / "mau.ndb").write_text(f"Mau/Gia dinh!Chuoi:0:*:{word}\nMau.Thu-1:0:0:{test_file}\n")
    program = (TEST_FILES / "clam.exe").read_bytes() if TEST_FILES.exists() else b"x"
    digest = hashlib.md5(program).hexdigest()  # noqa: S324
    (signatures / "mau.hdb").write_text(f"{digest}:{len(program)}:Mau.Clam-0\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {signatures}\nTemporaryDirectory {folder}\nForeground yes\n"
        "MaxThreads 2\nAlertExceedsMax yes\nMaxScanSize 1M\nMaxFileSize 1M\nStreamMaxLength 2M\n"
    )
    process = subprocess.Popen([str(CLAMD), "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if path.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert path.exists()
        yield path
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize(
    "content",
    [make.eicar(), make.zipped({"a.com": make.eicar()}), make.nested_zip(2, {"a.txt": make.eicar()})],
    ids=["plain", "zip", "zip in zip"],
)
def test_the_test_file_is_found(socket: Path, content: bytes) -> None:
    verdict = Antivirus(socket, 10).scan(content)
    assert verdict is not None
    assert verdict.name == "Mau.Thu-1.UNOFFICIAL"
    assert verdict.engine.startswith("ClamAV ")
    assert verdict.signatures_at is None


def test_the_name_of_a_signature_is_cleaned(socket: Path) -> None:
    verdict = Antivirus(socket, 10).scan(b"x " + MARK)
    assert verdict is not None
    assert verdict.name == "Mau_Gia_dinh_Chuoi.UNOFFICIAL"


def test_a_clean_file_without_dated_signatures_is_not_checked(socket: Path) -> None:
    assert Antivirus(socket, 10).scan(make.word()) is None


@pytest.mark.parametrize("size", [1_500_000, 3_000_000, 20_000_000])
def test_a_file_beyond_the_limits_is_not_checked(socket: Path, size: int) -> None:
    assert Antivirus(socket, 10).scan(bytes(range(256)) * (size // 256)) is None


@pytest.mark.skipif(not TEST_FILES.exists(), reason="clamav-testfiles is not installed")
@pytest.mark.parametrize("name", ["clam.exe", "clam.zip", "clam.tar.gz", "clam.cab", "clam.7z", "clam.mail"])
def test_debians_test_files_are_found(socket: Path, name: str) -> None:
    verdict = Antivirus(socket, 10).scan((TEST_FILES / name).read_bytes())
    assert verdict is not None
    assert verdict.name == "Mau.Clam-0.UNOFFICIAL"


def test_clamd_without_signatures_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "signatures").mkdir()
    settings = tmp_path / "clamd.conf"
    settings.write_text(
        f"LocalSocket {tmp_path}/clamd.sock\nDatabaseDirectory {tmp_path}/signatures\nForeground yes\n"
        f"TemporaryDirectory {tmp_path}\n"
    )
    assert (
        subprocess.run([str(CLAMD), "-c", str(settings)], capture_output=True, check=False, timeout=60).returncode != 0
    )
    assert Antivirus(tmp_path / "clamd.sock", 1).scan(make.eicar()) is None
