"""The bare page: what Streamlit itself costs, which every ratio is divided by."""

import streamlit as st

st.title("Bare")
