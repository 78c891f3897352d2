"""Names the patient guard knows, lower case: `FIRST` are first names, `LAST` family names.

A typed line often has no capitals, so a word for patient with "okafor" behind it is told from one
with "census" behind it by these lists alone. Names that are everyday words as well are left out.
Source: names of the Social Security Administration's and the Census Bureau's lists, by hand.
"""

from __future__ import annotations

from models.given_names import COMMON
from models.text import listed

FIRST: frozenset[str] = COMMON | listed(
    """
    angie barb bernie bess betsy bob deb doug ellie fran frank gabe gerry gwen jack jen josh liz
    lou maggie nate pam patty pete ray robbie rosie russ steph stu teri toby tori trish vince walt
    wes zach
    abdul abdullah abel abraham addie adela adele adeline ahmad ahmed aida aileen aimee akiko alana
    alba aldo alec alejandra aleksandr alessandra alfonso alfreda alina allie alonzo alphonse
    althea alton alva amado amara ambrose amina amos anastasia anders andrei andres anselmo antoine
    antoinette antonia antwan anwar araceli archie ariel arjun arlo armand armando arnaldo arnulfo
    arturo asha ashok athena aubry augustin aurelia aurelio aurora ayana ayesha baltazar barnaby
    bart bartholomew beatriz belinda bella benita benito berniece bertha bertram bettie bettye
    beulah blanca blanche bogdan bonita boris boyd bradford brady brendon brooklyn bryce buford
    byron camille candice caridad carlton carly carmela carmelo carmine cecil cecile cedric celeste
    celia celina chad chandra chang charleen chauncey chester chiara christa ciara clarissa claude
    claudette claudine clem clementine cleo cletus clint clinton consuelo cora cordelia cornelia
    cornelius curt cyril cyrus dahlia damian damien daphne darius darla darnell darrel darrell
    daryl davon deana deandre deena deidre delbert delia della delmar delmer delroy demetrius deon
    desmond devin devon dewey dexter dimitri dion dixie dmitri dominga dominick donnell donovan
    dora doreen dorian dorothea dottie doyle duncan earlene earnest eboni edmond edmund edwina
    effie efrain elbert eldon elias elisa elise eliza elmer elmira eloise elsa elsie elton elva
    elvira elvis elwood emanuel emil emile emilia emiliano emilio emmanuel emmett enid enzo ephraim
    erasmo erma ernestine erwin esmeralda esperanza essie esteban estela estella estelle etta eula
    eulalia eunice evangeline ezekiel ezra fabian faisal fannie farah faris fatima faye federico
    fernanda fidel filomena fiona fletcher flora florine francesca francine francisca francois
    franz freda freddie frederic frieda fritz galen garland garrett gaston gavin gayle genaro
    geneva genevieve georgette georgina gerard gerardo gertrude gilbert gilberto gino giovanni
    giuseppe goldie gonzalo gracie graciela greta griselda guido guillermo gus gustavo hakeem hal
    hana hans harlan harrison harvey hassan hattie hazel helena helga henrietta henrik heriberto
    hermione hernan herschel hilda hillary hiroshi hollis homer horace horacio hortencia hosea
    hubert huda hugh humberto huong hussein hyacinth ibrahim ignacio igor ike ilene ilona imelda
    imogene ines inez ingrid irena irma irvin irving irwin isabelle isaiah isaias isidro ismael
    issac iva ivan ivana ivette jacinto jada jadwiga jakob jamaal jamar janelle janette janie
    janine jarvis jasmin jasper jayden jeanine jedediah jefferson jennie jerald jermaine jerrold
    jett jillian jimena joaquin jocelyn joelle johanna johnnie jolene jonah jonas jordi josefa
    josefina josette josiah josie jovan juana jules juliana julianne juliet julius junaid justina
    kadeem kamal kareem karim kasimir kathlene kaye keisha kelvin kendall kenji kermit kerri
    khadija khalid kiara kieran kofi konstantin kris krista kwame kylie lacey lakeisha lamont lana
    landon laquita larissa lars latanya laurence lavern laverne lavonne lawanda lazaro leandro
    leann leda leela leif leigh leila leland lemuel lenora lenore leonardo leonel leonid leonor
    leopold leopoldo lesley lessie letitia levi lia lidia lila lilia lilian liliana lillie lina
    linh linus lionel lisette liza llewellyn lola lorna lottie louella louisa lourdes lowell luann
    luca luciano lucien lucile lucinda lucius lucretia ludmila luella luigi luisa lula lupe lurline
    luther lyle lynda lynette lynne mable mack madeleine madeline madge mae magdalena mahmoud
    malcolm mallory malvina mamie manuela marcel marcela marcella marcellus marcelo margery margie
    margo margot marguerite mariam mariana marianne maribel marietta marisa maritza marla marlon
    marlys marta marva mathilda matilda matteo mattie maude maura mavis maxine maxwell maya maynard
    mayra melba melisa melva merle merlin mervin michaela mickey mikhail milagros milena milford
    millicent millie milton mina minerva miriam mitzi mohammad moira moises mollie mona monty
    mortimer moses murray myles myrna myron nadine nasir natalia neal neha nell nellie nestor
    nettie neva nguyen nigel nikita nikki nikolai nita noe noelle noemi nola nona norbert noreen
    noris norris octavio odell odessa ofelia olaf oliver ollie ophelia oralia orval orville osvaldo
    otis otto ozzie padma paloma pascal pasquale patrice patti paulette paulina pavel pearlie
    penelope percival percy perla petra petrona phoebe pierre polly porfirio quentin quinn quinton
    rachael rajesh ramiro randal raphael raquel rashad rashid raymundo reba rebekah refugio reggie
    reginald reinaldo rena renata rene reuben reva rex reyna reynaldo rhea rhoda rigoberto riley
    robbin rocio roderick rodolfo rodrigo rogelio rolando rommel romona ronda roosevelt rosalia
    rosalie rosalinda rosanna rosario roscoe roseann roselyn rosetta rosita roslyn rowena roxanne
    roxie royce rudolf rudolph rudy rufus rupert ruthie sabina sadie saeed salim sallie salma
    salvador salvatore sammie sanford sanjay sarita scottie sebastian sedrick selena selma serafina
    serena serge sergei seymour shaina shania shanice shauna shawna sheena sheldon shelia sherman
    sherrie sherwood sidney sigmund silas silvia simeon simon simone socorro sofia solomon sondra
    sonja stacie stanislaw stefan stefanie stephan sumner sunil suzette sven svetlana sybil sydney
    sylvester tabitha talia tamar tamika tania tariq tatiana tatum tawana teddy terence teresita
    tess tessa thad thaddeus thalia theo theodora theron thurman tia timmy titus tobias tomas
    tommie tonia tonja tracie trenton trina trisha trudy twila tyree tyson ulysses ursula valentin
    valentina valeria vance vaughn velma verda vergie verla vernice vicente vilma vinnie virgie
    virgil vito vivek vladimir waldo weldon wendell werner wilbert wilbur wilda wiley wilhelmina
    willa willem willene willis winfred winifred winnie winona woodrow wyatt xiomara yadira yasmin
    yasmine yoshiko youssef yuri zachariah zane zeke zelda zelma zelmira zena zoila zora zulma
    """
)

