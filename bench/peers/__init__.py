"""Programs that do what menshen does, each in a process of its own (see worker.py)."""
