"""Clients that upload recordings, each another one, and try again until they are answered."""
import collections
import http.client
import json
import pathlib
import sys
import threading
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "deploy/replicas")]

from stalled_connections import heart_pcm  # noqa: E402

# A frozen process may hold the lock of all that write until the database ends its transaction (5 s).
PATIENCE_S = 60
# What a small computer needs when all start at once.
ANSWER_S = 20
# A device's patience: then it comes again, while its first request may still be at work.
DEVICE_S = 5


class Recordings:
    """Sounds of which no two are the same: the lowest bits of the first samples are a number."""

    def __init__(self, seconds=2, rate_hz=4000):
        self.rate_hz = rate_hz
        self._sound = bytes(heart_pcm(seconds, rate_hz))

    def make(self, number):
        head = bytearray(self._sound[:96])
        for bit in range(48):
            head[2 * bit] = head[2 * bit] & 0xFE | number >> bit & 1
        return bytes(head) + self._sound[96:]


SHORT = Recordings()
# More than HAProxy can send again, which it then leaves to the client.
LONG = Recordings(40, 8000)


def ask(port, method, path, body=None, headers=None, timeout=ANSWER_S):
    """Status and JSON (or bytes) of one request on a connection of its own; raises OSError or
    HTTPException without an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        said = answer.read()
        if answer.getheader("Content-Type", "").endswith("json"):
            return answer.status, json.loads(said)
        return answer.status, said
    finally:
        connection.close()


class Load:
    """Threads that upload through one port until they are ended.

    Two of three requests have an Idempotency-Key; the third, like a device's, is known again by its
    bytes, and waits no longer than a device. Every eighth is a long one."""

    def __init__(self, port, threads):
        self.port = port
        self.acknowledged = {}  # the id to the answer
        self.failures = collections.Counter()  # of single tries
        self.retried = 0  # requests that needed more than one
        self.given_up = []
        self._lock = threading.Lock()
        self._next = 0
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def end(self):
        """Waits until the requests under way are answered."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def count(self):
        with self._lock:
            return len(self.acknowledged)

    def _run(self):
        while not self._ended.is_set():
            with self._lock:
                number = self._next
                self._next += 1
            self._upload(number)

    def _upload(self, number):
        sounds = LONG if number % 8 == 7 else SHORT
        path = "/v1/recordings?" + urllib.parse.urlencode(
            {"device": f"ward-{number % 5}", "sample_rate": sounds.rate_hz})
        headers = {"Content-Type": "application/octet-stream"}
        patience = DEVICE_S
        if number % 3 != 2:
            headers["Idempotency-Key"] = str(uuid.uuid4())
            patience = ANSWER_S
        body = sounds.make(number)
        began = time.monotonic()
        tries = 0
        while True:
            tries += 1
            try:
                status, answer = ask(self.port, "POST", path, body, headers, patience)
                if status in (200, 201):
                    break
                failure = f"status {status}"
                # Anything else will not be better the next time.
                is_final = status < 500 and status not in (408, 429)
            except (OSError, http.client.HTTPException) as error:
                failure, is_final = type(error).__name__, False
            with self._lock:
                self.failures[failure] += 1
            if is_final or time.monotonic() - began > PATIENCE_S:
                with self._lock:
                    self.given_up.append(f"upload {number}: {failure} after {tries} tries")
                return
            time.sleep(0.1)
        with self._lock:
            self.retried += tries > 1
            if answer["id"] in self.acknowledged:
                self.given_up.append(f"upload {number} was answered with the recording of another one")
            self.acknowledged[answer["id"]] = answer


def list_all(port, **filters):
    """Every recording, by pages."""
    recordings, cursor = [], None
    while True:
        query = {**filters, "limit": 200, **({"cursor": cursor} if cursor else {})}
        status, page = ask(port, "GET", "/v1/recordings?" + urllib.parse.urlencode(query))
        if status != 200:
            raise AssertionError(f"the list is answered {status}: {page}")
        recordings += page["recordings"]
        cursor = page["next_cursor"]
        if cursor is None:
            return recordings
