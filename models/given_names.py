"""Common first names in the United States, lower case, and their short forms.

Only to tell "pt susan" from "pt census" and "saw benny" from "saw bruising". Names that are
everyday words as well ("will", "grant", "may") are left out: they would see people everywhere.
Source: the most frequent first names of the Social Security Administration and the 1990 census,
chosen by hand.
"""

from __future__ import annotations

from models.text import listed

COMMON: frozenset[str] = listed(
    """
    aaron abby abigail adam adrian adriana agnes aisha alan albert alberto alejandro alex alexa
    alexander alexandra alexis alfred alice alicia alison allen allison alma alvin alyssa amanda
    amber amelia amir amy ana andre andrea andrew andy angel angela angelica angelina angelo
    anita ann anna anne annette annie anthony antonio ariana arlene arnold arthur ashley audrey
    aubrey austin ava barbara barry beatrice becky ben benjamin benny bernadette bernard bernice
    bessie beth bethany betty beverly billy blake bobby bonnie brad bradley brandi brandon brandy
    brenda brendan brent brett brian briana brianna bridget brittany bruce bryan bryant caitlin
    caleb calvin cameron camila candace cara carl carla carlos carmen carol carole caroline
    carolyn carrie carter casey cassandra catherine cathy cecilia cesar charlene charles charlie
    charlotte chelsea cheryl chloe chris christian christie christina christine christopher
    christy cindy claire clara clarence claudia clayton clifford clyde cody colin colleen connie
    connor corey corinne courtney craig cristina crystal curtis cynthia daisy damon dan dana
    daniel danielle danny darlene darren darryl dave david deanna debbie deborah debra deepa
    delores denise dennis derek derrick deshawn desiree diana diane diego dina dolores dominic
    dominique donald donna doris dorothy douglas duane dustin dwayne dwight dylan earl eddie edgar
    edith edna eduardo edward edwin eileen elaine eleanor elena eli elijah elizabeth ella ellen
    emily emma enrique eric erica erik erika erin ernest ernesto esther ethan ethel eugene eva
    evan evelyn felicia felipe felix fernando florence floyd frances francis francisco fred
    frederick gabriel gabriela gail gary geoffrey george gerald geraldine gina gladys glenda glenn
    gloria gordon greg gregory gretchen guadalupe gwendolyn hannah harold harriet harry heather
    hector heidi helen henry herbert herman hilary holly howard hugo ian ida imani irene iris
    isaac isabel isabella jackie jacob jacqueline jaime jake jamal james jamie jan jane janet
    janice jared jasmine jason javier jay jean jeanette jeff jeffrey jenna jennifer jenny jeremiah
    jeremy jerome jerry jesse jessica jessie jesus jill jim jimmy joan joann joanna joanne jodi
    joe joel joey john johnny jon jonathan jordan jorge jose joseph josephine joshua joyce juan
    juanita judith judy julia julian julie julio justin kaitlyn karen karina karl karla kate
    katelyn katherine kathleen kathryn kathy katie katrina kayla keith kelley kelli kelly kelsey
    ken kendra kenneth kerry kevin kim kimberly kirk kristen kristi kristin kristina kristine kurt
    kyle ladonna lakisha lamar larry latasha latoya laura lauren laurie lawrence leah lee lena
    leo leon leona leonard leroy leslie lester leticia lewis lillian linda lindsay lindsey lisa
    lloyd lois lonnie lora lorena lorenzo loretta lori lorraine louis louise lucas lucia lucille
    lucy luis luke luz lydia lynn mabel madison malik mandy manuel marc marcia marco marcos marcus
    margaret margarita maria mariah marian marie marilyn mario marion marisol marissa marjorie
    marlene marsha marshall martha martin marvin mary mateo mathew matt matthew maureen maurice
    megan meghan melanie melinda melissa melody melvin meredith michael micheal michele michelle
    miguel mike mildred mindy minnie miranda misty mitchell mohamed mohammed molly monica monique
    morgan muhammad muriel myra myrtle nadia nancy naomi natalie natasha nathan nathaniel neil
    nicholas nichole nick nicolas nicole nina noah noel nora norma norman octavia odette olga
    olivia omar omari oscar owen pablo paige pamela patricia patrick paul paula pauline pedro
    peggy perry peter phil philip phillip phyllis preeti priscilla priya rachel rafael ralph ramon
    ramona randall randy raul raymond rebecca regina renee rhonda ricardo richard rick ricky
    rita robert roberta roberto robin rochelle rodney roger roland ron ronald ronnie rosa
    rosalind rosemary roy ruben ruby russell ruth ryan sabrina sally sam samantha samir samuel
    sandra sandy sara sarah saul scott sean sergio seth shanna shannon shari sharon shaun shawn
    sheila shelby shelley shelly sherri sherry sheryl shirley sonia sonya sophia sophie stacey
    stacy stan stanley stella stephanie stephen steve steven stuart susan suzanne sylvia tamara
    tami tammy tanya tara tasha taylor ted teresa terrance terri terry thelma theodore theresa
    thomas tiffany tim timothy tina todd tom tommy toni tony tonya tracey traci tracy travis
    trevor tricia troy tyler tyrone valerie vanessa vera verna vernon veronica vicki vickie vicky
    victor victoria vincent viola virginia vivian wade walter wanda warren wayne wendy wesley
    whitney wilfred willard willie wilma xavier yesenia yolanda yuki yvette yvonne zachary zoe
    """
)

