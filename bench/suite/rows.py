"""Rows out of databases and in: flowctl, the servers' own clients and Python, side by side."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from suite import files, server, tools
from suite.contest import Contender, Contest, environment

COUNT = 200_000
#: What flowctl may take beside Python's client for the same work.
FACTOR = 2
PASSWORD = "fake-password"


@contextlib.contextmanager
def running(service, ending):
    """A server of scripts/services; gives its folder and port."""
    # Some servers give up the rights of root, and still have to get there.
    folder, port = tempfile.mkdtemp(prefix="bench-"), server.free_port()
    os.chmod(folder, 0o755)
    process = subprocess.Popen([f"scripts/services/{service}", folder, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not os.path.exists(f"{folder}/ready"):
            if process.poll() is not None:
                raise SystemExit(f"{service} did not start")
            time.sleep(0.1)
        yield folder, port
    finally:
        process.send_signal(ending)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def contests(python):
    """Out and in for each server that is there."""
    for service, ending, ask in (
        ("postgresql", signal.SIGQUIT, postgresql),
        ("mariadb", signal.SIGTERM, mariadb),
        ("mongodb", signal.SIGTERM, mongodb),
    ):
        if not tools.answers([f"scripts/services/{service}", "--check"]):
            tools.missing[service] = 'scripts/bootstrap tests'
            continue
        with running(service, ending) as (folder, port):
            yield from ask(folder, port, python)


def pair(title, others, out, into, variable, account):
    """A contest of getting all rows into a file, and one of putting them into a table."""
    named = ["env", f"{variable}={json.dumps(account)}", tools.FLOWCTL, "--quiet", "nodes", "run"]
    for direction, words, rest in (("out", out, others["out"]), ("in", into, others["in"])):
        prepare = others.get("empty") if direction == "in" else None
        contenders = [Contender(name, command, prepare, count=COUNT) for name, command in rest]
        contenders.append(Contender("flowctl", [*named, *words], prepare, count=COUNT))
        yield Contest(f"{COUNT:,} {title} {direction}", contenders, turns=3, goals=goals)


def goals(standings):
    """As quick as Python, or half as quick at least."""
    for name, standing in standings.items():
        if name.startswith("Python"):
            ratio = standings["flowctl"].median / standing.median
            yield f"at least 1/{FACTOR} of the rate of {name}", ratio >= 1 / FACTOR, f"{ratio:.2f} of it"


def have(python, package):
    """Whether Python has a package, installed where it may be."""
    if not python:
        return False
    module = package.split("[")[0]
    if not tools.answers([python, "-c", f"import {module}"]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", package])
    if tools.answers([python, "-c", f"import {module}"]):
        return True
    tools.missing[module] = "pip install could not fetch it"
    return False


def work(name):
    return os.path.abspath(files.written(name, ""))


def postgresql(folder, port, python):
    socket = f"{folder}/socket"
    address = f"postgresql://flow:{PASSWORD}@/flow?host={socket}&port={port}"
    psql = tools.program("psql", "postgresql-client")
    if not psql:
        return
    do = lambda sql: [psql, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", address, "--command", sql]  # noqa: E731
    fill = (
        "CREATE TABLE source AS SELECT n::bigint AS id, 'row ' || n AS name, (n * 0.01)::numeric AS price, now() AS at, "
        f"n % 2 = 0 AS even FROM generate_series(1, {COUNT}) n; CREATE TABLE target (LIKE source)"
    )
    subprocess.run(do(fill), check=True)
    csv, lines = work("rows.csv"), work("rows.jsonl")
    others = {
        "out": [("psql \\copy", do(f"\\copy source TO '{csv}' CSV HEADER"))],
        "in": [("psql \\copy", do(f"\\copy target FROM '{csv}' CSV HEADER"))],
        "empty": lambda: subprocess.run(do("TRUNCATE target"), check=True),
    }
    if have(python, "psycopg[binary]"):
        for way in ("out", "in"):
            others[way].append(("Python (psycopg)", [python, "bench/rows/postgresql.py", way, address, lines]))
    yield from pair(
        "rows of PostgreSQL",
        others,
        ["postgres.query", "sql=SELECT * FROM source", f"to={lines}"],
        ["postgres.execute_many", "table=target", f"from={lines}"],
        "FLOWCTL_CREDENTIAL_POSTGRES",
        {"host": socket, "port": port, "database": "flow", "username": "flow", "password": PASSWORD},
    )


def mariadb(folder, port, python):
    socket = f"{folder}/socket"
    client = tools.program("mariadb", "mariadb-client-core")
    if not client:
        return
    connect = [client, "--no-defaults", "--local-infile", f"--socket={socket}", "--user=flow", f"--password={PASSWORD}", "flow"]
    do = lambda sql: [*connect, "--quick", "--batch", "--execute", sql]  # noqa: E731
    fill = (
        "CREATE TABLE source AS SELECT seq AS id, CONCAT('row ', seq) AS name, seq * 0.01 AS price, "
        f"FROM_UNIXTIME(seq) AS at, seq % 2 = 0 AS even FROM seq_1_to_{COUNT}; CREATE TABLE target LIKE source"
    )
    subprocess.run(do(fill), check=True)
    text, lines = work("rows.tsv"), work("rows.jsonl")
    out = ["sh", "-c", 'exec "$@" >"$0"', text, *do("SELECT * FROM source"), "--skip-column-names"]
    others = {
        "out": [("mariadb", out)],
        "in": [("mariadb, LOAD DATA", do(f"LOAD DATA LOCAL INFILE '{text}' INTO TABLE target"))],
        "empty": lambda: subprocess.run(do("TRUNCATE target"), check=True),
    }
    if have(python, "pymysql"):
        for way in ("out", "in"):
            others[way].append(("Python (PyMySQL)", [python, "bench/rows/mariadb.py", way, socket, lines]))
    yield from pair(
        "rows of MariaDB",
        others,
        ["mysql.query", "sql=SELECT * FROM source", f"to={lines}"],
        ["mysql.execute_many", "table=target", f"from={lines}"],
        "FLOWCTL_CREDENTIAL_MYSQL",
        {"host": socket, "port": port, "database": "flow", "username": "flow", "password": PASSWORD},
    )


def mongodb(folder, port, python):
    address = f"mongodb://flow:{PASSWORD}@127.0.0.1:{port}/flow?authSource=admin&tls=false&directConnection=true"
    if not have(python, "pymongo"):
        return
    lines = work("documents.jsonl")
    do = lambda way: [python, "bench/rows/mongodb.py", way, address, lines, str(COUNT)]  # noqa: E731
    subprocess.run(do("fill"), check=True)
    others = {
        "out": [("Python (pymongo)", do("out"))],
        "in": [("Python (pymongo)", do("in"))],
        "empty": lambda: subprocess.run(do("empty"), check=True, env=environment()),
    }
    yield from pair(
        "documents of MongoDB",
        others,
        ["mongodb.find", "collection=source", f"to={lines}"],
        ["mongodb.insert_many", "collection=target", f"from={lines}"],
        "FLOWCTL_CREDENTIAL_MONGODB",
        {"url": address},
    )
