"""In which encoding a text was written, judged by what it says and not by its label alone."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

UTF8, CHINESE, TRADITIONAL = "utf-8", "gb18030", "big5"
_LABELS = {
    "65001": UTF8,
    "utf8": UTF8,
    "936": CHINESE,
    "54936": CHINESE,
    "950": TRADITIONAL,
}
# Language drivers of a dBase table. Source: dBase level 5 header, byte 29.
_DRIVERS = {0x4D: CHINESE, 0x4F: TRADITIONAL, 0x7A: CHINESE, 0x78: TRADITIONAL}
_DESCRIPTOR_BYTES, _HEADER_BYTES, _END_OF_FIELDS = 32, 32, 0x0D
_LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class Judged:
    """encoding: "" where no encoding reads every text."""

    encoding: str
    is_labelled_wrong: bool = False
    example: str = ""
    """A text as the encoding reads it; of what cannot be read, as much as can."""


def known(label: str) -> str:
    """Python's name of the encoding a label means; "" for one that names none, such as "System"."""
    name = label.strip().lower().removeprefix("ansi ").removeprefix("cp")
    try:
        found = codecs.lookup(_LABELS.get(name, f"cp{name}" if name.isdecimal() else name)).name
    except (LookupError, ValueError):
        return ""
    return CHINESE if found in ("gbk", "gb2312", "gb18030") else found


def judged(texts: Sequence[bytes], label: str = "") -> Judged:
    """The encoding that reads all texts, most plainly; the label decides between equals."""
    told = [text for text in texts if not text.isascii()]
    if not told:
        return Judged(known(label) or UTF8)
    asked = known(label)
    candidates = [one for one in dict.fromkeys((asked, UTF8, CHINESE, TRADITIONAL)) if one]
    oddness = {one: _oddness(told, one) for one in candidates}
    best = min(candidates, key=lambda one: (oddness[one], candidates.index(one)))
    example = max((_read(text, best) or "" for text in told), key=len)
    if oddness[best] >= _UNREADABLE * len(told):
        return Judged("", bool(asked), example)
    unreadable = [text for text in told if _read(text, best) is None]
    if unreadable:
        return Judged("", bool(asked), unreadable[0].decode(best, "replace"))
    return Judged(best, bool(asked) and asked != best, example)


_UNREADABLE = 100.0


def _oddness(texts: Iterable[bytes], encoding: str) -> float:
    """0 for plain Chinese; grows with characters nobody writes there, most with what fails."""
    total = 0.0
    for text in texts:
        read = _read(text, encoding)
        total += _UNREADABLE if read is None else sum(map(_is_odd, read)) / len(read)
    return total


def _read(text: bytes, encoding: str) -> str | None:
    """None where it is not written so; a last character cut by the width of a column is let go,
    unless it is all there is."""
    for cut in range(min(len(text), _LONGEST_CHARACTER)):
        try:
            return text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if len(text) - cut - error.start >= _LONGEST_CHARACTER:
                return None
    return None


def _is_odd(character: str) -> bool:
    if character.isascii():
        return not (character.isprintable() or character in "\t\r\n")
    if "\u4e00" <= character <= "\u9fff":
        return not _is_common(character)
    return not ("\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef")


def _is_common(character: str) -> bool:
    """One of the characters of GB 2312 or of Big5's first part, not of a rare extension."""
    return any(_encodes(character, encoding) for encoding in ("gb2312", "big5"))


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


# dBase tables -------------------------------------------------------------------------------


def label_of_table(raw: bytes) -> str:
    """What a dBase table says of itself; "" for nothing or for "as the system has it"."""
    return _DRIVERS.get(raw[29], "") if len(raw) > _HEADER_BYTES else ""


def texts_of_table(raw: bytes) -> list[bytes]:
    """Names and texts of a dBase table, each once."""
    found = {raw[at : at + size].rstrip(b" \0") for at, size in _texts(raw)}
    return sorted(found | {name for name, _, _, _ in _fields(raw[: _start(raw)])})


def table_made_whole(raw: bytes, encoding: str) -> tuple[bytes, int]:
    """The table without last characters that the width of a column cut in two; how many."""
    whole, count = bytearray(raw), 0
    for at, size in _texts(raw):
        text = raw[at : at + size].rstrip(b" \0")
        read = text if text.isascii() else (_read(text, encoding) or "").encode(encoding)
        if len(read) < len(text):
            whole[at : at + size] = read.ljust(size)
            count += 1
    return bytes(whole), count


def _texts(raw: bytes) -> Iterator[tuple[int, int]]:
    """Place and width of every text."""
    start, width = _start(raw), int.from_bytes(raw[10:12], "little")
    columns = [(at, size) for _, kind, at, size in _fields(raw[:start]) if kind == b"C"]
    for row in range(start, len(raw) - width + 1, max(width, 1)):
        yield from ((row + at, size) for at, size in columns)


def _start(raw: bytes) -> int:
    return int.from_bytes(raw[8:10], "little")


def _fields(header: bytes) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Name, kind, place in the row and width of each column."""
    at = 1
    for place in range(_HEADER_BYTES, len(header) - _DESCRIPTOR_BYTES + 1, _DESCRIPTOR_BYTES):
        if header[place] == _END_OF_FIELDS:
            return
        name, kind, size = header[place : place + 11], header[place + 11 : place + 12], 0
        size = header[place + 16] + (256 * header[place + 17] if kind == b"C" else 0)
        yield name.partition(b"\0")[0], kind, at, size
        at += size
