"""The import doctor: sniff, read, map headers, place, name, check, report — each step shown.

::

    file ──readers──▶ RawTable ──headers──▶ mapped ──coordinates──▶ placed ──names──▶ coded
                                                                           │
                         Report ◀──report── Checked (accepted, repaired, rejected) ◀──rules

Nothing is written here: :mod:`data.workspace.folder` commits what the planner accepts.
"""
