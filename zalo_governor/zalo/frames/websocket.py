"""Splits socket bytes into WebSocket frames (RFC 6455, 5.2), without I/O and without reading their payloads.

Nearly every frame of Zalo's server is an unmasked binary message in one frame. Those are unwrapped here, since a
general parser takes longer for each than all the rest of receiving it; other frames are returned with their header.
"""

from typing import NamedTuple

_WHOLE_BINARY = 0x82
_MASKED = 0x80
_MASK_BYTES = 4
_SHORTEST_HEADER = 2
_LENGTH_IN_TWO, _LENGTH_IN_EIGHT = 126, 127


class OtherFrame(NamedTuple):
    """Any WebSocket frame, header included, other than a complete binary message.

    It is a control frame, a part of a message in several frames, or text; the websockets package must handle it.
    """

    data: bytes


class FrameSplitter:
    """Splitter of the bytes received over one connection into WebSocket frames.

    `largest` is the longest allowed payload in bytes. Of a frame that announces a longer one only the header is
    returned; the remaining bytes are discarded, so that the connection is of no further use.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._needed = _SHORTEST_HEADER
        """Number of bytes that the buffer must hold before it can contain a complete frame."""

    def feed(self, data: bytes) -> list[bytes | OtherFrame]:
        """Add received bytes; return the frames that are now complete, in order.

        A binary message in one frame is returned as its payload, any other frame as an OtherFrame.
        """
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
