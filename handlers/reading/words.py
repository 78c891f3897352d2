"""A line as words with their places, and the everyday words that are nobody's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.text import fold, listed

_WORD = re.compile(r"[^\W_]+(?:['’ʼ´`][^\W_]+)*")
_APOSTROPHE = re.compile(r"['’ʼ´`]")
_POSSESSIVE = re.compile(r"^[^'’ʼ´`]+['’ʼ´`]s$")
_GAP = re.compile(r"[,;:\n()!?|•—–…\[\]\"]|\s-{1,2}\s|[.]\s(?=[A-Z])|[.]{2,}|(?<!\w)@(?!\w)")
_STOP = re.compile(r"[.]\s")
_SHORTENED = listed(
    """
    univ hosp med mem meml ctr reg gen comm cmty assoc assn ins mgmt prop bros dept rehab ortho
    neuro cardio prof mrs ave blvd apt inc natl intl svc fin corp
    """
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed.

    key    folded, without apostrophes: "Ann's" is "anns".
    owner  the key without a possessive: "Lindholm's" is "lindholm".
    gap    a sign that ends a phrase stands before it.
    """

    text: str
    key: str
    owner: str
    start: int
    end: int
    gap: bool

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital, and is not all capitals."""
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())


def tokens(text: str) -> list[Token]:
    """The line's words in order."""
    found: list[Token] = []
    before = 0
    for match in _WORD.finditer(text):
        word = match.group()
        gap = bool(found) and bool(
            _GAP.search(text, before, match.start())
            or (_ends_sentence(found[-1]) and _STOP.match(text, before))
        )
        owner = key = fold(word)
        if not key.isalnum():
            owner = key[:-2] if _POSSESSIVE.search(key) else _APOSTROPHE.sub("", key)
            key = _APOSTROPHE.sub("", key)
        found.append(Token(word, key, owner, match.start(), match.end(), gap))
        before = match.end()
    return found


def _ends_sentence(token: Token) -> bool:
    """Whether a full stop behind the word ends something: not in "univ. hosp." or "renee f."."""
    return len(token.key) >= 3 and token.key not in _SHORTENED


