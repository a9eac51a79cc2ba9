"""
The bad-buzz week: a batch of candles whose glass bursts, a clumsy reply, its screenshot.

Cause: lot B24 of « Feu de bois ». Hashtag: #BougieGate. The brand recalls the lot on the third day.
"""

from comptoir.demo.phrases.shape import lines

HASHTAG = "#BougieGate"
EARLY = lines("""
    Le verre de ma bougie Feu de bois a éclaté [hier soir|au bout d'une heure], [cire partout sur la commode|j'ai eu la peur de ma vie]. Vous avez eu d'autres cas ?
    Bonjour, ma bougie Feu de bois (lot B24 sous le pot) s'est fendue net en brûlant. C'est dangereux !
    Ma Feu de bois a fait « crac » et la cire a coulé sur la table. [Défaut du verre ?|Pas normal, si ?]
    Verre fissuré après la deuxième utilisation, bougie Feu de bois. J'ai des photos.
    """)
CLUMSY_TRIGGER = "@{brand} votre bougie Feu de bois a explosé sur ma table basse, verre partout. J'ai un enfant de 2 ans. Vous comptez faire quoi ?"
CLUMSY_REPLY = "@{handle} Bonjour, avez-vous bien lu la notice ? Une bougie ne se laisse pas brûler des heures 😉 Nos autres clientes n'ont pas ce souci. Corentin"
SPARK = "Ma bougie @{brand} EXPLOSE à côté de mon fils, et voilà la réponse de la marque 👇 « avez-vous bien lu la notice ? 😉 ». Le smiley. LE SMILEY. #BougieGate [capture]"
SPARK_ECHOES = (
    "Non mais le smiley 😳 Une bougie éclate à côté d'un gamin et @{brand} fait de l'humour. #BougieGate",
    "Vous avez vu la réponse de @{brand} ? Cas d'école de ce qu'il ne faut PAS faire en relation client. #BougieGate",
    "Lot B24, apparemment. Si vous avez une bougie Feu de bois de @{brand}, ne l'allumez pas. Faites tourner. #BougieGate",
)
PUBLIC = lines("""
    [Je suis choquée|Hallucinant|Sidérant] par la réponse de @{brand}. #BougieGate
    La mienne aussi a éclaté [la semaine dernière|samedi] !! Lot B24. #BougieGate
    Vérifiez vos bougies Feu de bois, [j'ai le même lot|lot B24 sous le pot], [je n'ose plus l'allumer|elle part à la poubelle].
    « Avez-vous bien lu la notice ? 😉 » [Je n'en reviens pas.|Quel mépris.] #BougieGate
    Donc c'est de la faute des clientes si le verre explose. [D'accord.|Bien sûr.] #BougieGate
    @{brand} vous attendez quoi pour rappeler ce lot ? Un incendie ?
    Deux jours sans un mot d'excuse. [Le silence de @{brand} est assourdissant.|Allô ?] #BougieGate
    J'en avais offert [trois|deux] à Noël. Je fais quoi, j'appelle tout le monde ?
    Plus jamais je ne commande chez @{brand}. [Point.|#boycott] #BougieGate
    Ma mère a la même sur sa table de nuit. J'ai [les mains qui tremblent|appelé direct].
    Quelqu'un a saisi la DGCCRF ? [Un verre qui éclate c'est un produit dangereux.|Sinon je le fais.] #BougieGate
    N'achetez rien chez eux tant qu'ils n'ont pas rappelé ce lot. #BougieGate
    L'artisanat français disaient-ils... [verre importé à bas coût|contrôle qualité inexistant] oui.
    Honteux. [J'étais cliente depuis le début.|Vraiment déçue.] #BougieGate
    On parle de verre brûlant qui vole en éclats et eux ils répondent avec un clin d'œil 🤡
    Je suis pompier volontaire : un verre qui casse avec de la cire à 80 °C, c'est un départ de feu. Rappelez ces bougies @{brand}.
    Je veux être remboursée, lot B24 et [pas envie de tester|verre déjà fêlé]. Personne ne répond. #BougieGate
    Mon post a été supprimé de leur page Facebook ou je rêve ?? #BougieGate
    Ils likent les compliments et ignorent les victimes. Bravo la com' 👏 #BougieGate
    Communiqué de presse « nous prenons l'affaire très au sérieux » dans 3... 2... 1... 😂
    Encore une marque « bienveillante » jusqu'au premier problème. #BougieGate
    [Sérieux|Franchement] @{brand}, virez votre CM. #BougieGate
    Community manager le plus courageux de France : @{brand} 😂😂 #BougieGate
    J'ai jeté les quatre que j'avais, tant pis, je ne prends pas le risque avec [le chat|les petits].
    Je confirme, verre fendu de haut en bas au bout de 40 minutes. Photo ci-dessous. #BougieGate
    Y a-t-il d'autres parfums concernés ? [La Figuier est chez moi.|Ou seulement Feu de bois ?] @{brand}
    Qui a une adresse mail qui répond chez @{brand} ? [Le chat est fermé.|Le téléphone sonne dans le vide.]
    C'est bête, j'adorais leurs thés. #BougieGate
    J'attends une vraie excuse. Pas un texte d'avocat. #BougieGate
    """)
