"""Display names: what a platform hangs on them, what is a device and no name, and the forms by which to look one up."""

from __future__ import annotations

import re

from iatp_events.lib.folding import fold
from registrations.platforms.limits import NAME_LIMIT
from registrations.platforms.rows import Flag

_HUNG_ON = re.compile(
    r"\s*\((?:guest|external|unverified|host|co-?host|me|organizer|presenter"
    r"|invitad[oa]|extern[oa]|no verificad[oa]|sin verificar|anfitrion|coanfitrion|yo|tu"
    r"|convidad[oa]|nao verificad[oa]|anfitria|anfitriao|eu|invitee?|externe|non verifiee?|hote|moi)"
    r"(?:,\s*(?:me|yo|eu|moi|guest))?\)\s*$"
)
_COMPANY = re.compile(r"^\[[^\]]{1,80}\]\s*(?=\S)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´](?=\w)")
_PUNCTUATION = re.compile(r"[^\w\s]+|_")

_PHONE = re.compile(r"(?=(?:\D*\d){3})\+?[\d\s*x•().#-]{6,40}")
_CALLER = re.compile(
    r"(?:call-?in user|phone user|telephone|usuario de (?:llamada|telefono)|usuario telefonico"
    r"|usuario do telefone|utilisateur telephone)[ _]?\d*"
)
_DEVICE = re.compile(
    r"\b(?:iphone|ipad|ipod|macbook|imac|android|chromebook|laptop|desktop-\w+|laptop-\w+|tablet|thinkpad)\b"
    r"|^(?:galaxy|samsung|sm-[a-z]\d|redmi|xiaomi|poco [a-z]\d|huawei|honor \w*\d|moto\s?[a-z]\d|moto [eg]\b|motorola"
    r"|pixel \d|oneplus|oppo|lenovo|dell|hp-|hp laptop|asus|acer|nokia \d|celular|tel[eé]?fono|pc-|pc de|computador)"
)
_NOBODY = re.compile(
    r"(?:zoom|webex|teams|meet|google meet)?\s*"
    r"(?:user|usuario|utilisateur|guest|invitad[oa]|convidad[oa]|invitee?|participante?|attendee|asistente|anonymous"
    r"|anonim[oa]|anonyme|unknown|desconocid[oa]|desconhecid[oa]|inconnue?|host|anfitrion)"
    r"(?: user| usuario)?(?: (?:de|do) (?:zoom|webex|teams))?(?: anonim[oa]| desconocid[oa])?\s*\d*"
)
_OWNER = re.compile(r"\b(?:de|del|da|do|of)\s+[^\W\d]{2,}|[^\W\d]{2,}['’]s\b")
# Words beside a device's that name a model and nobody.
_MODELS = frozenset(
    "pro max plus mini air note ultra lite galaxy samsung iphone ipad redmi xiaomi huawei moto motorola android"
    " phone tablet laptop apple nova tab the la el mi le my de del do da of".split()
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def clean(written: str) -> tuple[str, frozenset[Flag]]:
    """The name without what a platform hangs on it, cut at NAME_LIMIT; and whether it is a device's.

    "[ACME] Ana Ruiz (Guest)" → "Ana Ruiz". Text in other brackets stays: it may be the real name.
    """
    flags = {Flag.CUT} if len(written) > NAME_LIMIT else set()
    name = " ".join(written[: NAME_LIMIT * 2].split())
    while (bare := _without_suffix(name)) != name:
        name = bare
    name = _COMPANY.sub("", name)[:NAME_LIMIT].strip()
    return name, frozenset(flags | _device(name))


def _without_suffix(name: str) -> str:
    opened = name.rfind("(")
    hung_on = opened > 0 and _HUNG_ON.fullmatch(fold(name[opened:]))
    return name[:opened].rstrip() if hung_on else name


def _device(name: str) -> set[Flag]:
    """A telephone number tells whose it is as little as a name, but tells two callers apart; "Zoom user" does not."""
    plain = fold(name)
    if _PHONE.fullmatch(plain):
        return {Flag.DEVICE}
    if not plain or _CALLER.fullmatch(plain):
        return {Flag.DEVICE, Flag.NO_OWNER}
    if _NOBODY.fullmatch(plain):
        return {Flag.DEVICE, Flag.NO_OWNER}
    if not _DEVICE.search(plain):
        return set()
    owned = _OWNER.search(plain) or any(word not in _MODELS for word in _WORD.findall(_DEVICE.sub(" ", plain)))
    return {Flag.DEVICE} if owned else {Flag.DEVICE, Flag.NO_OWNER}


def key(name: str) -> str:
    """By which two spellings are one name: "O’Brien-CAMPBELL" → "o brien campbell"."""
    return " ".join(_PUNCTUATION.sub(" ", fold(name)).split())


def keys(name: str) -> tuple[str, ...]:
    """Every form in which a display name may be someone's own: as it is, "Apellido, Nombre" turned round, without
    its apostrophes, without its brackets, and what stands in them.

    "Clúster Cacao (Rosa Ruiz)" → "cluster cacao", "rosa ruiz".
    """
    inside = _BRACKETS.findall(name)
    outside = _BRACKETS.sub(" ", name)
    forms = [form for text in (outside, *inside) for form in (text, _turned(text), closed(text))]
    return tuple(dict.fromkeys(found for found in map(key, forms) if found))


def closed(name: str) -> str:
    """As platforms and hands write it that drop apostrophes: "O’Brien" → "OBrien"."""
    return _APOSTROPHE.sub("", name)


def _turned(text: str) -> str:
    family, comma, given = text.partition(",")
    return f"{given} {family}" if comma and "," not in given else text
