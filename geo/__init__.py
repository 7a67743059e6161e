"""How to calculate: pure functions on arrays and frames. No files, no Streamlit, no folium."""
