"""A history of 100,000 runs: its first page, one run by the beginning of its id, and what pruning costs."""

import os
import random
import shutil
import sqlite3
import subprocess

from suite import files, tools
from suite.contest import FOLDER, Contender, Contest, environment

RUNS = 100_000
KEPT = 500
#: How many workflows the runs are of; of each, KEPT stay.
WORKFLOWS = 20
#: Of time in the database: microseconds since 1970. One run began a minute.
MINUTE = 60_000_000
EPOCH = 1_735_689_600_000_000

FULL = f"{FOLDER}/history"
COPY = f"{FOLDER}/history-copy"


def contests():
    first, last = fill()
    yield Contest(
        f"First page of {RUNS:,} runs",
        [
            Contender("flowctl --version", [tools.FLOWCTL, "--version"]),
            Contender("flowctl runs list", command("list")),
            Contender("flowctl runs list --status failed", command("list", "--status", "failed")),
            Contender("flowctl runs show, by the beginning of an id", command("show", first[:8])),
            Contender("flowctl runs show, by the end of an id", command("show", last[-8:])),
        ],
        turns=15,
        goals=pages,
    )
    prune = Contender(
        f"flowctl runs prune --keep {KEPT}",
        [*command("prune", "--keep", str(KEPT), "--unfinished", folder=COPY), "--quiet"],
        copy,
    )
    run = [tools.FLOWCTL, "--quiet", "run", files.workflow("noted", ["run: 'true'"]), "--state-db"]
    yield Contest(
        f"Pruning {RUNS - KEPT * WORKFLOWS:,} of {RUNS:,} runs",
        [prune],
        turns=3,
        goals=lambda standings: [
            ("under 60 s", standings[prune.name].median < 60, f"{standings[prune.name].median:.1f} s")
        ],
    )
    yield Contest(
        "A run beside a long history",
        [
            Contender("flowctl run, no history", [*run, f"{FOLDER}/empty/state.db"]),
            Contender(f"flowctl run, {RUNS:,} runs", [*run, f"{FULL}/state.db"]),
        ],
        turns=15,
    )


def pages(standings):
    for name in ("flowctl runs list", "flowctl runs list --status failed"):
        yield f"{name} under 50 ms", standings[name].median < 0.050, f"{standings[name].median * 1000:.1f} ms"


def command(verb, *words, folder=FULL):
    return [tools.FLOWCTL, "runs", verb, *words, "--state-db", f"{folder}/state.db"]


def copy():
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(FULL, COPY)


def fill():
    """Multiplies the rows of one real run; gives the first and the last id."""
    shutil.rmtree(FULL, ignore_errors=True)
    os.makedirs(FULL, mode=0o700)
    os.makedirs(f"{FOLDER}/empty", mode=0o700, exist_ok=True)
    workflow = files.workflow("noted", ['run: "true"'] * 3)
    run = [tools.FLOWCTL, "--quiet", "run", workflow, "--state-db", f"{FULL}/state.db"]
    subprocess.run(run, env=environment() | {"FLOWCTL_KEEP_RUNS": "forever"}, check=True)
    database = sqlite3.connect(f"{FULL}/state.db")
    run, began = database.execute("SELECT number, started_at FROM runs ORDER BY number DESC LIMIT 1").fetchone()
    times = [began - (RUNS - index) * MINUTE for index in range(RUNS)]
    ids = identifiers(times)
    steps = [number for (number,) in database.execute("SELECT number FROM steps WHERE run = ?", (run,))]
    with database:
        for index, identifier in enumerate(ids):
            changes = {"number": run + 1 + index, "id": identifier, "started_at": times[index]}
            duplicate(database, "runs", "number", run, changes)
        database.execute(
            "UPDATE runs SET workflow = 'noted-' || (number % ?), status = iif(number % 50, status, 'failed')", (WORKFLOWS,)
        )
        for table in ("snapshots", "logs"):
            spread(database, table, "run", [(run, run + 1 + index) for index in range(RUNS)])
        number = max(steps)
        for index in range(RUNS):
            for step in steps:
                number += 1
                duplicate(database, "steps", "number", step, {"number": number, "run": run + 1 + index})
                duplicate(database, "attempts", "step", step, {"step": number})
        database.execute("DELETE FROM runs WHERE number = ?", (run,))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return ids[0], ids[-1]


def identifiers(times):
    """Ids as flowctl gives them: seven characters of the time, in 32nds of a second since 2025, and three of chance."""
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    chance = random.Random(1)
    found = []
    for time in times:
        ticks = (time - EPOCH) * 32 // 1_000_000
        begun = [letters[ticks >> shift & 31] for shift in range(30, -1, -5)]
        found.append("".join(begun + chance.choices(letters, k=3)))
    return found


def duplicate(database, table, key, value, changes):
    """One row again, with other values in some columns."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(f":{column}" if column in changes else column for column in columns)
    database.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {key} = :of_row",
        changes | {"of_row": value},
    )


def spread(database, table, key, pairs):
    """The rows of the first of each pair again for the second; row ids are given anew."""
    info = database.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [row[1] for row in info if row[5]]
    left_out = {key} | (set(keys) if len(keys) == 1 else set())
    names = ", ".join(row[1] for row in info if row[1] not in left_out)
    database.executemany(f"INSERT INTO {table} ({key}, {names}) SELECT ?2, {names} FROM {table} WHERE {key} = ?1", pairs)
