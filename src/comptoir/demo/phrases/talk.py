"""What surrounds a reason to write: greetings, insistence, thanks, answers, reviews, brand posts."""

from comptoir.demo.phrases.shape import lines

GREETINGS = {
    "fr": lines("""
        Bonjour,
        Bonjour !
        Bonsoir,
        Hello,
        Salut,
        Coucou,
        Bonjour à toute l'équipe,
        Bonjour @{brand},
        """),
    "en": ("Hi,", "Hello,", "Hi there,", "Hey"),
    "es": ("Hola,", "Buenas,"),
}
EMAIL_GREETINGS = {
    "fr": (
        "Bonjour,",
        "Bonjour Madame, Monsieur,",
        "Madame, Monsieur,",
        "Bonsoir,",
        "Bonjour à vous,",
        "Bonjour l'équipe,",
    ),
    "en": ("Hello,", "Dear team,", "Hi,"),
    "es": ("Hola:", "Buenos días:"),
}
EMAIL_CLOSINGS = {
    "fr": lines("""
        Merci d'avance pour votre retour.
        Dans l'attente de votre réponse,
        Cordialement,
        Bien à vous,
        Merci, bonne journée.
        Je compte sur vous.
        Bien cordialement
        Vous pouvez me joindre au {phone}.
        Merci de me répondre [rapidement|par mail], je ne suis pas joignable en journée.
        """),
    "en": ("Thanks in advance,", "Best regards,", "Kind regards,", "Thank you,"),
    "es": ("Gracias,", "Un saludo,"),
}
EMAIL_DETAILS = {
    "fr": lines("""
        Je précise que [c'est la première fois que cela m'arrive|je suis cliente depuis deux ans].
        C'est un cadeau, donc j'ai besoin d'une réponse avant [la fin de la semaine|samedi].
        J'ai essayé d'appeler [ce matin|hier], sans succès.
        J'habite en appartement, [troisième étage|au fond de la cour], le livreur a mon numéro : {phone}.
        Je peux vous envoyer des photos si besoin.
        Commande passée depuis votre site [avec mon adresse {email}|en paiement par carte].
        Je n'ai rien trouvé dans votre foire aux questions.
        J'avais déjà écrit via Instagram, on m'a conseillé de passer par ici.
        """),
    "en": (
        "It is meant to be a gift.",
        "I could not find the answer in your FAQ.",
        "Happy to send photos if that helps.",
    ),
    "es": ("Es para un regalo.", "Puedo mandar fotos si hace falta."),
}
MENTION_NUMBER = {
    "fr": (
        "Commande {number}.",
        "(commande n° {number})",
        "N° de commande : {number}",
        "cmd {number}",
        "Réf {number}",
        "C'est la {number}.",
    ),
    "en": ("Order {number}.", "(order no. {number})", "My order number is {number}."),
    "es": ("Pedido {number}.", "(pedido n.º {number})"),
}
ANGER = lines("""
    C'est [inadmissible|honteux|lamentable|n'importe quoi].
    [Ras le bol.|J'en ai marre.|Ça suffit.]
    Et ce n'est pas la première fois !
    On se moque [vraiment|] du client 😡
    Je ne suis pas contente du tout.
    Encore et toujours les mêmes problèmes avec vous...
    Pour une boutique qui se dit « artisanale », bravo.
    Je paie, moi, [je ne fais pas attendre|et comptant].
    """)
CHURN = lines("""
    Je crois que [c'était|ce sera] ma dernière commande.
    Je vais finir par aller [voir ailleurs|chez Feuille & Cire].
    """)
