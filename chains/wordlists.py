"""Word lists as data: function words, negations, units, numerals, opposites, by language where it matters."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text written over several lines."""
    return frozenset(text.split())


# Function words by language: they carry no content, and they tell the languages apart.
FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "english": word_set(
        """
    a about above after again all also am an and any are as at be because been before being below
    both but by can could did do does doing done down during each either else every few for from
    further get gets got had has have having he her here hers him his how however i if in into is
    it its itself just let may me might more most must my need needs no nor not now of off on once
    only or other our ours out over own per please same shall she should since so some such than
    that the their theirs them then there these they this those through to too under until up upon
    us very via was we were what when where whether which while who whom whose why will with
    within without would yes you your yours additionally therefore thus otherwise instead
    according based
    """
    ),
    "german": word_set(
        """
    aber als am an auch auf aus bei bis da damit dann das dass dem den der des die dies diese
    dieser dieses du durch ein eine einem einen einer eines er es für gibt haben hat ich ihr ihre
    im in ist ja jede jeder jedes kann kein keine man mit muss müssen nach nicht noch nur oder
    ohne sein seine sich sie sind so soll sollte sowie über um und unter vom von vor war was wenn
    werden wie wir wird wurde zu zum zur
    """
    ),
    "french": word_set(
        """
    à au aux avec ce ces cette chaque comme dans de des doit donc du elle en est et être fait il
    ils je la le les leur lors mais ne nous on ou où par pas peut plus pour qu que qui sa sans se
    ses si son sont sur tous tout toute un une vos votre vous
    """
    ),
    "spanish": word_set(
        """
    a al como con cuando cada de debe del desde donde el ella en entre es esta este están está ha
    hay la las lo los más mi muy no o para pero por puede que se sea ser si sin sobre son su sus
    también un una y ya
    """
    ),
    "italian": word_set(
        """
    a al alla anche che chi ci come con cui da dal dalla dei del della delle deve di e è gli ha i
    il in la le lo ma nel nella non o ogni per più può quando questa questo se si sono su sul
    sulla un una
    """
    ),
    "dutch": word_set(
        """
    aan als bij dan dat de deze die dit door een en er het hij hun ik in is je kan maar men met
    moet naar niet nog of om onder ook op over te tot uit van veel voor wanneer wat wie wordt
    worden zal ze zich zij zijn
    """
    ),
    "portuguese": word_set(
        """
    a ao aos as à com como da das de deve do dos e é ela ele em entre está mais mas não na nas no
    nos o os ou para pela pelo pode por que quando se sem ser seu sua são também um uma
    """
    ),
}

NEGATIONS = word_set(
    """
    not no never none nobody nothing neither nor without cannot nicht kein keine keinen keiner
    keinem nie niemals ohne pas jamais sans aucun aucune nunca ningún ninguna sin non mai senza
    niet geen nooit zonder não nem sem
    niemand niemanden niemandem nichts personne rien nadie nada nessuno niente ninguém
    """
)

# Pairs that turn a sentence into its opposite while nearly all its words stay (stems are compared).
OPPOSITES = (
    ("before", "after"),
    ("always", "never"),
    ("more", "less"),
    ("above", "below"),
    ("over", "under"),
    ("most", "least"),
    ("maximum", "minimum"),
    ("first", "last"),
    ("allowed", "forbidden"),
    ("allowed", "prohibited"),
    ("required", "optional"),
    ("mandatory", "optional"),
    ("enable", "disable"),
    ("enabled", "disabled"),
    ("increase", "decrease"),
    ("include", "exclude"),
    ("accept", "reject"),
    ("approve", "reject"),
    ("public", "private"),
    ("internal", "external"),
    ("open", "closed"),
    ("start", "stop"),
    ("start", "end"),
    ("earlier", "later"),
    ("higher", "lower"),
    ("highest", "lowest"),
    ("paid", "unpaid"),
    ("safe", "unsafe"),
    ("encrypted", "unencrypted"),
    ("success", "failure"),
    ("manual", "automatic"),
    ("manually", "automatically"),
    ("daily", "weekly"),
    ("weekly", "monthly"),
    ("monthly", "yearly"),
    ("quarterly", "monthly"),
)

