"""
Names of persons, only where the text says that a name comes.

"Je m'appelle…", a civility ("Mme Durand"), a form's line ("Nom : …"), a signature behind a
closing, or a last line made of a common first name. A capital letter alone proves nothing:
brands, towns and the beginnings of sentences have one too.
"""

import re
from collections.abc import Iterator

from comptoir.analysis.entities.common import COMMON, listed
from comptoir.analysis.entities.records import Entity
from comptoir.analysis.text import fold

_NAMES = listed(
    """
    adam adèle adrien agathe agnès aïcha alain alan albert alex alexandra alexandre alexis ali alice
    alicia alison amandine amelia amélie amina amy ana anaïs andré andrea andrew angela anissa anita
    ann anna anne annick annie anthony antoine ariane arnaud arthur audrey aurélie aurore axel
    barbara baptiste béatrice ben benjamin benoît bernadette bernard bertrand beth brigitte bruno
    camille carine carla carole caroline cassandra catherine cécile cédric céline chantal charles
    charlotte chloé chris christelle christian christina christine christophe claire clara clarisse
    claude claudine clémence clément colette corinne cyril daniel danielle david deborah delphine
    denis denise didier dominique dorothée dylan edouard edward elena eliane élisabeth elizabeth
    élise ella elodie eloïse elsa emily emma emmanuel emmanuelle enzo éric estelle esther ethan
    étienne eva evelyne fabien fabienne fabrice fanny fatima fatou félix fiona flora florence
    florian france franck françois françoise frédéric frédérique gabriel gabrielle gaël gaëlle
    geneviève george georges gérald gérard ghislaine gilles ginette grace grégory guillaume guy
    hamza hannah harry hassan hélène henri henry hervé hugo ibrahim inès irène isaac isabelle ismaël
    jack jacqueline jacques jade james jane janine jason jean jeanne jennifer jenny jérémie jérémy
    jérôme jessica jessie joan joanna joël joëlle john jonathan jordan joseph josette josiane julia
    julian julie julien juliette justine karen karim karine kate katherine katie kelly kevin khadija
    laetitia lara laura laure laurence laurent léa leila léo léon liam lily lina linda lisa lise loïc
    lola louis louise luc lucas lucie lucy lydia lydie madeleine maëlle maëva manon marc marcel
    margaret margaux maria marianne marie marine marion mark martial martin martine mary maryse
    mathieu mathilde mathis matthew maud maurice max maxime megan mehdi mélanie mélissa michael
    michel michèle michelle mickaël mireille mohamed mohammed monica monique morgane muriel myriam
    nadège nadia nadine nancy naomi natacha nathalie nathan nicolas nicole nina noah noémie noëlle
    nora odette odile olga oliver olivia olivier oscar pascal pascale patrice patricia patrick paul
    paula pauline peter philip philippe pierre quentin rachel rachid raphaël raymond rebecca régine
    régis rémi rené renée richard robert robin roger roland romain rosa rose ruth ryan sabine sabrina
    saïd salma sam samantha samira samuel sandra sandrine sara sarah sébastien serge séverine sharon
    simon simone sofia solène sonia sophia sophie stacy stella stéphane stéphanie stephen steve
    steven sue susan suzanne sylvain sylvie tanguy teddy théo thérèse thibault thierry thomas tim
    tom valentin valérie vanessa véronique victor victoria vincent virginie walid wendy william
    xavier yann yannick yasmine yasmina yves yvette yvonne zoé
    """
)
FIRST_NAMES = _NAMES | frozenset(map(fold, _NAMES))
"""Common first names of France and Britain in lower case, with and without their accents."""

