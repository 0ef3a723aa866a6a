import gzip
import lzma
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.zoo import makers as make
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.archives import read
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.members import Member, check_directory
from zalo_governor.text.file_names.danger import Danger

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEMBERS = {"a.txt": b"Xin chao", "thu muc/b.docx": b"PK" * 5000}
PACKERS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "zip": make.zipped,
    "7z": make.seven_zipped,
    "rar": make.rar,
    "tar": make.tarred,
    "tar.gz": lambda members: make.tarred(members, "gz"),
    "tar.bz2": lambda members: make.tarred(members, "bz2"),
    "tar.xz": lambda members: make.tarred(members, "xz"),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_members_come_out_whole(kind: str) -> None:
    contents = read(PACKERS[kind](MEMBERS), Budget())
    assert {inner.name: inner.content for inner in contents.inner} == MEMBERS
    assert contents.not_checked == set()
    assert contents.dangers == []


@pytest.mark.parametrize("kind", PACKERS)
def test_no_more_comes_out_than_the_budget_allows(kind: str) -> None:
    members = {f"{number}.bin": bytes(range(256)) * 400 for number in range(10)}
    contents = read(PACKERS[kind](members), Budget(unpacked=300_000))
    assert contents.not_checked == {NotChecked.LIMIT}
    assert sum(len(inner.content) for inner in contents.inner) <= 300_000


@pytest.mark.parametrize("kind", PACKERS)
def test_no_more_files_come_out_than_the_budget_allows(kind: str) -> None:
    contents = read(PACKERS[kind]({f"{number}.txt": b"x" for number in range(10)}), Budget(files=4))
    assert NotChecked.LIMIT in contents.not_checked
    assert len(contents.inner) == 4


@pytest.mark.parametrize("kind", PACKERS)
def test_cut_archives_are_damaged(kind: str) -> None:
    content = PACKERS[kind]({"a.bin": bytes(range(256)) * 40})
    assert read(content[: len(content) // 2], Budget()).not_checked & {NotChecked.DAMAGED, NotChecked.UNKNOWN_TYPE}


@pytest.mark.parametrize("kind", PACKERS)
def test_changed_archives_do_no_harm(kind: str) -> None:
    content = PACKERS[kind](MEMBERS)
    for at in range(0, len(content), max(1, len(content) // 150)):
        read(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :], Budget(unpacked=1 << 20))


@settings(max_examples=50, deadline=None)
@given(
    some.sampled_from([b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"\x1f\x8b\x08", b"BZh9", b""]),
    some.binary(max_size=800),
)
def test_random_bytes_do_no_harm(magic: bytes, rest: bytes) -> None:
    assert read(magic + rest, Budget()).inner == [] or magic


def test_a_bomb_is_not_inflated() -> None:
    began = time.process_time()
    contents = read(make.lying_zip(4_000_000_000), Budget())
    assert contents.dangers == [Danger("archive_bomb", certain=True)]
    assert contents.inner == []
    assert time.process_time() - began < 10


def test_a_long_film_does_not_make_a_well_packed_picture_beside_it_a_certain_bomb() -> None:
    contents, film = Contents(), Member("le-ky-niem.mp4", 2 << 30, 2 << 30)
    picture = Member("trang.bmp", 60 << 20, 61_000)
    assert check_directory([film, picture], 2 << 30, Budget(), contents) == ["trang.bmp"]
    assert contents.dangers == [Danger("archive_bomb", certain=False)]


def test_small_well_packed_files_are_no_bomb() -> None:
    assert read(make.zipped({"trang.bmp": bytes(9 << 20)}), Budget()).dangers == []


def test_the_time_limit_holds() -> None:
    ticks = iter(range(1000))
    contents = read(
        make.zipped({f"{number}": bytes(99) for number in range(50)}),
        Budget(seconds=9, clock=lambda: float(next(ticks))),
    )
    assert contents.not_checked == {NotChecked.LIMIT}


def test_the_name_in_a_stream_is_the_archives_own() -> None:
    assert read(make.gzipped(b"x"), Budget(), "so-lieu.csv.gz").inner[0].name == "so-lieu.csv"


def test_streams_behind_each_other_are_one_file() -> None:
    skippable = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"thua."
    for content in (
        gzip.compress(b"a") + gzip.compress(b"b") + bytes(9),
        lzma.compress(b"a") + bytes(8) + lzma.compress(b"b"),
        zstd.compress(b"a") + skippable * 2 + zstd.compress(b"b") + skippable,
        skippable + zstd.compress(b"ab"),
    ):
        contents = read(content, Budget())
        assert [inner.content for inner in contents.inner] == [b"ab"]
        assert not contents.not_checked


def test_what_cannot_be_read_behind_a_stream_is_told() -> None:
    for content in (gzip.compress(b"a"), lzma.compress(b"a"), zstd.compress(b"a")):
        contents = read(content + b"con lai", Budget())
        assert [inner.content for inner in contents.inner] == [b"a"]
        assert contents.not_checked == {NotChecked.DAMAGED}


def test_hidden_names_of_a_locked_archive_are_said() -> None:
    for content in (make.seven_zipped(MEMBERS, "mau", hidden_names=True), make.rar_with_hidden_names()):
        assert read(content, Budget()).not_checked == {NotChecked.ENCRYPTED}


def test_a_7z_with_a_huge_dictionary_is_not_inflated() -> None:
    content = bytearray(make.escaping_seven_zip())
    # LZMA2 declares its dictionary in one byte behind its method number 0x21 with one byte of properties.
    at = content.index(b"\x21\x21\x01") + 3
    content[at] = 40
    make.seal_seven_zip(content)
    contents = read(bytes(content), Budget())
    assert NotChecked.LIMIT in contents.not_checked
    assert contents.inner == []


def test_a_directory_without_end_is_not_read() -> None:
    assert read(b"PK\x03\x04" + b"PK\x01\x02" * 30_000, Budget()).not_checked == {NotChecked.LIMIT}
