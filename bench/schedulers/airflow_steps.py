"""Processes that do nothing, as DAGs of Airflow: a chain and a fan-out for each count of $STEPS."""

import os

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

for count in map(int, os.environ["STEPS"].split()):
    for shape in ("chain", "fan-out"):
        with DAG(f"{shape}-{count}", schedule=None) as dag:
            before = None
            for number in range(count):
                step = BashOperator(task_id=f"s{number}", bash_command="true")
                if before is not None and shape == "chain":
                    before >> step  # pylint: disable=pointless-statement
                before = step
        globals()[f"{shape}-{count}"] = dag
