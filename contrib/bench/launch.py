"""Runs one command: launch.py FD COMMAND..., as python3 -I -S.

Writes "status seconds peak read" to the descriptor FD, the last two in bytes: of
memory, and of what came from a disk and not from the page cache. A process of its own since a
child's ru_maxrss is never less than what its parent held when it started it:
this one holds little.
"""
import os
import sys
import time

start = time.perf_counter()
try:
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
except OSError as error:
    sys.exit(str(error))
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
os.write(int(sys.argv[1]), f"{code} {seconds} {usage.ru_maxrss * 1024} {usage.ru_inblock * 512}".encode())
