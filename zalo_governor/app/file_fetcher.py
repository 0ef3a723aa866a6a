"""Downloads the files of messages from Zalo, for their scans."""

from collections.abc import Sequence

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.features.attachments.scan_jobs import FetchedFile, NotFetchedError
from zalo_governor.zalo.http.file_download import FetchError, FileDownload

_HURRY_SECONDS = 6.0
_HURRY_BYTES_PER_SECOND = 250_000
"""Limit of an urgent download in seconds, and how many bytes of the file allow one more second."""


class FileFetcher:
    """Downloads the file of a message, from the best of the addresses that the message names."""

    def __init__(self, download: FileDownload) -> None:
        self._download = download

    def __call__(self, addresses: Sequence[str], *, size: int | None, checksum: str, hurry: bool) -> FetchedFile:
        """Return the file from the first URL that gives it; its message announced `size` and `checksum` (MD5).

        A file with another checksum is returned all the same, marked as not `as_announced`. With `hurry`, each URL is
        given up after 6 seconds and one more for each 250 kB of `size`.

        Raises:
            NotFetchedError: no address gave the file.
        """
        seconds = _HURRY_SECONDS + (size or 0) / _HURRY_BYTES_PER_SECOND if hurry else None
        failed = NotFetchedError(NotChecked.NO_ADDRESS, retry=False)
        for address in addresses:
            # The sender's client announces the checksum: a wrong one must not save the file from its scan.
            for expected in (checksum, ""):
                try:
                    content = self._download.fetch(address, size=size, checksum=expected, seconds=seconds)
                except FetchError as error:
                    failed = NotFetchedError(error.reason, retry=error.retry)
                else:
                    return FetchedFile(content, as_announced=expected == checksum)
                if failed.reason is not NotChecked.CHECKSUM:
                    break
        raise failed