NUDGES = {
    "fr": lines("""
        Toujours pas de réponse ?
        Up
        Bonjour, je me permets de relancer[.|, sans nouvelles de votre part.]
        Y a quelqu'un ?? 🙄
        Je vois que vous répondez aux autres mais pas à moi...
        Relance n°2. [Merci de répondre.|]
        {wait} que j'attends une réponse...
        ???
        Sans réponse de votre part, j'insiste.
        Alors ? [On m'ignore ?|Des nouvelles ?]
        """),
    "en": ("Anyone there?", "Still waiting for an answer...", "Following up on this, please."),
    "es": ("¿Alguna novedad?", "Sigo esperando respuesta."),
}
GIVES_NUMBER = {
    "fr": lines("""
        C'est la {number}
        {number} merci
        Voilà : {number}, [au nom de {last}|{last}]
        Oui bien sûr, commande {number}, mail {email}
        Envoyé en mp. [Sinon c'est|N° :] {number}
        Le numéro est {number}, [je l'avais déjà donné|merci de votre aide].
        """),
    "en": ("It's {number}, thanks", "Sure: {number}, name {last}"),
    "es": ("Es el {number}, gracias",),
}
THANKS = {
    "fr": lines("""
        [Merci|Merci beaucoup|Super, merci] pour [la réponse|votre réactivité|l'info] !
        [Parfait|Top|Nickel], merci {agent} 🙏
        Colis [bien reçu|arrivé ce matin], merci [à vous|beaucoup] !
        Génial, [je n'en attendais pas tant|ça c'est du service] ❤️
        Ok merci, [bonne journée|bonne soirée|à bientôt].
        C'est noté, merci [bcp|bien].
        Problème réglé, merci à {agent} pour sa patience.
        Ah super, merci ! Et désolée d'avoir râlé 😅
        Merci, je [regarde|teste] ça ce soir
        Remboursement reçu, [merci|dossier clos pour moi].
        """),
    "en": (
        "Thanks {agent}, much appreciated!",
        "Brilliant, thank you.",
        "All sorted, thanks a lot.",
    ),
    "es": ("¡Muchas gracias, {agent}!", "Perfecto, gracias."),
}
UNHAPPY = {
    "fr": lines("""
        [Ça ne répond pas à ma question.|Ce n'est pas ce que je demandais.]
        On m'a [déjà|] dit la même chose la semaine dernière et rien n'a bougé.
        Toujours rien [reçu|ce matin], on en est où {agent} ?
        Donc en gros je dois encore attendre. [Génial.|Super...]
        Non mais [sérieusement|franchement] ? C'est tout ce que vous proposez ?
        Réponse type, [merci pour rien|je m'y attendais].
        Et mon dédommagement ?
        {carrier} me dit l'inverse. Qui croire ?
        """),
    "en": ("That doesn't answer my question.", "Still nothing, {agent}. What now?"),
    "es": ("Eso no responde a mi pregunta.",),
}
HELPER_THANKS = lines("""
    Merci @{helper}, [c'était ça|ça marche] !
    Ah merci, [je n'avais pas vu|je tente ça] 🙏
    Trop sympa, merci pour l'astuce
    Merci, plus rapide que le SAV 😄
    """)
BRAND_THANKS_HELPER = lines("""
    Merci @{helper} pour ce coup de main ! 💛 Nous confirmons.
    @{helper} a tout dit, merci ! N'hésitez pas si besoin.
    Rien à ajouter, @{helper} connaît la maison mieux que nous. Merci !
    """)

ASK_NUMBER = {
    "fr": lines("""
        pouvez-vous nous envoyer votre numéro de commande [en message privé|par retour] ? Je regarde tout de suite.
        je suis désolé{ag} de l'apprendre. Quel est votre numéro de commande (TB suivi de six chiffres) ? Je m'en occupe dès que je l'ai.
        merci pour votre message. Pour retrouver votre colis, il me faudrait le numéro de commande ou l'adresse e-mail utilisée.
        je prends le relais : quel est le numéro de la commande concernée ?
        """),
    "en": lines("""
        sorry about that! Could you send us your order number (TB and six digits) so I can look into it?
        thanks for getting in touch. Which order is it? I'll check right away.
        """),
    "es": lines("""
        sentimos lo ocurrido. ¿Nos indica su número de pedido (TB y seis cifras)? Lo miro enseguida.
        """),
}
SETTLED = lines("""
    merci, j'ai retrouvé votre commande {number}. Tout est réglé de mon côté, vous recevrez une confirmation par e-mail [dans l'heure|aujourd'hui].
    merci pour ces précisions. La commande {number} est [prioritaire|suivie de près] : je vous écris dès qu'il y a du nouveau.
    c'est bon, je vois la commande {number}. J'ai fait le nécessaire auprès de {carrier}, comptez 48 h au plus.
    merci ! Pour la commande {number}, je lance un renvoi à nos frais, avec un petit geste pour l'attente.
    """)
