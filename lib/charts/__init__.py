"""One function a figure: records in, a Plotly figure as plain dicts out."""
