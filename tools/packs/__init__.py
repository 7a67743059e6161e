"""How the embedded packs are built: one module per table or step, called by ``build.py``."""