SECOND_ANSWER = lines("""
    je comprends. Je reprends le dossier depuis le début avec {carrier} et je vous appelle [demain avant midi|cet après-midi].
    vous avez raison d'insister. Je vous propose un remboursement complet ou un renvoi immédiat, à votre convenance.
    je suis désolé{ag} que cela traîne. Maëlle, notre responsable, reprend votre demande et vous contacte aujourd'hui.
    """)
WELCOME = lines("""
    avec plaisir, belle journée !
    merci à vous, et bonne dégustation !
    je vous en prie. À très bientôt !
    """)
# By the first intent of the conversation; "" for any other.
ANSWERS_EN = {
    "delivery": (
        "I have checked with {carrier}: your parcel is on its way and should reach you [tomorrow|within two days].",
        "so sorry about the wait. I am chasing {carrier} now and will write again by [tonight|tomorrow noon].",
    ),
    "damaged_item": (
        "I am so sorry. A replacement leaves [today|tomorrow] at our expense, no need to return anything.",
    ),
    "fault": (
        "thank you for telling us, this is not normal. Could you send a picture? We will put it right.",
    ),
    "refund": ("the refund of {amount} went out this morning; please allow five working days.",),
    "product_question": (
        "thanks for asking! Every detail is on the product page, and we ship all over Europe.",
        "yes, and the full details are now on the product page. Thank you for asking!",
    ),
    "availability": (
        "it will be back in [about ten days|a week or so]. Click on “Notify me” on the product page!",
    ),
    "complaint": ("you are right, and I apologise. I am taking care of it myself today.",),
    "praise": ("thank you so much, this made our day!",),
    "": ("thank you for your message, I have passed it on and will write back [today|tomorrow].",),
}
ANSWERS_ES = {
    "delivery": ("hemos consultado con {carrier}: el paquete está en camino y llegará [mañana|en dos días].",),
    "damaged_item": ("sentimos mucho lo ocurrido. Le enviamos uno nuevo sin coste.",),
    "refund": ("el reembolso de {amount} se ha enviado hoy; tarda unos cinco días laborables.",),
    "product_question": ("sí, enviamos a España, y todos los detalles están en la ficha del producto.",),
    "praise": ("¡muchas gracias, nos alegra el día!",),
    "": ("gracias por su mensaje. Lo comprobamos y le respondemos por correo [hoy|mañana].",),
}  # fmt: skip
HELLO_BRAND = {
    "fr": (
        "Bonjour {first},",
        "Bonjour {first},",
        "Bonjour,",
    ),
    "en": ("Hello {first},", "Hi {first},"),
    "es": ("Hola, {first}:",),
}
EMAIL_WARM = {
    "fr": (
        "Belle journée à vous,",
        "Bien à vous,",
        "Amicalement,",
        "À bientôt !",
        "Longue vie à votre atelier,",
    ),
    "en": ("Best wishes,", "Warmly,"),
    "es": ("Un abrazo,",),
}
SIGN_EMAIL = {
    "fr": lines("""
        Bien à vous,\\n{agent}\\nTilleul & Braise – Service clients
        Belle journée,\\n{agent}, de l'équipe Tilleul & Braise
        Chaleureusement,\\n{agent}\\nTilleul & Braise, atelier du Perche
        """),
    "en": ("Kind regards,\n{agent}\nTilleul & Braise",),
    "es": ("Un saludo,\n{agent}\nTilleul & Braise",),
}
DM_ANSWERS = lines("""
    nous venons de vous répondre en message privé.
    réponse envoyée en privé, pour ne pas étaler vos coordonnées ici.
    """)

HASHTAGS = (
    "#teatime",
    "#thé",
    "#bougie",
    "#cocooning",
    "#artisanat",
    "#ideecadeau",
    "#faitmain",
    "#slowlife",
    "#madeinfrance",
)
EMOJI = {
    "negative": ("😡", "😤", "🙄", "😕", "👎", "😭"),
    "neutral": ("🙂", "🙏", "🤔", "☕", "👀"),
    "positive": ("😍", "❤️", "🥰", "👏", "☕🌿", "✨", "🙌"),
}

