"""Photos and files: uploaded in chunks, then sent by their id."""

import asyncio

from zalo_governor.domain.elements import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.api.sending import publish
from zalo_governor.simulator.messages import attachment, control

_FILE_DONE_AFTER = 0.1
"""Seconds; zca-js waits for the word only once it has the answer of the upload."""


def upload_photo(call: Call) -> RawDict:
    """`photo_original/upload`: ids and addresses once the last chunk is there, "-1" before."""
    answer = _chunk(call)
    photo_id = call.stage.world.new_message_id() if answer["finished"] else "-1"
    names = ("normalUrl", "hdUrl", "thumbUrl", "oriUrl")
    return {**answer, "photoId": photo_id, **{name: f"https://photo.zdn.vn/{photo_id}/{name}.jpg" for name in names}}


def upload_file(call: Call) -> RawDict:
    """`asyncfile/upload`: the address of the file comes later over the socket (`file_done`)."""
    answer = _chunk(call)
    if not answer["finished"]:
        return {**answer, "fileId": "-1"}
    file_id = call.stage.world.new_message_id()
    call.stage.spawn(_file_done(call, file_id))
    return {**answer, "fileId": file_id}


def send_photo(call: Call) -> RawDict:
    """`photo_original/send`: the caption stands in the title."""
    params = call.params
    size = {"hd": params.get("hdUrl", ""), "width": params.get("width", 0), "height": params.get("height", 0)}
    content = attachment(
        str(params.get("desc", "")),
        str(params.get("rawUrl") or params.get("normalUrl") or params.get("hdUrl", "")),
        thumb=str(params.get("thumbUrl", "")),
        params=size,
    )
    return publish(call, {"msgType": "chat.photo", "content": content})


def send_file(call: Call) -> RawDict:
    """`asyncfile/msg`: title is the file's name."""
    params = call.params
    facts = {
        "fileSize": str(params.get("totalSize", "")),
        "checksum": params.get("checksum", ""),
        "checksumSha": params.get("checksumSha", ""),
        "fileExt": params.get("extention") or params.get("extension", ""),
        "fdata": params.get("fdata", "{}"),
        "fType": params.get("fType", 1),
    }
    content = attachment(str(params["fileName"]), str(params.get("fileUrl", "")), params=facts)
    return publish(call, {"msgType": "share.file", "content": content})


def _chunk(call: Call) -> RawDict:
    """Counts the chunks: zca-js sends all of them at once, and they come in any order."""
    params, uploads = call.params, call.stage.world.uploads
    client_id, total = str(params["clientId"]), int(params["totalChunk"])
    there = uploads.setdefault((call.account.uid, client_id), set())
    there.add(int(params["chunkId"]))
    finished = len(there) >= total
    if finished:
        del uploads[call.account.uid, client_id]
    return {
        "finished": int(finished),
        "clientFileId": client_id,
        "chunkId": int(params["chunkId"]),
        "size": call.upload_size,
    }


async def _file_done(call: Call, file_id: str) -> None:
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
