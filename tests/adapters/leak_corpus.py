"""Documents built to leak: the same words in every encoding and layer in which documents hide them. Made here, each by hand."""

import base64
import binascii
import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

SECRET = "Tomasz Wójcik"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def office(**members: bytes) -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>"}, **members)


def among_ids(hidden: bytes) -> bytes:
    """In one row of many that each hold an id and a hash, half of them of small numbers."""
    rows = [
        b'{"id":"%s","hash":"%s"}' % (_id(number), hashlib.sha256(b"%d" % number).hexdigest().encode()) for number in range(2_000)
    ]
    return b"\n".join([*rows[:1_000], b'{"id":"%s","hash":"%s"}' % (_id(-1), hidden), *rows[1_000:]])


def _id(number: int) -> bytes:
    return (f"{number:032x}" if number % 2 else str(uuid5(NAMESPACE_URL, str(number)))).encode()


def pdf(*objects: bytes, revision: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"trailer<<>>\n%%EOF\n" + revision


def stream(content: bytes, *, packed: bool = True) -> bytes:
    filter_ = b"/Filter/FlateDecode" if packed else b""
    return b"<<%s>>\nstream\n%s\nendstream" % (filter_, zlib.compress(content) if packed else content)


def png(kind: bytes, data: bytes) -> bytes:
    chunk = len(data).to_bytes(4, "big") + kind + data + binascii.crc32(kind + data).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk


def mail(body: str, *, attachment: bytes = b"", name: str = "notes.txt", subject: str = "Hello") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ruth@post.example", "office@orchard.example"
    message.set_content(body)
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


# Each takes the words and gives a document that has them.
DOCUMENTS: dict[str, Callable[[str], bytes]] = {
    "plain text": str.encode,
    "another case": lambda word: word.upper().encode(),
    "utf-16": lambda word: f"see {word}".encode("utf-16"),
    "utf-16 without a mark, inside other bytes": lambda word: b"\x01" + word.encode("utf-16-le") + b"\x07\x07",
    "decomposed letters": lambda word: word.replace("ó", "o\u0301").encode(),
    "letters that do not show": lambda word: "\u200b".join(word).encode(),
    "wide letters": lambda word: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word).encode(),
    "over two lines": lambda word: word.replace(" ", "\r\n\t").encode(),
    "json escapes": lambda word: json.dumps({"by": word}).encode(),
    "percent escapes": lambda word: f"https://x.example/?by={quote(word)}".encode(),
    "html entities": lambda word: "".join(f"&#{ord(c)};" for c in word).encode(),
    "html hidden text": lambda word: f'<p style="display:none">{word}</p>'.encode(),
    "html white on white, split by tags": lambda word: (
        f'<p style="color:#fff">{word[:3]}<b>{word[3:8]}</b><i></i>{word[8:]}</p>'.encode()
    ),
    "html comment": lambda word: f"<p>nothing</p><!-- {word} -->".encode(),
    "html attribute": lambda word: f'<img alt="{word}">'.encode(),
    "base64": lambda word: base64.b64encode(f"written by {word}".encode()),
    "base64 in base64": lambda word: base64.b64encode(base64.b64encode(f"written by {word}".encode())),
    "base64 in a data address": lambda word: b'<img src="data:text/plain;base64,' + base64.b64encode(f"by {word}, 12".encode()),
    "quoted-printable": lambda word: binascii.b2a_qp(f"written by {word}".encode()),
    "mail header": lambda word: mail("nothing", subject=f"Re: {word}"),
    "mail body": lambda word: mail(f"I met {word} yesterday, déjà vu."),
    "mail attachment": lambda word: mail("nothing", attachment=f"by {word}".encode()),
    "mail attachment's name": lambda word: mail("nothing", attachment=b"x", name=f"{word}.txt"),
    "zip in a mail": lambda word: mail("nothing", attachment=zipped(a=word.encode())),
    "mail in a zip in a mail": lambda word: mail("nothing", attachment=zipped(b=mail(f"by {word}"))),
    "gzip": lambda word: gzip.compress(word.encode()),
    "zip": lambda word: zipped(readme=word.encode()),
    "zip in zip": lambda word: zipped(inner=zipped(readme=word.encode())),
    "name in a zip": lambda word: zipped(**{word: b"x"}),
    "docx body, split in runs": lambda word: office(
        word__document_xml=f"<w:p><w:r><w:t>{word[:4]}</w:t></w:r><w:r><w:t>{word[4:]}</w:t></w:r></w:p>".encode()
    ),
    "docx history": lambda word: office(word__document_xml=f'<w:del w:author="x"><w:delText>{word}</w:delText></w:del>'.encode()),
    "docx comment": lambda word: office(word__comments_xml=f"<w:comment>{word}</w:comment>".encode()),
    "docx author": lambda word: office(docProps__core_xml=f"<dc:creator>{word}</dc:creator>".encode()),
    "docx thumbnail's text": lambda word: office(docProps__thumbnail_png=png(b"tEXt", b"Author\x00" + word.encode())),
    "xlsx shared strings": lambda word: office(xl__sharedStrings_xml=f"<si><t>{word}</t></si>".encode()),
    "pdf text under a box": lambda word: pdf(stream(b"BT (%s) Tj ET 0 0 100 100 re f" % word.encode())),
    "pdf text in kerned pieces": lambda word: pdf(stream(b"[(%s)-20(%s)] TJ" % (word[:5].encode(), word[5:].encode()))),
    "pdf text in hexadecimal": lambda word: pdf(stream(b"<%s> Tj" % word.encode().hex().encode())),
    "pdf utf-16 string": lambda word: pdf(b"<</Author<%s>>>" % word.encode("utf-16").hex().encode()),
    "pdf annotation": lambda word: pdf(b"<</Type/Annot/Contents(%s)>>" % word.encode()),
    "pdf metadata": lambda word: pdf(b"<</Author(%s)>>" % word.encode()),
    "pdf xmp": lambda word: pdf(stream(f"<dc:creator>{word}</dc:creator>".encode(), packed=False)),
    "pdf attachment": lambda word: pdf(stream(f"notes by {word}".encode())),
    "pdf earlier revision": lambda word: pdf(stream(b"(%s) Tj" % word.encode()), revision=b"1 0 obj\n<<>>\nendobj\n%%EOF"),
    "png text": lambda word: png(b"tEXt", b"Author\x00" + word.encode()),
    "png packed text": lambda word: png(b"zTXt", b"Author\x00\x00" + zlib.compress(word.encode())),
    "jpeg exif": lambda word: b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00" + word.encode() + b"\xff\xd9",
    "csv quoted": lambda word: f'"say ""{word}"" aloud"'.encode(),
}


