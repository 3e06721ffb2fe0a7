#!/usr/bin/env python3
"""A mixed load on the real service for some minutes, and what must be true afterwards.

Starts `auscult serve` on a free loopback port with a folder of its own and lets come, at the same
time: uploads in many forms (raw PCM with a length and in chunks, other rates and words, WAV,
multipart, FLAC, Ogg, MP3), live streams, readers of everything there is to read, listeners to
events, deletions, reloads of the model, connections that stall (tools/stalled_connections.py) and
clients that break off or send what is no HTTP. Then it checks, and exits with 1 if one fails, that
  - every answer was an expected one (a 503 with Retry-After is, to an upload under load);
  - resident memory is stable: the median over the last quarter of the time is at most 10 % and
    16 MiB above the median over the second quarter (the first warms up);
  - the server ends cleanly on SIGTERM, without an error in its log;
  - every recording that was acknowledged and not deleted is there, in the server and again in one
    that is started anew on the folder.
Needs Linux and nothing but Python 3.
"""
import argparse
import base64
import collections
import http.client
import json
import os
import random
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

from stalled_connections import Stalled, heart_pcm

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.path.join(ROOT, "fuzz/corpus/fuzz_decode")


def wav(pcm, rate_hz):
    return (b"RIFF" + struct.pack("<I", 36 + len(pcm)) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16) +
            b"data" + struct.pack("<I", len(pcm)) + pcm)


def frame(opcode, payload):
    """A WebSocket frame of a client, masked with zeros."""
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    else:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
    return head + bytes(4) + payload


class Server:
    def __init__(self, arguments, folder, log):
        self.process = subprocess.Popen(
            [arguments.binary, "serve", "--address", "127.0.0.1", "--port", "0", "--data-dir", folder,
             "--model", arguments.model, "--log-level", "warning", "--undo-s", "1"],
            stdout=subprocess.PIPE, stderr=log, text=True)
        self.port = int(self.process.stdout.readline().split("http://127.0.0.1:")[1].split()[0])

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for text in status:
                if text.startswith("VmRSS:"):
                    return int(text.split()[1]) / 1024
        return 0.0

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Load:
    """What the clients share."""

    def __init__(self, port, seed):
        self.port = port
        self.random = random.Random(seed)
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.unexpected = collections.Counter()
        self.stored = set()
        self.pcm = heart_pcm(3)
        self.serial = 0

    def count(self, what, expected, answer=""):
        with self.lock:
            self.counts[what] += 1
            if not expected:
                self.unexpected[f"{what}: {answer}"[:200]] += 1

    def next_pcm(self):
        """A recording like no other."""
        with self.lock:
            self.serial += 1
            length = 2 * self.random.randrange(16000, 48000)
            return self.pcm[:length] + struct.pack("<I", self.serial)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def any_stored(self):
        with self.lock:
            return self.random.choice(tuple(self.stored)) if self.stored else None


def chunks_of(body, size=1000):
    for begin in range(0, len(body), size):
        yield body[begin:begin + size]


def upload_forms(load):
    """Name, path, body, headers; the body a generator where it is to be sent in chunks."""
    pcm = load.next_pcm()
    yield "raw PCM", "/v1/recordings", pcm, {"X-Device-Id": "soak-raw"}
    pcm = load.next_pcm()
    yield "chunked PCM", "/v1/recordings", chunks_of(pcm), {}  # http.client chunks what has no length
    yield "8 kHz", "/v1/recordings?sample_rate=8000&device=soak-8k", load.next_pcm(), {}
    wide = b"".join(b"\0\0" + pcm[i:i + 2] for i in range(0, len(pcm) - 1, 2))
    yield "32 bit", "/v1/recordings?bits=32", wide + load.next_pcm()[-4:], {}
    yield "WAV", "/v1/recordings", wav(load.next_pcm(), 22050), {"Content-Type": "audio/wav"}
    form = (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" +
            wav(load.next_pcm(), 16000) + b"\r\n--b--\r\n")
    yield "multipart", "/v1/recordings", form, {"Content-Type": "multipart/form-data; boundary=b"}
    for name in ("flac_s16", "ogg_vorbis", "mp3"):
        with open(os.path.join(CORPUS, name), "rb") as file:
            yield name, "/v1/recordings", file.read(), {}


def uploader(load):
    while not load.ended.is_set():
        for name, path, body, headers in upload_forms(load):
            status, answered, content = load.ask("POST", path, body, headers)
            if status in (200, 201):
                load.count(f"upload, {name}", True)
                with load.lock:
                    load.stored.add(json.loads(content)["id"])
            else:
                is_busy = status == 503 and "Retry-After" in answered
                load.count("upload, busy" if is_busy else f"upload, {name}", is_busy,
                           f"{status} {content[:100]!r}")
            if load.ended.wait(0.1):
                return


