"""The words that tell an offer from another figure, as patterns over plain text."""

import re
from typing import Final

from comptoir.analysis.entities.common import listed

PERCENT: Final = re.compile(
    r"(?<![\w.,/])(?P<minus>[-] ?)?(?P<n>[0-9]{1,3}(?:[.,][0-9]{1,2})?) ?(?:%|pour ?cents?\b|per ?cent\b)"
)
HALF: Final = re.compile(r"\b(?:a moitie prix|half[- ]price)\b")

# Each of these looks at the words right before or right after a figure.
UP_TO: Final = re.compile(r"(?:jusqu'?a|jusque|up ?to|maxi?) ?(?:-|moins) ?$|(?:jusqu'?a|up ?to) $")
OFF_AFTER: Final = re.compile(
    r" ?(?:immediats? |supplementaires? |extra |de |d')*"
    r"(?:(?:remises?|reductions?|reduc|rabais|ristourne|promo(?:tion)?s?|economies?|discount|"
    r"savings?|cash ?back|moins cher)\b|off\b|en moins\b|de moins\b|moins\b|offerts?\b|"
    r"(?:rembourses?|en bons? d'achats?|en avoir|en carte cadeau|credites? sur votre)\b)"
)
OFF_BEFORE: Final = re.compile(
    r"\b(?:remises?|reductions?|reduc|rabais|ristourne|promo(?:tion)?s?|discount|soldes?|offre|"
    r"economi[sz]e[rz]?|save|saving|prix (?:casses?|baisses?|bas)|bon d'achat|cheque cadeau|"
    r"baiss\w+ (?:de |les |nos |ses |vos |des )?prix|prices? (?:cut|drop|slashed)|"
    r"profitez(?: bien)?|beneficiez|recevez|enjoy|get|take)"
    r"(?: (?:exceptionnelles?|immediates?|speciales?|supplementaires?|exclusives?|flash|de|d'|of|"
    r"a|by|an?|up to|jusqu'a|maintenant|vite|extra|another|your|nos|vos|des|les))*"
    r" ?[:>]? ?-? ?$"
)
AMOUNT_BEFORE: Final = re.compile(
    r"\b(?:remises?|reductions?|reduc|rabais|ristourne|discount|economi[sz]e[rz]?|save|saving|bons? d'achat|"
    r"bons?|cheques? cadeau|carte cadeau|avantage|prime|odr|recevez|credit)"
    r"(?: (?:exceptionnelles?|immediates?|speciales?|supplementaires?|de|d'|of|a|up to|jusqu'a|another|"
    r"an extra|extra))*(?: |'| ?: ?)-? ?$"
)
ON_AFTER: Final = re.compile(
    r" ?(?:\S{1,3} )?(?:sur|on|sitewide|everything)\b ?(?P<on>(?:[\w'+&-]+ ?){0,5})"
)
ON_ALL: Final = re.compile(
    r" ?(?:sur (?:tout|toute|tous|toutes|une selection|l'ensemble|la|le|les|l'|vos|votre|nos|notre|"
    r"des|une?|chaque|ton|ta|tes)\b|on (?:all|every|everything|selected|your|our|orders?)\b|"
    r"sitewide|(?:avec|with) (?:le |the )?code|(?:chez|en) (?:boutique|magasin|ligne)|storewide)"
)
NOT_AFTER: Final = re.compile(
    r" ?(?:(?:de |d'|of |en )?(?:la |ma |sa |my |his |her |the )?(?:batterie|battery|charged?\b|coton|cotton|"
    r"laine|wool|bio\b|organic|polyester|lin\b|linen|soie|silk|recycle|naturel|natural|tva\b|vat\b|humidite|"
    r"humidity|alcool|abv|cacao|cocoa|inflation|interets?|interest|taeg|apr\b|commission|chances?|"
    r"risques?|debit|signal|ram\b|cpu|succes|success|satisf\w+|sold out|vegan|francais\w*|"
    r"made in|fait main|remboursables?|complete|termine\w*|pure?\b|d'accord|of (?:people|customers|users|"
    r"our|the|my|all|us)|(?:des|de nos|de vos|de mes|de ses|de ces|du|de la|de l'|de) ?"
    r"(?:gens|francais\w*|clients?|client\w*|cas\b|utilisateurs?|personnes?|territoire|pays|temps|foyers?|"
    r"population|commandes?|ventes?|colis|emissions?|abonnes?|fibre|couverture|reseau|entreprises?|"
    r"messages?|parts?|matieres?|salaires?|croissance|hausse|trafic|retours?|stocks?|capital)))"
)
NOT_BEFORE: Final = re.compile(
    r"\b(?:tva|vat|taux|batterie|battery|inflation|hausses?|augment\w+|baisse|chutes?|chute\w*|recul\w*|"
    r"perd\w*|gagn\w+|croissance|growth|interest|apr|taeg|commission|rembours\w+|refund\w*|credite\w*|"
    r"actions?|bourse|cac|cours|shares?|stocks? (?:is|fell|rose|are)|marges?|audience|ventes|sales (?:fell|rose|are|were)|"
    r"chiffre d'affaires|probabilite|chances?|risques?|seulement a|charged?|rose|fell|dropp\w+|"
    r"increas\w+|raised|down|fini\w*|avance\w*|humidite|score|note|reussi\w*|satisf\w+|couv\w+)"
    r"[^.!?\n;]{0,24}$"
)
PRICES_DOWN: Final = re.compile(
    r"\b(?:baiss\w+|cass\w+) (?:de |les |nos |ses |vos |des |le |mes )?(?:tarifs?|prix)\b[^.!?\n]{0,24}$"
)

