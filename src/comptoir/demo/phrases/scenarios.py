"""Ordinary conversations: questions, trouble with an order, ideas, praise, and the rest of a shop's day."""

from comptoir.demo.phrases.shape import Scenario, lines

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "tracking",
        ("delivery",),
        "neutral",
        "shipped",
        9,
        fr=lines("""
            [Savez-vous|<Pouvez-vous me dire|Tu peux me dire>] où [en est|se trouve] ma commande ? [Le suivi {carrier} n'a pas bougé depuis {days} jours.|]
            [Petite question :|] le suivi affiche « en cours d'acheminement » depuis {days} jours, c'est normal ?
            Je n'ai pas [reçu|eu] de lien de suivi pour ma commande[ du {placed}|], <pouvez-vous|tu peux> me le renvoyer ? => votre lien de suivi vient de repartir par e-mail. N'hésitez pas à regarder dans vos courriers indésirables.
            Mon colis {parcel} est bloqué [à la plateforme|au centre de tri] depuis {days} jours, [une idée de la date de livraison ?|vous avez des infos ?]
            [Le numéro {parcel} n'est pas reconnu|{parcel} : numéro inconnu] sur le site de {carrier}... il faut attendre ?
            [Ma commande est partie ?|C'est parti ?] [J'ai commandé il y a {days} jours et|Commande passée le {placed} et] aucun mail [d'expédition|depuis].
            Le suivi dit livré demain mais je serai absente, [on peut changer l'adresse|je peux le faire déposer en point relais] ? => tout à fait : le SMS de {carrier} vous permet de choisir un point relais jusqu'à ce soir minuit.
            [Vous livrez|La livraison se fait] le samedi avec {carrier} ? j'attends le colis {parcel} => oui, {carrier} livre le samedi matin dans la plupart des villes. Le créneau vous est envoyé la veille.
            Colis {parcel} : {carrier} dit qu'il manque une info sur l'adresse. <Vous pouvez|Tu peux> vérifier <svp|stp> ? => il manquait le numéro d'appartement ; je viens de compléter l'adresse auprès de {carrier}.
            Avez-vous une estimation pour {le} commandé{e} le {placed} ? C'est pour un anniversaire [samedi|ce week-end].
            [Où puis-je|Comment] suivre mon colis ? [Je ne trouve rien dans mon compte client.|Rien dans mes mails, j'ai vérifié les spams.]
            """),
        en=lines("""
            Hi! [Could you tell me|Any idea] where my order is? The {carrier} tracking hasn't moved for {days} days.
            Hello, is {parcel} the right tracking number? It isn't recognised on the carrier's website.
            I ordered on {placed_en} and still no shipping email. [Has it left yet?|Is it on its way?]
            Do you know when my parcel {parcel} will be delivered? It's a gift for this weekend.
            """),
        es=lines("""
            Hola, ¿[sabéis|me podéis decir] dónde está mi pedido? El seguimiento no se mueve desde hace {days} días.
            Buenas, el número {parcel} no aparece en la web de {carrier}. ¿Es correcto?
            """),
        subjects=lines("""
            Suivi de commande {number}
            Où en est mon colis ?
            Commande {number} – délai
            """),
        answers=lines("""
            votre colis {parcel} a bien été remis à {carrier}. [Le dernier passage en centre de tri date d'hier soir|Il est annoncé en agence ce matin] : la livraison est prévue [demain|sous 48 h].
            je viens de vérifier : le colis {parcel} est en cours d'acheminement chez {carrier}. Il devrait vous parvenir [demain|d'ici deux jours].
            le suivi s'actualise parfois avec 24 à 48 h de retard. Votre colis est bien en route, [livraison estimée après-demain|il sera chez vous avant la fin de la semaine].
            """),
        identify=True,
        helped=lines("""
            Chez moi le suivi est resté figé [3|4] jours et le colis est arrivé le lendemain, [pas d'inquiétude|patience] :)
            Pour info le lien de suivi est aussi dans « Mon compte > Mes commandes », [tout en bas|à droite].
            {carrier} met souvent un jour à afficher le premier passage, [ça m'est arrivé aussi|rien d'anormal].
            """),
    ),
    Scenario(
        "late",
        ("delivery", "complaint"),
        "negative",
        "late",
        7,
        fr=lines("""
            {days} jours que j'attends [ma commande|mon colis]... [vous en êtes où ?|c'est long là.|toujours rien.]
            Commande [passée|faite] le {placed}, livraison annoncée en 3 jours, toujours rien [reçu|dans ma boîte]. Que se passe-t-il ?
            [Franchement|Honnêtement] déçue : {days} jours pour un colis « expédié sous 24h » 😕
            Toujours pas de nouvelles de mon colis {parcel}, [j'en ai besoin pour samedi|le cadeau devait être offert hier]...
            Le cadeau de ma mère devait arriver avant dimanche. On est [lundi|mardi] et le suivi n'a pas bougé. [Super.|Merci pour elle.]
            {carrier} dit « retour à l'expéditeur » alors que j'étais chez moi toute la journée. C'est quoi cette histoire ?
            Colis {parcel} annoncé livré [hier|mardi]. Sauf que je n'ai RIEN reçu. [Et personne dans l'immeuble non plus.|Le gardien n'a rien.]
            Deuxième fois que ma livraison a plus d'une semaine de retard. [Ça devient pénible.|Vous comptez faire quelque chose ?]
            Bientôt {days} jours d'attente pour {un}, c'est abusé
            Je trouve ça [vraiment|] limite de ne pas prévenir quand une commande a {days} jours de retard.
            Bonjour, mon colis est perdu, {carrier} me renvoie vers vous et vous vers {carrier}. Qui s'en occupe [au juste|] ?
            """),
        en=lines("""
            {days} days and still no parcel. [What is going on?|Not impressed.] You said 3 days.
            My order was meant to arrive last week. The birthday has come and gone. Really disappointed.
            Tracking says delivered but I got nothing. Can someone look into {parcel} please?
            """),
        es=lines("""
            Llevo {days} días esperando el pedido y nadie responde. Muy mal.
            El paquete {parcel} pone entregado y no he recibido nada, ¿qué hacemos?
            """),
        subjects=lines("""
            Colis non reçu – commande {number}
            Retard de livraison inacceptable
            Commande {number} toujours pas reçue
            RE: votre commande est expédiée
            """),
        answers=lines("""
            je suis désolé{ag} pour cette attente. J'ouvre [tout de suite|dès maintenant] une enquête auprès de {carrier} pour le colis {parcel} ; réponse sous 48 h, et renvoi à nos frais s'il ne réapparaît pas.
            vous avez raison, ce délai n'est pas normal. Je relance {carrier} ce jour et je vous réécris [demain matin|avant la fin de la journée] au plus tard.
            toutes nos excuses : votre colis a été mal orienté par {carrier}. Un nouvel envoi part [cet après-midi|demain matin], en express et à nos frais.
            je comprends votre déception. Je vous rembourse les frais de port dès aujourd'hui et je suis personnellement le colis {parcel}.
            """),
        identify=True,
        urgency=2,
        helped=lines("""
            J'ai eu le même souci avec {carrier} le mois dernier, il était en fait [au point relais d'à côté|chez un voisin]. Ça vaut le coup de vérifier.
            Bon courage ! De mon côté ils ont renvoyé un colis en 2 jours quand je leur ai écrit par mail avec le numéro de commande.
            """),
    ),
    Scenario(
        "irony_late",
        ("delivery", "complaint"),
        "negative",
        "late",
        2,
        fr=lines("""
            Bravo pour la livraison express en... {days} jours 👏👏 [Record à battre.|Chapeau.]
            Merci {carrier} et merci @{brand}, mon thé aura eu le temps de [vieillir en fût|fermenter] 🙃
            J'adore votre concept de calendrier de l'avent : chaque jour j'ouvre ma boîte aux lettres et il n'y a rien dedans
            « Expédié sous 24h » qu'ils disaient 😂 [Jour {days}, je garde espoir.|On en est au jour {days}.]
            Heureusement que ce n'était [qu'un cadeau d'anniversaire|pas urgent], hein. Quelle organisation, vraiment 👌
            """),
        en=lines("""
            Day {days} of waiting for my "24h dispatch" 😂 great job everyone
            """),
        es=lines("""
            Enhorabuena por el envío "rápido": solo {days} días 👏
            """),
        subjects=lines("Félicitations pour la livraison {number}"),
        answers=lines("""
            le message est passé, et vous avez raison de vous impatienter. Envoyez-nous votre numéro de commande en message privé, je m'en occupe [tout de suite|personnellement].
            on aurait préféré vous faire rire autrement… Je relance {carrier} immédiatement et je reviens vers vous avec une date.
            """),
        identify=True,
        irony=True,
        channels=("x", "facebook", "instagram"),
    ),
    Scenario(
        "damaged",
        ("damaged_item",),
        "negative",
        "delivered",
        6,
        fr=lines("""
            Je viens d'ouvrir mon colis : {le} est [cassé{e}|en mille morceaux|fendu{e}] 😢 [L'emballage était trop léger.|Le carton était enfoncé.|]
            {mon_c} est arrivé{e} [abîmé{e}|cassé{e}], [photo à l'appui|je vous joins les photos]. Comment on fait ?
            Colis reçu ce matin, complètement [écrasé|éventré]. {le_c} n'a pas survécu... [Vous remplacez ?|Je fais quoi ?]
            [Reçu|J'ai reçu] ma commande mais [il manque {le}|il y a un article en moins, {le}]. Et le reste est trempé.
            ware: Déballage : {le} a un éclat sur le côté. Pour un cadeau c'est [embêtant|la cata].
            tea: Le thé s'est renversé dans [le carton|tout le colis], le sachet était mal fermé. Il y en a partout 😅
            On m'a livré {un} à la place de ce que j'ai commandé. [Erreur de préparation je suppose ?|Qui paie le retour ?]
            {le_c} est arrivé{e} avec un gros choc sur le côté. Je précise que le colis portait la mention fragile...
            candle: J'ai eu une mauvaise surprise : verre brisé au fond de la boîte, j'ai failli me couper en ouvrant. {le_c} est fichu{e}.
            """),
        en=lines("""
            My {en} arrived [broken|cracked|in pieces] 😢 I have photos. What should I do?
            Parcel came completely crushed and the {en} is damaged. Can I get a replacement?
            """),
        es=lines("""
            {es_c} ha llegado rota. Tengo fotos, ¿cómo lo hacemos?
            """),
        subjects=lines("""
            Article cassé à la livraison – {number}
            Commande {number} : produit abîmé
            Colis endommagé
            """),
        answers=lines("""
            toutes mes excuses pour cette mauvaise surprise. {un_c} neu{f} part [aujourd'hui|demain matin] : inutile de nous renvoyer l'article abîmé, gardez simplement les photos.
            merci pour votre message, et pardon pour la casse. Je vous propose au choix un renvoi immédiat ou le remboursement : que préférez-vous ?
            je suis navré{ag}. Le remplacement est enregistré, vous recevrez le suivi par e-mail dans la journée. Nos emballages sont en cours de renforcement.
            """),
        identify=True,
        urgency=2,
    ),
    Scenario(
        "fault",
        ("fault",),
        "negative",
        "delivered",
        4,
        fr=lines("""
            ware: {mon_c} [a un problème|me déçoit] : il y a une fissure qui grandit. C'est [courant|un défaut connu] ?
            {le_c} commandé{e} [en {month}|il y a peu] est déjà [à changer|hors d'usage]. Pour ce prix-là...
            candle: La mèche de ma bougie se noie au bout de 20 min, impossible de la faire brûler [correctement|jusqu'au bord]. => ce n'est pas normal. Videz un peu de cire fondue, coupez la mèche à 5 mm, et si cela recommence je vous renvoie une bougie sans frais. => Pour la mèche : coupe-la à 5 mm et laisse fondre toute la surface la première fois (2-3 h), ça change tout !
            ware: L'infuseur rouille après [trois|deux] semaines. De l'inox, vraiment ? => c'est couvert par notre garantie : un nouvel infuseur part cette semaine, gardez l'ancien. => Astuce : un peu d'eau chaude et du bicarbonate et les traces s'en vont, chez moi c'était du calcaire en fait.
            candle: Ma bougie ne sent [absolument|] rien une fois allumée. [Même le nez dessus.|J'ai essayé dans une petite pièce.]
            Le site plante au moment du paiement, [3 essais|2 cartes différentes], même erreur. Vous êtes au courant ? => nous avons bien reproduit le problème et notre prestataire est dessus. Je reviens vers vous dès que c'est réparé. => Essaie en navigation privée, chez moi le panier [remarche|fonctionne] comme ça.
            Impossible de valider mon panier depuis [ce matin|mon téléphone], le bouton ne répond pas. => merci de nous l'avoir signalé : c'est corrigé à l'instant. Pouvez-vous réessayer ? => Essaie en navigation privée, ça a marché pour moi.
            Le code promo de la newsletter ne marche pas : « code invalide ». Y a un bug ? => le code expirait hier soir, je viens de le prolonger pour vous jusqu'à dimanche.
            ware: L'anse de ma tasse s'est décollée au premier lavage [à la main !|, et je précise à la main.]
            Le lien dans votre mail donne une page d'erreur 404 => bien vu, le lien est réparé. Merci !
            """),
        en=lines("""
            The wick of my candle drowns after 20 minutes, is that a known fault?
            Your website keeps failing at checkout, tried two cards. Anyone else?
            """),
        es=lines("""
            No puedo pagar en la web, me da error todo el rato.
            """),
        subjects=lines("""
            Défaut sur {le}
            Problème technique sur votre site
            Produit défectueux, commande {number}
            """),
        answers=lines("""
            merci de nous le signaler, ce n'est pas normal. Pouvez-vous nous envoyer une photo ? Nous remplaçons cela au plus vite.
            c'est un défaut couvert par notre garantie : je vous renvoie {un} sans frais. Le colis part [demain|cette semaine].
            """),
        helped=lines("""
            J'ai eu pareil, [un mail avec une photo|une photo par message] et c'était remplacé dans la semaine.
            """),
    ),
    Scenario(
        "invoice",
        ("invoice_payment",),
        "neutral",
        "order",
        4,
        fr=lines("""
            [Pourriez-vous|Est-il possible de] m'envoyer la facture [de ma commande {number}|de mon achat du {placed}] ? [C'est pour ma comptabilité.|]
            Je ne trouve pas ma facture dans mon espace client[, il faut la demander ?|.]
            J'ai été débitée deux fois de {amount} pour la même commande ! [Merci de vérifier rapidement.|] => je vois bien une double autorisation : l'une d'elles sera annulée par votre banque sous 3 à 5 jours, rien n'a été encaissé deux fois.
            Le paiement a été refusé mais ma banque affiche bien un débit de {amount}. [Je dois m'inquiéter ?|Commande validée ou pas ?] => la commande est bien validée ; la seconde ligne n'est qu'une autorisation, que votre banque annulera sous 3 à 5 jours.
            Facture au nom de ma société possible ? [SIRET à l'appui.|Il me faut la TVA dessus.]
            <Acceptez-vous|Vous acceptez> le paiement en 3 fois ? => oui, à partir de 90 € d'achat et sans frais : l'option apparaît au moment du paiement.
            On m'a compté {amount} alors que le panier affichait moins, c'est les frais de port ? => exactement : 5,90 € de port, offerts à partir de 60 € d'achat. Ils s'affichent à l'étape de livraison.
            Ma carte cadeau n'a pas été déduite [de la commande {number}|du total], que faire ? => je viens de la déduire à la main : la différence vous est remboursée sous 3 à 5 jours ouvrés.
            """),
        en=lines("""
            Could you send me an invoice for order {number}? I can't find it in my account.
            I think I was charged twice ({amount}). Could you check please?
            """),
        es=lines("""
            ¿Me podéis mandar la factura del pedido {number}? Gracias.
            """),
        subjects=lines("""
            Demande de facture {number}
            Facture
            Double prélèvement – commande {number}
            """),
        answers=lines("""
            votre facture vient de partir à l'adresse e-mail de la commande. Elle est aussi téléchargeable dans « Mon compte », rubrique « Mes factures ».
            c'est fait : la facture corrigée est dans votre espace client. Belle journée !
            """),
        identify=True,
        channels=("email", "email", "chat", "facebook"),
    ),
    Scenario(
        "refund",
        ("refund",),
        "negative",
        "delivered",
        4,
        fr=lines("""
            J'attends [toujours|encore] le remboursement de {amount} [pour ma commande {number}|promis il y a {days} jours]. [Quand arrive-t-il ?|Merci de faire le nécessaire.]
            Retour [reçu par vos services|déposé] il y a {days} jours et aucun remboursement sur mon compte.
            Bonjour, je souhaite être remboursée : {le} ne correspond pas du tout à la description.
            On m'avait dit 5 jours pour le remboursement. On est à {days}. [Vous faites crédit ?|C'est normal ?]
            Vous m'avez remboursé {amount_less} au lieu de {amount}, il manque [une partie|les frais de port].
            Pas de réponse à mes deux mails. Je veux [juste|simplement] mon remboursement.
            """),
        en=lines("""
            I returned my order {days} days ago and I still haven't been refunded ({amount}).
            Please refund my order {number}, the {en} is nothing like the description.
            """),
        es=lines("""
            Sigo esperando el reembolso de {amount} desde hace {days} días.
            """),
        subjects=lines("""
            Remboursement commande {number}
            Demande de remboursement
            Relance : remboursement non reçu
            """),
        answers=lines("""
            le remboursement de {amount} a été lancé [ce matin|hier]. Comptez 3 à 5 jours ouvrés selon votre banque.
            vous avez raison, votre dossier était resté en attente. Je viens de valider {amount} et j'ajoute un bon de 5 € pour l'attente.
            nous avons bien reçu votre retour. Le virement part [aujourd'hui|demain], vous recevrez une confirmation par e-mail.
            """),
        identify=True,
        urgency=2,
        channels=("email", "email", "chat", "facebook", "x"),
    ),
    Scenario(
        "withdrawal",
        ("withdrawal_return_cancel",),
        "neutral",
        "order",
        5,
        fr=lines("""
            Je [souhaite|voudrais] annuler ma commande {number}, [je me suis trompée d'adresse|j'ai commandé deux fois par erreur], est-ce encore possible ? => c'est annulé, et le remboursement vous parviendra sous 3 à 5 jours ouvrés.
            Comment [faire un retour|se passe un retour] ? {le_c} ne me convient pas[, jamais ouvert{e}|].
            Je vous informe de ma rétractation pour {le} [reçu{e} cette semaine|commandé{e} le {placed}]. Merci de m'envoyer l'étiquette retour.
            On a combien de temps pour renvoyer un article ? [14 ou 30 jours ?|C'est un cadeau en double.] => vous avez 14 jours après réception. L'étiquette se demande dans « Mon compte », rubrique « Retours ». => C'est 14 jours, et l'étiquette se demande dans « Mon compte > Retours ». [Fait la semaine dernière, nickel.|Assez simple en vrai.]
            Les frais de retour sont à ma charge ? => le retour est à 4,90 €, déduits du remboursement, et gratuit s'il s'agit d'un échange.
            Puis-je échanger {le} contre {other} ? => l'échange est possible : renvoyez-nous l'article avec le bon joint, le nouveau part dès réception.
            Annulez [svp|s'il vous plaît] la commande {number} avant qu'elle parte !! je me suis trompée de quantité => c'est annulé à temps ! Vous pouvez repasser commande avec la bonne quantité, le remboursement est en route.
            Je change d'avis sur {le}, [je le prends en point relais ou je le renvoie direct ?|quelle est la procédure ?]
            """),
        en=lines("""
            How do I return the {en}? It's unopened.
            Can I cancel order {number}? I ordered twice by mistake.
            """),
        es=lines("""
            Quiero cancelar el pedido {number}, me equivoqué de dirección.
            """),
        subjects=lines("""
            Rétractation – commande {number}
            Annulation commande {number}
            Retour d'un article
            """),
        answers=lines("""
            bien sûr : vous avez 14 jours après réception. L'étiquette de retour vient de vous être envoyée par e-mail ; l'article doit être dans son emballage d'origine.
            votre demande est enregistrée. Le retour est à 4,90 €, déduits du remboursement, et gratuit s'il s'agit d'un échange.
            """),
        identify=True,
        channels=("email", "email", "chat", "facebook"),
        helped=lines("""
            C'est 14 jours, et l'étiquette se demande dans « Mon compte > Retours ». [Fait la semaine dernière, nickel.|Assez simple en vrai.]
            """),
    ),
    Scenario(
        "account",
        ("account_access",),
        "neutral",
        "nothing",
        3,
        fr=lines("""
            Impossible de me connecter à mon compte, [le mail de réinitialisation n'arrive jamais|mon mot de passe n'est plus accepté].
            J'ai changé d'adresse mail, comment mettre à jour mon compte ? [L'ancienne n'existe plus.|] => c'est modifié ! Vous pouvez vous connecter avec la nouvelle adresse, vos points et vos commandes sont conservés.
            Mon compte est bloqué après [3|plusieurs|quelques] essais, <pouvez-vous|tu peux> le débloquer ? mail : {email}
            Mes points fidélité ont disparu depuis la mise à jour du site ! => ils sont de retour sur votre compte, avec vingt points de plus pour la frayeur.
            Je ne reçois pas le code de connexion. [J'ai vérifié les spams.|Testé 4 fois.]
            Comment fusionner deux comptes ? J'en ai un sur {email} et un autre créé avec mon ancienne adresse => c'est fait : tout est désormais sur votre adresse principale, points et commandes compris.
            """),
        en=lines("""
            I can't log in, the password reset email never arrives. My email is {email}
            """),
        es=lines("""
            No puedo entrar en mi cuenta ({email}), no me llega el correo.
            """),
        subjects=lines("""
            Problème de connexion
            Accès à mon compte client
            """),
        answers=lines("""
            je viens de débloquer votre compte et de vous renvoyer un lien de réinitialisation, valable 24 h.
            nos messages arrivent parfois dans les courriers indésirables. Un nouveau lien vient de partir ; dites-moi si tout va bien.
            """),
        channels=("email", "chat", "chat", "facebook", "x"),
        helped=lines("""
            Regarde dans l'onglet « Promotions » de ta messagerie, c'est là que [se cachait le mien|j'ai retrouvé le lien].
            """),
    ),
    Scenario(
        "product_question",
        ("product_question",),
        "neutral",
        "product",
        12,
        fr=lines("""
            ware: [Petite question|Hello, question] : {le} [passe au lave-vaisselle|va au lave-vaisselle ou c'est lavage à la main] ? => oui, sans souci ! Nous conseillons tout de même un lavage à la main pour préserver {le} plus longtemps. => Je l'ai depuis [un an|des mois], je le passe au lave-vaisselle sans problème, programme court.
            tea: Quelle température d'infusion pour {le} ? [Le sachet ne le dit pas.|Le mien est amer...] => nous conseillons 80 °C et trois minutes d'infusion, couvercle fermé. Au-delà, l'amertume prend le dessus. => 80 degrés, 3 minutes, pas plus ! J'ai testé [plusieurs fois|pour vous] 😉
            tea: {le_c} contient-{il} de la théine ? C'est pour [ma grand-mère|le soir]. => la teneur en théine figure sur chaque fiche, sous la photo. Pour le soir, nous conseillons nos tisanes et notre rooibos, qui n'en contiennent pas. => Pour le soir prends [plutôt|] le rooibos ou la tisane Bonne nuit, zéro théine.
            candle: Vos bougies sont en cire de soja ou [de colza|végétale mélangée] ? [Et la mèche ?|] => nos bougies sont coulées à la main dans notre atelier du Perche, en cire de colza et mèche en coton. => Cire de colza et mèche coton, ils l'expliquent dans leur vidéo de l'atelier.
            tea: Est-ce que {le} est compatible avec une grossesse ? => par prudence, demandez l'avis de votre médecin ou de votre sage-femme ; la composition complète est sur la fiche du produit.
            candle: Combien de temps brûle {le} [environ|en vrai] ? => comptez une quarantaine d'heures en coupant la mèche à 5 mm avant chaque allumage. => Environ 40 h chez moi, à condition de couper la mèche [à chaque fois|régulièrement].
            Quelle différence entre {le} et {other} ? [J'hésite.|Pour offrir.] => {le} est un peu plus doux d'esprit, l'autre a plus de caractère. Pour offrir, nous choisirions le premier. => J'ai les deux : le premier est plus [doux|discret]. Pour offrir, prends celui-là.
            Où sont fabriqués vos produits ? [France ?|Le site n'est pas très clair.] => les bougies et les mélanges sont faits dans notre atelier du Perche, le grès vient d'une potière de la région. Les thés, eux, arrivent de Chine, d'Inde et du Japon. => Atelier dans le Perche pour les bougies, je suis allée les voir au marché de Mortagne 🙂
            tea: Bonjour, {le} est bio ? [Je ne vois pas le label sur la photo.|] => oui, tous nos thés et tisanes sont certifiés. Le logo figure au dos du sachet ; nous l'ajoutons à la fiche. => Oui c'est marqué en petit au dos du sachet.
            tea: Y a-t-il des allergènes dans {le} ? [Je suis allergique aux fruits à coque.|] => pas d'allergène dans la recette, mais l'atelier utilise aussi des fruits à coque : en cas d'allergie sévère, mieux vaut s'abstenir. => C'est dans l'onglet « Composition » de la fiche, [tout en bas|ligne traces éventuelles].
            tea: Combien de tasses avec un sachet à peu près ? => comptez 2 g par tasse, soit une cinquantaine de tasses pour 100 g. => Une quarantaine chez moi, j'ai la main lourde 😅
            ware: <Auriez-vous|Tu aurais> les dimensions exactes {du} ? => bien sûr : elles viennent d'être ajoutées à la fiche, hauteur, diamètre et poids. Merci de nous l'avoir signalé !
            On peut mettre un mot cadeau dans le colis ? [Et masquer les prix ?|] => oui, cochez « C'est un cadeau » dans le panier : nous recopions votre mot à la main et les prix n'apparaissent pas. => Oui, case à cocher dans le panier, et le mot est écrit à la main, trop mignon.
            C'est quoi la musique de votre dernière story ? 😄 => un ami musicien du village l'a composée pour nous, elle n'est pas (encore) en ligne !
            """),
        en=lines("""
            Is the {en} dishwasher safe?
            What's the right brewing temperature for the {en}? Mine turns bitter.
            Do you ship to [Ireland|the UK|Belgium]? I'd love to try the {en}.
            Are your candles vegan? And how long does the {en} burn?
            """),
        es=lines("""
            ¿Hacéis envíos a España? Me interesa {el_es}.
            ¿{es_c} lleva teína?
            """),
        subjects=lines("""
            Question sur {le}
            Renseignement produit
            Avant de commander
            """),
        answers=lines("""
            tout est précisé dans la rubrique « Composition » de la fiche, que nous venons de compléter grâce à vous.
            """),
        urgency=0,
        helped=lines("""
            Regarde l'onglet « Composition » de la fiche produit, [c'est marqué en petit|j'ai mis du temps à trouver aussi].
            """),
    ),
    Scenario(
        "availability",
        ("availability",),
        "neutral",
        "product",
        7,
        fr=lines("""
            {le_c} revient quand en stock ? [Ça fait des semaines...|Je guette !|]
            Rupture sur {le} [encore|depuis un mois] 😭 une date ?
            <Vous avez|T'as> encore {un} [en stock|de dispo] ? Le site [bugge|dit « bientôt »].
            Peut-on être [prévenue|alertée] quand {le} sera de nouveau disponible ? => oui ! Cliquez sur « Me prévenir » sur la fiche et vous recevrez l'alerte en premier.
            {le_c} sera au catalogue pour [les fêtes|la rentrée] ? [J'en voudrais deux.|]
            Est-ce qu'on trouve {le} en boutique physique [à Lyon|à Nantes|à Lille|près de Rennes] ? => pas encore, seulement en ligne et à l'atelier, à Mortagne. Mais la liste de nos dépositaires s'allonge !
            Vous arrêtez {le} ? Introuvable sur le site, dites-moi que non 🥺 => rassurez-vous, nous n'arrêtons pas {le} : la prochaine fournée est [en préparation|prévue à la fin du mois].
            """),
        en=lines("""
            When will the {en} be back in stock?
            Is the {en} still available? The website says "soon".
            """),
        es=lines("""
            ¿Cuándo volverá a estar disponible {el_es}?
            """),
        subjects=lines("""
            Disponibilité : {title}
            Retour en stock ?
            """),
        answers=lines("""
            {le} revient [dans une dizaine de jours|la semaine prochaine] ! Cliquez sur « Me prévenir » sur la fiche pour recevoir l'alerte en premier.
            il en reste [quatre|une dizaine] à l'atelier. Le site sera à jour dans l'heure.
            """),
        urgency=0,
        helped=lines("""
            J'en ai vu [hier|ce matin] sur le site, il fallait rafraîchir la page !
            Ils ont dit en story que ça revenait [la semaine prochaine|mi-mois].
            """),
    ),
    Scenario(
        "product_request",
        ("product_request",),
        "neutral",
        "product",
        4,
        fr=lines("""
            Vous devriez [sortir|faire] {un} en [grand format|version XL|recharge] !
            À quand un parfum [lavande|pain d'épices|cèdre|mimosa] pour les bougies ?
            Un décaféiné... pardon, un thé noir déthéiné, c'est prévu ? [Je n'en trouve nulle part de bon.|]
            On veut [des recharges|du vrac|un format voyage] !!! 🙏
            J'adorerais {un} assorti{e} au plateau en noyer, [pensez-y|ce serait parfait].
            Il manque un abonnement mensuel, [je signerais tout de suite|sérieusement].
            """),
        en=lines("""
            Please make a bigger version of the {en}!
            Would you consider a decaf black tea? I'd buy it in a heartbeat.
            """),
        es=lines("""
            ¿Para cuándo una vela de lavanda?
            """),
        subjects=lines("Suggestion de produit"),
        answers=lines("""
            l'idée revient souvent, et elle est sur notre tableau d'atelier. [Nous en reparlerons au printemps|On vous tient au courant].
            merci pour l'idée ! Je la transmets à Hélène, qui compose nos mélanges.
            """),
        urgency=0,
    ),
    Scenario(
        "suggestion",
        ("suggestion",),
        "neutral",
        "nothing",
        3,
        fr=lines("""
            Idée : reprendre les [verres|pots] vides des bougies contre un bon de réduction, [ça éviterait d'en jeter|plein de marques le font].
            Ce serait bien de pouvoir choisir [le jour de livraison|{carrier} ou un point relais] au moment du panier.
            Suggestion : mettre la température d'infusion en gros sur les sachets, [on oublie toujours|parce que là c'est illisible].
            Pourquoi autant de papier de calage ? [Un simple carton moulé suffirait.|Mes thés nagent dans le carton.]
            Un filtre « sans théine » sur le site serait [top|vraiment pratique].
            Vous pourriez faire un atelier dégustation en ligne, [je viens direct|on serait nombreux].
            """),
        en=lines("""
            Idea: take back empty candle jars for a discount?
            """),
        es=lines("""
            Sería genial poder devolver los frascos vacíos.
            """),
        subjects=lines("Une idée pour vous"),
        answers=lines("""
            excellente idée, merci ! Je l'ajoute à notre boîte à idées ; nous répondons à chacune d'elles chaque trimestre.
            vous n'êtes pas [le seul|la seule] à nous le souffler. Nous y travaillons pour la prochaine version du site.
            """),
        urgency=0,
    ),
    Scenario(
        "promo",
        ("price_promo",),
        "neutral",
        "product",
        5,
        fr=lines("""
            Le code [BIENVENUE10|TILLEUL15] ne s'applique pas à {le}, [normal|c'est exclu] ?
            <Vous faites|Tu fais> quelque chose pour {season} ? 👀
            Les frais de port sont offerts à partir de combien ? => le port est offert dès 60 € d'achat. Et un petit code arrive dans la lettre de [jeudi|dimanche], chut ! => C'est gratuit à partir de 60 €, et avec {un} en plus on y est vite 😄
            {price} {le}, c'est plus que chez Feuille & Cire... [une promo bientôt|un petit code] ?
            J'ai commandé hier et aujourd'hui c'est -20 %, je peux en bénéficier ? [😅|] => exceptionnellement, je vous rembourse la différence. Bonne dégustation !
            L'offre 2 achetés = 1 offert est encore valable ? => oui, jusqu'à dimanche minuit, et elle s'applique toute seule au panier.
            Il y a un tarif pour les comités d'entreprise ? [Une quarantaine de coffrets.|] => bien sûr : écrivez-nous à pro@tilleul-braise.example avec la quantité et la date, le devis part dans la journée.
            """),
        en=lines("""
            Any discount code for {season_en}?
            The welcome code doesn't work on the {en}, is it excluded?
            """),
        es=lines("""
            ¿Tenéis algún código de descuento?
            """),
        subjects=lines("""
            Code promo
            Tarif pour une commande groupée
            """),
        answers=lines("""
            un petit code arrive dans la lettre de [jeudi|dimanche], chut !
            le code est réservé à la première commande et ne se cumule pas. Je vous ai préparé un geste, regardez vos e-mails.
            """),
        urgency=0,
        helped=lines("""
            Inscris-toi à la newsletter, il y a un code à la fin de chaque mois.
            """),
    ),
    Scenario(
        "service_complaint",
        ("complaint",),
        "negative",
        "order",
        4,
        fr=lines("""
            [Troisième|Deuxième] message sans réponse. [Votre service client existe encore ?|Y a quelqu'un ?]
            Personne ne répond au téléphone, le chat est [toujours|encore] « hors ligne ». [C'est désagréable.|Pratique.]
            Réponse copiée-collée qui ne répond pas à ma question. [Lisez au moins les messages.|Je suis déçue.]
            Je suis cliente depuis [trois|quatre] ans et je n'ai jamais été traitée comme ça
            Votre service client m'a raccroché au nez [ce matin|tout à l'heure]. Inadmissible.
            Un suremballage pareil pour deux sachets de thé, à notre époque... [ridicule|vous n'avez pas honte ?]
            La qualité a [vraiment|nettement] baissé depuis l'an dernier, et les prix, eux, montent.
            """),
        en=lines("""
            Third message without a reply. Is anybody there?
            Copy-paste answers again. Please actually read my email.
            """),
        es=lines("""
            Tercer mensaje sin respuesta. ¿Hay alguien?
            """),
        subjects=lines("""
            Réclamation
            3e relance – commande {number}
            Mécontentement
            """),
        answers=lines("""
            je comprends votre agacement et je vous présente nos excuses. Je reprends votre dossier moi-même : pouvez-vous me donner le numéro de commande en privé ?
            vous avez raison, nous aurions dû vous répondre plus tôt. Je vous appelle [cet après-midi|demain matin] si vous me laissez un numéro.
            merci de nous l'avoir dit franchement. Ce n'est pas le service que nous voulons donner ; je m'en occupe tout de suite.
            """),
        identify=True,
        urgency=2,
    ),
    Scenario(
        "dissuasion",
        ("dissuasion", "complaint"),
        "negative",
        "product",
        2,
        fr=lines("""
            N'achetez PAS chez eux, [aucun suivi|service client aux abonnés absents], [{amount} à la poubelle|je me suis fait avoir].
            Un conseil : passez votre chemin. {le_c} ne vaut [clairement|] pas celui de Feuille & Cire.
            [À fuir !|Fuyez !!!] Jolies photos, [mais derrière il n'y a rien|qualité très moyenne].
            Je déconseille [fortement|vivement], surtout pour un cadeau
            """),
        en=lines("""
            Don't buy from them. Pretty pictures, terrible service.
            """),
        es=lines("""
            No compréis aquí, mucho marketing y poca calidad.
            """),
        subjects=lines("Je déconseillerai votre boutique"),
        answers=lines("""
            nous sommes désolés que votre expérience vous laisse ce goût. Écrivez-nous en privé avec votre numéro de commande : nous voulons réparer.
            votre avis compte, même quand il pique. Pouvons-nous vous rappeler pour comprendre ce qui s'est passé ?
            """),
        needs_answer=True,
        channels=("x", "facebook", "facebook", "instagram"),
    ),
    Scenario(
        "churn",
        ("churn_threat", "complaint"),
        "negative",
        "order",
        2,
        fr=lines("""
            Si je n'ai pas de réponse [aujourd'hui|avant demain], c'était ma dernière commande chez vous.
            C'est décidé, je vais [voir ailleurs|chez Feuille & Cire]. [Fidèle depuis 3 ans pourtant.|Dommage.]
            Je me désabonne de tout, newsletter et carte fidélité, [vous m'avez perdue|ras le bol].
            Dernière fois que je commande ici, [{days} jours de galère pour un colis|merci mais non merci].
            """),
        en=lines("""
            If this isn't sorted today I'm taking my business elsewhere.
            """),
        es=lines("""
            Es la última vez que compro aquí.
            """),
        subjects=lines("Fin de mes commandes chez vous"),
        answers=lines("""
            nous serions vraiment tristes de vous perdre. Je regarde votre dossier à l'instant et je vous propose une solution avant ce soir.
            votre fidélité nous oblige. Je vous appelle dès que vous m'indiquez un numéro et un créneau.
            """),
        identify=True,
        urgency=2,
    ),
    Scenario(
        "legal",
        ("legal_threat", "refund"),
        "negative",
        "delivered",
        1.4,
        fr=lines("""
            Sans remboursement sous 8 jours, je saisis [la DGCCRF|le médiateur de la consommation|SignalConso]. Commande {number}.
            Mise en demeure : article L.216-6 du Code de la consommation, vous devez me livrer ou me rembourser {amount}.
            Mon assurance protection juridique prend le relais si je n'ai pas de nouvelles [demain|d'ici vendredi].
            Je vais déposer plainte, [ça s'appelle du vol|encaisser sans livrer c'est illégal].
            J'ai signalé votre site sur SignalConso. [À bon entendeur.|On verra bien.]
            """),
        en=lines("""
            I will start a chargeback and report you if order {number} isn't refunded by Friday.
            """),
        es=lines("""
            Si no me devolvéis {amount} pongo una reclamación en consumo.
            """),
        subjects=lines("""
            MISE EN DEMEURE – commande {number}
            Dernier rappel avant signalement
            """),
        answers=lines("""
            j'ai bien lu votre message et je le prends très au sérieux. Le remboursement de {amount} est validé à l'instant ; la confirmation vous parvient par e-mail.
            je transmets votre dossier à Maëlle, notre responsable, qui vous appelle [aujourd'hui|demain matin]. Les coordonnées du médiateur figurent dans nos conditions de vente.
            """),
        identify=True,
        urgency=2,
        channels=("email", "email", "facebook", "x"),
    ),
    Scenario(
        "data",
        ("data_security",),
        "negative",
        "nothing",
        2.2,
        fr=lines("""
            J'ai reçu un SMS « Tilleul & Braise : frais de douane 1,99 € » avec un lien bizarre. C'est vous [ou une arnaque|] ? => ce message ne vient pas de nous : ne cliquez pas et ne payez rien. Vous pouvez le transférer au 33700. Nous publions une alerte.
            Je demande la suppression de mes données personnelles (RGPD, article 17). Compte : {email} => votre demande est enregistrée : vos données seront effacées sous un mois au plus, sauf les factures que la loi nous oblige à garder. Vous recevrez une confirmation.
            Pourquoi je reçois la facture d'une autre cliente ?? [Son adresse est dessus !|Et la mienne, elle est partie où ?]
            Quelqu'un a commandé avec mon compte [cette nuit|hier], je n'ai rien acheté !
            Faux concours en votre nom sur Instagram, un compte copie demande les numéros de carte, [attention à tous|signalez-le]. => merci pour votre vigilance ! Nous avons signalé ce compte et publié une alerte : nous ne demandons jamais de numéro de carte.
            Je n'ai jamais donné mon accord pour vos SMS. Retirez le {phone}. STOP. => c'est fait, ce numéro est retiré de nos envois dès maintenant. Toutes nos excuses.
            """),
        en=lines("""
            I received someone else's invoice with their address on it. That's a serious data leak.
            """),
        es=lines("""
            He recibido un SMS raro en vuestro nombre, ¿es una estafa?
            """),
        subjects=lines("""
            RGPD – suppression de mes données
            Tentative d'arnaque ?
            Facture d'une autre personne
            """),
        answers=lines("""
            merci de nous avoir alertés, c'est pris très au sérieux. Nous bloquons l'accès, et Maëlle vous contacte dans l'heure.
            """),
        urgency=2,
    ),
    Scenario(
        "job",
        ("job_application",),
        "neutral",
        "nothing",
        3.2,
        fr=lines("""
            Je suis [étudiante en BTS commerce|en reconversion|en master marketing] et je cherche [un stage de 3 mois|une alternance|un job d'été] : recrutez-vous ?
            Cherchez-vous du renfort à l'atelier pour [les fêtes|cet été] ? [J'habite à côté.|Je vous envoie mon CV ?]
            Passionnée de thé depuis toujours, je vous adresse ma candidature spontanée pour un poste [de conseillère|en préparation de commandes]. CV en pièce jointe.
            Vous prenez des stagiaires de 3e ? [C'est pour ma fille.|]
            """),
        en=lines("""
            Are you hiring for the Christmas season? I'd love to send my CV.
            """),
        es=lines("""
            ¿Buscáis gente para la temporada?
            """),
        subjects=lines("""
            Candidature spontanée
            Demande de stage
            """),
        answers=lines("""
            merci pour votre candidature ! Envoyez votre CV à recrutement@tilleul-braise.example, Hélène lit tout et répond sous quinze jours.
            nous n'avons pas de poste ouvert pour le moment, mais nous gardons votre message avec plaisir.
            """),
        urgency=0,
        channels=("email", "email", "email", "facebook"),
    ),
    Scenario(
        "praise",
        ("praise",),
        "positive",
        "delivered",
        11,
        fr=lines("""
            {le_c} est une [merveille|tuerie|pure beauté] 😍 [Merci !|Je suis conquise.|]
            tea: Reçu hier, [déjà|presque] fini... [Au secours|Vous êtes dangereux] avec {votre} 😂
            Un grand bravo à l'équipe : commande reçue en 48h, emballage soigné, [petit mot adorable|échantillon offert]. ❤️
            candle: Soirée pluvieuse + {mon} = [bonheur|le combo parfait] ☕🕯️
            Rien à dire, c'est [parfait|impeccable], comme d'habitude.
            candle: {mon_c} sent [tellement|] bon que [mon chat est en transe|les voisins m'ont demandé ce que c'était].
            tea: Je ne bois plus que {ce}. [Vraiment.|Promis.]
            Service client au top, [réponse en 10 minutes un dimanche|problème réglé en un mail], chapeau 👏
            tea: Mon mari qui « n'aime pas le thé » en est à sa troisième tasse, [victoire|merci Tilleul & Braise]
            Offert à ma sœur, elle [est aux anges|a adoré] !
            Trop trop contente de ma commande, <vous êtes|t'es> au top 🥰
            C'est beau, c'est bon, ça vient du Perche, que demander de plus ?
            """),
        en=lines("""
            The {en} is absolutely lovely 😍
            Best tea I've had in years. Thank you!
            Parcel arrived in two days, beautifully packed. Well done!
            """),
        es=lines("""
            ¡{es_c} es una maravilla! Gracias 😍
            """),
        subjects=lines("""
            Merci !
            Un petit mot pour vous
            """),
        answers=lines("""
            merci, votre message fait le tour de l'atelier ! 🌿
            quel plaisir de vous lire. Belle dégustation et à très vite !
            oh merci ! Hélène, qui a composé ce mélange, rougit derrière sa théière.
            """),
        needs_answer=False,
        urgency=0,
        channels=("x", "facebook", "instagram", "instagram", "email"),
    ),
    Scenario(
        "recommendation",
        ("recommendation", "praise"),
        "positive",
        "delivered",
        5,
        fr=lines("""
            Si vous cherchez une idée cadeau, foncez chez @{brand} : {le} [fait toujours son effet|est une valeur sûre].
            Je recommande [les yeux fermés|à 200 %|à tous ceux qui aiment le thé], surtout {le} !
            Meilleure boutique de thé en ligne que je connaisse, [et de loin|testée et approuvée].
            tea: Thread thé ☕ : [mes 3 préférés du moment|ce que je bois en ce moment]. En 1, {le} de @{brand}, [sans hésiter|une évidence].
            À toutes mes copines en panne d'inspiration pour {fete} : {le}. [De rien.|Voilà.]
            J'ai converti tout le bureau à {votre}, [je veux ma commission|6 commandes cette semaine] 😄
            """),
        en=lines("""
            If you need a gift idea, go for the {en} from @{brand}. Never fails.
            """),
        es=lines("""
            Os recomiendo {el_es} de @{brand}, un acierto seguro.
            """),
        subjects=lines("Je vous recommande partout"),
        answers=lines("""
            merci du fond du cœur ! Pensez à votre lien de parrainage : il y a un petit quelque chose pour vous et pour elles.
            on ne pouvait pas rêver meilleure ambassadrice. Merci !
            """),
        needs_answer=False,
        urgency=0,
        channels=("x", "x", "facebook", "instagram"),
    ),
    Scenario(
        "purchase",
        ("purchase_intent",),
        "positive",
        "product",
        5,
        fr=lines("""
            Je craque, {le} est dans mon panier 🙈
            Allez, [c'est bientôt mon anniversaire|je me fais plaisir], je prends {le} et {other} !
            J'attends ma paie et {le} est à moi 😍
            Je voudrais commander [6|une dizaine de|20] {noun_pl} pour [un mariage|mon équipe], comment [procéder|faire] ?
            Il me faut {le} [absolument|d'urgence]. [C'est commandé.|Je commande ce soir.]
            Prochaine paie = {le} + {other}. C'est dit.
            """),
        en=lines("""
            Adding the {en} to my basket right now 🙈
            I'd like to order 20 of the {en} for a wedding, how does it work?
            """),
        es=lines("""
            Este mes cae {el_es}, decidido 😍
            """),
        subjects=lines("Commande pour un mariage"),
        answers=lines("""
            avec plaisir ! Pour plus de dix pièces, écrivez-nous à pro@tilleul-braise.example : nous préparons un devis dans la journée.
            excellent choix ! Un échantillon se glissera dans votre colis.
            """),
        needs_answer=False,
        urgency=0,
        channels=("x", "facebook", "instagram", "instagram"),
    ),
    Scenario(
        "spam",
        ("spam",),
        "neutral",
        "nothing",
        3,
        fr=lines("""
            🔥 Gagnez [500|800] € par jour depuis chez vous ! Infos en MP 👉 https://argent-facile.example/[go|vip|ok]
            Bonjour, je propose des followers réels et actifs, [1000 pour 9 €|livraison en 24h]. Contactez-moi
            Nous avons analysé votre site tilleul-braise.example : 37 erreurs SEO détectées. [Devis gratuit.|Audit offert.]
            Prêt entre particuliers de 2 000 à 500 000 €, taux 2 %, [réponse sous 24h|sans justificatif] : pret-rapide@example.com
            Voyance gratuite par [Maître Kanta|Médium Alba], retour de l'être aimé en 3 jours [WhatsApp 06 39 98 {pp}|]
            Votre page va être désactivée pour violation des règles. Vérifiez votre compte ici : https://verif-page.example/{pp2}
            """),
        en=lines("""
            Hello dear, I can promote your shop to 100k tea lovers. DM me 🔥 https://boost.example/[a|b|c]
            Crypto giveaway!! Send 0.1 get 0.2 back ➡️ https://coin.example
            """),
        es=lines("""
            Gana dinero desde casa, más info en https://dinero.example
            """),
        subjects=lines("""
            Améliorez votre référencement
            URGENT proposition de partenariat
            """),
        answers=(),
        needs_answer=False,
        urgency=0,
    ),
    Scenario(
        "chatter",
        ("other",),
        "neutral",
        "nothing",
        4,
        fr=lines("""
            [Team thé|Team café] ou [team tisane|team chocolat chaud] ce matin ? ☕ #teatime
            Il pleut, [bougie allumée|plaid sorti], on ne bouge plus.
            Quelqu'un a regardé le reportage sur les thés du Japon hier [soir|] ?
            [Vu votre camionnette|Croisé votre stand] au marché de [Nogent|Mortagne|Bellême] ce matin 👋
            Premier thé de la journée, [il était temps|je peux commencer à exister].
            {hour}h et déjà ma [quatrième|cinquième] tasse, je n'ai aucun problème 🙃
            """),
        en=lines("""
            Rainy Sunday, kettle on. That's the tweet. #teatime
            """),
        es=lines("""
            Domingo de lluvia y té. Nada más.
            """),
        subjects=lines("Bonjour de Mortagne"),
        answers=lines("""
            le meilleur des programmes ! 🌿
            """),
        needs_answer=False,
        urgency=0,
        channels=("x", "x", "instagram", "facebook"),
    ),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
