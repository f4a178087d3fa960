import os
import shutil
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture
def low_rank(random):
    """60 x 40 of rank 3 with a little noise and a third missing."""
    x = random.normal(size=(60, 3)) @ random.normal(size=(3, 40)) + 0.1 * random.normal(size=(60, 40))
    x[random.random(x.shape) < 0.3] = np.nan
    return x


@pytest.fixture
def command_line():
    """The program hadal, as HADAL_PROGRAM or on the path."""
    program = os.environ.get("HADAL_PROGRAM") or shutil.which("hadal")
    if program is None or not Path(program).exists():
        pytest.skip("the program hadal was not found; HADAL_PROGRAM names it")
    return program