# Words of a message that make every reading in it likelier, or a customer's.
PROMO: Final = re.compile(
    r"\b(?:promos?|promotions?|soldes?|offres?|bons? plans?|black ?friday|cyber ?monday|french ?days|"
    r"ventes? (?:flash|privees?)|flash sale|sales?|deals?|special offer|clearance|destockage|"
    r"liquidation|profitez|offert\w*|remises?|reductions?|codes?|exclus\w*|jusqu'a|prix (?:casses?|fous?|"
    r"mini|choc|mythique|promo)|limited time|discounts?|shop now|commandez|decouvrez|foncez|craquez|"
    r"just dropped|en ligne et en (?:boutique|magasin))\b|[👉➡🔥🎁🛒🛍💥🚨⏰⏳]"
)
FIRST: Final = re.compile(
    r"\b(?:j'ai|j'avais|j'attends|j'aurais|j'etais|j'espere|je|mon|ma|mes|moi|m'a|m'ont|m'avez|i|i'm|"
    r"i've|i'd|my|me|on m'|me suis|nous avons (?:paye|recu|commande))\b"
)
COMPLAINT: Final = re.compile(
    r"\b(?:pas|jamais|toujours|aucune?|refus\w*|arnaque\w*|marche|marchent|fonctionne\w*|rembours\w*|recu|"
    r"honte|mensong\w*|promis\w*|reclam\w*|attends|facture\w*|prelev\w*|pay(?:e|er|ais|ons)|paie|"
    r"refund\w*|not|never|didn't|doesn't|won't|isn't|wasn't|still|scam|charged|promised|paid|paying|"
    r"complain\w*|wrong|voleurs?|escro\w*|menteurs?|cher|expensive|overcharged|"
    r"avez dit|aurais du|etais cense)\b"
)
ASKS: Final = re.compile(
    r"\b(?:est-ce|pourquoi|comment|combien|c'est quand|quand|y a[- ]t[- ]il|puis-je|peut-on|vous (?:faites|avez|livrez)|"
    r"faites-vous|avez-vous|svp|s'il vous plait|why|when|how|does|do you|is there|is it|are there|"
    r"can i|could i|please|anyone)\b"
)
DENIED_BEFORE: Final = re.compile(
    r"\b(?:pas|plus|aucune?|sans|fini\w*|ni|jamais|no|not|never|without|isn't|aren't|ended|over|expired)"
    r"(?: (?:de|d'|la|le|les|des|une?|any|the|a|longer|more))* ?-?$"
)
DENIED_AFTER: Final = re.compile(
    r"[^.!?\n,;]{0,30}\b(?:(?:est|sont|etait) (?:termine\w*|finie?s?|expire\w*)|n'est (?:pas|plus)|ne (?:sont|marche|fonctionne)|"
    r"a expire|(?:is|are|was|has) (?:over|not|expired|ended)|isn't|doesn't|didn't|don't)\b"
)

