"""A webhook's other side on a free port: keeps what it was told and answers with one status."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Heard:
    """What was told so far, and what the next call is answered with."""

    url: str = ""
    answer: int = 204
    got: list[dict[str, object]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Heard]:
    heard = Heard()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            heard.got.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            self.send_response(heard.answer)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    heard.url = f"http://127.0.0.1:{server.server_port}/call?team=1"
    try:
        yield heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