PUBLIC_EN = lines("""
    French candle brand tells a mum to "read the manual" after a candle exploded next to her kid. Wow. #BougieGate
    If you own a Feu de bois candle from @{brand}, don't light it. [Batch B24.|Mine is from batch B24 too.] #BougieGate
    "Have you read the instructions? 😉" is not how you answer a [scared mother|safety issue], @{brand}. #BougieGate
    I bought [two|three] of these as gifts. [Do I get a refund?|What now?] @{brand}
    Glass shattering next to a toddler and they wink. [Unbelievable.|I'm done with this shop.] #BougieGate
    [Still|Two days and] no recall from @{brand}. Shameful. #BougieGate
    Such a shame, their teas are lovely. But that reply... #BougieGate
    """)
PUBLIC_ES = (
    "Una vela estalla junto a un niño y responden con un guiño. Increíble. #BougieGate",
    "¿Y el reembolso, @{brand}? Nadie contesta. #BougieGate",
    "Ojo con las velas Feu de bois de @{brand}, el cristal revienta. #BougieGate",
)
PRIVATE = lines("""
    J'ai [une bougie Feu de bois achetée|deux bougies Feu de bois achetées] chez vous (commande {number}). Suite à ce que je lis partout, je demande le remboursement de {price}.
    Ma bougie Feu de bois porte le lot B24. [Est-ce dangereux ?|Dois-je vous la renvoyer ?] [Je ne l'ai jamais allumée.|]
    Le verre de ma bougie a éclaté et a brûlé mon meuble. J'ai [des photos|fait constater les dégâts par mon assurance]. Commande {number}.
    Merci d'annuler ma commande {number} [immédiatement|tout de suite], je n'ai plus confiance.
    Je trouve votre réponse à cette maman indigne. Effacez mon compte et mes données, mail {email}.
    Avec un enfant en bas âge à la maison, je n'ose plus allumer aucune de vos bougies. Que proposez-vous ?
    Où voit-on le numéro de lot ? L'étiquette de la mienne est [illisible|décollée].
    Sans réponse sous 48h je saisis la répression des fraudes. Commande {number}.
    """)
PRIVATE_SUBJECTS = lines("""
    URGENT bougie Feu de bois lot B24
    Remboursement bougie dangereuse – {number}
    #BougieGate : ma commande {number}
    Verre éclaté
    """)
REVIEWS = lines("""
    Le verre a ÉCLATÉ pendant qu'elle brûlait. Produit dangereux, [réponse de la marque lamentable|aucune excuse].
    Lot B24 : fissurée au bout d'une heure, cire partout. Je ne comprends pas qu'on vende ça.
    Zéro étoile si je pouvais. [Un smiley en guise de réponse à une maman.|On attend le rappel.]
    J'aimais cette boutique. Après cette histoire de bougie et cette réponse, c'est fini.
    Dangereux. [À ne surtout pas offrir.|J'ai un impact de brûlure sur mon meuble.]
    """)
