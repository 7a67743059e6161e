"""Examination of imported files: read, map headers, resolve names, place, check, report.

::

    file ──readers──▶ RawTable ──headers──▶ mapped ──coordinates──▶ placed ──names──▶ coded
                                                                           │
                         Report ◀──report── Checked (accepted, repaired, rejected) ◀──rules

Nothing is written here: :mod:`data.importing` commits what the planner accepts.
"""
