"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, reachable from nowhere else."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

_numbers = count(1)


def programs() -> Path | None:
    """The folder of the server's programs, the newest version of several."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    usable = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return usable[-1] if usable else None


class Server:
    """A running server."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self._binaries = binaries
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            self._user = {"user": 65534, "group": 65534, "extra_groups": []}
            os.chown(folder, 65534, 65534)

    def start(self) -> None:
        """Make a database cluster and start the server; its data need not survive a power failure."""
        self._do("initdb", "-D", "cluster", "-A", "trust", "-U", "standoff", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start_again()

    def start_again(self) -> None:
        """Start the server on the cluster that is there."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=20"
        self._do("pg_ctl", "-D", "cluster", "-l", "log", "-w", "-t", "60", "-o", options, "start")

    def stop(self) -> None:
        """End the server at once."""
        self._do("pg_ctl", "-D", "cluster", "-w", "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        """Address of one of its databases."""
        return f"postgresql://standoff@/{database}?host={quote(str(self.folder), safe='')}"

    def make_database(self, template: str = "template1") -> str:
        """Make a database like another one, empty by default, and return its address."""
        name = f"test_{next(_numbers)}"
        self.execute(self.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def execute(self, address: str, *statements: str) -> None:
        """Do something in a database, as its owner."""
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _do(self, program: str, *words: str) -> None:
        with (self.folder / f"{program}.out").open("a") as out:
            done = subprocess.run(
                [str(self._binaries / program), *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
                **self._user,
            )
        said = "".join(path.read_text() for path in self.folder.glob("*.out")) + self._log()
        assert done.returncode == 0, said

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts; the test is skipped where there is none to start."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (`make test` installs one where it may)")
    # the path of a socket may have some hundred characters only, and pytest's folders are closed to other users
    with tempfile.TemporaryDirectory(prefix="standoff-pg-", ignore_cleanup_errors=True) as name:
        server = Server(Path(name), binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop()
