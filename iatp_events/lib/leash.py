"""No process outlives the one above it, however that one ended (Linux; elsewhere nothing happens)."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def leash(number: signal.Signals) -> None:
    """Ask the kernel for this signal when the parent dies; it survives exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
