"""What a person sees: all Streamlit code lives here and in ``app.py``."""
