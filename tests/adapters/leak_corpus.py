"""Documents built to leak: the same words in every encoding and layer in which documents hide them. Made here, each by hand."""

import base64
import binascii
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import quote

SECRET = "Tomasz Wójcik"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def office(**members: bytes) -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>"}, **members)


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