REVIEW_TITLES = {
    5: (
        "Parfait",
        "Coup de cœur",
        "Je recommande",
        "Sublime",
        "Rien à redire",
        "Conforme et rapide",
        "Merci !",
        "Adopté",
        "Cadeau réussi",
    ),
    4: (
        "Très bien",
        "Presque parfait",
        "Bon produit",
        "Satisfaite",
        "Bonne découverte",
        "Bien mais…",
    ),
    3: ("Mitigé", "Moyen", "Bof", "Correct sans plus", "Déçue un peu", "Peut mieux faire"),
    2: ("Décevant", "Pas terrible", "Pas à la hauteur", "Je m'attendais à mieux"),
    1: ("À éviter", "Très déçue", "Inadmissible", "Zéro", "Fuyez", "Plus jamais"),
}
REVIEW_OPENINGS = {
    5: lines("""
        [Un vrai coup de cœur|Quelle belle découverte|Absolument ravie] pour {ce}.
        {le_c} est [magnifique|superbe|exactement comme sur la photo].
        J'en suis à ma [troisième|deuxième|quatrième] commande et [toujours aussi contente|jamais déçue].
        Acheté{e} pour offrir, [énorme succès|effet garanti].
        Le parfum est [fin, jamais entêtant|incroyable], [on en redemande|toute la maison embaume].
        Goût [rond|délicat], [très équilibré|sans amertume], {le} est devenu{e} mon rituel du soir.
        Qualité [au rendez-vous|artisanale, ça se voit], finition soignée.
        """),
    4: lines("""
        {le_c} est très bien, [juste un peu plus cher que chez Feuille & Cire|un peu plus petit{e} que je pensais].
        Très bon produit, [livraison un peu longue|l'emballage pourrait être plus léger].
        Bonne qualité. J'enlève une étoile pour [le couvercle un peu dur|les frais de port|le délai].
        Contente de mon achat dans l'ensemble, {le} [tient ses promesses|est joli{e}].
        """),
    3: lines("""
        {le_c} est correct{e}, sans plus. [Je m'attendais à un parfum plus présent.|Pour ce prix Feuille & Cire fait mieux.]
        Joli mais [fragile|pas très pratique]. À voir dans le temps.
        Le produit est bien, le service [moins|beaucoup moins] : [6 jours pour une réponse|suivi inexistant].
        Ni bon ni mauvais. [Je ne rachèterai pas forcément.|On a vu mieux chez Feuille & Cire.]
        """),
    2: lines("""
        [Déçue|Assez déçu] par {ce} : [rien à voir avec la photo|goût très fade|la mèche s'éteint sans arrêt].
        Arrivé{e} [ébréché{e}|avec trois jours de retard et mal emballé{e}], [dommage|pas de geste commercial].
        Beaucoup trop cher pour ce que c'est. [{le_c} fait bas de gamme.|]
        """),
    1: lines("""
        {le_c} est arrivé{e} [cassé{e}|inutilisable] et le service client [ne répond pas|me balade depuis deux semaines].
        Jamais reçu ma commande, [aucune réponse à mes mails|remboursement toujours en attente].
        Une [catastrophe|honte]. {le_c} ne sent rien, ne [tient|dure] pas, et coûte {price}.
        Produit dangereux, [le verre a fendu|le couvercle m'a coupée]. À ne pas acheter.
        """),
}
REVIEW_DETAILS = {
    "good": lines("""
        Livraison [rapide|en 48h|sans encombre].
        Emballage [très soigné|sans plastique, j'apprécie], [un petit mot en plus|avec un échantillon].
        Le rapport qualité-prix est [très bon|correct].
        Service client [adorable|réactif].
        Je recommande [vivement|les yeux fermés].
        Je commanderai de nouveau, c'est [sûr|certain].
        [Mon fils|Ma belle-mère|Ma collègue] veut le même !
        Mention spéciale pour la boîte, [trop jolie|que je garde].
        """),
    "bad": lines("""
        Livraison [interminable|bâclée], colis [jeté par-dessus le portail|laissé sous la pluie].
        Service client [aux abonnés absents|désagréable].
        Je demande un remboursement.
        Je ne recommande pas.
        C'était un cadeau, [merci pour la honte|je vous laisse imaginer].
        Dommage car [j'aimais bien cette boutique|les premières commandes étaient parfaites].
        """),
}
REVIEW_EN = {
    5: (
        "Lovely {en}, beautifully packed and quick delivery.",
        "Exactly as pictured. I will order again.",
        "My new favourite, the {en} is wonderful.",
    ),
    4: ("Very nice {en}, a little pricey though.", "Good quality, delivery took a while."),
    3: ("It's fine, nothing special for the price.",),
    2: ("The {en} looks cheaper than in the pictures.",),
    1: ("Arrived broken and nobody answers my emails.",),
}
REVIEW_REPLIES = {
    "good": lines("""
        Merci {first} pour ce joli retour, toute l'équipe vous embrasse ! À bientôt. {agent}
        Quel bonheur de vous lire, {first}. Belle dégustation et à très vite ! {agent}
        Merci beaucoup pour votre confiance renouvelée. {agent}, Tilleul & Braise
        Votre avis nous va droit au cœur, merci {first} ! {agent}
        Merci {first} ! Si vous aimez {ce}, vous devriez aussi apprécier {other}. {agent}
        """),
    "mixed": lines("""
        Merci pour votre franchise, {first}. Votre remarque est transmise à l'atelier ; écrivez-nous si nous pouvons faire mieux. {agent}
        Bonjour {first}, merci pour cet avis nuancé : nous travaillons sur ce point. {agent}
        """),
    "bad": lines("""
        Bonjour {first}, nous sommes sincèrement désolés. Je vous ai écrit par e-mail pour vous proposer un renvoi ou un remboursement. {agent}
        Bonjour {first}, ce n'est pas l'expérience que nous voulons offrir. Votre dossier {number} est rouvert, je m'en charge. {agent}
        Merci de nous l'avoir signalé, {first}. Le remboursement est en cours et nous revoyons nos emballages. {agent}
        Bonjour {first}, toutes nos excuses pour cette mauvaise expérience : nous vous appelons dans la journée. {agent}
        """),
}

