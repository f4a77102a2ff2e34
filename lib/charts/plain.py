"""Text from outside in a figure."""


def plain(text: str) -> str:
    """Return text without what Plotly reads as markup: tags, entities, templates."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")
