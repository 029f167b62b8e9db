"""`make stack`: production's processes on this machine, from production's settings, under a supervisor."""
