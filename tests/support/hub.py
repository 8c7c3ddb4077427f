"""A stand-in for the Hugging Face hub on 127.0.0.1: one repository, made of a folder."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "a" * 40


class Hub(ThreadingHTTPServer):
    """`downloads` are the files that were asked for."""

    def __init__(self, repository: str, folder: Path, *, status: int = 200, code: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repository, self.folder, self.status, self.code = repository, folder, status, code
        self.downloads: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        hub, path = self.server, self.path.partition("?")[0]
        if hub.status != 200:
            self.send_response(hub.status)
            self.send_header("X-Error-Code", hub.code)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path.startswith(f"/api/models/{hub.repository}"):
            files = {
                each.relative_to(hub.folder).as_posix(): each.read_bytes()
                for each in sorted(hub.folder.rglob("*"))
                if each.is_file()
            }
            found: object
            if "/tree/" in path:
                found = [
                    {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                    for name, data in files.items()
                ]
            else:
                siblings = [{"rfilename": name, "size": len(data)} for name, data in files.items()]
                found = {"id": hub.repository, "sha": COMMIT, "siblings": siblings, "tags": []}
            self._send(json.dumps(found).encode(), body)
        else:
            name = path.removeprefix(f"/{hub.repository}/resolve/{COMMIT}/")
            data = (hub.folder / name).read_bytes()
            if body:
                hub.downloads.append(name)
            self._send(data, body, hashlib.sha256(data).hexdigest())

    def _send(self, data: bytes, body: bool, etag: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        if etag:
            self.send_header("ETag", f'"{etag}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(data)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    thread = Thread(target=hub.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