POSTS = lines("""
    Petit matin à l'atelier : on pèse, on mélange, on goûte. Aujourd'hui, c'est {le} qui a la vedette. ☕ Et vous, quelle sera votre première tasse ?
    De retour en stock : {le} ! Vous avez été nombreux à nous le demander, merci pour votre patience. 🌿
    Le geste du lundi : rincer la théière à l'eau chaude avant d'infuser. Tout simple, et tout change.
    Comment bien allumer sa bougie ? 1. Couper la mèche à 5 mm. 2. Laisser fondre toute la surface. 3. Ne jamais dépasser quatre heures. 🕯️
    Jeu : dites-nous en commentaire avec qui vous partageriez {le}. Tirage au sort dimanche, règlement sur notre site. 🎁
    Coulisses : Hélène compose un nouveau mélange. Indice : il y a du fruit, un peu d'épice et beaucoup de douceur. Une idée ?
    {title} : le cadeau qui ne se trompe jamais d'adresse. À découvrir sur tilleul-braise.example
    Il pleut sur le Perche. On allume une bougie, on met l'eau à chauffer, on ne bouge plus. Qui nous rejoint ?
    Vous nous demandez souvent d'où vient notre cire : du colza, cultivé et pressé en France. On vous raconte tout dans le journal de l'atelier.
    Sondage du jour : plutôt thé noir, thé vert ou tisane pour finir la soirée ?
    Merci ! Vous êtes de plus en plus nombreux ici, et chaque message est lu par Maëlle, Yanis ou Corentin.
    Recette du week-end : un cake au citron et {le}, infusé dans le lait tiède. Dites-nous si vous essayez.
    Ce soir, livraison offerte dès 45 € jusqu'à minuit. Le petit coup de pouce avant de dormir.
    Nous serons samedi au marché de Mortagne, sur la place de la halle. Venez goûter {le} avec nous !
    Nouveau : {title}. Une création de l'atelier, en petite série. On attend vos avis avec impatience. ✨
    Question de Yanis : sucre, miel, nuage de lait, ou rien du tout ? On ne juge pas (enfin, presque).
    Le saviez-vous ? Une tisane se garde un an à l'abri de la lumière. Nos boîtes cuivrées sont faites pour ça.
    Corentin a préparé 112 colis aujourd'hui. On lui offre {un} bien chaud, il l'a mérité. 📦
    Vos photos sont magnifiques. Continuez avec #TilleulEtBraise, nous en partageons une chaque vendredi.
    Dimanche, rien d'autre à faire que d'infuser. Belle journée à toutes et à tous !
    {price}, c'est le prix {du} : le détail de ce que vous payez (matière, travail, transport, marge) est dans le journal de l'atelier.
    On nous demande souvent lequel choisir. Maëlle a répondu en trois questions sur le site, et non, la réponse n'est pas toujours « les deux ».
    La minute geste : pour nettoyer une théière, de l'eau, un peu de bicarbonate, jamais de savon. Votre théière vous remerciera.
    Un colis, trois cartons essayés, zéro plastique : Corentin vous montre comment il cale {le}.
    Vous êtes plutôt vrac ou sachets ? Dites-nous tout, la réponse comptera pour la prochaine collection.
    La photo de la semaine est signée d'une cliente : {le} posé{e} sur un rebord de fenêtre, et la pluie derrière. Merci !
    Aujourd'hui, on répare : une anse recollée, un couvercle retrouvé. Écrivez-nous avant de jeter, il y a souvent une solution.
    Visite de l'atelier ouverte samedi à 15 h, sur inscription. On goûtera {le}, et Hélène répondra à toutes vos questions.
    Trois idées pour une petite soirée : {le}, un livre déjà lu, et le téléphone dans une autre pièce.
    {le_c} a deux ans ! Pour l'occasion, une attention se glisse dans chaque commande jusqu'à dimanche.
    Yanis teste pour vous : {le}, infusé à froid toute une nuit. Verdict ? Il n'en reste plus.
    Nos cartons arrivent désormais d'une cartonnerie à quarante kilomètres d'ici. C'est peu de chose, mais on y tient.
    """)