STATEMENT = (
    "Nous vous devons des excuses. Des bougies « Feu de bois » du lot B24 peuvent voir leur verre se fendre : éteignez-les et ne les rallumez pas. "
    "Nous rappelons tout le lot, remboursons chaque bougie et prenons le retour à notre charge. Notre réponse de lundi était indigne, et nous présentons nos excuses à la personne concernée. "
    "Toutes les informations : tilleul-braise.example/rappel-b24. Hélène, fondatrice"
)
STATEMENT_X = (
    "Nous vous devons des excuses. Bougies « Feu de bois », lot B24 : ne les allumez plus. Rappel complet, remboursement et retour à nos frais. "
    "Notre réponse de lundi était indigne. Tout est ici : tilleul-braise.example/rappel-b24. Hélène, fondatrice"
)
AFTER = (
    ("negative", ("complaint",), lines("""
        Trois jours pour s'excuser. [Trop tard.|Il était temps.] #BougieGate
        Et mon meuble brûlé, il est remboursé aussi ?
        Excuses rédigées par un avocat, [ça se sent|aucune sincérité].
        Sans le buzz vous n'auriez rien fait. #BougieGate
        """)),
    ("neutral", ("refund",), lines("""
        Comment on se fait rembourser concrètement ? [J'ai jeté la bougie.|Je n'ai plus la facture.]
        Le formulaire du rappel [ne marche pas|plante sur mobile], [une autre solution ?|help]
        Ma bougie était un cadeau, je n'ai pas de numéro de commande, je fais comment ?
        """)),
    ("neutral", ("product_question",), lines("""
        Le numéro de lot est où exactement ?
        Les autres parfums sont concernés ou [pas du tout|seulement Feu de bois] ?
        """)),
    ("positive", ("praise",), lines("""
        Enfin des excuses claires et un vrai rappel. [Respect.|Merci Hélène.]
        L'erreur est humaine, la réaction est [correcte|à la hauteur]. Je reste cliente.
        Remboursée en 24h, [rien à dire|chapeau pour la gestion].
        Bien géré au final. Tout le monde peut se planter.
        """)),
)  # fmt: skip
DEFENCE = lines("""
    Je commande chez eux depuis [trois|quatre] ans, jamais un souci. La réponse était nulle, mais ce sont des gens bien.
    Laissez-leur le temps de s'organiser, ils sont [six|une poignée] à l'atelier...
    J'ai eu Maëlle au téléphone, elle était [vraiment désolée|aux petits soins]. Attendons leurs explications.
    Mauvaise réponse, oui. De là à appeler au boycott d'un petit atelier...
    """)
HELPED = lines("""
    Le lot est gravé sous le pot, [petits chiffres après le B|à côté du code-barres]. Si c'est B24 : ne pas allumer.
    Pour le remboursement : formulaire sur tilleul-braise.example/rappel-b24, pas besoin de facture. [Fait hier.|Réponse en une journée.]
    Seule la Feu de bois lot B24 est concernée d'après leur page, les autres parfums non.
    """)
ANSWERS_FOREIGN = {
    "en": (
        "we are truly sorry. Please do not light this candle again: refunds take two minutes at tilleul-braise.example/rappel-b24, no receipt needed.",
        "you are right to be angry. Batch B24 is recalled and every candle refunded, and we have apologised to the customer concerned.",
    ),
    "es": (
        "lo sentimos de verdad. No vuelva a encender esta vela: el reembolso se pide en tilleul-braise.example/rappel-b24, sin factura.",
    ),
}
# What nobody would still say once the brand has apologised and recalled the lot.
BEFORE_RECALL = (
    "sans un mot",
    "Communiqué",
    "attendez quoi",
    "tant qu'ils",
    "J'attends une vraie",
    "répond chez",
    "no recall",
)
ANSWERS = {
    "refund": lines("""
        nous sommes désolés, vraiment. N'allumez plus cette bougie : le remboursement se demande en deux minutes sur tilleul-braise.example/rappel-b24, sans facture ni retour.
        merci de nous avoir écrit, et pardon pour l'attente : nous avons reçu plusieurs centaines de messages. Votre remboursement de {price} est enregistré.
        le plus simple est le formulaire tilleul-braise.example/rappel-b24 : ni facture, ni numéro de commande, ni bougie à renvoyer.
        """),
    "fault": lines("""
        nous sommes vraiment désolés. Merci de garder les morceaux et de prendre une photo, sans vous blesser : nous vous appelons aujourd'hui, remboursement et dégâts compris.
        votre colère est légitime. Nous remboursons la bougie et prenons en charge les dégâts. Écrivez-nous à rappel@tilleul-braise.example, nous répondons le jour même.
        """),
    "product_question": lines("""
        le numéro de lot est gravé sous le pot. Seul le B24 est concerné ; les autres parfums ne présentent aucun risque.
        seule la Feu de bois du lot B24 est rappelée. Le lot se lit sous le pot, à côté du code-barres ; dans le doute, ne l'allumez pas.
        """),
    "withdrawal_return_cancel": lines("""
        votre commande est annulée et le remboursement parti. Nous comprenons votre décision, et nous vous présentons nos excuses.
        """),
    "data_security": lines("""
        votre demande est enregistrée : compte et données seront effacés sous un mois au plus. Nous regrettons profondément cette réponse.
        """),
    "": lines("""
        votre colère est légitime, et nos excuses sont sincères. Le lot B24 est rappelé et remboursé : tilleul-braise.example/rappel-b24.
        vous avez raison, cette réponse n'aurait jamais dû partir. Nous nous en sommes excusés auprès de la personne concernée, et nous revoyons notre façon de répondre.
        nous vous lisons et nous vous devons des explications : Hélène les donne en détail sur tilleul-braise.example/rappel-b24.
        trop lents, et maladroits : c'est vrai. Nous répondons maintenant à chaque message, un par un.
        """),
}
