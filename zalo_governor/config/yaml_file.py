"""Reading and validating YAML files, with errors that name the file, the line and the key."""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.error_text import of_system, of_value

KeyPath = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)
# libyaml's loader, where available, takes a tenth of the time at every start.
if TYPE_CHECKING:
    _Parser = yaml.SafeLoader
else:
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WITH_ZERO = re.compile(r"[-+]?0[0-9_]+")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
"""A thousand as people write it here, `1.000`, which YAML reads as 1: all messages would be deleted after a day."""


class _Loader(_Parser):
    """Loader that keeps a number with a leading 0 as text: people mean the number of a document, never octal."""

    def _number(self, node: yaml.ScalarNode) -> Any:
        return node.value if _WITH_ZERO.fullmatch(node.value) else self.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader._number)


class Document(NamedTuple):
    """A parsed YAML file: its data, and the line number (from 1) of each key."""

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, key: KeyPath) -> int:
        """Return the line of a key such as `("people", 0, "uid")`; if it is missing, of the nearest key around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def error(self, key: KeyPath, message: str) -> ConfigError:
        """Return (not raise) an error with file, line and key before `message`."""
        return ConfigError(f"{self.path}:{self.line(key)}: {_dotted(key) or '(cả tệp)'}: {message}")


def load_yaml(path: Path) -> Document:
    """Read a YAML file whose top level is a mapping.

    Raises:
        ConfigError: the file is missing, not UTF-8, not YAML or no mapping, repeats a key, or has a time such as 17:00
            without quotes, or a number such as 1.000.
    """
    text = read_text(path)
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            return Document(path, {}, {})
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}:1: tệp phải gồm những dòng `mục: giá trị`; hãy so với tệp mẫu")
        lines = dict(_line_numbers(path, node, ()))
        return Document(path, yaml.load(text, Loader=_Loader), lines)  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        written = text.splitlines()[line - 1 : line]
        if written and "\t" in written[0][: len(written[0]) - len(written[0].lstrip())]:
            raise ConfigError(
                f"{path}:{line}: dòng này thụt vào bằng phím Tab; YAML chỉ nhận dấu cách: hãy thay Tab bằng dấu cách, "
                "thụt bằng các dòng cùng mục"
            ) from error
        if opened := _line_of_open_quote(text, line):
            raise ConfigError(
                f"{path}:{line}: sai cách viết YAML: dấu ngoặc kép mở ở dòng {opened} chưa được đóng; hãy thêm dấu "
                f"đóng ở dòng {opened}"
            ) from error
        known = next((said for problem, said in _PROBLEMS.items() if problem in str(error.problem)), "")
        raise ConfigError(
            f"{path}:{line}: sai cách viết YAML{known and f' ({known})'}; hãy xem thụt lề, dấu hai chấm và ngoặc kép ở "
            "dòng này và dòng ngay trên"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{path}:{line}: có ký tự điều khiển không nhìn thấy; hãy xóa và gõ lại dòng này") from error
    except ValueError as error:
        raise ConfigError(f"{path}: có dấu !! trước một giá trị không hợp với dấu ấy; hãy bỏ dấu ấy đi") from error


def _line_of_open_quote(text: str, line: int) -> int | None:
    """Return the line of the opening quotation mark of a value that reaches `line`, where parsing failed; None if none.

    Its closing mark is missing: the next quotation mark of the file, or the file's end, was taken for it.
    """
    try:
        for token in yaml.scan(text, Loader=_Loader):
            begun, ended = int(token.start_mark.line) + 1, int(token.end_mark.line) + 1
            if isinstance(token, yaml.ScalarToken) and not token.plain and begun < line == ended:
                return begun
    except yaml.MarkedYAMLError as error:
        if error.context_mark and "end of stream" in str(error.problem):
            return int(error.context_mark.line) + 1
    return None


def read_text(path: Path) -> str:
    """Read the text of a configuration file, without the byte-order mark that editors on Windows put before it.

    Raises:
        ConfigError: the file is missing, may not be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if gone := next((folder for folder in reversed(path.parents) if not folder.exists()), None):
            raise ConfigError(
                f"{gone}: không có thư mục này; hãy xem lại đường dẫn (của bộ quy tắc, câu chữ: mục config_dir)"
            ) from None
        raise ConfigError(f"{path}: không có tệp này; hãy chép từ thư mục config kèm theo chương trình") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: không phải văn bản UTF-8; hãy lưu lại tệp với bộ mã UTF-8") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: không đọc được: {of_system(error)}; hãy xem lại đường dẫn và quyền đọc của người chạy chương "
            "trình"
        ) from None


