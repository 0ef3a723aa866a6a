"""Attacks on the download of attachments: what an address, a name server or a file server may try."""

import gzip
import hashlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.zalo.http.file_download import FILE_DOMAINS, FetchError, FileDownload, wipe
from zalo_governor.zalo.http.host_addresses import Resolve, is_public, resolve_host

MOST = 100_000
FILE = b"%PDF-1.7 GIA DINH " * 500
ADDRESS = "https://f25-zfc.zdn.vn/1/bao-cao.pdf?sig=GIA-DINH"
PUBLIC = "93.184.216.34"

Script = Callable[[socket.socket, bytes], None]


class Server:
    """A server on this machine that does with each connection what a test says; `asked` are the requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[bytes] = []
        self.script: Script = lambda line, _: line.sendall(answer(FILE))
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._thread.join(60)
        self._socket.close()

    def forever(self, line: socket.socket, data: bytes, pause: float) -> None:
        """Send the data again and again until the client has gone."""
        while not self._stopping.is_set():
            line.sendall(data)
            time.sleep(pause)

    def _run(self) -> None:
        while True:
            line, _ = self._socket.accept()
            if self._stopping.is_set():
                line.close()
                return
            with suppress(OSError), line:
                line.settimeout(60)
                self._serve(self._tls.wrap_socket(line, server_side=True) if self._tls else line)

    def _serve(self, line: socket.socket) -> None:
        with line:
            request = b""
            while b"\r\n\r\n" not in request:
                part = line.recv(4096)
                if not part:
                    return
                request += part
            self.asked.append(request)
            self.script(line, request)


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture
def routed(server: Server) -> FileDownload:
    return FileDownload(server.url, most_bytes=MOST, seconds=1.5, idle_seconds=0.5)


@pytest.fixture
def patient(server: Server) -> FileDownload:
    """Ended by another limit long before its time is over, also on a busy machine."""
    return FileDownload(server.url, most_bytes=MOST, seconds=30, idle_seconds=0.5)


def refused(
    download: FileDownload, address: str = ADDRESS, *, size: int | None = None, checksum: str | None = None
) -> FetchError:
    with pytest.raises(FetchError) as caught:
        download.fetch(address, size=size, checksum=checksum)
    assert "GIA-DINH" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_file_arrives_and_can_be_wiped(server: Server, routed: FileDownload) -> None:
    content = routed.fetch(
        ADDRESS, size=len(FILE), checksum=hashlib.md5(FILE, usedforsecurity=False).hexdigest().upper()
    )
    assert content == FILE
    wipe(content)
    assert not any(content)
    head, *lines = server.asked[0].decode().split("\r\n")
    assert head == "GET /1/bao-cao.pdf?sig=GIA-DINH HTTP/1.1"
    names = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines if line}
    assert names["x-orig-host"] == names["host"] == "f25-zfc.zdn.vn"
    assert names["accept-encoding"] == "identity"
    assert names["user-agent"].startswith("Mozilla/5.0")
    assert not {"cookie", "referer", "authorization", "origin"} & set(names)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/1",
        "https://127.0.0.1/1",
        "https://localhost/1",
        "https://10.0.0.1/1",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/1",
        "https://0x7f000001/1",
        "https://0177.0.0.1/1",
        "https://127.1/1",
        "https://[::1]/1",
        "https://[::ffff:127.0.0.1]/1",
        "https://[fe80::1%25eth0]/1",
        "https://zdn.vn.evil.example/1",
        "https://evilzdn.vn/1",
        "https://zdn.vn-evil.example/1",
        "https://evil.example/f25.zdn.vn/1",
        "https://evil.example?f25.zdn.vn/",
        "https://evil.example#.zdn.vn/1",
        "https://f25.zdn.vn@evil.example/1",
        "https://evil.example\\@f25.zdn.vn/1",
        "https://evil.example\\.zdn.vn/1",
        "https://user:pass@f25.zdn.vn/1",
        "https://f25.zdn.vn:8443/1",
        "https://f25.zdn.vn:80/1",
        "https://f25.zdn.vn%2eevil.example/1",
        "https://f25.zdn.vn%00.evil.example/1",
        "https://f25.zdn.vn\r\nHost: evil.example/1",
        "https://f25.zdn.vn .evil.example/1",
        "https://f25.zdn.vn。evil.example/1",
        "https://f25.zdn。vn.evil.example/1",
        "https://f25.zđn.vn/1",
        "//f25.zdn.vn/1",
        "f25.zdn.vn/1",
        "ftp://f25.zdn.vn/1",
        "file:///etc/passwd",
        "gopher://f25.zdn.vn/1",
        "data:text/plain,f25.zdn.vn",
        "https://",
        "https:///1",
        "",
        "https://[::1/1",
        "https://f25.zdn.vn:99999/1",
        "https://f25.zdn.vn:abc/1",
    ],
)
def test_what_is_not_a_file_server_of_zalo_is_not_asked(server: Server, routed: FileDownload, address: str) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    error = refused(routed, address)
    assert (error.reason, error.retry) == (NotChecked.FOREIGN_HOST, False)
    refused(FileDownload(None, most_bytes=MOST, seconds=1, resolve=resolve), address)
    assert server.asked == []
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://F25.ZDN.VN/1",
        "https://f25.zdn.vn./1",
        "https://f25.zdn.vn:443/1",
        "http://f25.zdn.vn/1",
        "https://b-f33-zpg.dlfl.vn/1",
        "https://res-zaloapp.zaloapp.com/1",
        "https://zadn.vn/1",
        "https://@f25.zdn.vn/1",
        "https://f25.zdn.vn:/1:443@evil.example",
        "https://f25.zdn.vn./.evil.example:1/1@x:2",
    ],
)
def test_file_servers_of_zalo_are_asked(server: Server, routed: FileDownload, address: str) -> None:
    assert routed.fetch(address) == FILE
    asked = server.asked[0].partition(b"X-Orig-Host: ")[2].split()[0].decode()
    assert asked.endswith(FILE_DOMAINS)


def test_a_line_break_in_the_path_adds_no_header(server: Server, routed: FileDownload) -> None:
    with suppress(FetchError):
        routed.fetch("https://f25.zdn.vn/1\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1")
    assert all(b"\r\nX-Evil" not in request and request.count(b"HTTP/1.1\r\n") == 1 for request in server.asked)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1", "64:ff9b::5db8:d822", "64:ff9b:1::1",
        "2002:7f00:1::1", "2001:0:1::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1", "ff02::1",
        "fec0::1", "100::1", "f25.zdn.vn", "",
    ],
)  # fmt: skip
def test_a_name_with_any_address_that_is_not_public_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given, **_: tried.append(given))
    assert not is_public(address)
    download = FileDownload(None, most_bytes=MOST, seconds=1, resolve=lambda _: [PUBLIC, address])
    error = refused(download)
    assert (error.reason, error.retry) == (NotChecked.FOREIGN_HOST, True)
    assert tried == []


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "103.1.1.1", "2606:4700::1111", "2405:4800::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_name_without_an_address_is_tried_again() -> None:
    def fails(_: str) -> list[str]:
        raise socket.gaierror(-3, "f25-zfc.zdn.vn GIA-DINH")

    resolvers: list[Resolve] = [fails, lambda _: []]
    for resolve in resolvers:
        error = refused(FileDownload(None, most_bytes=MOST, seconds=1, resolve=resolve))
        assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)


def test_names_of_this_machine_resolve() -> None:
    assert set(resolve_host("localhost")) & {"127.0.0.1", "::1"}


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ssl.SSLContext]:
    """Makes a server's certificate for a name, of an authority that the program trusts in this test."""

    def make(name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "GIẢ ĐỊNH")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "ca.pem").write_bytes(pem)
        (tmp_path / "server.pem").write_bytes(secret + pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "server.pem")
        return context

    return make


