"""File name extensions by what Windows, Android or Linux does with a file of that name when a person opens it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CERTAIN_PROGRAMS = _words(
    "exe scr pif cpl msi msp msix msixbundle appx appxbundle dll ocx sys xll wll jar apk xapk apks ipa gadget "
    "appimage deb rpm"
)
"""Extensions of programs and packages of programs; nobody keeps a document under such a name."""
PROGRAMS = CERTAIN_PROGRAMS | {"com", "chm", "jnlp", "application", "appref-ms", "msc"}
"""Extensions of programs; `com` is not certain, as site names and mail addresses in names of files end with it too."""
CERTAIN_SCRIPTS = _words("bat cmd vbs vbe jse wsf wsh wsc sct hta")
"""Scripts that Windows runs on a double click."""
SCRIPTS = CERTAIN_SCRIPTS | _words("js ps1 psm1 ps1xml py pyw pyz sh reg inf slk iqy")
"""Extensions of scripts; those not certain also occur in saved web pages and sources, or open in an editor."""
SHORTCUTS = _words("lnk scf library-ms search-ms searchconnector-ms settingcontent-ms desktop")
DISK_IMAGES = _words("iso img vhd vhdx vmdk qcow2 dmg wim")
RUNNABLE = PROGRAMS | SCRIPTS | SHORTCUTS

TEXTS = _words("txt log csv tsv md rst ini cfg conf json yaml yml xml srt vtt tex sql css")
"""Files that an editor or a spreadsheet program opens, so that a script in them does not run."""
WEB_PAGES = _words("html htm xhtml mht mhtml shtml")
DOCUMENTS = _words(
    "doc docx docm dot dotx dotm rtf odt ott fodt xls xlsx xlsm xlsb xlt xltx xltm ods ots fods ppt pptx pptm pps "
    "ppsx ppsm pot potx odp otp pdf pub vsd vsdx mpp one eml msg wps dwg dxf djvu xps"
)
PICTURES = _words("jpg jpeg jpe jfif png gif bmp tif tiff webp heic heif avif svg ico psd")
MEDIA = _words("mp3 m4a aac wav ogg oga opus flac amr wma mp4 m4v mov avi mkv webm 3gp wmv mpg mpeg flv ts")
ARCHIVES = _words("zip rar 7z tar gz tgz bz2 tbz2 xz txz zst cab arj lzh")
FONTS = _words("ttf otf ttc woff woff2")

TRUSTED = TEXTS | WEB_PAGES | DOCUMENTS | PICTURES | MEDIA
"""Extensions of files that people expect to read, see or hear, and not to run."""
KNOWN = RUNNABLE | DISK_IMAGES | TRUSTED | ARCHIVES | FONTS
