"""Replicas of Auscult on one machine: PostgreSQL, `auscult serve` several times, HAProxy before them.

What replicas.py, the tests (tests/replicas) and the benchmark (benchmarks/replicas.py) have in common.
Needs Linux, util-linux (setpriv) and nothing but Python 3. Nothing here may be called by two threads at once.
"""
import http.client
import os
import pathlib
import pwd
import shutil
import signal
import socket
import string
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent

# Each process of the service takes at most so many connections (docs/storage.md).
CONNECTIONS_OF_A_PROCESS = 14
# The path of a Unix socket has 107 bytes.
LONGEST_FOLDER = 107 - len("/database/.s.PGSQL.5432")

DEFAULT_MAX_CONNECTIONS = 2000
DEFAULT_MAX_CONNECTIONS_PER_ADDRESS = 256


class Failed(Exception):
    """What went wrong, and what to do, for a person."""


def find_postgres():
    """The folder with initdb and postgres, of the newest version; None: not installed."""
    found = [p for p in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    return max(found, key=lambda p: float(p.parent.name), default=None)


def find_haproxy():
    """The path of haproxy; None: not installed."""
    return shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def missing_programs():
    """The names of those that are not installed, each with its Debian package."""
    missing = []
    if find_postgres() is None:
        missing.append("PostgreSQL (Debian package postgresql)")
    if find_haproxy() is None:
        missing.append("HAProxy (Debian package haproxy)")
    if shutil.which("setpriv") is None:
        missing.append("setpriv (Debian package util-linux)")
    return missing


def free_ports(count):
    """Loopback ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def comes_true(what, seconds, pause=0.05):
    """Whether `what()` is true within so many seconds."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def last_lines(path, count=5):
    try:
        return "\n".join(pathlib.Path(path).read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def get(port, path, timeout=2.0):
    """Status and body of a GET on this machine; status 0: no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


class Process:
    """One that was started here or by an earlier command, known by its id and its start, so that
    another one that has got its id since is never taken for it."""

    def __init__(self, pid, started=None):
        self.pid = pid
        self.started = started if started is not None else self._stat()[1]

    @classmethod
    def start(cls, command, log, user=None, dies_with_us=None):
        """Starts `command` with its output added to `log`, as `user` (a pwd entry) if there is one.
        `dies_with_us` names the signal that it gets when the calling thread ends; None: it stays."""
        wrapped = ["setpriv"]
        if dies_with_us is not None:
            wrapped += ["--pdeathsig", dies_with_us]
        if user is not None:
            wrapped += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
        if len(wrapped) == 1:
            wrapped = []
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as output:
            child = subprocess.Popen(
                wrapped + [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd="/", start_new_session=True, umask=0o077)
        # It is waited for by alive() and by init.
        child.returncode = 0
        return cls(child.pid)

    def _stat(self):
        """State and start time, or (None, None) if there is no such process."""
        try:
            fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            return fields[0], int(fields[19])
        except (OSError, IndexError):
            return None, None

    def alive(self):
        try:
            os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pass
        state, started = self._stat()
        return state not in (None, "Z", "X") and started == self.started

    def send(self, signal_number):
        if self.alive():
            os.kill(self.pid, signal_number)

    def end(self, signal_number=signal.SIGTERM, seconds=30.0):
        """Ends it; whether it ended by itself within so many seconds."""
        self.send(signal_number)
        if comes_true(lambda: not self.alive(), seconds):
            return True
        self.send(signal.SIGKILL)
        comes_true(lambda: not self.alive(), 10)
        return False


class Service:
    """Something that runs as one process; `process` is None while it does not."""

    def __init__(self, name, log, dies_with_us):
        self.name = name
        self.log = log
        self.dies_with_us = dies_with_us
        self.process = None

    def running(self):
        return self.process is not None and self.process.alive()

    def stop(self, signal_number=signal.SIGTERM, seconds=30.0):
        ended = not self.running() or self.process.end(signal_number, seconds)
        self.process = None
        return ended

    def fail(self, what):
        raise Failed(f"{self.name} {what}; the end of {self.log}:\n{last_lines(self.log)}")


class Database(Service):
    """A PostgreSQL cluster of its own in `folder`, heard on a Unix socket there only, by its owner and root
    only. It refuses to run as root, hence then runs as the user postgres."""

    def __init__(self, folder, processes, dies_with_us=False, syncs=True):
        super().__init__("PostgreSQL", folder / "log", "QUIT" if dies_with_us else None)
        self.folder = folder
        self.programs = find_postgres()
        self.connections = max(100, CONNECTIONS_OF_A_PROCESS * (processes + 2))
        self.syncs = syncs
        self.user = None
        if os.geteuid() == 0:
            try:
                self.user = pwd.getpwnam("postgres")
            except KeyError:
                raise Failed("there is no user postgres, whom PostgreSQL needs since it does not run as "
                             "root: install Debian's package postgresql") from None

    def url(self):
        return f"postgresql://auscult@/auscult?host={self.folder}"

    def exists(self):
        return (self.folder / "data" / "PG_VERSION").exists()

    def create(self):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            if self._run(["test", "-x", self.folder]).returncode != 0:
                raise Failed(f"the user postgres, whom PostgreSQL runs as since it refuses root, cannot enter "
                             f"{self.folder.parent}: choose a folder that others may pass through, such as "
                             "/var/lib/auscult-replicas")
        made = self._run([self.programs / "initdb", "-D", self.folder / "data.new", "-U", "auscult", "-E",
                          "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-instructions"]
                         + ([] if self.syncs else ["--no-sync"]))
        if made.returncode != 0:
            raise Failed(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
        os.rename(self.folder / "data.new", self.folder / "data")

    def start(self):
        command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c",
                   "listen_addresses=", "-c", f"max_connections={self.connections}"]
        if not self.syncs:
            command += ["-c", "fsync=off"]
        self.process = Process.start(command, self.log, self.user, self.dies_with_us)
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder, "-U", "auscult"]
        if not comes_true(lambda: not self.running() or self._run(ready).returncode == 0, 120):
            self.fail("does not get ready")
        if not self.running():
            self.fail("ended as it started")
        if self.query("SELECT count(*) FROM pg_database WHERE datname = 'auscult'", "postgres") == "0":
            self.query("CREATE DATABASE auscult", "postgres")

    def stop(self, signal_number=signal.SIGINT, seconds=60.0):
        """SIGINT is PostgreSQL's "fast", SIGQUIT its "immediate", which is a crash."""
        return super().stop(signal_number, seconds)

    def query(self, sql, database="auscult"):
        """What psql prints for it."""
        done = self._run([self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U",
                          "auscult", "-d", database, "-c", sql])
        if done.returncode != 0:
            raise Failed(f"PostgreSQL refuses '{sql}': {done.stderr.strip()}")
        return done.stdout.strip()

    def cut_connections(self):
        """Ends all connections of the service."""
        self.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'auscult'",
                   "postgres")

    def _run(self, command):
        user = {}
        if self.user is not None:
            user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return subprocess.run([str(part) for part in command], cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, umask=0o077, **user)


class Replica(Service):
    """`auscult serve` on a loopback port."""

    def __init__(self, number, port, binary, options, log, dies_with_us=False):
        super().__init__(f"replica-{number}", log, "KILL" if dies_with_us else None)
        self.port = port
        self.binary = binary
        self.options = options

    def start(self, url):
        self.process = Process.start(
            [self.binary, "serve", "--address", "127.0.0.1", "--port", self.port, "--store", url,
             "--trusted-proxies", "127.0.0.1", *self.options], self.log, None, self.dies_with_us)

    def ready(self):
        return get(self.port, "/readyz")[0] == 200

    def wait_ready(self, seconds=120):
        if not comes_true(lambda: not self.running() or self.ready(), seconds):
            self.fail(f"is not ready after {seconds} s")
        if not self.running():
            self.fail("ended as it started")


class Worker(Service):
    """`auscult worker`: does what the replicas have only kept."""

    def __init__(self, number, binary, options, log, dies_with_us=False):
        super().__init__(f"worker-{number}", log, "KILL" if dies_with_us else None)
        self.binary = binary
        self.options = options

    def start(self, url):
        self.process = Process.start([self.binary, "worker", "--store", url, *self.options], self.log, None,
                                     self.dies_with_us)


class Balancer(Service):
    """HAProxy before the replicas."""

    def __init__(self, folder, address, port, log, dies_with_us=False,
                 max_connections=DEFAULT_MAX_CONNECTIONS,
                 max_connections_per_address=DEFAULT_MAX_CONNECTIONS_PER_ADDRESS):
        super().__init__("HAProxy", log, "KILL" if dies_with_us else None)
        self.folder = folder
        self.address = address
        self.port = port
        self.max_connections = max_connections
        self.max_connections_per_address = max_connections_per_address
        self.socket = folder / "haproxy.sock"

    def start(self, replicas):
        user = ""
        # A process that changes its user no longer dies with another.
        if os.geteuid() == 0 and self.dies_with_us is None:
            try:
                user = f"user {pwd.getpwnam('haproxy').pw_name}\n    group haproxy"
            except KeyError:
                pass
        servers = [f"server {replica.name} 127.0.0.1:{replica.port}" for replica in replicas]
        config = self.folder / "haproxy.cfg"
        config.write_text(string.Template((HERE / "haproxy.cfg").read_text()).substitute(
            socket=self.socket, user=user, address=self.address, port=self.port,
            max_connections=self.max_connections,
            max_connections_per_address=self.max_connections_per_address,
            servers="\n    ".join(servers)))
        haproxy = find_haproxy()
        checked = subprocess.run([haproxy, "-c", "-q", "-f", str(config)], capture_output=True, text=True)
        if checked.returncode != 0:
            raise Failed(f"HAProxy refuses {config}:\n{checked.stderr.strip()}")
        self.process = Process.start([haproxy, "-db", "-f", config], self.log, None, self.dies_with_us)
        if not comes_true(lambda: not self.running() or self.states(), 30):
            self.fail("does not get ready")
        if not self.running():
            self.fail(f"ended as it started; is another program on port {self.port}?")
        for replica in replicas:
            self.wait_for(replica, "UP")

    def tell(self, command):
        """The runtime socket's answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def states(self):
        """How it sees each replica: "UP", "DOWN", "DRAIN", ...; empty: it does not run."""
        # "UP 1/2" is one check short of being down.
        return {name: row["status"].split(" ")[0] for name, row in self.statistics().items()}

    def statistics(self):
        try:
            lines = self.tell("show stat").lstrip("# ").splitlines()
        except OSError:
            return {}
        if not lines:
            return {}
        rows = [dict(zip(lines[0].split(","), line.split(","))) for line in lines[1:] if line]
        return {row["svname"]: row for row in rows
                if row["pxname"] == "replicas" and row["svname"] != "BACKEND"}

    def wait_for(self, replica, state, seconds=30):
        if not comes_true(lambda: self.states().get(replica.name) == state, seconds):
            raise Failed(f"HAProxy calls {replica.name} {self.states().get(replica.name)}, not {state}, after "
                         f"{seconds} s; see {self.log} and {replica.log}")

    def set_state(self, replica, state):
        said = self.tell(f"set server replicas/{replica.name} state {state}").strip()
        if said:
            raise Failed(f"HAProxy does not set {replica.name} to {state}: {said}")


def roll(replica, balancer, url, binary=None, options=None):
    """Replaces the process of one replica, by another program if one is named, without a request noticing:
    HAProxy sends it nothing new, it finishes what it has, the next one begins. If that does not get ready,
    the one before is started again, and Failed is raised."""
    before = replica.binary, replica.options
    balancer.set_state(replica, "drain")
    # What HAProxy was just handing over arrives before the end begins.
    time.sleep(0.3)
    replica.stop()
    replica.binary = binary or replica.binary
    replica.options = replica.options if options is None else options
    try:
        replica.start(url)
        replica.wait_ready()
    except (Failed, OSError) as error:
        replica.stop()
        replica.binary, replica.options = before
        replica.start(url)
        replica.wait_ready()
        balancer.set_state(replica, "ready")
        raise Failed(f"the new version did not get ready, and the one before serves again: {error}") from None
    balancer.set_state(replica, "ready")
    balancer.wait_for(replica, "UP")