def device(load):
    while not load.ended.wait(0.5):
        status, _, content = load.ask("POST", "/upload_audio", load.next_pcm())
        load.count("device", status == 503 or (status == 200 and b"|Conf: " in content),
                   f"{status} {content[:100]!r}")


def reader(load):
    paths = ("/", "/v1/recordings?limit=20", "/v1/latest", "/v1/devices", "/v1/model", "/healthz",
             "/readyz", "/openapi.json", "/ui/", "/v1/recordings/export.csv?class=Normal",
             "/v1/recordings/{}", "/v1/recordings/{}/audio", "/v1/recordings/{}/spectrogram.png",
             "/v1/recordings/{}/waveform.svg", "/v1/recordings/{}/evidence")
    while not load.ended.is_set():
        for path in paths:
            stored = load.any_stored()
            if stored is None:
                break
            headers = {"Accept": "text/html"} if path == "/ui/" else {}
            status, _, content = load.ask("GET", path.format(stored), headers=headers)
            load.count("read", status == 200, f"{path} {status} {content[:100]!r}")
            if load.ended.wait(0.1):
                return
        load.ended.wait(0.2)


def remover(load):
    while not load.ended.wait(5):
        with load.lock:
            if len(load.stored) < 20:
                continue
        # Recordings that readers may be asking for are not touched: one of its own.
        status, _, content = load.ask("POST", "/v1/recordings", load.next_pcm())
        if status != 201:
            continue
        name = json.loads(content)["id"]
        status, _, _ = load.ask("DELETE", f"/v1/recordings/{name}")
        load.count("deletion", status == 204, str(status))


def reloader(load):
    while not load.ended.wait(10):
        status, _, content = load.ask("POST", "/v1/model/reload")
        load.count("reload of the model", status == 200, f"{status} {content[:200]!r}")


def read_frames(connection, until):
    """Text frames up to the one whose `type` is `until`."""
    data = b""
    while True:
        while len(data) >= 2:
            length, begin = data[1] & 0x7F, 2
            if length >= 126:
                width = 2 if length == 126 else 8
                if len(data) < 2 + width:
                    break
                length, begin = int.from_bytes(data[2:2 + width], "big"), 2 + width
            if len(data) < begin + length:
                break
            opcode, payload = data[0] & 0x0F, data[begin:begin + length]
            data = data[begin + length:]
            if opcode == 1 and json.loads(payload)["type"] in until:
                return json.loads(payload)
            if opcode == 8:
                return {"type": "closed"}
        part = connection.recv(65536)
        if not part:
            return {"type": "gone"}
        data += part