LAST: frozenset[str] = listed(
    """
    abara abbott acevedo acosta adams adkins aguilar aguirre ahmed alexander alfaro ali alvarado
    alvarez amato andersen anderson andrade andrews aquino arellano armstrong arnold arroyo ashby
    atkins atkinson avila ayala baird baldwin ballard banerjee barajas barker barlow barnes barnett
    barr barrera barrett barron bartlett bates bauer baxter becerra beck becker beltran bender
    benitez bennett benson bernal bernstein berry bianchi blackburn blackwell blair blankenship
    blevins boggs bolton bonilla bowen bowers bowman boyd boyer boyle bradford bradley bradshaw
    brady brandt braun brennan brewer briggs britton brock brooks browning bruno bryant buchanan
    buckley bui burgess burke burnett burns burris bustamante byrd byrne caballero cabrera cain
    calderon caldwell calhoun callahan camacho cameron campbell campos cantu cardenas cardoso carey
    carlson carmichael carr carrillo carroll carson casey castaneda castillo castro cervantes
    chambers chang chapman chaudhry chavez chen cheng cherry cho choi christensen chung cisneros
    clarke clayton clements cobb cochran coffey cohen cole coleman collins colon compton conley
    connolly conrad contreras conway copeland cordova corrigan costa cowan crawford crosby crowley
    cuevas cummings cunningham curran curry dalton daly daniels daugherty davenport davidson davies
    davila davis dawson decker delacruz delaney deleon delgado dempsey dennis desai diaz dickerson
    dickson dillard dixon dolan dominguez donaldson donnelly donovan dougherty doyle drake dubois
    dudley duffy duke dunlap dunleavy dunn duong duran dyer eaton edwards ellison emerson enriquez
    erickson escobar espinosa espinoza esposito estes estrada evans ewing farley farrell faulkner
    ferguson fernandes fernandez ferrari figueroa finley fischer fitzgerald fitzpatrick fleming
    fletcher flores flynn foley fontaine forbes foster fowler franco franklin frazier freeman
    fuentes fuller gaines galindo gallagher gallegos galloway galvan garcia gardner garner garrett
    garrison garza gentry gibbs gibson gilbert gill gillespie gilmore giordano glover goldberg
    goldman goldstein gomez gonzales gonzalez goodman goodwin gordon gould graham granger graves
    greene greer gregory griffin griffith grimes gross guerra guerrero gupta gutierrez guzman
    haines hale haley hamilton hammond hampton hancock hanna hansen hanson hardin harmon harper
    harrell harrington harris harrison hartman harvey hassan hatfield hawkins hayden hayes haynes
    hebert henderson hendricks hendrix henry henson herman hernandez herrera herring hess hester
    hickman hicks higgins hinton hobbs hodge hodges hoffman hogan holcomb holden holland holloway
    holmes holt hooper hoover hopkins horne horton howard howe howell huang hubbard hudson huerta
    huff huffman hughes humphrey hurley hurst hussain hutchinson huynh ibarra ingram iqbal ivanov
    jackson jacobs jacobson james jaramillo jarvis jefferson jenkins jennings jensen jimenez
    johansson johns johnson johnston jones jordan joseph joyce juarez kaplan kapoor kaur keene
    keith keller kelley kemp kennedy kent kerr khan kim kirby kirk klein kline knapp knox koch kole
    kowalski kramer krause krueger kumar lam lambert landry larsen larson lawrence lawson leblanc
    lee leon leonard levine levy lewis lin lindahl lindholm lindsey liu livingston lloyd logan
    lopes lopez lowe lowery lozano lucas lucero luna lynch lyons macdonald macias mack madden
    maddox mahoney maldonado malone mann manning marcano marino marquez marshall martin martinez
    massey mata mathews mathis matthews maxwell mayer maynard mcbride mccall mccann mccarthy
    mccarty mcclain mcclure mcconnell mccormick mccoy mccray mccullough mcdaniel mcdonald mcdowell
    mcfarland mcgee mcgrath mcguire mcintosh mcintyre mckay mckee mckenzie mckinney mclaughlin
    mclean mcmahon mcmillan mcneil mcpherson mcrae meadows medina mehta mejia melendez melton
    mendez mendoza mercado merritt meyer meyers michael middleton miranda mitchell molina
    montgomery montoya mora morales moran moreno morgan morris morrison morrow morse morton mosley
    mott moyer mueller mukherjee mullen mullins munoz murillo murphy murray myers nash navarro neal
    nelson newman newton nguyen nichols nicholson nielsen nielson nixon nolan noonan norman norris
    norton novak nunez obrien ochoa oconnell oconnor odom odonnell okafor okeefe okonkwo oliver
    olsen olson oneal oneil oneill orozco orr ortega ortiz osborne osorio owens pacheco padilla
    paredes parikh parker parrish parsons patel patrick patterson patton paul payne pearson pena
    pennington perez perkins perry peters petersen peterson petrov petty pham phillips pierce
    pineda pittman pitts pollard ponce porras potts powell pratt proctor pruitt pugh quinn quinones
    quintero ramirez ramos ramsey randall randolph rangel rasmussen raymond reddy reese reeves reid
    reilly reyes reynolds rhodes richard richards richardson riggs riley rios ritter rivas rivera
    roach robbins roberson roberts robertson robinson robles rocha rodgers rodriguez rogers rojas
    rollins roman romero rosales rosario rosas rosenberg ross rossi roth rowe rowland roy rubio
    rucker ruiz russell russo rutledge ryan saavedra salas salazar salgado salinas sampson sanchez
    sanders sandoval sanford santana santiago santos saunders sawyer schaefer schmidt schmitt
    schneider schroeder schultz schwartz scott sellers serrano shaffer shah shannon sharma shaw
    shea sheehan shelton shepard shepherd sheppard sherman silva simmons simon simons simpson sims
    sinclair singh singleton skinner slater sloan smith snyder solis solomon soto spence spencer
    stafford stanley stanton stein stephens stephenson stevens stevenson stokes strickland suarez
    sullivan sutton swanson sweeney sykes tanaka tate tatum taylor terrell terry thomas thompson
    thornton tobin todd torres townsend tran travis trevino trujillo truong tucker turner tyler
    underwood uribe valdez valencia valentine valenzuela vance vang vargas vasquez vaughan vaughn
    vazquez vega velasco velasquez velez vera villanueva villarreal villegas vinson vogel vu wade
    wagner walker wallace walsh walter walters walton wang warner warren watkins watson watts
    weaver webb weber webster weiner weiss welch werner whitaker whitehead whitfield whitley
    whitlow whitney wiggins wilcox wiley wilkerson wilkins wilkinson williams williamson willis
    wilson winstead wolfe wong woodard woodward wooten wyatt xiong yamamoto yang yates ybarra
    zamora zapata zavala zhang zhao zhou zimmerman zuniga
    """
)
