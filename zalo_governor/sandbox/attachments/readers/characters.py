"""Decodes text of unknown encoding, of those that Vietnamese offices use: UTF-8, UTF-16, Windows-1258 and 1252."""

import codecs

CHARSETS = (
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "ascii", "latin-1", "iso8859-15"}
    | {"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1258", "koi8-r", "big5", "gb18030", "gbk", "gb2312"}
    | {"shift_jis", "euc-jp", "iso2022_jp", "euc-kr", "tis-620", "quopri_codec", "base64_codec"}
)
"""Encodings that a file may name; all are loaded by `load_charsets`, as the child process may not import them later."""
_INTERNAL = ("cp437", "raw_unicode_escape")
"""Encodings that the modules for ZIP files and e-mails use."""
_TEXTS = CHARSETS - {"quopri_codec", "base64_codec"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOADED: dict[str, str] = {}
_SAMPLE = 4096


def load_charsets() -> None:
    """Load all encodings, so that decoding opens no files later."""
    for name in (*CHARSETS, *_INTERNAL):
        codec = codecs.lookup(name)
        if name in _TEXTS:
            _LOADED[codec.name] = name
            _LOADED[name] = name


def decode(content: bytes, charset: str = "") -> list[str]:
    """Return the decoded text; two texts if it may be Windows-1258 or Windows-1252, and these differ.

    The second one keeps the letters of TCVN3, which stand where Windows-1252 has others; the rules decode them.

    Args:
        charset: the encoding that the file names; an unknown one is guessed instead.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return [content.decode(name, errors="replace")]
    known = _known(charset)
    if known:
        return [content.decode(known, errors="replace")]
    wide = _wide_order(content[:_SAMPLE])
    if wide:
        return [content.decode(wide, errors="replace")]
    try:
        return [codecs.getincrementaldecoder("utf-8")().decode(content)]
    except UnicodeDecodeError:
        texts = [content.decode(name, errors="replace") for name in ("cp1258", "cp1252")]
        return texts if texts[0] != texts[1] else texts[:1]


def _known(charset: str) -> str:
    name = charset.strip().strip("\"'").lower().replace("_", "-")
    name = {"windows-1258": "cp1258", "windows-1252": "cp1252", "utf8": "utf-8", "us-ascii": "ascii"}.get(name, name)
    name = {"iso-8859-1": "cp1252", "unicode": "utf-16", "windows-1251": "cp1251", "windows-1250": "cp1250"}.get(
        name, name
    )
    return _LOADED.get(name, "") if name not in ("ascii", "cp1252") else ""


def _wide_order(sample: bytes) -> str:
    """Return the UTF-16 byte order of a text without a mark: every second byte of Latin letters is zero."""
    if len(sample) < 8:
        return ""
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.5 and sample[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[::2].count(0) > half * 0.5 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return ""


load_charsets()
