"""Finds the real type of ZIP and OLE files: by the directory of a ZIP, by the streams of an OLE file.

libmagic reads the first bytes only, so that it takes an APK for a JAR, and a ZIP for a document or the reverse.
Sources: ECMA-376 part 2 (OOXML), OASIS ODF 1.3 part 2, [MS-CFB], [MS-OFFCRYPTO], [MS-MSI] (class of the root storage).
"""

import io
import re
import zipfile

import olefile

ZIP, APK, JAR = "application/zip", "application/vnd.android.package-archive", "application/java-archive"
APPX, IPA = "application/vnd.ms-appx", "application/x-ios-app"
MSI, OLE = "application/x-msi", "application/x-ole-storage"
ENCRYPTED_OOXML = "application/x-ooxml-encrypted"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")

_MOST_MEMBERS = 50_000
_OOXML = "application/vnd.openxmlformats-officedocument."
_OOXML_PARTS = (
    ("word/", "wordprocessingml.document"),
    ("xl/", "spreadsheetml.sheet"),
    ("ppt/", "presentationml.presentation"),
)
_MAIN_PART = re.compile(rb"ContentType\s*=\s*[\"'](application/vnd\.[\w.+-]{1,200}?)(?:\.main)?\+xml[\"']")
_MAIN_TYPES = re.compile(
    rb"application/vnd\.(?:openxmlformats-officedocument\.(?:wordprocessingml\.(?:document|template)"
    rb"|spreadsheetml\.(?:sheet|template)|presentationml\.(?:presentation|template|slideshow))"
    rb"|ms-(?:word|excel|powerpoint)\.[\w.]+)"
)
_MACRO_TYPES = {
    b"application/vnd.ms-word.document.macroEnabled": "application/vnd.ms-word.document.macroEnabled.12",
    b"application/vnd.ms-word.template.macroEnabledTemplate": "application/vnd.ms-word.template.macroEnabled.12",
    b"application/vnd.ms-excel.sheet.macroEnabled": "application/vnd.ms-excel.sheet.macroEnabled.12",
    b"application/vnd.ms-excel.template.macroEnabled": "application/vnd.ms-excel.template.macroEnabled.12",
    b"application/vnd.ms-excel.addin.macroEnabled": "application/vnd.ms-excel.addin.macroEnabled.12",
    b"application/vnd.ms-powerpoint.presentation.macroEnabled":
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    b"application/vnd.ms-powerpoint.slideshow.macroEnabled": "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
    b"application/vnd.ms-powerpoint.template.macroEnabled": "application/vnd.ms-powerpoint.template.macroEnabled.12",
}  # fmt: skip
_XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OOXML),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/x-mspublisher"),
)
_MSI_CLASSES = {f"000C108{kind}-0000-0000-C000-000000000046" for kind in "46"}
"""Classes of the root storage of Windows Installer: package and patch."""


def zip_type(content: bytes) -> str:
    """Return the MIME type of a file that begins as a ZIP; `application/zip` if its directory cannot be read."""
    if content.count(b"PK\x01\x02") > _MOST_MEMBERS:
        return ZIP
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _type_by_directory(archive, {info.filename for info in archive.infolist()})
    # zipfile raises many kinds of exception on broken directories; what cannot be read is a plain zip.
    except Exception:
        return ZIP


def ole_type(content: bytes) -> str:
    """Return the MIME type of an OLE compound file by the class and the streams of its root storage."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            if str(file.root.clsid) in _MSI_CLASSES:
                return MSI
            names = {path[0] for path in file.listdir(streams=True, storages=True)}
    # olefile raises many kinds of exception on broken files.
    except Exception:
        return OLE
    return next((mime for stream, mime in _OLE_STREAMS if stream in names), OLE)


def _type_by_directory(archive: zipfile.ZipFile, names: set[str]) -> str:
    declared = _read(archive, "mimetype", 200).strip().decode("ascii", "replace") if "mimetype" in names else ""
    if declared.startswith("application/vnd.oasis.opendocument.") or declared == "application/epub+zip":
        return declared
    if "[Content_Types].xml" in names and (document := _ooxml_type(archive, names)):
        return document
    if "AndroidManifest.xml" in names and names & {"classes.dex", "resources.arsc", "META-INF/MANIFEST.MF"}:
        return APK
    if names & {"AppxManifest.xml", "AppxMetadata/AppxBundleManifest.xml"}:
        return APPX
    if any(re.match(r"Payload/[^/]+\.app/", name) for name in names):
        return IPA
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(".class") for name in names):
        return JAR
    return ZIP


def _ooxml_type(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    folder = next(((part, kind) for part, kind in _OOXML_PARTS if any(name.startswith(part) for name in names)), None)
    types = _read(archive, "[Content_Types].xml", 1 << 20)
    if b"application/vnd.ms-excel.sheet.binary.macroEnabled" in types:
        return _XLSB
    for found in _MAIN_PART.finditer(types):
        if found[0].find(b".main+xml") > 0 and _MAIN_TYPES.fullmatch(found[1]):
            return _MACRO_TYPES.get(found[1], found[1].decode("ascii"))
    return _OOXML + folder[1] if folder else None


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        return member.read(most)
