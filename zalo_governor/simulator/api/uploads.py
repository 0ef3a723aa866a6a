"""Endpoints of the simulated Zalo API for photos and files.

A client uploads a photo or file in chunks, receives an id for it, and then sends a message that refers to this id.
"""

import asyncio
import hashlib

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.api.sending import publish
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.messages import attachment, control

_FILE_DONE_AFTER = 0.1
"""Seconds between the answer to an upload and the `file_done` event, which gives the client the file's URL.

zca-js starts to wait for the event only after it has received the answer, and would miss an earlier event.
"""


def upload_photo(call: Call) -> RawDict:
    """Answer the API call `photo_original/upload`: store one chunk of a photo.

    The answer contains the photo's id and URLs; the id is "-1" until all chunks have arrived.
    """
    answer, content = _store_chunk(call)
    photo_id = "-1"
    if answer["finished"]:
        photo_id = call.stage.world.new_message_id()
        call.stage.world.keep_file(photo_id, content)
    names = ("normalUrl", "hdUrl", "thumbUrl", "oriUrl")
    return {**answer, "photoId": photo_id, **{name: f"https://photo.zdn.vn/{photo_id}/{name}.jpg" for name in names}}


def upload_file(call: Call) -> RawDict:
    """Answer the API call `asyncfile/upload`: store one chunk of a file.

    The answer contains the file's id, which is "-1" until all chunks have arrived. Then the event `file_done` with the
    file's URL is sent to the uploading account over its socket.
    """
    answer, content = _store_chunk(call)
    if not answer["finished"]:
        return {**answer, "fileId": "-1"}
    file_id = call.stage.world.new_message_id()
    call.stage.world.keep_file(file_id, content)
    call.stage.spawn(_announce_file(call, file_id))
    return {**answer, "fileId": file_id}


def send_photo(call: Call) -> RawDict:
    """Answer the API call `photo_original/send`: send an uploaded photo; its caption becomes the content's `title`."""
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
    """Answer the API call `asyncfile/msg`: send a message with an uploaded file.

    The file's name becomes the field `title` of the message's content.

    Raises:
        AnswerError: Zalo's error 114, the parameter `checksum` is not the MD5 of the uploaded file; or an error that
            `sending.publish` raises.
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
    """Store the chunk of a photo or file that an upload call carries.

    zca-js sends the chunks concurrently, so they may arrive in any order.

    Returns:
        The fields of the answer that are common to photos and files, and the whole content once all chunks have arrived
        (empty before that).
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
