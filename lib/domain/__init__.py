"""Pure rules: no database, no clock, no Streamlit, no pandas."""