# Sums.
ARROW: Final = re.compile(r" ?(?:->|=>|>{1,2}|→|➡\ufe0f?|➔|➜|⇒) ?")
WAS_BEFORE: Final = re.compile(
    r"\b(?:au lieu (?:de|des)|instead of|rather than|was|were|avant|before|contre|vs\.?|rrp|"
    r"prix (?:conseille|barre|initial|public|d'origine|normal|habituel)(?: de| a)?|barre a|valeur(?: de)?|"
    r"worth|usually|normally|originally|etait a|reste a)[ :(]*$"
)
WAS_AFTER: Final = re.compile(r" ?(?:\(?barres?\b|rrp\b|prix (?:conseille|initial|public))")
PASSES: Final = re.compile(r"\b(?:pass\w+|tomb\w+|descend\w*|drops?|cut|down|goes) (?:de|from) $")
TO_NOW: Final = re.compile(r" ?(?:a|to) (?:seulement |only |just )?$")
LOWEST_BEFORE: Final = re.compile(
    r"\b(?:des|a partir de|a partir d'|partir de|from|starting (?:at|from)|as low as|prices from) (?:seulement |only |just |- )?$"
)
PRICE_BEFORE: Final = re.compile(
    r"\b(?:(?:a|pour|for|at|c'est|now|maintenant|desormais) (?:seulement|only|just)|seulement|uniquement|only|just|"
    r"(?:au )?(?:petit |mini )?prix(?: \w+){0,2}(?: de| a| d'| :)?|tarif(?: \w+){0,2}(?: de| a| :)?|now|maintenant|desormais|now for|priced at|"
    r"price(?: of| is|:))[ :]*$"
)
AT_BEFORE: Final = re.compile(r"\b(?:a|pour|for|at|en promo)[ :]*$")
RATE_AFTER: Final = re.compile(
    r" ?(?:seulement\b|only\b|/ ?(?:mois|an|month|mo\b)|par (?:mois|an)\b|a month|per month|ttc\b|"
    r"pm\b|(?:les|the) (?:deux|trois|[0-9]|pair|set|lot)|le lot\b|la paire\b|l'unite\b)"
)
SPENT_BEFORE: Final = re.compile(
    r"\b(?:factur\w*|preleve\w*|prelevement\w*|pay(?:e|er|es|ais|ait|ons|ez|ing)|paie\w*|paid|pay|debit\w*|rembours\w*|refund\w*|"
    r"charg(?:ed|es?|ing)|amendes?|perd\w*|dois|doit|doivent|cou(?:te|tait|ter|tent)|costs?|costing|bills?|billed|dettes?|"
    r"salaires?|chiffre d'affaires|investi\w*|leve|hors[- ]forfait|surcout|penalites?|gagn\w+|"
    r"won|win|cagnotte|depense\w*|frais(?: de dossier| de resiliation)?|caution|devis|reclam\w+|owe\w*|"
    r"dommages?|fees?|augment\w+|hausse\w*|vol(?:e|er)\b|collect\w*|recolt\w*|dons?|pris)"
    r"[^.!?\n;]{0,20}$"
)
SPENT_AFTER: Final = re.compile(
    r" ?(?:de (?:frais|penalites?|plus|resiliation|caution|dommages|dedommagement|trop|hausse)|extra charge|of fees|in fees|more)\b"
)
MINIMUM_BEFORE: Final = re.compile(
    r"\b(?:minimum(?: de| d')?|mini?\.?|superieure?s? (?:ou egale?s? )?a|au moins|at least|spend(?:ing)?(?: over)?|"
    r"depensez|(?<!bon d')(?<!bons d')\b(?:commande|achat|panier)s? (?:minimum )?(?:de|d'|superieure?s? a|over|above)|orders? (?:over|above|of)|over|above|"
    r"purchases? (?:over|of))[ :]*$"
)
MINIMUM_AFTER: Final = re.compile(
    r" ?(?:d'achats?|de commande|d'articles|de panier|minimum|mini\b|min\b|spend\b|(?:of )?purchases?|et plus|"
    r"or more|and over|and above|\+)"
)