SEASON_POSTS = lines("""
    {season} approche : notre sélection est en ligne, avec {le} en tête d'affiche. Commandez tôt, l'atelier est petit ! 🎁
    Une idée pour {season} ? {title}, emballé avec soin et accompagné d'un mot de votre part.
    Derniers jours pour commander avant {season}. Expédition le jour même avant midi.
    """)
COMMENTS: tuple[tuple[tuple[str, ...], str, bool, tuple[str, ...]], ...] = (
    (("praise",), "positive", False, lines("""
        [Trop beau|Magnifique|Superbe|Canon] 😍
        [J'adore|On adore|Je suis fan] !!!
        Vos photos donnent [tellement|trop] envie
        {le_c}, [ma drogue douce|mon péché mignon|je ne m'en lasse pas] ❤️
        Toujours un plaisir de vous [lire|suivre][.| !| ☕]
        Bravo à l'équipe, [quel travail|continuez comme ça] 👏
        Quelle jolie [ambiance|photo|lumière] 🌿
        Le mien est presque fini, [snif|vite une commande]
        On sent presque l'odeur d'ici !
        Une tasse [à la main|bien chaude à la main|fumante] en [lisant ce post|vous lisant] ☕
        Hélène a [un don|des doigts de fée] !
        Ça sent bon [l'automne|le printemps|les vacances] par ici
        """)),
    (("other",), "neutral", False, lines("""
        [Thé noir|Thé vert|Tisane|Rooibos] [sans hésiter|pour moi|évidemment] !
        Sans sucre, [quelle question|sacrilège sinon] 😄
        Avec ma [mère|sœur|meilleure amie|voisine] {friend} ❤️
        Je participe ! [Avec {friend}|Pour {friend} et moi] 🤞
        {friend} regarde ça [👀|!]
        Je [tente ma chance|participe avec plaisir|croise les doigts] 🍀
        [Poire-gingembre|Pomme-cardamome|Figue et romarin|Orange-clou de girofle] ? je propose hein
        Nuage de lait, et j'assume
        Présente samedi si [la météo suit|les enfants dorment] 😅
        Moi c'est [3|4|5] tasses minimum
        """)),
    (("product_question",), "neutral", True, lines("""
        {le_c} est vegan ? => oui, aucun ingrédient d'origine animale.
        C'est quoi le plateau sur la photo ? [Il est en vente ?|] => c'est notre plateau en noyer, il est en ligne !
        Combien de minutes d'infusion ? => trois minutes à 80 °C et c'est parfait.
        Vous livrez en [Belgique|Suisse|Corse] ? => oui, nous livrons dans toute l'Europe.
        {le_c} existe en plus petit format ? => pas encore, mais l'idée chemine.
        La participation est ouverte aux Belges ? => oui, le règlement complet est sur notre site.
        """)),
    (("availability",), "neutral", True, lines("""
        Encore en rupture quand je clique [😩|, grrr|...]
        Il en reste [beaucoup|encore] ? je suis payée [vendredi|lundi]
        À quand le retour {du} ?
        """)),
    (("price_promo",), "neutral", True, lines("""
        C'est cumulable avec le code de bienvenue ? => non, les codes ne se cumulent pas, mais le port est offert dès 60 €.
        Le port offert marche pas chez moi, j'ai {amount} au panier
        Combien [avec le port|le coffret] ?
        """)),
    (("purchase_intent",), "positive", False, lines("""
        Hop, [dans le panier|commandé] 🙈
        Je [craque|cède], c'est trop joli
        Mon cadeau pour {fete} est tout trouvé, je commande ce soir
        J'en prends deux !
        """)),
    (("product_request",), "neutral", False, lines("""
        À quand en [vrac|recharge|coffret] ?
        Faites-le en version bougie !!
        Je rêve d'un parfum [lilas|sapin|thé fumé] chez vous
        """)),
    (("recommendation",), "positive", False, lines("""
        {friend} il te faut ça, [crois-moi|je te jure]
        Allez-y les yeux fermés, j'en ai déjà offert [trois|quatre]
        Testé et approuvé, je recommande à tout le monde
        """)),
    (("complaint", "delivery"), "negative", True, lines("""
        Bien joli tout ça mais j'attends [toujours|encore] ma commande {number}
        Avant de faire des [jeux|posts|jolies photos], répondez à vos [mails|clients|messages] 🙄
        Et les commandes en retard, on en parle ?
            Joli. Et mon [colis|remboursement|dossier], il [avance|arrive] quand ?
            Je préférerais [une réponse à mon mail|recevoir ma commande] plutôt qu'un post.
            Toujours dans l'attente [d'un appel|d'une réponse] de votre part...
        Publier oui, répondre non [apparemment|]...
        """)),
    (("thanks",), "positive", False, lines("""
        Merci pour [l'astuce|le conseil|la recette] !
        Merci, je ne savais pas du tout 🙏
        Recette testée dimanche, merci [beaucoup|] !
        """)),
    (("spam",), "neutral", False, lines("""
        Gagnez un téléphone gratuit 👉 https://cadeau.example/{pp2}
        DM us to be featured on our page 💌
        """)),
)  # fmt: skip
COMMENTS_EN = lines("""
    [Love this|Love it|Loving this] 😍
    [Stunning|Beautiful|So lovely] ✨
    The {en} is [next on my list|so pretty|my favourite]!
    My favourite [shop|little brand|account] 💛
    I need the {en} in my life
    Gorgeous, as always
    So [pretty|cosy|dreamy]!
    [Can't wait to try it|Trying this tonight|Mine is on its way] ☕
    Obsessed with your [photos|candles|teapots]
    [Saving this|Noted] for the next rainy day
    """)