UNITS: dict[str, str] = {
    form: unit
    for unit, forms in {
        "second": "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos",
        "minute": "min mins minute minutes minuten minuto minutos minuti",
        "hour": "h hr hrs hour hours stunde stunden heure heures hora horas ore uur",
        "day": "d day days tag tage tagen jour jours día días giorni dag dagen dias",
        "week": "week weeks woche wochen semaine semaines semana semanas weken",
        "month": "month months monat monate monaten mois mes meses mesi maand maanden",
        "quarter": "quarter quarters quartal quartale",
        "year": "y yr yrs year years jahr jahre jahren an ans année années año años anni jaar anos",
        "percent": "% percent pct prozent pourcent",
        "dollar": "$ usd dollar dollars",
        "euro": "€ eur euro euros",
        "pound": "£ gbp pound pounds",
        "kilobyte": "kb kilobyte kilobytes",
        "megabyte": "mb megabyte megabytes mib",
        "gigabyte": "gb gigabyte gigabytes gib",
        "terabyte": "tb terabyte terabytes tib",
        "meter": "m meter meters metre metres",
        "kilometer": "km kilometer kilometers kilometre kilometres",
        "person": "person persons people personen personnes",
        "time": "times mal fois",
        "character": "character characters",
    }.items()
    for form in forms.split()
}
# Words that may stand between a number and its unit.
UNIT_QUALIFIERS = word_set(
    """
    business working calendar consecutive full more further us
    """
)

# What stands between a count and what it is counted per.
RATE_WORDS = word_set("per a an each every pro par por je /")

NUMERALS: dict[str, str] = {
    word: str(value)
    for value, words in {
        1: "one once a an ein eine einen un une uno una",
        2: "two twice both zwei deux twee dois",
        3: "three drei trois tres drie três",
        4: "four vier quatre cuatro quattro quatro",
        5: "five fünf cinq cinco cinque vijf",
        6: "six sechs seis zes",
        7: "seven sieben siete sette zeven",
        8: "eight acht huit ocho otto oito",
        9: "nine neun neuf nueve nove negen",
        10: "ten zehn diez dieci tien",
        11: "eleven onze undici",
        12: "twelve zwölf douze doce dodici twaalf doze",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte",
        30: "thirty dreißig trente treinta",
        40: "forty",
        45: "forty-five",
        50: "fifty",
        60: "sixty",
        90: "ninety",
        100: "hundred hundert cent cien",
        1000: "thousand tausend",
    }.items()
    for word in words.split()
}
# In these words a numeral is mostly no number.
WEAK_NUMERALS = word_set(
    """
    one once a an both ein eine einen un une uno una cent twice
    """
)

MONTHS: dict[str, str] = {
    name: str(number)
    for number, names in enumerate(
        (
            "jan january januar janvier enero",
            "feb february februar février febrero",
            "mar march märz mars marzo",
            "apr april avril abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet julio",
            "aug august août agosto",
            "sep sept september septembre septiembre",
            "oct october oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dezember décembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}

# Words that often open a sentence without being anyone's name.
OPENERS = word_set(
    """
    additionally afterwards alternatively anyone anybody ask attend avoid bring call change check
    choose click complete configure contact create delete employees ensure enter every everyone
    everybody email file fill finally find first follow generally go keep make managers next note
    notify open overall people post press put remove report request restart run save second select
    send set sign similarly someone specifically start stop submit switch take tell third try turn
    typically update use usually verify visit wait write
    """
)
# What follows an imperative rather than a name ("Announce the …").
OBJECT_STARTERS = word_set(
    "a all an any each every for i in it its my of our that the their them these this to us your"
)
# Endings of ordinary words, which a name at the start of a sentence seldom has.
ORDINARY_ENDINGS = ("s", "ing", "ed", "ly", "tion", "ment", "ity", "ness", "ance", "ence", "able")
