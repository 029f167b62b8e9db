"""A word to every process of a worker that it is to end: what it is doing is finished, nothing new is begun.

Celery lets a task run to its end, and a delivery ends only when nothing is due any more: with ten thousand mails
in the queue a supervisor would lose its patience and cut one of them in half.
"""

import mmap

# Anonymous memory, which processes share that are forked after this.
_word = mmap.mmap(-1, 1)


def ask(**_: object) -> None:
    _word[0] = 1


def is_asked() -> bool:
    return _word[0] == 1
