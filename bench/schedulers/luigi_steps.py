"""Processes that do nothing, by Luigi: luigi_steps.py chain|fan-out COUNT"""

import subprocess
import sys

import luigi


class Step(luigi.Task):
    """One process; in a chain it comes after the one before."""

    number = luigi.IntParameter()
    is_chained = luigi.BoolParameter()
    ended = set()

    def requires(self):
        return [Step(self.number - 1, True)] if self.is_chained and self.number else []

    def run(self):
        subprocess.run(["sh", "-ec", "true"], check=True)
        Step.ended.add(self.number)

    def complete(self):
        return self.number in Step.ended


shape, count = sys.argv[1], int(sys.argv[2])
steps = [Step(count - 1, True)] if shape == "chain" else [Step(number, False) for number in range(count)]
sys.exit(0 if luigi.build(steps, local_scheduler=True, log_level="ERROR") else 1)
