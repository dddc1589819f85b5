"""Luigi, Prefect and Airflow: each in an environment of its own, for what they need is much and doesn't fit together."""

import os
import subprocess
import sys

from suite import files, tools
from suite.contest import FOLDER, Contender, Contest

#: Prefect asks for a newer FastAPI than its server works with from 3.5 on.
PACKAGES = {"Luigi": ["luigi"], "Prefect": ["prefect<3.5", "fastapi<0.120"], "Airflow": ["apache-airflow>=3"]}

#: A cold run, and as many steps as the slowest of them does in half a minute.
FEW, MANY = 3, 20

#: Their data beside ours, and nothing said or sent.
SETTINGS = {
    "PREFECT_HOME": f"{FOLDER}/prefect",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "AIRFLOW_HOME": f"{FOLDER}/airflow",
    "AIRFLOW__CORE__DAGS_FOLDER": "bench/schedulers",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    "STEPS": f"{FEW} {MANY}",
}


def contests():
    """The same processes by all that can be had."""
    programs = {name: installed(name) for name in PACKAGES}
    yield contest(f"Cold run of {FEW} processes, beside schedulers", programs, "chain", FEW, turns=3, goals=cold_goals)
    yield contest(f"Chain of {MANY} processes, beside schedulers", programs, "chain", MANY)
    yield contest(f"Fan-out to {MANY} processes, beside schedulers", programs, "fan-out", MANY)


def contest(title, programs, shape, count, turns=1, goals=lambda standings: []):
    needs = ", needs: []" if shape == "fan-out" else ""
    steps = [f'{{ id: s{number}{needs}, run: "true" }}' for number in range(count)]
    own = [tools.FLOWCTL, "--quiet", "run", files.workflow(f"{shape}-{count}", steps)]
    contenders = [Contender("flowctl", own)]
    contenders += [
        Contender(name, command(name, folder, shape, count)) for name, folder in programs.items() if folder
    ]
    note = "Airflow by `dags test`, Prefect with the server that it starts for a run, Luigi with its local scheduler."
    return Contest(title, contenders, turns, goals, note)


def command(name, folder, shape, count):
    """What runs a chain or a fan-out of so many processes."""
    work = {
        "Luigi": [f"{folder}/python", "bench/schedulers/luigi_steps.py", shape, str(count)],
        "Prefect": [f"{folder}/python", "bench/schedulers/prefect_steps.py", shape, str(count)],
        "Airflow": [f"{folder}/airflow", "dags", "test", f"{shape}-{count}"],
    }
    return ["env", *settings(), *work[name]]


def settings():
    """The settings as arguments of env; folders from the root, as the schedulers want them."""
    return [f"{name}={os.path.abspath(value) if '/' in value else value}" for name, value in SETTINGS.items()]


def installed(name):
    """The folder of a scheduler's programs, installed where it is missing; None where it can't be had."""
    folder = f"{FOLDER}/venv-{name.lower()}"
    probe = ["env", *settings(), f"{folder}/bin/python", "-c", f"import {name.lower()}"]
    if not tools.answers(probe):
        print(f"installing {name}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], stdout=sys.stderr)
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--prefer-binary", *PACKAGES[name]]
        subprocess.run(pip, stdout=sys.stderr)
    if not tools.answers(probe):
        tools.missing[name] = "pip install could not fetch it"
    elif name == "Airflow" and not tools.answers(["env", *settings(), f"{folder}/bin/airflow", "db", "migrate"]):
        tools.missing[name] = "its database could not be made"
    else:
        return f"{folder}/bin"
    return None


def cold_goals(standings):
    own = standings["flowctl"].median
    for name, times in (("Airflow", 50), ("Prefect", 50), ("Luigi", 5)):
        if name in standings:
            ratio = standings[name].median / own
            yield f"{times} times faster than {name}", ratio >= times, f"{ratio:.0f} times"
