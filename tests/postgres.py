"""A PostgreSQL of the test's own: made, started, stopped; on a socket and on loopback.

    with postgres.Server(folder) as server:
        server.url                      what audit.store is
        server.sql("SELECT 1")          rows of text, by psql

Debian's programs are asked for where Debian has them; the server runs as a user that
is not root, which it refuses. Nothing outlives the test: it may be lost, so it is not
synced.
"""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile

# No more than a test needs, and nothing that waits for a disk.
SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 60
autovacuum_naptime = 5s
timezone = 'UTC'
log_min_messages = warning
"""
PASSWORD = "pass/word@1"


def folder_of_programs():
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda f: int(f.split("/")[4]))
    if not folders:
        raise RuntimeError("PostgreSQL is missing: contrib/deps.sh test")
    return folders[-1]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, settings="", port=None):
        self.bin = folder_of_programs()
        self.settings = settings
        self.port = port or free_port()
        self.folder = self.process = None

    def _run(self, program, *arguments, **more):
        return subprocess.run(self.as_user + [os.path.join(self.bin, program), *arguments],
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=self.folder, text=True, **more)

    def __enter__(self):
        # A path of its own: a socket's name is short, and another user must reach it.
        self.folder = tempfile.mkdtemp(prefix="outfeed-postgres-", dir="/tmp")
        self.as_user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}",
                            "--clear-groups", "--"]
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.data = os.path.join(self.folder, "data")
        secret = os.path.join(self.folder, "password")
        with open(secret, "w", encoding="ascii") as file:
            file.write(PASSWORD + "\n")
        os.chmod(secret, 0o644)
        try:
            self._run("initdb", "-D", self.data, "-U", "outfeed", "-E", "UTF8", "--locale=C",
                      "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync")
            with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as file:
                file.write(SETTINGS + f"port = {self.port}\nunix_socket_directories = '{self.folder}'\n"
                           + self.settings)
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *exception):
        if self.is_up():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_up(self):
        return os.path.exists(os.path.join(self.data, "postmaster.pid"))

    def start(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"), "start")

    def stop(self, how="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")

    @property
    def url(self):
        return f"postgresql://outfeed:{self.quoted}@127.0.0.1:{self.port}/postgres"

    @property
    def quoted(self):
        return PASSWORD.replace("%", "%25").replace("/", "%2F").replace("@", "%40")

    def sql(self, text, schema="outfeed"):
        """The rows of the last statement, columns by '|'."""
        result = subprocess.run(
            [os.path.join(self.bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url,
             "-c", f"SET search_path = {schema}, public", "-c", text],
            capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return result.stdout.splitlines()

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()
