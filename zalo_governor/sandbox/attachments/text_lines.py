"""Finds and reads lines of text in pictures with the PP-OCRv6 models that lie inside the package of RapidOCR.

Good for the few capitals of a stamp; the models drop some Vietnamese letters, so body text is for `recognition`. Of
RapidOCR only the models and the pure steps are used: its own class looks for downloads, and loads at the first picture.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import cv2.typing
import numpy as np
import onnxruntime
import rapidocr
from numpy.typing import NDArray
from rapidocr.ch_ppocr_det.utils import DBPostProcess

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float32]

_MODELS = Path(rapidocr.__file__).parent / "models"
_LINE_HEIGHT = 48
"""Height in pixels that the reading model was trained with."""
_LINE_WIDTH = 320
"""Least width in pixels; narrower lines are padded, as in training."""
_LONGEST = 12
"""Most heights that a line may be wide; longer lines are cut, as no stamp is so long."""
_MOST_PIXELS = 700_000
"""Pixels to which a picture is reduced before lines are looked for, as memory and time grow with them."""
_STEP = 32
"""The sides of the finding model's input are multiples of this number of pixels."""


class ReadLine(NamedTuple):
    """A line of text in a picture, as the reading model recognised it."""

    text: str
    score: float
    """How sure the model is, 0 to 1."""


class _Models(NamedTuple):
    finder: onnxruntime.InferenceSession
    reader: onnxruntime.InferenceSession
    letters: list[str]
    boxes: DBPostProcess


@cache
def load_models() -> _Models:
    """Return the loaded models; the first call takes about .4 s and 100 MB.

    One thread and no arena: the sessions then hold no threads, so that they work on in a forked child, and give memory
    back after each picture.
    """
    # OpenCV's own threads do not survive a fork either.
    cv2.setNumThreads(1)
    reader = _load_model("PP-OCRv6_rec_small.onnx")
    letters = reader.get_modelmeta().custom_metadata_map["character"].splitlines()
    boxes = DBPostProcess(thresh=0.3, box_thresh=0.5, max_candidates=300, unclip_ratio=1.6, use_dilation=True)
    return _Models(_load_model("PP-OCRv6_det_small.onnx"), reader, ["", *letters, " "], boxes)


def find_lines(picture: Pixels) -> Corners:
    """Return the four corners of each line of text in a grey picture, from the top left clockwise, in its pixels."""
    models = load_models()
    height, width = picture.shape
    share = min(1.0, (_MOST_PIXELS / (height * width)) ** 0.5)
    wanted = tuple(max(_STEP, round(side * share / _STEP) * _STEP) for side in (width, height))
    small = cv2.resize(picture, wanted, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)
    (heat,) = models.finder.run(None, {models.finder.get_inputs()[0].name: _as_input(small)})
    boxes, _ = models.boxes(heat, (height, width))
    return np.asarray(boxes, np.float32).reshape(-1, 4, 2)


def cut_line(picture: Pixels, corners: Corners) -> Pixels:
    """Return the line between these corners, level; one that is taller than 1.5 times its width is turned by 90°."""
    width = max(4, int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))))
    height = max(4, int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    warp = cv2.getPerspectiveTransform(np.ascontiguousarray(corners, np.float32), target)
    cut = cv2.warpPerspective(picture, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(np.rot90(cut) if height >= 1.5 * width else cut, np.uint8)


def read_line(line: Pixels) -> ReadLine:
    """Return the text of one line, given as a grey picture."""
    models = load_models()
    height, width = line.shape
    line = line[:, : height * _LONGEST]
    scaled = cv2.resize(line, (max(1, min(width, height * _LONGEST) * _LINE_HEIGHT // height), _LINE_HEIGHT))
    padded = np.zeros((1, 3, _LINE_HEIGHT, max(_LINE_WIDTH, scaled.shape[1])), np.float32)
    padded[..., : scaled.shape[1]] = _as_input(scaled)
    (chances,) = models.reader.run(None, {models.reader.get_inputs()[0].name: padded})
    best = chances[0].argmax(axis=1)
    # CTC: of equal neighbours the first counts; 0 is the blank between letters.
    kept = [step for step, letter in enumerate(best) if letter and (step == 0 or best[step - 1] != letter)]
    text = "".join(models.letters[best[step]] for step in kept)
    return ReadLine(text, float(np.mean([chances[0][step, best[step]] for step in kept])) if kept else 0.0)


def _load_model(name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(_MODELS / name), options, providers=["CPUExecutionProvider"])


def _as_input(grey: cv2.typing.MatLike) -> NDArray[np.float32]:
    """Return a grey picture as the models want it: one picture, three equal channels, -1 to 1."""
    scaled = grey.astype(np.float32) / 127.5 - 1
    return np.ascontiguousarray(np.broadcast_to(scaled, (1, 3, *grey.shape)))
