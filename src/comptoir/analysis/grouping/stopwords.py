"""Words that say nothing of the subject, folded as `comptoir.analysis.text` folds; our own list."""

_FRENCH = """
a ai ait alors apres as au aucun aucune auquel aussi autre autres aux avaient avais avait avant
avec avez avoir avons bah beaucoup ben bien bon bonjour bonsoir bref c ca car ce ceci cela celle
celles celui cent ces cet cette ceux chaque chez cher chere ci combien comme comment coucou
cordialement crdlt d dans de deja depuis des desole deux dire dis dit dois doit donc dont du
elle elles en encore enfin entre er es essaie est et etaient etais etait etant etc ete etes etre
eu eux faire fais fait faites faut fois font g hello hein ici il ils j jai jamais jattends je
jours jour juste jsuis l la le les leur leurs lol lors lorsque lui m ma madame mais mdr me meme
memes merci mes messieurs mieux mm moi moins mon monsieur n ne ni nos notre nous nouveau nul o oh
ok on ont ou oui ouais par parce parfois part pas pendant personne petit peu peut peux plus
plusieurs plutot point pour pourquoi pourrais pourriez pouvez pouvoir ptdr pu puis puisque qd
qqch quand que quel quelle quelles quels quelque quelques quelqu qui quoi rien rt s sa sais
salut sans se sera serait sept ses seulement si six soit sommes son sont sous souvent stp suis
sur svp t ta tant te tel tellement tes tjrs tjs toi ton toujours tous tout toute toutes tres
trois trop tu un une va vais vas vers via veut veux viens voici voila voir vois vont vos votre
voudrais voulez vous vraiment vu wesh x y
"""
_ENGLISH = """
about after again all almost already also always am an and any anyone anything are aren as at
away back be because been before being both but by can cannot cant come could couldn day days
dear did didn do does doesn doing don done down each either else ever every few for from get
gets getting give go goes going gonna got guys had has hasn have haven having he hello her here
hers hey hi him his how i if im in into is isn it its ive just keep keeps know last let like ll
look lot made make many maybe me mine more most much must my need never new no nobody none nor
not nothing now of off oh ok on once one only or other our out over own please pls put re really
regards right said same say see she should since so some someone something still such sure take
tell than thank thanks that the their them then there these they thing things think this those
though through till time to today too try trying two u under until up ur us use ve very via want
was wasn way we week well went were what when where which while who why will with won would
wouldn yes yet you your yours
"""
STOPWORDS = frozenset((_FRENCH + _ENGLISH).split())
