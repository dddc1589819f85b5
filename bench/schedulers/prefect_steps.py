"""Processes that do nothing, by Prefect: prefect_steps.py chain|fan-out COUNT"""

import subprocess
import sys

from prefect import flow, task


@task
def step():
    subprocess.run(["sh", "-ec", "true"], check=True)


@flow
def chain(count: int):
    for _ in range(count):
        step()


@flow
def fan_out(count: int):
    for future in [step.submit() for _ in range(count)]:
        future.result()


(chain if sys.argv[1] == "chain" else fan_out)(int(sys.argv[2]))