SHORT_FORMS: dict[str, tuple[str, ...]] = {
    short: tuple(longs.split())
    for short, longs in {
        "abby": "abigail",
        "al": "albert alan alfred alexander",
        "alex": "alexander alexandra",
        "andy": "andrew",
        "angie": "angela",
        "annie": "ann anna anne",
        "art": "arthur",
        "barb": "barbara",
        "becky": "rebecca",
        "ben": "benjamin",
        "bernie": "bernard bernadette",
        "bess": "elizabeth",
        "beth": "elizabeth bethany",
        "betsy": "elizabeth",
        "bill": "william",
        "billy": "william",
        "bob": "robert",
        "bobby": "robert",
        "cathy": "catherine",
        "charlie": "charles",
        "chris": "christopher christina christine",
        "chuck": "charles",
        "cindy": "cynthia",
        "dan": "daniel",
        "danny": "daniel",
        "dave": "david",
        "deb": "deborah debra",
        "debbie": "deborah debra",
        "dick": "richard",
        "don": "donald",
        "dot": "dorothy",
        "doug": "douglas",
        "drew": "andrew",
        "ed": "edward edwin edgar",
        "ellie": "eleanor ellen",
        "fran": "frances francis",
        "frank": "francis franklin",
        "fred": "frederick alfred",
        "gabe": "gabriel",
        "gene": "eugene",
        "gerry": "gerald",
        "greg": "gregory",
        "gwen": "gwendolyn",
        "hank": "henry",
        "harry": "harold",
        "jack": "john",
        "jackie": "jacqueline",
        "jan": "janet janice",
        "jen": "jennifer",
        "jenny": "jennifer",
        "jerry": "gerald jerome",
        "jim": "james",
        "jimmy": "james",
        "joe": "joseph",
        "joey": "joseph",
        "jon": "jonathan",
        "josh": "joshua",
        "kate": "katherine kathleen kathryn",
        "kathy": "katherine kathleen",
        "katie": "katherine kathleen kathryn",
        "ken": "kenneth",
        "kim": "kimberly",
        "larry": "lawrence",
        "liz": "elizabeth",
        "lou": "louis louise",
        "maggie": "margaret",
        "marge": "margaret marjorie",
        "matt": "matthew",
        "meg": "margaret megan",
        "mel": "melvin melanie melissa",
        "mike": "michael",
        "missy": "melissa",
        "mitch": "mitchell",
        "nan": "nancy",
        "nate": "nathan nathaniel",
        "ned": "edward",
        "nick": "nicholas",
        "pam": "pamela",
        "pat": "patricia patrick",
        "patty": "patricia",
        "peg": "margaret",
        "peggy": "margaret",
        "pete": "peter",
        "phil": "philip phillip",
        "ray": "raymond",
        "rich": "richard",
        "rick": "richard",
        "rob": "robert",
        "robbie": "robert",
        "ron": "ronald",
        "ronnie": "ronald veronica",
        "rosie": "rosemary",
        "russ": "russell",
        "sam": "samuel samantha",
        "sandy": "sandra",
        "steph": "stephanie",
        "steve": "stephen steven",
        "stu": "stuart",
        "sue": "susan suzanne",
        "ted": "theodore",
        "teri": "teresa theresa",
        "terry": "teresa theresa terrance",
        "tim": "timothy",
        "toby": "tobias",
        "tom": "thomas",
        "tony": "anthony antonio",
        "tori": "victoria",
        "tricia": "patricia",
        "trish": "patricia",
        "val": "valerie",
        "vicky": "victoria",
        "vince": "vincent",
        "walt": "walter",
        "wendy": "gwendolyn",
        "wes": "wesley",
        "will": "william",
        "zach": "zachary",
    }.items()
}
"""A short form to the names it stands for."""
