"""A bare page with one Plotly chart: two axes, bars and means of 56 days, as a campaign's."""

from datetime import date, timedelta

import streamlit as st

DAYS = 56

days = [(date(2026, 1, 1) + timedelta(days=number)).isoformat() for number in range(DAYS)]
traces = []
for axis, scale in (("", 40.0), ("2", 300.0)):
    values = [round(scale * (1 + number % 7 / 10 + number % 11 / 25), 2) for number in range(DAYS)]
    shared = {"x": days, "xaxis": "x", "yaxis": f"y{axis}"}
    traces.append(shared | {"type": "bar", "y": values})
    for length in (7, 28):
        means = [
            sum(values[max(0, at - length) : at + 1]) / min(at + 1, length + 1)
            for at in range(DAYS)
        ]
        traces.append(shared | {"type": "scatter", "mode": "lines", "y": means})

st.title("Bare")
st.plotly_chart(
    {
        "data": traces,
        "layout": {
            "height": 470,
            "hovermode": "x unified",
            "barmode": "overlay",
            "xaxis": {"type": "date", "anchor": "y2"},
            "yaxis": {"domain": [0.54, 1]},
            "yaxis2": {"domain": [0, 0.46], "anchor": "x"},
            "legend": {"orientation": "h"},
        },
    },
    config={"displayModeBar": False},
)
