"""
The living style guide: every component and five whole screens, with invented French content.

Nothing here touches the database: the people, orders and figures are written below.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from comptoir.web.shell.templatetags.shell import icon_names

PAGES: Final = ("index", "inbox", "overview", "import", "first_run", "sign_in")
NOW: Final = datetime(2024, 9, 12, 14, 30, tzinfo=UTC)


def page(request: HttpRequest, name: str = "index") -> HttpResponse:
    """One page of the style guide, in the frame of a shop that does not exist."""
    if name not in PAGES:
        raise Http404
    return render(request, f"shell/styleguide/{name}.html", _frame(name) | _content(request))


def _frame(current: str) -> dict[str, Any]:
    """What the context processor gives real pages."""
    items = (
        ("inbox", "Boîte de réception", "Réception", "inbox", "g i", 12),
        ("overview", "Vue d’ensemble", "Ensemble", "chart", "g o", 0),
        ("import", "Import", "Import", "upload", "g m", 0),
        ("first_run", "Réglages", "Réglages", "settings", "g s", 0),
        ("index", "Aide", "", "help", "g h", 0),
        ("sign_in", "Connexion", "", "key", "g c", 3),
    )
    return {
        "nav": [
            {
                "label": label,
                "short": short,
                "url": f"../{key}/",
                "icon": icon,
                "key": keys,
                "current": key == current,
                "badge": badge,
            }
            for key, label, short, icon, keys, badge in items
        ],
        "workspace": {"name": "Maison Lampion", "is_simulation": True},
        "workspaces": [
            {"name": "Maison Lampion", "url": "#", "current": True},
            {"name": "Atelier du Canal", "url": "#", "current": False},
        ],
        "search_url": "../inbox/",
        "simulation_remove_url": "#",
        "user_menu": [
            {"label": "Mon compte", "url": "#", "icon": "user"},
            {"label": "Se déconnecter", "url": "#", "icon": "logout", "method": "post"},
        ],
    }


def _content(request: HttpRequest) -> dict[str, Any]:
    request.user = SimpleNamespace(  # type: ignore[assignment]
        is_authenticated=True, name="Léa Garnier", email="lea@maison-lampion.example"
    )
    return {
        "icons": icon_names(),
        "form": SampleForm(SAMPLE_ANSWERS),
        "page_obj": Paginator(range(2782), 50).page(2),
        "rows": ROWS,
        "moments": [NOW - timedelta(minutes=7), NOW - timedelta(days=2), NOW],
        "hostile": HOSTILE,
        "days": DAYS,
        "authors": AUTHORS,
        "preview": PREVIEW,
        "asked": ASKED,
    }


class SampleForm(forms.Form):
    """Each kind of field once, two of them wrong."""

    name = forms.CharField(label="Nom de la marque", help_text="Tel que vos clients l’écrivent.")
    email = forms.EmailField(label="Adresse e-mail")
    handle = forms.CharField(label="Compte X", required=False)
    zone = forms.ChoiceField(
        label="Fuseau horaire", choices=[("Europe/Paris", "Paris"), ("U", "UTC")]
    )
    answer = forms.CharField(label="Réponse type", widget=forms.Textarea(attrs={"rows": 3}))
    languages = forms.MultipleChoiceField(
        label="Langues de vos clients",
        choices=[("fr", "Français"), ("en", "Anglais"), ("es", "Espagnol")],
        widget=forms.CheckboxSelectMultiple,
    )
    size = forms.ChoiceField(
        label="Taille de l’équipe",
        choices=[("1", "Je suis seul"), ("5", "2 à 5 personnes")],
        widget=forms.RadioSelect,
    )
    delay = forms.IntegerField(label="Délai visé, en heures", help_text="Heures ouvrées.")
    agree = forms.BooleanField(
        label="Envoyer un accusé de réception",
        help_text="Seulement en dehors des heures d’ouverture.",
        required=False,
    )


SAMPLE_ANSWERS: Final = {
    "name": "",
    "email": "lea@",
    "handle": "@maison_lampion",
    "zone": "Europe/Paris",
    "answer": "Bonjour, merci de votre message. Nous regardons votre commande et revenons vers vous.",
    "languages": ["fr", "en"],
    "size": "5",
    "delay": 4,
    "agree": True,
}

HOSTILE: Final = (
    "Regardez <script>alert(1)</script> https://exemple.fr/avis?a=1&b=2. "
    "Merci @maison_lampion #Déçue\n(javascript:alert(1) n’est pas un lien)"
)

ROWS: Final = [
    {
        "name": name,
        "channel": channel,
        "text": text,
        "at": NOW - timedelta(minutes=minutes),
        "urgency": urgency,
        "tone": tone,
        "intent": intent,
        "unread": unread,
        "status": status,
    }
    for name, channel, text, minutes, urgency, tone, intent, unread, status in (
        ("Camille Duvert", "x", "Toujours pas de nouvelles de mon colis 6A40218837465, ça fait 9 jours…", 6, 2, "negative", "delivery", True, "open"),
        ("Rémi Castaing", "email", "Bonjour, la lampe reçue ce matin a l’abat-jour fendu. Photos jointes.", 24, 1, "negative", "damaged_item", True, "open"),
        ("@nina.deco", "instagram", "Le modèle Ondine sera-t-il de retour avant Noël ? 😍", 41, 0, "positive", "availability", True, "open"),
        ("Sophie Leclerc-Montagnier", "facebook", "Est-ce que la garantie couvre aussi le transformateur ?", 95, 0, "neutral", "product_question", False, "waiting"),
        ("Hugo P.", "review", "Très belle finition, livraison en deux jours. Je recommande.", 130, 0, "positive", "recommendation", False, "open"),
        ("@le_bricoleur_du_14e", "x", "Deux fois que le code promo RENTREE ne passe pas, c’est voulu ?", 190, 1, "negative", "price_promo", False, "snoozed"),
        ("Fatou Ndiaye", "email", "Je souhaite exercer mon droit de rétractation pour la commande 48213.", 1500, 1, "neutral", "withdrawal_return_cancel", False, "open"),
        ("Jean-Baptiste Kerbrat", "phone", "Appel de 4 min : facture demandée au nom de la société.", 1720, 0, "neutral", "invoice_payment", False, "closed"),
        ("@lumiere_et_cie", "x", "Merci @maison_lampion pour la réponse en 10 minutes, chapeau 👏", 3200, 0, "positive", "thanks", False, "closed"),
    )
]  # fmt: skip

# Seven days of a bar chart on a 0–100 scale: label, x, then y and height of the three tones.
DAYS: Final = [
    {
        "label": label,
        "x": 46 + 92 * rank,
        "middle": 46 + 92 * rank + 26,
        "total": positive + neutral + negative,
        "positive": positive,
        "neutral": neutral,
        "negative": negative,
        "positive_y": 180 - positive,
        "neutral_y": 180 - positive - neutral,
        "negative_y": 180 - positive - neutral - negative,
        "total_y": 180 - positive - neutral - negative - 6,
    }
    for rank, (label, positive, neutral, negative) in enumerate(
        (
            ("ven. 6", 31, 52, 22),
            ("sam. 7", 18, 30, 14),
            ("dim. 8", 12, 25, 11),
            ("lun. 9", 35, 61, 38),
            ("mar. 10", 33, 58, 57),
            ("mer. 11", 38, 54, 33),
            ("jeu. 12", 29, 40, 19),
        )
    )
]
AUTHORS: Final = [
    {"name": "Camille Duvert", "channel": "x", "messages": 18, "heard": 41200, "split": (11, 6, 1)},
    {"name": "@nina.deco", "channel": "instagram", "messages": 12, "heard": 128400, "split": (0, 4, 8)},
    {"name": "Hugo P.", "channel": "review", "messages": 9, "heard": 0, "split": (1, 2, 6)},
    {"name": "@le_bricoleur_du_14e", "channel": "x", "messages": 7, "heard": 2310, "split": (5, 2, 0)},
]  # fmt: skip
ASKED: Final = [
    {"code": "delivery", "count": 214, "share": 0.312},
    {"code": "product_question", "count": 131, "share": 0.191},
    {"code": "refund", "count": 74, "share": 0.108},
    {"code": "damaged_item", "count": 52, "share": 0.076},
    {"code": "price_promo", "count": 31, "share": 0.045},
]
PREVIEW: Final = [
    ("12/09/2024 16:24", "@cduvert", "Toujours pas de nouvelles de mon colis…", "1834157203", "@maison_lampion"),
    ("12/09/2024 16:06", "@rcastaing", "La lampe reçue ce matin est fendue.", "1834152877", "@maison_lampion"),
    ("12/09/2024 15:49", "@maison_lampion", "Bonjour Rémi, nous vous renvoyons un abat-jour.", "1834148800", "@rcastaing"),
    ("12/09/2024 15:12", "@nina_deco", "Ondine de retour avant Noël ? 😍", "1834140219", ""),
]  # fmt: skip