DELIVERY: Final = re.compile(
    r"\b(?:livraisons?(?: (?:standard|express|a domicile|en point relais|rapide|est|sont|24h|chronopost|colissimo|partout en france))*"
    r" (?:gratuite?s?|offertes?|a 0 ?€|0 ?€)|frais de (?:port|livraison)(?: (?:sont|vous sont))? (?:offerts|gratuits|a 0 ?€)|"
    r"(?:fdp|port) (?:offerts?|gratuits?)|livre\w* gratuitement|"
    r"free (?:(?:uk|eu|us|standard|express|worldwide|international|next[- ]day|home|local) )*(?:delivery|shipping|postage)|"
    r"ships? (?:for )?free|(?:delivery|shipping) is free|(?:delivery|shipping) on us|no delivery (?:fees?|charges?))\b"
)
_NUMBER: Final = r"(?:une?|deux|trois|quatre|one|two|three|four|[1-9])"
BUNDLE: Final = re.compile(
    rf"\b(?P<bought>{_NUMBER})(?: \w+)? achetee?s? ?[,=:+-]?>?(?: et)? ?(?:c'est )?(?:le |la |les )?(?P<given>{_NUMBER}(?:r|er|ere|e|eme)?|premier|deuxieme|seconde?|troisieme)(?: \w+)? (?:est |sont )?(?P<how>offerte?s?|gratuite?s?|a ?- ?(?P<less>[0-9]{{1,2}}) ?%|a moitie prix)|"
    rf"\b(?:le|la) (?P<nth>2e|2eme|2nde?|second|seconde|deuxieme|3e|3eme|troisieme)(?: \w+)? (?:est )?(?P<nhow>offerte?|gratuite?|a ?- ?(?P<nless>[0-9]{{1,2}}) ?%|a moitie prix)|"
    rf"\b(?P<take>{_NUMBER})(?: \w+)? (?:pour le prix d(?:'|e ?)|for the price of )(?P<pay>{_NUMBER})\b|"
    r"\b(?P<a>[2-6]) (?:pour|for) (?P<b>[1-5])\b(?! ?(?:personnes?|pers\b|people|jours?|days?|mois|months?|ans?|h\b|%|€|euros?|heures?|[.,:0-9]))|"
    rf"\bbuy (?P<buy>{_NUMBER})(?: \w+)?,? (?:and )?get (?:the )?(?P<get>{_NUMBER}|second|2nd)(?: \w+)? (?P<ghow>free|half[- ]price|(?:at )?(?P<gless>[0-9]{{1,2}}) ?% off)|"
    r"\b(?P<bogo>bogof?)\b"
)
GIFT: Final = re.compile(
    r"\b(?P<gift>(?:(?:[0-9]{1,2}|une?|deux|trois|six|le|la|les|votre|vos|l'|1ers?|premiers?|premiere) ?)"
    r"(?:[\w'+-]+ ){1,4}?)(?:vous (?:est|sont) |est |sont |a ete )?(?P<how>offert(?:e|s|es)?)\b(?! (?:par|a (?:ma|mon|mes)|pour (?:mon|ma))\b)|"
    r"(?<!\S)(?P<who>[\w+&'-]{3,}(?: [\w+&'-]{3,})?) (?:vous (?:est|sont)|est|sont) offert(?:e|s|es)?\b(?! par\b)|"
    r"\b(?:free|complimentary) (?P<free>(?:[\w'+-]+ ){1,3}?)(?=with (?:every|any|your|each|all|orders?|purchases?)\b)|"
    r"\b(?P<cadeau>(?:un |votre )?cadeaux?(?: surprise)?) (?:offerts? )?(?:pour tout achat|des [0-9]+ ?(?:€|euros?)|dans (?:chaque|votre|toute) commande)|"
    r"\b(?P<essai>essai gratuit|free trial)\b"
)
CODE: Final = re.compile(
    r"\b(?:(?:avec|with|use|using|utilisez|entrez|enter|saisissez)? ?(?:le |the |our |notre |mon |my )?"
    r"(?:code|coupon|voucher|code promo)(?: (?:promo(?:tionnel)?|avantage|privilege|reduc(?:tion)?|de reduction|remise|discount|"
    r"voucher|cadeau|createur|exclusif|special|parrain(?:age)?))?)(?: (?:is|est))?(?P<sign> ?[:=>»«\"“”'👉➡]+ ?| )(?:[«\"“'] ?)?(?P<code>[a-z0-9][a-z0-9_-]{2,19})(?![\w])"
)
CODE_NEVER: Final = re.compile(
    r"\b(?:qr|zip|post|bar|dress|source|low|no)[- ]?$|\bcodes? (?:postal|pin|puk|rio|imei|wpa|ape|naf|sms|wifi|siret|barre|source|secret|"
    r"confidentiel|erreur|d'erreur|error|client|de la route|civil|penal|de suivi|retrait|vestimentaire)"
)
CODE_WORDS: Final = listed(
    """est et de du la le les des pour sur promo avec dans vos nos votre notre chez ici qui que dispo
    disponible valable en bio sms now and the for with your our all sale off new here code codes only
    until today free black friday pin puk rio postal merci svp ne pas marche fonctionne"""
)