COMMENTS_ES = lines("""
    ¡Qué [bonito|bonita foto|maravilla]! 😍
    Me encanta {el_es}
    Yo quiero {el_es}
    [Preciosa foto|Precioso], como siempre
    """)
COMMENT_WEIGHTS = (34, 24, 11, 4, 4, 7, 4, 4, 4, 3, 1)
COMMENT_ANSWERS = {
    "product_question": ("oui, et tout est détaillé sur la fiche !", "trois minutes à 80 °C et c'est parfait.", "oui, nous livrons dans toute l'Europe.", "pas encore, mais l'idée chemine."),
    "availability": ("c'est de retour d'ici quelques jours, promis !", "il en reste un peu, ne tardez pas !"),
    "price_promo": ("non, les codes ne se cumulent pas, mais le port est offert dès 60 €.", "tout est indiqué dans le panier ; écrivez-nous en privé si le code résiste."),
    "complaint": ("vous avez raison, je vous réponds en privé tout de suite.", "pardon pour l'attente, je regarde votre commande à l'instant."),
    "praise": ("merci, ça nous touche ! 💛", "merci beaucoup ! 🌿", "vous allez faire rougir Hélène."),
    "": ("merci de votre message !",),
}  # fmt: skip
QUOTES = lines("""
    Voilà, [exactement|c'est] pour ça que j'aime cette boutique ☕
    Idée cadeau [validée|repérée] 👇
    {friend} regarde 👀
    Je participe et vous devriez aussi
    """)