def tar(content: bytes, how: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=how) as tape:  # type: ignore[call-overload]
        member = tarfile.TarInfo("a.txt")
        member.size = len(content)
        tape.addfile(member, io.BytesIO(content))
    return out.getvalue()


def packed(content: bytes, how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr("a.txt", content)
    return out.getvalue()


def uuencoded(content: bytes) -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"see there\nbegin 644 a.txt\n" + lines + b"`\nend\n"


def gif(word: bytes) -> bytes:
    """A comment in two blocks."""
    return b"GIF89a\1\0\1\0\0\0\0\x21\xfe\6" + word[:6] + bytes([len(word) - 6]) + word[6:] + b"\0;"


# More of the same: other alphabets, other ways to pack, and a name as addresses, tables and file names write it.
DOCUMENTS |= {
    "hexadecimal": lambda word: f"by {word}".encode().hex().encode(),
    "hexadecimal with blanks": lambda word: f"by {word}".encode().hex(" ").encode(),
    "utf-7": lambda word: word.encode("utf-7"),
    "utf-32": lambda word: word.encode("utf-32"),
    "Central European": lambda word: f"by {word}!".encode("cp1250"),
    "an old DOS text": lambda word: f"by {word}!".encode("cp852"),
    "a Macintosh text": lambda word: f"by {word}!".encode("mac-roman"),
    "EBCDIC": lambda word: f"by {word}!".encode("cp500"),
    "base32": lambda word: base64.b32encode(f"by {word}".encode()),
    "Ascii85": lambda word: base64.a85encode(f"by {word}".encode(), adobe=True),
    "base64 behind a letter": lambda word: b"x" + base64.b64encode(f"by {word}, at length".encode()),
    "base64 behind a path": lambda word: b"folder/" + base64.b64encode((f"at length, by {word}; and so on " * 12).encode()),
    "base64 of UTF-16 behind letters": lambda word: b"xy" + base64.b64encode((f"at length, by {word} " * 12).encode("utf-16-le")),
    "base64 among thousands of ids": lambda word: among_ids(base64.b64encode(f"written by {word}".encode())),
    "hexadecimal among thousands of hashes": lambda word: among_ids(word.encode().hex().encode()),
    "hexadecimal of UTF-16 among hashes": lambda word: among_ids(word.encode("utf-16-le").hex().encode()),
    "hexadecimal of UTF-32 among hashes": lambda word: among_ids(word.encode("utf-32-le").hex().encode()),
    "base64 of Latin": lambda word: base64.b64encode(f"written by {word}".encode("cp1252")),
    "base64 of something packed": lambda word: base64.b64encode(zlib.compress(f"by {word}".encode())),
    "uuencode": lambda word: uuencoded(f"by {word}".encode()),
    "yEnc": lambda word: b"=ybegin line=128 name=a\r\n" + bytes((each + 42) % 256 for each in word.encode()) + b"\r\n=yend",
    "zlib": lambda word: zlib.compress(word.encode()),
    "bzip2": lambda word: bz2.compress(word.encode()),
    "xz": lambda word: lzma.compress(word.encode()),
    "lzma": lambda word: lzma.compress(word.encode(), format=lzma.FORMAT_ALONE),
    "a second gzip behind the first": lambda word: gzip.compress(b"nothing ") + gzip.compress(word.encode()),
    "docx in a tar": lambda word: tar(office(word__document_xml=f"<w:t>{word}</w:t>".encode())),
    "tar.bz2": lambda word: tar(word.encode(), "w:bz2"),
    "tar.xz": lambda word: tar(word.encode(), "w:xz"),
    "zip behind a program": lambda word: b"MZ unpacks itself" + zipped(a=word.encode()),
    "zip by bzip2": lambda word: packed(word.encode(), zipfile.ZIP_BZIP2),
    "zip by lzma": lambda word: packed(word.encode(), zipfile.ZIP_LZMA),
    "rtf in octets": lambda word: b"{\\rtf1 " + b"".join(b"\\'%02x" % each for each in word.encode("cp1252")) + b"}",
    "rtf in numbers": lambda word: b"{\\rtf1 " + "".join(f"\\u{ord(each)}?" for each in word).encode() + b"}",
    "json in json": lambda word: json.dumps({"a": json.dumps({"by": word})}).encode(),
    "JavaScript escapes": lambda word: "".join(f"\\x{ord(each):02x}" for each in word).encode(),
    "long JavaScript escapes": lambda word: "".join(f"\\u{{{ord(each):x}}}" for each in word).encode(),
    "CSS escapes": lambda word: "".join(f"\\{ord(each):06x}" for each in word).encode(),
    "percent escapes twice": lambda word: quote(quote(f"by {word}")).encode(),
    "an address with plus": lambda word: quote(word).replace("%20", "+").encode(),
    "xlsx escapes": lambda word: office(
        xl__strings=("<si><t>" + "".join(f"_x{ord(c):04X}_" for c in word) + "</t></si>").encode()
    ),
    "written backwards": lambda word: f"\u202e{word[::-1]}\u202c".encode(),
    "calendar line folded in a word": lambda word: b"BEGIN:VEVENT\r\nSUMMARY:" + word.encode()[:5] + b"\r\n " + word.encode()[5:],
    "gif comment in two blocks": lambda word: gif(word.encode()),
    "name of a file": lambda word: f"{word.replace(' ', '_')}_contract.pdf".encode(),
    "local part of an address": lambda word: f"{word.replace(' ', '.')}@post.example".encode(),
    "two cells": lambda word: word.replace(" ", '","').encode(),
    "without accents": lambda word: word.replace("ó", "o").encode(),
}

# What a cover of words does not reach, and the search of what leaves finds: the package is barred until somebody decides.
BARRED = frozenset(
    {
        "base64", "base64 in base64", "base64 in a data address", "percent escapes", "html entities", "json escapes",
        "letters that do not show", "wide letters", "quoted-printable", "html attribute", "html comment", "hexadecimal",
        "hexadecimal with blanks", "utf-7", "base32", "Ascii85", "base64 behind a letter", "base64 of Latin",
        "base64 of something packed", "uuencode", "json in json", "JavaScript escapes", "long JavaScript escapes", "CSS escapes",
        "percent escapes twice", "an address with plus", "written backwards", "name of a file", "local part of an address",
        "two cells", "without accents", "base64 behind a path", "base64 of UTF-16 behind letters",
        "base64 among thousands of ids", "hexadecimal among thousands of hashes", "hexadecimal of UTF-16 among hashes",
        "hexadecimal of UTF-32 among hashes",
    }
)  # fmt: skip
# What nobody here can open.
CLOSED = {
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "zstd": b"\x28\xb5\x2f\xfd" + bytes(40),
    "cabinet": b"MSCF" + bytes(40),
    "locked office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
}
