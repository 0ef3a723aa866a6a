"""Bytes of the socket -> WebSocket frames (RFC 6455, 5.2), without looking into them. Pure.

Nearly everything that Zalo's server sends is a whole binary message, not masked. These are cut out here, since a
general parser takes longer over each than all the rest of receiving it; what is not of that form is given as it stands.
"""

from typing import NamedTuple

_WHOLE_BINARY = 0x82
_MASKED = 0x80
_MASK_BYTES = 4
_SHORTEST_HEADER = 2
_LENGTH_IN_TWO, _LENGTH_IN_EIGHT = 126, 127


class OtherFrame(NamedTuple):
    """A whole frame, header included, that is not a whole binary message: a control frame, a fragment, text."""

    data: bytes


class FrameSplitter:
    """Cuts what one connection receives.

    `largest` is the longest payload in bytes: of a frame that says it is longer only the header is given, and the rest
    of the connection is lost.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._needed = _SHORTEST_HEADER
        """Bytes in the buffer from which on there may be a whole frame in it."""

    def feed(self, data: bytes) -> list[bytes | OtherFrame]:
        """What has become whole by these bytes, in order; of a binary message only its payload."""
        buffer = self._buffer
        buffer += data
        if len(buffer) < self._needed:
            return []
        cut: list[bytes | OtherFrame] = []
        at = 0
        with memoryview(buffer) as view:
            size = len(view)
            while True:
                start = at + _SHORTEST_HEADER
                if start > size:
                    break
                second = view[at + 1]
                length = second & ~_MASKED
                if length >= _LENGTH_IN_TWO:
                    start += 2 if length == _LENGTH_IN_TWO else 8
                    if start > size:
                        break
                    length = int.from_bytes(view[at + _SHORTEST_HEADER : start])
                    if length > self._largest:
                        cut.append(OtherFrame(bytes(view[at:start])))
                        at = start = size
                        break
                if second & _MASKED:
                    start += _MASK_BYTES
                end = start + length
                if end > size:
                    start = end
                    break
                if view[at] == _WHOLE_BINARY and not second & _MASKED:
                    cut.append(bytes(view[start:end]))
                else:
                    cut.append(OtherFrame(bytes(view[at:end])))
                at = end
        del buffer[:at]
        self._needed = start - at
        return cut
