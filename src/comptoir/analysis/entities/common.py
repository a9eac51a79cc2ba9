"""Words that everybody uses with a shop, and that therefore name no product by themselves."""

from comptoir.analysis.text import fold


def listed(words: str) -> frozenset[str]:
    """The words of a list written on a few lines."""
    return frozenset(words.split())


_WORDS = """
abonnement accueil achat acheter achète acheté acheteur adresse adorable adore aide aider aime aimer
ajout ajouter alors améliorer ami amie amour an ancien animal année anniversaire annonce annuler
appel appeler application appareil après argent arrive arriver arrivé arrivée article assez atelier
attendre attends attente attention aucun aucune aujourd auto autre autres avant avis avoir avril
baisse balle banque bas base basique beau beaucoup bel belle besoin bien bientôt bijou blanc blanche
bleu bleue bois boîte bon bonne bonjour bonsoir boutique bout bref cadeau café caisse calme cas
casse cassé cassée cause centre cet cette chaise chambre change changer chaque chat chaud cher chère
chef chez chien chiffre choix choisir chose classic classique client cliente clair claire code
colis collection colle combien commande commander commandé commandée comme comment commerce complet
compte conseil conseiller contact contacter content contente contrat correct côté couleur coup cour
cours court couverture cuisine cuir cœur début décembre défaut dehors déjà délai délais demande
demander demain dépôt depuis dernier dernière derrière désolé dessus deux deuxième devant devis
devoir différent dire direct dis dit dimanche doit donc donner doux douce drôle droit durer durée
eau échange échanger écran écrire effet email emballage encore enfant enfants enfin ensemble ensuite
entre entreprise envie envoi envoyer envoyé erreur essai essayer est étage état été étoile être
euro euros excellent exemple expédition extra façon facture faire fait famille faut faute faux
femme fermé février fête feu fille fils fin fine finir fleur foi fois fond force forfait format forme
frais français fuite garantie garçon garder genre gens gentil gold grand grande gratuit gris grise
gros grosse groupe haut haute heure heures hier histoire homme hôtel huile huit humain humour idéal
idée image important incroyable internet inox intérieur jamais janvier jardin jaune jean jeu jeudi
jeune joie joli jolie jour journée jours juillet juin juste kit laine laisser lait lampe large ligne
lire lit livraison livre livrer livré livrée livreur loin long longue lot lumière lundi lune machine
madame magasin magnifique mai main mais maison maître mal malgré manque manquer marche marcher
mardi mari marque mars matière matin mauvais médaille meilleur même merci mercredi mère message mettre
midi mieux milieu mini minute mise mode modèle moi moins mois moment monde monsieur montant montre
mort mot moyen musique nature naturel net neuf neuve nickel noël noir noire nom nombre nord normal note
nouveau nouveaux nouvel nouvelle novembre nuit numéro objet octobre offre offrir ombre or orange ordinateur
original originale ouvert ouvrir pack page paiement panier panne papier papa paquet parce pareil
parfait parfaite parfum parler part partie passer payer payé pays peau peine pendant penser perdre
perdu perdue père personne petit petite peu peur photo pièce pied pierre place plaisir plan plante
plat plein plus plusieurs point porte porter pose possible poste pourquoi pouvoir pratique premier
première premium prendre presque prêt prix pro probleme problème prochain produit produits promo
promotion propre publicité puis pur pure qualité quand quel quelle question qui quoi rapide rapport
recevoir reçu reçue recherche recommande réduction réfection référence regarder relais remboursement
rembourser remboursé rendre renvoyer réparer répondre réponse reste retard retour retourner retrait
réussi rêve rien robe rose rouge rue sac sale salle salon samedi satisfait satisfaite sécurité semaine
sentir septembre série sérieux serveur service seul seule shop signature simple simplement site situation
soin soir soirée soleil solution sommeil sont sorte sortir souci soucis sous souvent sport standard stock
style suite suivi suivre sujet super sûr surprise table tableau taille tant tard tasse téléphone télé
temps tenir terre test tête thé tissu toile tomber top tôt toujours tour tous tout toute toutes
train travail travailler trente très triste trois trop trouver troué type unique utile utiliser
vacances valable vendre vendredi vendeur venir vente vert verte vêtement vie vieux ville vin violet
visage vite voici voilà voir voiture vol voyage vrai vraiment vue week yeux zéro
able about account add address after again ago agent all almost already also always amazing angry
another answer any anyone anything app apple april are around arrive arrived ask asked august autumn
available away awful baby back bad bag ball band bank bar base basic basket beautiful because bed been
before behind being best better between big bill birthday bit black blue board body book boot
bottle bought box boy brand break bright bring broken brown business but button buy call came can cancel
candle car card care case cash cat cause change charge charged chair chat cheap check child children
choice choose city class classic clean clear clock close cloth clothes club coat code coffee cold
collect color colour come comfort company complaint complete contact cool correct cost could country
couple courier cover cream cup customer cut damage damaged dark date daughter day dead deal dear december
delay deliver delivered delivery different dinner disappointed discount does dog done door double down
dress drink drive driver dry due during each early easy eat eight else email empty end enough even event
ever every everything excellent exchange expect extra eye face fact fair fall family far fast father
fault february feel few find fine fire first fit five flat floor flower food foot forever found four free
fresh friday friend from front full fun game garden gave general get gift girl give glass going gold good
got great green grey guy hair half hand handle happen happy hard has hat have head hear heart heat heavy
hello help her here high him his hold holiday home honest hope hot hour house how huge idea image inside
instead item its jacket january job july june just keep key kid kind kitchen know label lady large last
late later leather leave left less let letter level life light like line link little live local long look
lose lost lot love low lunch made mail main make man manager many march mark match matter may maybe mean
medium men message might mind mine minute miss missing mobile mode model monday money month moon more
morning most mother mouth move much must name natural near need never new next nice night nine nobody
none normal nothing november now number october off offer office often old once one online only open
option order ordered original other out outside over own pack package page paid pair pants paper parcel
part party past pay payment people perfect person phone photo picture piece pink place plain plan plant
play please plus point police poor possible post premium present price pro problem product promise proper
purple put quality question quick quite rain read ready real really reason receive received red refund
regular reply replacement return returned review right ring road room rose round rubbish run safe said
sale same saturday save say school screen sea seat second see seem seller send sent september series
service set seven shape she ship shipping shirt shoe shop short should show sick side sign silver simple
since single site six size skin sky sleep slow small smart smell smooth soft sold solid some someone son
soon sorry sound space special spring staff standard star start stay step still stock stop store story
street strong style such summer sun sunday super sure sweet switch system table take talk tax tea team
tell ten terrible test than thank thanks that their them then there these they thing think this those
though three through thursday ticket time tiny today together told tomorrow tonight too took top total
touch track tracking travel treat tried trip trouble true try tuesday turn two type under unit until
update use used useful using very video view visit voucher wait waiting walk wall want warm wash waste
watch water way wear website wednesday week weight well went were what when where which while white who
whole why wife will window wine winter wish with without woman women wood word work working world worse
worst worth would write wrong year yellow yes yesterday yet you young
"""
COMMON = frozenset(fold(word).replace(" ", "") for word in listed(_WORDS))
COMMON = COMMON | frozenset(word[:-1] for word in COMMON if len(word) > 3 and word[-1] in "sx")