def streamer(load):
    number = 0
    while not load.ended.wait(1):
        number += 1
        with socket.create_connection(("127.0.0.1", load.port), timeout=60) as connection:
            key = base64.b64encode(os.urandom(16)).decode()
            connection.sendall((f"GET /v1/stream HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\n"
                                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1)
            connection.sendall(frame(1, json.dumps({"device": "soak-stream"}).encode()))
            for piece in chunks_of(load.next_pcm(), 8000):
                connection.sendall(frame(2, piece))
                time.sleep(0.05)
            if number % 4 == 0:  # Breaks off; what came is stored, but nobody is told.
                load.count("stream broken off", True)
                continue
            connection.sendall(frame(1, b'{"type": "finish"}'))
            answer = read_frames(connection, ("final", "error"))
            load.count("stream", answer["type"] == "final", str(answer)[:150])
            if answer["type"] == "final":
                with load.lock:
                    load.stored.add(answer["recording"]["id"])


def listener(load):
    while not load.ended.wait(0.5):
        with socket.create_connection(("127.0.0.1", load.port), timeout=2) as connection:
            connection.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
            end = time.monotonic() + 5
            data = b""
            while time.monotonic() < end and not load.ended.is_set():
                try:
                    data += connection.recv(65536)
                except TimeoutError:
                    pass
            load.count("listener", data.startswith(b"HTTP/1.1 200") or load.ended.is_set(),
                       repr(data[:100]))


BROKEN = (
    (b"GET / HTTP/1.1\nHost: t\n\n", b"400"),
    (b"GET /\r\n", b"400"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
    (bytes(range(256)) * 4, b"400"),
    (b"POST /v1/recordings HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
    (b"POST /v1/recordings HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
     b"ffffffffffffffff\r\n", b"413"),
    (b"POST /v1/recordings HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
    (b"POST /v1/recordings HTTP/1.1\r\nHost: t\r\nContent-Length: 12\r\n\r\nRIFF\4\0\0\0WAVE", b"400"),
    (b"GET / HTTP/1.1\r\nHost: t\r\nX: " + b"y" * 40000 + b"\r\n\r\n", b"431"),
    (b"GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n", b"404"),
)


def breaker(load):
    while not load.ended.is_set():
        for text, status in BROKEN:
            with socket.create_connection(("127.0.0.1", load.port), timeout=30) as connection:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                try:
                    answer = connection.recv(65536)
                except ConnectionError:
                    answer = b""
                load.count("no HTTP", answer[9:12] == status, f"{text[:40]!r} {answer[:60]!r}")
        # Half a body, then the cable is pulled.
        connection = socket.create_connection(("127.0.0.1", load.port), timeout=30)
        connection.sendall(b"POST /v1/recordings HTTP/1.1\r\nHost: t\r\nContent-Length: 90000\r\n\r\n" +
                           load.next_pcm()[:20000])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        load.count("broken off", True)
        load.ended.wait(0.5)


def guarded(load, run):
    """A client that fails for another reason than the end is an unexpected answer."""
    def client():
        while not load.ended.is_set():
            try:
                run(load)
                return
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                load.count(run.__name__, load.ended.is_set(), repr(error))
    return threading.Thread(target=client, name=run.__name__)


def all_ids(port):
    ids, cursor = set(), ""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/v1/recordings?limit=500{cursor}")
        page = json.loads(connection.getresponse().read())
        connection.close()
        ids.update(recording["id"] for recording in page["recordings"])
        if page["next_cursor"] is None:
            return ids
        cursor = "&cursor=" + page["next_cursor"]


def judge_memory(samples):
    """The text of what was found, and whether it is stable."""
    quarter = len(samples) // 4
    if quarter < 5:
        return "too short to say anything of memory", False
    before = statistics.median(samples[quarter:2 * quarter])
    after = statistics.median(samples[-quarter:])
    return (f"resident memory: median {before:.0f} MiB in the second quarter, {after:.0f} MiB in the "
            f"last, most {max(samples):.0f} MiB"), after <= 1.1 * before + 16


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", nargs="?", type=float, default=20)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build/release/bin/auscult"))
    parser.add_argument("--model", default=os.path.join(ROOT, "models/auscult-1"))
    parser.add_argument("--stalled", type=int, default=100, help="connections that stall")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    failures = []
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        server = Server(arguments, folder, log)
        memory = []
        try:
            load = Load(server.port, arguments.seed)
            stalled = Stalled(server.port, arguments.stalled)
            stalled.start()
            clients = [guarded(load, run) for run in
                       (uploader, uploader, device, reader, remover, reloader, streamer, listener,
                        breaker)]
            for client in clients:
                client.start()
            end = time.monotonic() + 60 * arguments.minutes
            while time.monotonic() < end and server.process.poll() is None:
                memory.append(server.resident_mib())
                time.sleep(1)
            load.ended.set()
            stalled.ended.set()
            for client in clients:
                client.join(90)
                if client.is_alive():
                    failures.append(f"the {client.name} hangs")
            stalled.join(10)
            if server.process.poll() is not None:
                sys.exit(f"the server ended by itself with {server.process.returncode}")
            kept = load.stored
            missing = kept - all_ids(server.port)
            if missing:
                failures.append(f"{len(missing)} acknowledged recordings are not there")
            status = server.end()
            if status != 0:
                failures.append(f"the server ended with {status}")
            server = Server(arguments, folder, log)
            there = all_ids(server.port)
            if kept - there:
                failures.append(f"{len(kept - there)} recordings are lost in a new start")
            server.end()
        finally:
            if server.process.poll() is None:
                server.process.kill()
        log.seek(0)
        errors = [text for text in log if "[error]" in text]

    for what, number in sorted(load.counts.items()):
        print(f"{number:7} {what}")
    print(f"{stalled.reopened.value:7} stalled connections ended by the server and opened again")
    for what, number in load.unexpected.most_common(20):
        print(f"UNEXPECTED {number} times: {what}")
    if load.unexpected:
        failures.append(f"{sum(load.unexpected.values())} unexpected answers")
    if errors:
        failures.append(f"{len(errors)} errors in the log, the first: {errors[0].strip()}")
    told, is_stable = judge_memory(memory)
    print(told)
    if not is_stable:
        failures.append("memory is not stable")
    print(f"{len(kept)} acknowledged recordings of {len(there)} stored; lost: {len(kept - there)}")
    for failure in failures:
        print("FAILED:", failure)
    print(f"soak of {arguments.minutes:g} min: {'failed' if failures else 'passed'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