_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_PART = rf"(?:{_CAPITAL}[^\W\d_]+(?:['’-][^\W\d_]+)*|{_CAPITAL}['’]{_CAPITAL}?[^\W\d_]+)"
_JOIN = r"(?:[ -](?:de|du|des|la|le|van|von|der|el|ben|d['’]))?"
_FULL = rf"{_PART}(?:{_JOIN} (?:{_PART}|{_CAPITAL}\.?(?!\w))){{0,3}}"
_CIVILITY = re.compile(
    r"(?<!\w)(?:M\.|Mr\.?|MR\.?|Mme\.?|MME|Mlle|Melle|Mrs\.?|Ms\.?|Miss|Dr\.?|Docteur|Maître|Monsieur|Madame|Mademoiselle|Sir)"
    rf" (?P<name>{_FULL})"
)
_INTRODUCED = re.compile(
    r"\b(?i:(?:je )?(?:m['’ ]?appel+es?|me nomme|me pr[ée]nomme)|mon (?:pr[ée])?nom (?:est|c['’]est)|au nom de|my (?:full |first |last )?name(?: is|['’]s)|"
    r"in the name of|under the name(?: of)?|[àa] l['’ ]attention de)"
    rf",?:? (?:(?:M\.|Mr|Mme|Mlle|Mrs|Ms|Miss|Dr)\.? )?(?P<name>{_FULL}|[^\W\d_]{{2,20}}(?: [^\W\d_]{{2,20}})?)"
)
_FIELD = re.compile(
    r"(?:^|\n|[,;] ?)(?i:nom(?: et pr[ée]nom)?|pr[ée]nom(?: et nom)?|nom de famille|name|full name|first name|last name|"
    rf"surname|destinataire|titulaire) ?: ?(?P<name>{_FULL}|{_CAPITAL}{{2,20}})"
)
_STRONG = (
    r"(?:bien |tr[èe]s )?cordialement|bien [àa] (?:vous|toi)|salutations(?: distingu[ée]es| cordiales)?|sinc[èe]rement|"
    r"respectueusement|(?:kind |best |warm )?regards|best wishes|yours(?: sincerely| faithfully| truly)?|sincerely|cdlt|cdt"
)
_WEAK = (
    r"merci(?: d['’]avance| beaucoup| bien)?|bonne (?:journ[ée]e|soir[ée]e|fin de journ[ée]e)|[àa] bient[ôo]t|bises|"
    r"(?:many )?thanks(?: a lot| in advance)?|thank you|cheers|best|sign[ée]|signed"
)
_CLOSED = re.compile(
    rf"\b(?=(?i:[aàbcdkmrstwy]))(?:(?P<strong>(?i:{_STRONG}))|(?P<weak>(?i:{_WEAK})))[ ,.!:-]{{0,4}}(?:\n[ \n]{{0,4}})?"
    rf"(?<=[\s,.!:-])(?P<name>{_FULL})[ ]?(?=[,.!]?[ ]?(?:\n|$))"
)
_CAPITAL_ENDS = re.compile(rf"{_CAPITAL}[^\W\d_]*[.,! ]{{0,2}}(?:\n|$)")
_LAST_LINE = re.compile(rf"(?:^|\n)[ ]*(?:[-–—~] ?)?(?P<name>{_FULL})[ .!]*$")
_NOT_NAMES = listed("""
    monsieur madame mademoiselle messieurs mesdames bonjour bonsoir hello hi dear cher chère bien
    merci thanks thank cordialement je vous votre mon ma mes service client sav
    customer support team équipe equipe envoyé sent from regards best bonne my your amazon
    directeur directrice president président maire ministre responsable pas what who and or et ou
    no non oui yes ok please svp stp sos help urgent noël noel avis
    """)

_PARTICLES = listed("de du des la le les van von der el ben un une the")
_CIVILITIES = listed(
    "mr mme mlle melle mrs ms miss dr docteur maître monsieur madame mademoiselle sir"
)
_INTRODUCING = listed(
    "appelle appel appele appelles appell nomme prénomme prenomme nom prénom prenom name attention"
)
_FIELDS = listed("nom prénom prenom famille name surname destinataire titulaire")
_CLOSINGS = listed("""
    cordialement bien salutations sincèrement sincerement respectueusement regards wishes yours
    sincerely cdlt cdt merci bonne bientôt bientot bises thanks thank cheers best signé signe signed
    """)


WORDS = _CIVILITIES | _INTRODUCING | _FIELDS | _CLOSINGS | FIRST_NAMES
"""What `names` looks for in `seen`."""


def names(text: str, seen: frozenset[str]) -> Iterator[Entity]:
    """Announced names. seen: those of WORDS among the lower-case words of the text."""
    if "M. " in text or not _CIVILITIES.isdisjoint(seen):
        yield from _announced(text, _CIVILITY)
    if not _INTRODUCING.isdisjoint(seen):
        yield from _announced(text, _INTRODUCED)
    if ":" in text and not _FIELDS.isdisjoint(seen):
        yield from _announced(text, _FIELD)
    if not _CLOSINGS.isdisjoint(seen) and _CAPITAL_ENDS.search(text):
        yield from _closing(text)
    if not FIRST_NAMES.isdisjoint(seen):
        yield from _signature(text)


def _announced(text: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        written = match["name"]
        if not written[0].isupper() and not (written := _known_start(written)):
            continue
        if found := _name(match.start("name"), written):
            yield found


def _known_start(written: str) -> str:
    """ "marie durand" without capitals: a first name, and a word that is only a name."""
    first, _, second = written.partition(" ")
    if first.lower() not in FIRST_NAMES:
        return ""
    return first if not second or fold(second) in COMMON or len(second) < 3 else written


def _closing(text: str) -> Iterator[Entity]:
    for match in _CLOSED.finditer(text):
        known = _first_name_in(match["name"])
        if (match["strong"] or known) and (found := _name(match.start("name"), match["name"])):
            yield found


def _signature(text: str) -> Iterator[Entity]:
    match = _LAST_LINE.search(text, max(0, len(text) - 80))
    at_start = match is not None and match.start() == 0  # the whole message is a name: a tag
    if match and not at_start and match["name"].split()[0].lower() in FIRST_NAMES:
        found = _name(match.start("name"), match["name"])
        yield from [found] if found else []


def _first_name_in(written: str) -> bool:
    return any(part.lower() in FIRST_NAMES for part in re.split(r"[ -]", written))


def _name(start: int, written: str) -> Entity | None:
    """What remains before the first word that is no name; None when nothing does."""
    kept: list[str] = []
    for part in written.split(" "):
        if part.lower().strip(".'’") in _NOT_NAMES:
            break
        kept.append(part)
    while kept and kept[-1].lower() in _PARTICLES:
        kept.pop()
    said = " ".join(kept)
    return Entity("name", said, start, start + len(said)) if len(said) > 1 else None
