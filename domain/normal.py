"""One spelling per mailbox and per telephone number, for finding and for comparing again (`security.md` 2.6, I4).

A normal form is for equality only. Mail is sent to the address as stored, never to this. Two different mailboxes must
never get the same form, so nothing here folds look-alikes, accents, tags or dots together.

Next: adapters/vault.py
"""

import re
import unicodedata

from domain.errors import InvalidInputError

# RFC 5321 4.5.3.1: 64 + "@" + 255 octets. Checked before any work, because IDNA work grows with the length.
_LONGEST_ADDRESS = 320
# E.164: at most 15 digits with the country code; the shortest numbers in use (Niue, Saint Helena) have 7.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_PUNCTUATION = str.maketrans("", "", " -./()")

# Control, format (bidi and zero-width among them), surrogate, private, unassigned, line and paragraph separators.
# Unassigned ones because their normal form may change with the next Unicode version, and an index may not.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Default_Ignorable_Code_Point outside those categories: drawn as nothing, so two addresses would look the same.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# The only characters NFC turns into ASCII ones: Kelvin sign -> K, Greek question mark -> ;, Greek varia -> `.
# Normalised, the mailbox "mi<Kelvin>e" would become "mike". They are kept as they are.
_BECOMES_ASCII = re.compile("([\u212a\u037e\u1fef])")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def normal_email(address: str) -> str:
    """The form of an address under which a mailbox is found; idempotent.

    Blanks around it go; the domain becomes lower-case A-labels (UTS-46, non-transitional); in the local part NFC and
    ASCII lower-casing only: no tag or dot removal, no NFKC, no case folding.

    Args:
        address: one address, without display name.

    Raises:
        InvalidInputError: no address, or one with control, bidirectional or invisible characters.
    """
    address = address.strip(" \t")
    if len(address) > _LONGEST_ADDRESS:
        raise InvalidInputError("This e-mail address is too long.", field="email")
    refuse_hidden(address, field="email")
    local, _, domain = address.rpartition("@")
    if not local or not domain or domain.endswith(".") or _has_bare_blank(local):
        raise InvalidInputError("This is not an e-mail address.", field="email")
    return f"{_normal_local(local)}@{_a_labels(domain)}"


def normal_phone(number: str) -> str:
    """The E.164 form of a telephone number written internationally: "+" and digits.

    Punctuation goes and a leading "00" is read as "+". A national number, or one with the "(0)" that is dialled in some
    countries and left out in others, is refused: guessing would find somebody else.

    Raises:
        InvalidInputError: not a number in international form.
    """
    refuse_hidden(number, field="phone")
    if re.search(r"\(\s*0\s*\)", number):
        raise InvalidInputError("Write the number without the (0), as it is dialled from abroad.", field="phone")
    digits = number.translate(_PHONE_PUNCTUATION)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not _E164.fullmatch(digits):
        raise InvalidInputError("Write the number with + and the country code.", field="phone")
    return digits


def refuse_hidden(value: str, *, field: str) -> None:
    """Refuse text whose bytes are not what a person sees.

    Raises:
        InvalidInputError: control, bidirectional, zero-width, unassigned or otherwise invisible characters.
    """
    if _INVISIBLE.search(value) or any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in value):
        raise InvalidInputError("This contains characters that cannot be seen. Type it again.", field=field)


def _has_bare_blank(local: str) -> bool:
    quoted = len(local) > 1 and local[0] == local[-1] == '"'
    return not quoted and any(char.isspace() for char in local)


def _normal_local(local: str) -> str:
    parts = _BECOMES_ASCII.split(local)
    return "".join(part if _BECOMES_ASCII.fullmatch(part) else _lower_nfc(part) for part in parts)


def _lower_nfc(text: str) -> str:
    # NFC again at the end: "H" + macron below has no composed form and "h" + macron below has one.
    lowered = unicodedata.normalize("NFC", text).translate(_ASCII_LOWER)
    return unicodedata.normalize("NFC", lowered)


def _a_labels(domain: str) -> str:
    import idna  # noqa: PLC0415  only this function needs its tables

    try:
        # std3_rules: no mapping may produce "@", "/" or a blank inside a host name.
        return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as refusal:
        raise InvalidInputError("The part after the @ is not a domain name.", field="email") from refusal