def test_the_connection_goes_to_the_address_that_was_checked(
    certify: Callable[[str], ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name server answers with a public address first, then with one of this machine."""
    tls = certify("f25-zfc.zdn.vn")
    names: list[object] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    server = Server(tls)
    answers = itertools.chain([[PUBLIC]], itertools.repeat(["127.0.0.1"]))
    connected: list[tuple[str, int]] = []
    connect = socket.create_connection

    def to_this_machine(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        return connect(("127.0.0.1", server.port), timeout)

    monkeypatch.setattr(socket, "create_connection", to_this_machine)
    download = FileDownload(None, most_bytes=MOST, seconds=5, resolve=lambda _: next(answers))
    try:
        assert download.fetch(ADDRESS) == FILE
        assert connected == [(PUBLIC, 443)]
        assert names == ["f25-zfc.zdn.vn"]
        assert b"X-Orig-Host" not in server.asked[0]
        error = refused(download)
        assert error.reason is NotChecked.FOREIGN_HOST
        assert len(connected) == 1
    finally:
        server.stop()


def test_a_certificate_of_another_name_is_refused(
    certify: Callable[[str], ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(certify("evil.example"))
    connect = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda _address, timeout: connect(("127.0.0.1", server.port), timeout)
    )
    try:
        error = refused(FileDownload(None, most_bytes=MOST, seconds=5, resolve=lambda _: [PUBLIC]))
        assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)
        assert server.asked == []
    finally:
        monkeypatch.undo()
        server.stop()


def test_a_routed_program_connects_to_this_machine_only(server: Server) -> None:
    download = FileDownload(server.url.replace("127.0.0.1", "localhost"), most_bytes=MOST, seconds=2,
                            resolve=lambda _: [PUBLIC])  # fmt: skip
    assert refused(download).reason is NotChecked.NOT_FETCHED
    with pytest.raises(Exception, match="route_to"):
        FileDownload("http://93.184.216.34:80", most_bytes=MOST, seconds=1)


def test_redirects_within_zalo_are_followed(server: Server, routed: FileDownload) -> None:
    moved = iter(["https://b-f9.dlfl.vn/2?x=1", "/3", "../4"])

    def script(line: socket.socket, _: bytes) -> None:
        there = next(moved, "")
        line.sendall(answer(b"moved", "302 Found", f"Location: {there}") if there else answer(FILE))

    server.script = script
    assert routed.fetch(ADDRESS) == FILE
    asked = [(request.split()[1], request.partition(b"X-Orig-Host: ")[2].split()[0]) for request in server.asked]
    assert asked[1:] == [(b"/2?x=1", b"b-f9.dlfl.vn"), (b"/3", b"b-f9.dlfl.vn"), (b"/4", b"b-f9.dlfl.vn")]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/1",
        "https://127.0.0.1/1",
        "http://{url}/1",
        "//evil.example/1",
        "https://zdn.vn.evil.example/1",
        "http://f25.zdn.vn/1",
        "https://f25.zdn.vn:8443/1",
        "https://a@f25.zdn.vn/1",
        "file:///etc/passwd",
        "https://[f25.zdn.vn/1",
    ],
)
def test_redirects_elsewhere_are_not_followed(server: Server, routed: FileDownload, location: str) -> None:
    there = location.format(url=server.url.removeprefix("http://"))
    server.script = lambda line, _: line.sendall(answer(b"", "302 Found", f"Location: {there}"))
    error = refused(routed)
    assert (error.reason, error.retry) == (NotChecked.FOREIGN_HOST, False)
    assert len(server.asked) == 1


@pytest.mark.parametrize("host", ["a..zdn.vn", ".zdn.vn", f"{'a' * 64}.zdn.vn"])
def test_a_host_that_cannot_be_resolved_for_an_empty_or_too_long_part_is_no_host_of_zalo(host: str) -> None:
    error = refused(FileDownload(None, most_bytes=MOST, seconds=1), f"https://{host}/1")
    assert (error.reason, error.retry) == (NotChecked.FOREIGN_HOST, False)


@pytest.mark.parametrize("headers", [("Location: /1/bao-cao.pdf",), ()])
def test_a_loop_of_redirects_ends(server: Server, routed: FileDownload, headers: tuple[str, ...]) -> None:
    server.script = lambda line, _: line.sendall(answer(b"", "307 Temporary Redirect", *headers))
    assert refused(routed).reason is NotChecked.NOT_FETCHED
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("status", "reason", "retry"),
    [
        (404, NotChecked.GONE, False),
        (410, NotChecked.GONE, False),
        (403, NotChecked.GONE, False),
        (400, NotChecked.NOT_FETCHED, False),
        (204, NotChecked.NOT_FETCHED, False),
        (206, NotChecked.NOT_FETCHED, False),
        (304, NotChecked.NOT_FETCHED, False),
        (408, NotChecked.NOT_FETCHED, True),
        (429, NotChecked.NOT_FETCHED, True),
        (500, NotChecked.NOT_FETCHED, True),
        (503, NotChecked.NOT_FETCHED, True),
    ],
)
def test_each_status_says_whether_to_try_again(
    server: Server, routed: FileDownload, status: int, reason: NotChecked, retry: bool
) -> None:
    server.script = lambda line, _: line.sendall(answer(b"", f"{status} GIA-DINH"))
    error = refused(routed)
    assert (error.reason, error.retry) == (reason, retry)
    assert error.facts == {"reason": reason.value, "retry": retry}


@pytest.mark.parametrize(("mime", "is_file"), [("application/json", False), ("image/jpeg", True)])
def test_an_expired_address_answers_200_with_a_json_error(
    server: Server, routed: FileDownload, mime: str, is_file: bool
) -> None:
    body = b'{"err_code":"1","err_msg":"expired"}'
    server.script = lambda line, _: line.sendall(answer(body, "200 OK", f"Content-Type: {mime}"))
    if is_file:  # what only looks like it is a file, and checked
        assert routed.fetch(ADDRESS) == body
    else:
        error = refused(routed)
        assert (error.reason, error.retry) == (NotChecked.GONE, False)


def test_a_file_announced_as_too_large_is_not_asked_for(server: Server, routed: FileDownload) -> None:
    assert refused(routed, size=MOST + 1).reason is NotChecked.TOO_LARGE
    assert server.asked == []


def test_a_declared_length_over_the_limit_is_not_read(server: Server, routed: FileDownload) -> None:
    server.script = lambda line, _: line.sendall(answer(b"x", "200 OK", f"Content-Length: {10**18}"))
    error = refused(routed)
    assert (error.reason, error.retry) == (NotChecked.TOO_LARGE, False)


@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked", "X-No: length"])
def test_an_endless_body_is_cut_at_the_limit(server: Server, patient: FileDownload, framing: str) -> None:
    piece = b"1000\r\n" + bytes(4096) + b"\r\n" if "chunked" in framing else bytes(4096)

    def script(line: socket.socket, _: bytes) -> None:
        line.sendall(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
        server.forever(line, piece, 0)

    server.script = script
    began = time.monotonic()
    assert refused(patient).reason is NotChecked.TOO_LARGE
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked", "X-No: length"])
def test_files_without_a_declared_length_arrive(server: Server, framing: str) -> None:
    large = bytes(range(256)) * 4096

    def script(line: socket.socket, _: bytes) -> None:
        line.sendall(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
        for start in range(0, len(large), 30_000):
            piece = large[start : start + 30_000]
            line.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if "chunked" in framing else piece)
        line.sendall(b"0\r\n\r\n" if "chunked" in framing else b"")

    server.script = script
    for most in (len(large), len(large) * 3):
        assert FileDownload(server.url, most_bytes=most, seconds=10).fetch(ADDRESS) == large
    error = refused(FileDownload(server.url, most_bytes=len(large) - 1, seconds=10))
    assert error.reason is NotChecked.TOO_LARGE


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"",
    ],
    ids=["body", "headers", "status"],
)
def test_a_slow_drip_ends_with_the_time_limit(server: Server, routed: FileDownload, before: bytes) -> None:
    def script(line: socket.socket, _: bytes) -> None:
        line.sendall(before)
        server.forever(line, b"x", 0.05)

    server.script = script
    began = time.monotonic()
    error = refused(routed)
    assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)
    assert 1.0 < time.monotonic() - began < 10


def test_silence_ends_with_the_idle_limit(server: Server, patient: FileDownload) -> None:
    def script(line: socket.socket, _: bytes) -> None:
        line.sendall(answer(b"x", "200 OK", "Content-Length: 90000"))
        line.recv(1)

    server.script = script
    began = time.monotonic()
    assert refused(patient).retry
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (answer(FILE[:-1], "200 OK", f"Content-Length: {len(FILE)}"), None),
        (b"HTTP/1.1 200 OK\r\n\r\n" + FILE[:-1], len(FILE)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2328\r\n" + FILE[:-1], None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, None),
        (b"GIA-DINH GIA-DINH\r\n\r\n", None),
        (b"", None),
    ],
    ids=["length", "announced", "chunk", "long header", "no HTTP", "nothing"],
)
def test_an_incomplete_answer_is_tried_again(
    server: Server, routed: FileDownload, sent: bytes, size: int | None
) -> None:
    server.script = lambda line, _: line.sendall(sent)
    error = refused(routed, size=size)
    assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)


def test_a_server_that_refuses_the_connection_is_tried_again(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = refused(FileDownload(f"http://127.0.0.1:{port}", most_bytes=MOST, seconds=1))
    assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)


def test_another_content_than_announced_is_not_returned(routed: FileDownload) -> None:
    error = refused(routed, checksum=hashlib.md5(b"other", usedforsecurity=False).hexdigest())
    assert (error.reason, error.retry) == (NotChecked.CHECKSUM, False)


@pytest.mark.parametrize("checksum", [None, "", "0", "không có", "g" * 32])
def test_a_checksum_that_is_none_is_not_compared(routed: FileDownload, checksum: str | None) -> None:
    assert routed.fetch(ADDRESS, checksum=checksum) == FILE


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, identity"])
def test_compressed_answers_are_not_unpacked(server: Server, routed: FileDownload, encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    server.script = lambda line, _: line.sendall(answer(bomb, "200 OK", f"Content-Encoding: {encoding}"))
    error = refused(routed)
    assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, False)


def test_proxies_of_the_environment_are_ignored(routed: FileDownload, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert routed.fetch(ADDRESS) == FILE


@pytest.mark.parametrize("size", [None, 0, -5, 1, len(FILE) + 7])
def test_a_wrong_size_in_the_message_does_not_matter(routed: FileDownload, size: int | None) -> None:
    assert routed.fetch(ADDRESS, size=size) == FILE


def test_an_empty_file_arrives(server: Server, routed: FileDownload) -> None:
    server.script = lambda line, _: line.sendall(answer())
    assert routed.fetch(ADDRESS) == b""


def test_a_web_page_with_status_200_is_no_file_and_is_tried_again(server: Server, routed: FileDownload) -> None:
    page = b"\n<!DOCTYPE html><html><body>expired</body></html>"
    server.script = lambda line, _: line.sendall(answer(page, "200 OK", "Content-Type: text/html; charset=utf-8"))
    error = refused(routed, size=len(FILE))
    assert (error.reason, error.retry) == (NotChecked.NOT_FETCHED, True)
    assert routed.fetch(ADDRESS, size=len(page)) == page  # a page that somebody sent as a file


def test_a_file_in_a_hurry_has_a_time_limit_of_its_own(server: Server) -> None:
    patient = FileDownload(server.url, most_bytes=MOST, seconds=30, idle_seconds=20)
    server.script = lambda line, _: server.forever(line, b"", 0.05)
    began = time.monotonic()
    with pytest.raises(FetchError):
        patient.fetch(ADDRESS, seconds=0.4)
    assert time.monotonic() - began < 15