def validate(model: type[ModelT], document: Document, data: dict[str, Any] | None = None) -> ModelT:
    """Return an instance of `model` made from the document's data, or from `data` where given.

    Raises:
        ConfigError: the data do not fit the model; one line for each wrong key, saying what is expected.
    """
    try:
        return model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        raise complaint(model, document, error) from None


def complaint(
    model: type[BaseModel],
    document: Document,
    error: ValidationError,
    within: KeyPath = (),
    elsewhere: Callable[[KeyPath], str | None] = lambda _: None,
) -> ConfigError:
    """Convert a pydantic error to a ConfigError with file, line and key, which quotes no values, as they may be secret.

    `within` is the key whose value was validated as `model`; empty for the whole file. `elsewhere` returns the source
    of a value that did not come from the file, such as an environment variable, or None.
    """
    rows = []
    for item in error.errors(include_url=False, include_input=False):
        if item["type"] == "extra_forbidden":
            said = unknown_key(str(item["loc"][-1]), _allowed_keys(model, item["loc"][:-1]))
        else:
            said = of_value(item)
        place = elsewhere(item["loc"])
        rows.append(f"{place}: {said}" if place else str(document.error((*within, *item["loc"]), said)))
    return ConfigError("\n".join(rows))


def unknown_key(key: str, names: Iterable[str]) -> str:
    """Return the error text for the unknown key `key`, which suggests the most similar of the allowed `names`."""
    nearest = get_close_matches(key, list(names), 1)
    meant = f"có phải định ghi {nearest[0]} không? " if nearest else ""
    return f"không có mục này; {meant}hãy sửa tên mục hoặc bỏ đi"


def _allowed_keys(model: type[BaseModel], at: KeyPath) -> list[str]:
    """Return the keys that may stand under the key `at` of a file; `model` describes the whole file."""
    for step in at:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        inner = _find_model(field.annotation) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _find_model(annotation: object) -> type[BaseModel] | None:
    """Return the model X in an annotation `X`, `X | None`, `tuple[X, ...]` or `Mapping[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_find_model, get_args(annotation))), None)


def _dotted(key: KeyPath) -> str:
    return ".".join(map(str, key))


def _line_numbers(path: Path, node: yaml.Node, at: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            name = str(key_node.value)
            line = key_node.start_mark.line + 1
            if name in seen:
                raise ConfigError(f"{path}:{line}: {_dotted((*at, name))}: mục này ghi hai lần; hãy giữ lại một")
            seen.add(name)
            yield (*at, name), line
            yield from _line_numbers(path, value_node, (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), item.start_mark.line + 1
            yield from _line_numbers(path, item, (*at, index))
    elif isinstance(node, yaml.ScalarNode) and node.tag == _DATE:
        try:
            yaml.constructor.SafeConstructor().construct_yaml_timestamp(node)
        except ValueError:
            raise ConfigError(
                f"{path}:{node.start_mark.line + 1}: {_dotted(at)}: {node.value} không có trong lịch; hãy xem lại "
                "ngày, tháng, hoặc đặt trong ngoặc kép nếu đây không phải ngày"
            ) from None
    elif node.tag in _NUMBERS and ":" in node.value:
        # YAML 1.1 reads 17:00 as a base-60 number, 1020, which pydantic would take for the time 00:17.
        raise ConfigError(
            f'{path}:{node.start_mark.line + 1}: {_dotted(at)}: giờ phải đặt trong ngoặc kép; hãy viết "{node.value}"'
        )
    elif node.tag in _NUMBERS and _THOUSANDS.fullmatch(node.value):
        raise ConfigError(
            f"{path}:{node.start_mark.line + 1}: {_dotted(at)}: ở đây dấu chấm là dấu thập phân; số từ một nghìn trở "
            f"lên thì viết liền: {node.value.replace('.', '')}"
        )


_PROBLEMS = {
    "mapping values are not allowed": "có dấu hai chấm thừa, hoặc dòng thụt vào sai",
    "character that cannot start": "giá trị bắt đầu bằng dấu đặc biệt phải đặt trong ngoặc kép",
    "',' or ": "thiếu dấu phẩy hoặc dấu đóng ngoặc",
    "expected key": "dòng thụt vào không bằng các dòng cùng mục, hoặc thừa dấu đóng ngoặc",
    "expected <block end>": "dòng thụt vào không bằng các dòng cùng mục, hoặc thừa dấu đóng ngoặc",
    "undefined alias": "dấu * đầu giá trị phải đặt trong ngoặc kép",
    "constructor for the tag": "dấu ! đầu giá trị phải đặt trong ngoặc kép",
    "escape character": "trong ngoặc kép, dấu \\ phải viết hai lần",
    "another document": "dòng --- chỉ được đứng đầu tệp",
}
"""Part of what libyaml or PyYAML says -> what is wrong, in words of the people who write the file."""
_DATE = "tag:yaml.org,2002:timestamp"
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
