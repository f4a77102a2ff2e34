"""The only part of `lib` that knows Streamlit: the door, sign-in, cached reads, widgets."""
