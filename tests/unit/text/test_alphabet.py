"""The order of Vietnamese lists."""

from zalo_governor.text.alphabet import sort_key


def test_names_sort_letter_by_letter_in_the_vietnamese_alphabet_and_then_by_tone() -> None:
    names = [
        "Bùi Hải Yến",
        "Cà Thị Phương",
        "Chẻo Thị Mẩy",
        "Dương Văn An",
        "Đèo Thị Hoa",
        "Đỗ Mạnh Hùng",
        "Giàng A Sử",
        "Lê Thị Hồng",
        "Lò Văn Minh",
        "Lường Văn Quý",
        "Ly Gò Phê",
        "Lý Văn Thắng",
        "Quàng Văn Ơn",
        "Tẩn A Sơn",
        "Thào A Chua",
        "Vũ Thị Lan",
    ]
    mixed = names[::2] + names[1::2]
    assert sorted(mixed, key=sort_key) == names
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(["ơn", "ôn", "on", "ăn", "ân", "an", "un", "ưn"], key=sort_key) == [
        "an", "ăn", "ân", "on", "ôn", "ơn", "un", "ưn",
    ]  # fmt: skip


def test_case_and_composition_do_not_count_and_other_characters_come_first() -> None:
    assert sort_key("ĐỖ") == sort_key("đỗ") == sort_key("đô\u0303")
    assert sorted(["a", "1", "-"], key=sort_key) == ["-", "1", "a"]
