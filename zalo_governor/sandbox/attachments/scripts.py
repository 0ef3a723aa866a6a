"""Recognises scripts by their text, as libmagic knows few kinds, and judges shortcuts that are text files."""

import re

from zalo_governor.text.file_names import extensions

BATCH, VBSCRIPT, JAVASCRIPT = "text/x-msdos-batch", "text/vbscript", "text/javascript"
POWERSHELL, HTA, WSF = "text/x-powershell", "application/hta", "application/x-windows-script"
SHELL, PYTHON, REGISTRY = "text/x-shellscript", "text/x-python", "text/x-ms-regedit"
URL_SHORTCUT, DESKTOP_ENTRY = "application/x-mswinurl", "application/x-desktop"

_HEAD = 256 << 10
KINDS = {
    BATCH: "bat cmd", VBSCRIPT: "vbs vbe", JAVASCRIPT: "js jse", POWERSHELL: "ps1 psm1 ps1xml", HTA: "hta",
    WSF: "wsf wsh wsc sct", SHELL: "sh", PYTHON: "py pyw", REGISTRY: "reg",
}  # fmt: skip
"""Types of scripts, each with its extensions."""
_BY_EXTENSION = {extension: mime for mime, endings in KINDS.items() for extension in endings.split()}
_FIRST_LINES = (
    (re.compile(r"\s*@echo\s+off\b", re.I), BATCH),
    (re.compile(r"#!\s*/\S*(python|pypy)"), PYTHON),
    (re.compile(r"#!\s*/"), SHELL),
    (re.compile(r"(?:REGEDIT4|Windows Registry Editor Version 5)"), REGISTRY),
    (re.compile(r"#@~\^"), VBSCRIPT),
    (re.compile(r"(?:\s|;.*\n)*\[InternetShortcut\]", re.I), URL_SHORTCUT),
    (re.compile(r"(?:\s|#.*\n)*\[Desktop Entry\]"), DESKTOP_ENTRY),
)
_HTA_TAG = re.compile(r"<\s*hta:application\b", re.I)
_ANYWHERE = (
    (_HTA_TAG, HTA),
    (re.compile(r"<(?:job|package|scriptlet|component)\b[^>]{0,200}>[\s\S]{0,2000}?<script\b", re.I), WSF),
    (re.compile(r"\bnew\s+ActiveXObject\s*\(|\bWScript\s*\.\s*CreateObject\s*\(\s*'", re.I), JAVASCRIPT),
    (
        re.compile(r"Object\s*\(\s*\"(?:(?:WScript|Shell|Scripting|MSXML2|ADODB)\.|winmgmts)", re.I),
        VBSCRIPT,
    ),
)
_POWERSHELL = tuple(
    re.compile(pattern, re.I | re.M)
    for pattern in (
        r"\b(?:IEX|Invoke-Expression)\b",
        r"\bNew-Object\s+(?:System\.)?Net\.WebClient\b|\bInvoke-WebRequest\b",
        r"\.Download(?:String|File|Data)\s*\(",
        r"\bFromBase64String\s*\(",
        r"\bStart-Process\b",
        r"^[ \t]*\$\w+\s*=",
        r"^[ \t]*(?:param\s*\(|function\s+\w+-\w+)",
    )
)
_DROPPER = re.compile(
    r"WScript\s*\.\s*Shell|Shell\.Application|ActiveXObject|ADODB\.Stream|MSXML2\.|Scripting\.FileSystemObject", re.I
)
_TARGET = re.compile(
    r"^[ \t]*(?:URL|IconFile|WorkingDirectory|BaseURL)[ \t]*=\s*(?:file:|\\\\|//|\w{2,4}script:|ms-[a-z]+:|search-ms:)"
    rf"|^[ \t]*URL\s*=\s*\S+\.(?:{'|'.join(sorted(extensions.CERTAIN_PROGRAMS | extensions.CERTAIN_SCRIPTS))})\s*$",
    re.I | re.M,
)


def decode_head(content: bytes) -> str:
    """Return the beginning of a text file, decoded well enough to find the words of programming languages."""
    head = content[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[1:64:2].count(0) > len(head[:64]) // 4:
        return head.decode("utf-16-le", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def script_type(content: bytes, extension: str) -> str | None:
    """Return the MIME type of the script or shortcut that a text file is, or None for other texts.

    A file whose extension is one of an editor, such as .txt, is no script: opening it runs nothing.
    """
    if extension in extensions.TEXTS:
        return None
    text = decode_head(content)
    if extension in extensions.WEB_PAGES:
        return HTA if _HTA_TAG.search(text) else None
    for pattern, mime in _FIRST_LINES:
        if pattern.match(text):
            return mime
    if extension in _BY_EXTENSION:
        return _BY_EXTENSION[extension]
    for pattern, mime in _ANYWHERE:
        if pattern.search(text):
            return mime
    return POWERSHELL if sum(bool(pattern.search(text)) for pattern in _POWERSHELL) >= 2 else None


def drives_windows(content: bytes) -> bool:
    """Return whether the first 256 KiB of a script use Windows' objects for running programs, files or downloads."""
    return bool(_DROPPER.search(decode_head(content)))


def shortcut_runs(content: bytes) -> bool:
    """Return whether an Internet shortcut (.url) leads to a file, share, script or program instead of a web page."""
    return bool(_TARGET.search(decode_head(content)))
