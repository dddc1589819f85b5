"""A vault of 10,000 credentials, opened with a key file: reading one of them, and listing all."""

import json
import os
import shutil
import subprocess

from suite import tools
from suite.contest import FOLDER, HOME, Contender, Contest, environment

COUNT = 10_000
PLACE = f"{FOLDER}/vault"


def contest():
    fill()
    return Contest(
        f"A vault of {COUNT:,} credentials",
        [
            Contender("flowctl --version", [tools.FLOWCTL, "--version"]),
            Contender("flowctl credentials show", command("show", f"c{COUNT // 2}")),
            Contender("flowctl credentials list", command("list")),
        ],
        turns=25,
        goals=goals,
    )


def goals(standings):
    start = standings["flowctl --version"].median
    for verb, what, goal in (("show", "opening it and reading one", 5), ("list", "listing all", 50)):
        took = (standings[f"flowctl credentials {verb}"].median - start) * 1000
        yield f"{what} under {goal} ms beyond a start", took < goal, f"{took:.1f} ms"


def command(*words):
    return [tools.FLOWCTL, "credentials", *words, "--vault", f"{PLACE}/vault.db"]


def fill():
    """Makes the vault; its key file lies where flowctl looks for it."""
    shutil.rmtree(PLACE, ignore_errors=True)
    os.makedirs(PLACE, mode=0o700)
    key = f"{HOME}/config/flowctl/vault.key"
    if os.path.exists(key):
        os.remove(key)
    entries = [
        {
            "name": f"c{index}",
            "type": "bearer",
            "fields": {"token": f"not-a-real-token-{index:06}"},
            "secret": ["token"],
            "hosts": [f"https://api{index % 50}.example.com"],
        }
        for index in range(COUNT)
    ]
    document = json.dumps({"flowctl_credentials": 1, "credentials": entries})
    made = [tools.FLOWCTL, "vault", "init", "--vault", f"{PLACE}/vault.db"]
    for words, given in ((made, ""), (command("import", "-"), document)):
        subprocess.run(words, env=environment(), check=True, input=given.encode(), stdout=subprocess.DEVNULL)
