"""An image service on 127.0.0.1 that answers as it is told."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from PIL import Image

Answer = tuple[int, dict[str, str], bytes]


class Service(ThreadingHTTPServer):
    """`answers` are used up one after the other, the last one again and again; `calls` are what it heard."""

    def __init__(self, *answers: Callable[[dict[str, Any]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.closing = Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = self.server
        service.calls.append((self.path, dict(self.headers), body))
        answer = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
        if answer is stalling:
            service.closing.wait(5)
            return
        status, headers, data = answer(body)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(*answers: Callable[[dict[str, Any]], Answer]) -> Iterator[Service]:
    service = Service(*answers)
    thread = Thread(target=service.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        service.shutdown()
        service.server_close()
        thread.join()


def png(size: tuple[int, int], color: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, format="PNG")
    return file.getvalue()


def as_json(value: object, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def openai(data: bytes) -> dict[str, Any]:
    return {"data": [{"b64_json": base64.b64encode(data).decode()}]}


def drawing(body: dict[str, Any]) -> Answer:
    """A picture as asked for, of either API."""
    if "size" in body:
        width, height = map(int, body["size"].split("x"))
        return as_json(openai(png((width, height))))
    data = png((body["width"], body["height"]))
    return as_json({"images": [base64.b64encode(data).decode()]})


def stalling(body: dict[str, Any]) -> Answer:
    raise AssertionError("it never answers")


def failing(status: int, **headers: str) -> Callable[[dict[str, Any]], Answer]:
    return lambda body: as_json({"error": {"message": "try later"}}, status, **headers)