ORDINARY = listed(
    """
    a about above accept accepting access account accounts across action active actually add added
    admin admissions admit after afternoon again against ago agreed agreement ahead all almost
    already also always am amazing an and another any anybody anyone anything anyway apparently
    approved are area around as ask asked asking asks at available away awesome back bad bag bags
    basement be because bed beds been before being believe best better between big binder bit board
    book booked both bought box boxes bps bring bringing broke brochure brochures brought bunch bur
    business busy but buy by cake call callback called calling calls came can cancel cancelled
    candy cant card cards care case caught census chance change changed chart charts chat chatted
    check checked checking chief christmas claim claims class clinical close closed coffee cold
    come comes coming community company competitor complain complained concern concerned conference
    confirm confirmed connect contact contract cookies cool coordinator could couple cover coverage
    covered covering csr cup current currently cut dad daily damage data date day days deal dean
    decide decided declined definitely deliver delivered delivery demo denied denial denials dept
    desk did didnt different difficult dinner director discharge discharged discuss dr mr mrs ms
    discussed discussion dispatcher do docs doctor doctors does doesnt doing done donut donuts dont
    door down drop dropped dropping due during each early easy education either else email emailed
    emailing emails empty end enough enrolled est estimate even event events ever every everybody
    everyone everything excited excellent expect expected expecting explained extra face family
    fantastic far fast fax faxed fee feedback feel fees felt few file fill final finally find fine
    fire first fit fix flag flood flooded floor flow flyer flyers folder folders folks follow
    followed following followup food for form forms forward found free friend friendly from front
    full fun funding gave general get gets getting gift give given gives giving glad go goes going
    gone gonna good got great group guy guys had half hall hallway handed handout handouts happy
    hard has hasnt have having he head hear heard hello help helped helpful helping her here hey hi
    high him his hit hold home hope hopes hoping host hosted hot hour hours house how huge i id
    idea if ill im important in info inform information inside insurance intake interested into
    intro introduced introduction invite invited is issue issues it items its ive job jobs join
    joined just keep keeps kept kids kind kit know knows last late lately later lead leads learn
    learned leave leaving left length less let lets letter liked likes line list listen literature
    little lobby log logged lol long look looked looking looks lot lots love loved loves low lunch
    lunches made magnet magnets mail main make making man manager many march material materials
    maybe me mean meant medicare medicaid meet meeting meetings member members mention mentioned
    menu message met might min mine mins minute minutes miss missed model money month monthly
    months more morning most mostly move moved much mug mugs must my name names near need needed
    needs network never new news next nice no nobody none not note notebook notes nothing now
    number nurse nurses occupied of off offer offered office offices often oh ok okay old on once
    one ones only open opened opening options or order other others our out outcome outcomes
    outside over own owner packet packets page paper paperwork part partner parts party pass passed
    past patient patients pay payer payers pen pending pens people per person pet phone phones pick
    picked pipe pizza place placed placement plan planned planning plans please plus pm point
    policy poor popped positive possible possibly post posted ppl present presentation presented
    pretty previous price prices pricing prior pro probably problem problems process program
    programs promise promised promises promo proposal prospect protocol protocols provider
    providers pt pts pulled push put question questions quick quickly quiet quite quote quoted ran
    rate rates rather re reach reached ready real really reason received recent recently reception
    receptionist record ref referral referrals referred refs reg regarding rehab remind reminded
    rep reps requested reschedule rescheduled resident residents resource responded response rest
    restart result results return returned review reviewed right role room rooms round rounds run
    running runs said sales same sat saw say saying says schedule scheduled screen second see
    seeing seem seemed seems seen send sending sends sent service services set setting several
    share shared she sheet shift short should show showed shown shows sick side sign signed simple
    since sit site slow small snack snacks so social solid some somebody someone something soon
    sorry sounds speak specific spoke staff staffed staffing start started starting starts
    statement stats status stay stayed step still stop stopped story straight street strong stuck
    stuff such super supervisor support supposed sure swamped switch switched system table take
    taken takes taking talk talked talking talks team tell tells temp ten text texted than thank
    thanked thanks that thats the their them then there these they theyre thing things think thinks
    this those though thought thru till time times tired to today together told tomorrow ton
    tonight too took top totally touch tour toured tours toward town train trained training trauma
    treat treats tried trip try trying turn turned twice two type under unit units until up update
    updated upset urgent us use used uses using usually vacation van vent very via visit visited
    visiting visits volume volumes vs wait waiting walk walked wall want wanted wants warm was
    wasnt water way we week weekly weeks weird well went were wet what when where whether which
    while white who whole why will with without wont word work worked working works worry would
    wound wrap wrapped write wrote yeah year yearly years yes yesterday yet you your youre chamber
    mixer rotary expo fair luncheon breakfast networking ribbon gala golf outing booth lunch dinner
    happy symposium summit tabling doc np pa rn md lpn lcsw don adon ed er ed icu or snf ltc zoom
    teams webex virtual meet video vm lvm voicemail w f u fu ff eod eom eow asap fyi tbd re l n ins
    mtg appt appts conf hr it pr vp ceo cfo coo gm hq apt bldg ste rd ave blvd basement roof carpet
    drywall mold sewage pipe burst storm leak flooding mitigation adjuster deductible participant
    participants deferral match vesting fiduciary basis points advisor advisors el la los las y o
    de del con en por para que un una es hable hablé vi fui llame llamé vuelvo regreso visita
    llamada referidos referido trabajos trabajo muy bien gracias hoy manana ayer
    """
)
"""Words of everyday notes. A name that is also one of these needs more than to be typed."""

TITLES = listed("dr doctor doc mr mrs ms miss nurse prof professor sister fr father rev")
"""What stands before a person's last name."""
