"""API endpoints for photos and files, which are uploaded in chunks and then sent by their id."""

import asyncio
import hashlib

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.api.sending import publish
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.messages import attachment, control

_FILE_DONE_AFTER = 0.1
"""Seconds; zca-js listens for `file_done` only after it has received the upload's answer."""


def upload_photo(call: Call) -> RawDict:
    """Answer `photo_original/upload`: store a chunk; the photo's id is "-1" until the last chunk has arrived."""
    answer, content = _store_chunk(call)
    photo_id = "-1"
    if answer["finished"]:
        photo_id = call.stage.world.new_message_id()
        call.stage.world.keep_file(photo_id, content)
    names = ("normalUrl", "hdUrl", "thumbUrl", "oriUrl")
    return {**answer, "photoId": photo_id, **{name: f"https://photo.zdn.vn/{photo_id}/{name}.jpg" for name in names}}


def upload_file(call: Call) -> RawDict:
    """Answer `asyncfile/upload`: store a chunk; after the last one the socket sends the file's URL (`file_done`)."""
    answer, content = _store_chunk(call)
    if not answer["finished"]:
        return {**answer, "fileId": "-1"}
    file_id = call.stage.world.new_message_id()
    call.stage.world.keep_file(file_id, content)
    call.stage.spawn(_announce_file(call, file_id))
    return {**answer, "fileId": file_id}


def send_photo(call: Call) -> RawDict:
    """Answer `photo_original/send`: publish a photo message with its caption as title."""
    params = call.params
    size = {"hd": params.get("hdUrl", ""), "width": params.get("width", 0), "height": params.get("height", 0)}
    content = attachment(
        str(params.get("desc", "")),
        str(params.get("rawUrl") or params.get("normalUrl") or params.get("hdUrl", "")),
        thumb=str(params.get("thumbUrl", "")),
        params=size,
    )
    return publish(call, {"msgType": "chat.photo", "content": content}, file_id=str(params.get("photoId", "")))


def send_file(call: Call) -> RawDict:
    """Answer `asyncfile/msg`: publish a file message with the file's name as title.

    Fails with error 114 if the checksum in the call is not the MD5 of the uploaded file.
    """
    params = call.params
    uploaded = call.stage.world.files.get(str(params["fileId"]))
    if uploaded is not None and hashlib.md5(uploaded, usedforsecurity=False).hexdigest() != params.get("checksum"):
        raise AnswerError(114, "invalid params")
    facts = {
        "fileSize": str(params.get("totalSize", "")),
        "checksum": params.get("checksum", ""),
        "checksumSha": params.get("checksumSha", ""),
        "fileExt": params.get("extention") or params.get("extension", ""),
        "fdata": params.get("fdata", "{}"),
        "fType": params.get("fType", 1),
    }
    content = attachment(str(params["fileName"]), str(params.get("fileUrl", "")), params=facts)
    return publish(call, {"msgType": "share.file", "content": content}, file_id=str(params["fileId"]))


def _store_chunk(call: Call) -> tuple[RawDict, bytes]:
    """Store one chunk; return the answer, and the whole content once all chunks have arrived (before: empty).

    zca-js sends the chunks concurrently, so that they arrive in any order.
    """
    params, uploads = call.params, call.stage.world.uploads
    client_id, total = str(params["clientId"]), int(params["totalChunk"])
    there = uploads.setdefault((call.account.uid, client_id), {})
    there[int(params["chunkId"])] = call.upload
    finished = len(there) >= total
    content = b"".join(there[number] for number in sorted(there)) if finished else b""
    if finished:
        del uploads[call.account.uid, client_id]
    answer = {
        "finished": int(finished),
        "clientFileId": client_id,
        "chunkId": int(params["chunkId"]),
        "size": len(call.upload),
    }
    return answer, content


async def _announce_file(call: Call, file_id: str) -> None:
    await asyncio.sleep(_FILE_DONE_AFTER)
    address = {"url": f"https://file.zdn.vn/{file_id}"}
    await call.stage.control(control("file_done", "file_done", address, fileId=file_id), {call.account.uid})


ENDPOINTS: dict[str, Endpoint] = {
    f"/api/{kind}/{path}": endpoint
    for kind in ("group", "message")
    for path, endpoint in {
        "photo_original/upload": upload_photo,
        "photo_original/send": send_photo,
        "asyncfile/upload": upload_file,
        "asyncfile/msg": send_file,
    }.items()
}
