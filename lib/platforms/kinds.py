"""Result kinds: one name for what the languages of the exports name differently.

Only what is certainly the same is made one: purchases on a website are not all purchases.
"""

from lib.platforms.captions import normalised

_NAMES = {
    "purchases": "compras,käufe,achats",
    "website purchases": "compras no site,compras en el sitio web,website-käufe,"
    "käufe auf der website,achats sur le site web",
    "link clicks": "cliques no link,clics en el enlace,link-klicks,clics sur un lien",
    "landing page views": "visualizações da página de destino,visitas a la página de destino,"
    "landingpage-aufrufe,vues de page de destination",
    "leads": "cadastros,clientes potenciales,prospects",
    "reach": "alcance,reichweite,couverture",
    "impressions": "impressões,impresiones,impressionen",
    "conversions": "conversões,conversiones,conversionen",
    "clicks": "cliques,clics,klicks",
    "views": "visualizações,visualizaciones,aufrufe,vues",
}
_UNIFIED = {word: kind for kind, words in _NAMES.items() for word in words.split(",")}


def unified(words: str) -> str:
    """Return a result kind in lower case, by its English name where it is known."""
    text = normalised(words)
    return _UNIFIED.get(text, text)
