#!/bin/sh
# Trains in the background at the lowest priority, and goes on where the last run stopped.
cd "$(dirname "$0")" || exit 1
mkdir -p runs
export OMP_WAIT_POLICY=PASSIVE NUMBA_NUM_THREADS="${THREADS:-2}"
# Where the kernel groups processes by session, nice only counts within a session; the session's own niceness is the one file.
setsid nohup sh -c 'echo 19 > /proc/self/autogroup; exec nice -n 19 ionice -c3 "$@"' train \
    "${PYTHON:-venv/bin/python}" train.py --threads "${THREADS:-2}" "$@" >> runs/train.log 2>&1 &
echo $! > runs/train.pid
