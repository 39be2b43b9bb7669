"""Tests of what judges the answers and counts; they need no package and no data: `python3 -m unittest discover -s bench -t bench`."""
