"""One seed again, told in full: python -m tests.simulator 4711"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.simulator.databases import Clean
from tests.simulator.scenario import Scenario

with tempfile.TemporaryDirectory() as folder:
    clean = Clean.sqlite(Path(folder))
    for seed in map(int, sys.argv[1:]):
        told = Scenario(clean.engine(), seed).run()
        print(f"seed {seed}: {dict(told.figures)}")
        print(f"  troubles {dict(told.troubles)}")
        print(f"  accidents {dict(told.accidents)}")
        for fault in told.faults:
            print(f"  WRONG: {fault}")
