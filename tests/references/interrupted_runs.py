"""A run that is broken off right after its checkpoint was written for the n-th time."""

from itertools import count

import pytest

from tubewall.chambers import Checkpoint


def break_off(monkeypatch, stop, go):
    """Call ``go``, which writes a checkpoint now and then, and interrupt it after writing number ``stop``."""
    written, write = count(1), Checkpoint.write

    def interrupted(self, *arguments):
        write(self, *arguments)
        if next(written) == stop:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            go()
