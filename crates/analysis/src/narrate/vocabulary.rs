//! The words in which a narration may be written beyond those that counting wrote.
//!
//! They tell what happened and when, and nothing else: no word that asks a reader to do something, names a person, a place, a
//! secret or a tool. So whatever a record talks a model into, it can be said only in the record's own quotation.

/// Function words, time and order, how programs fail, what logs are about. Without endings.
const KNOWN: &str = "
a an the this that these those it its they their them there here which who what when where while whose as at by for from in into
of off on onto out over per since than then through to toward towards under until up upon via with within and but or nor so yet both
either also too is are was were be been being am has have had having do does did done could would
i s t one ones other others another each some any more most much many few fewer less least several such same own

about above across after afterwards again against ahead along alongside already although always among amid around away back
because before beforehand behind below beneath beside besides between beyond during early earlier earliest ever eventually
finally first following further furthermore hence however instead just last late later latest long longer meanwhile moment moments
next now often once otherwise overall previous previously prior quickly rather recent recently roughly second seconds shortly
similarly simultaneously slowly somewhat soon sooner still subsequent subsequently sudden suddenly then thereafter therefore thus
together usual usually well whereas whether
time times minute minutes hour hours day days period window morning afternoon evening night midnight noon today yesterday utc onset
started starting begin began begun beginning continued end ended ending lasted lasting stretch interval

according additional additionally apparently approximately average baseline calm chain clear clearly common compared
comparison consequence consequences consequently consistent contrast correspond corresponding correlate correlated counted
counts cumulative decline declined decrease decreased degrade degraded degradation differ differed difference different directly
downstream upstream effect effects emerge emerged evidence exact exactly exceed exceeded expect expected figure find finding findings
found frequent frequently grew grow grown growth happen happened happening high higher highest increase increased increasing indicate
indicated indicates indicating indication initial initially involve involved isolated jump jumped kind kinds known large larger
largest lead leading led level levels like likely likelihood link linked list low lower lowest main mainly major majority marked
match matching mean means measured mention mentioned mostly multiple name named near nearly new newly normal normally noted
notable notably number numbers observe observed occur occurred occurrence occurrences order original originally part particular
peak peaked point pointed points possible possibly present primarily primary probable probably rate rates ratio reach reached
record recorded records relate related relative remain remained repeated repeatedly reported reporting reports
respective respectively response result resulted resulting results rise risen rose same saw say says said saying see seen seem seemed
sequence series serious seriousness severe severity share shared sharp sharply show showed shown shows sign signal signs significant
significantly similar single slight slightly small specific specifically spike spiked spread state stated steady still strong
strongly suggest suggested suggesting suggests summary surge surged symptom symptoms tell tells told timeline total trace traced
trend typical typically unexpected unexpectedly unusual unusually vary varied wave way whole wide widely writes wrote written
trigger triggered triggering affect affected affecting impact impacted impacting experience experienced experiencing encounter
encountered encountering suffer suffered suffering come comes came coming goes went going become became becomes kept left
log logs logged logging line lines message messages text pattern patterns entry entries event events incident source sources service
services system systems component components application applications process processes server servers program programs instance
instances host hosts node nodes job jobs worker workers queue queues client clients customer customers user users order orders payment
payments transaction transactions amount amounts request requests calls called caller callers answer answers answered answering
reply replied response responses operation operations traffic load work

error errors erroneous fail failed failing fails failure failures fault faults faulty problem problems issue issues trouble troubled
outage disruption disrupted interrupted interruption unavailable unavailability unreachable unresponsive inaccessible broken
broke crash crashed crashing crashes restarted restarting restarts stopped stopping stalled stalling hang hung
hanging stuck blocked blocking silent silence quiet fell fall fallen dropped dropping missing lost lose loss rejected
rejecting rejection refused refusing refusal denied decline aborted timeout timeouts timed timing slow slower slowed slowness
delay delayed delays latency duration durations waited waiting late overload overloaded saturated saturation exhaust exhausted
exhaustion exhausting ran running out full fill filled filling space disk disks storage memory heap cpu processor pool pools connection
connections connected connecting disconnected thread threads locks locked deadlock contention certificate certificates
expired expiry handshake tls credential credentials authentication permission permissions access setting settings configuration
configured misconfigured resolved resolving resolution dns network networks limits limited limiting throttled
throttling backlog lag schema database databases cache caches query queries statement statements data damaged damage corrupt corrupted
corruption reads reading store stored stores invalid unable exception exceptions warning warnings critical fatal
retried retries retrying attempt attempted attempts recovered recovering dependency dependencies depend depends dependent
depended rely relied relies capacity resource resources used usage using remaining available availability shortage insufficient
lack lacking shared held holding opened opening closed closing
";

/// Words that speak of the cause.
const OF_CAUSE: &str = "cause caused causes causing culprit origin origins originate originated originates originating root roots
stem stemmed stems stemming blame blamed responsible due attributable attributed trigger triggered triggering initiated
because";

/// Words that speak of something that was said.
const OF_SAYING: &str =
    "wrote write writes written writing said say says saying reported reports reporting logged logs log logging
message messages text texts record records line lines came come comes told tells read reads showed shows shown pattern patterns
error errors warning warnings entry entries";

/// Words that turn a sentence round, make it total or give a thing its rank. They must stand in what is cited.
const WEIGHTY: &str = "no not never none nothing nobody neither nor without cannot all every everything everybody entire entirely
only always completely fully fine healthy normal normally recovered resolved unaffected restored ok okay false true didn doesn isn wasn weren
couldn aren hasn hadn won wouldn don first earliest last latest highest lowest largest main mainly major majority most mostly
primary primarily";

/// Words of facts and questions that say nothing of what happened by themselves.
const HOLLOW: &str = "error errors fatal critical warning warn info debug failed failing failure failures likely cause came times
kinds things many differed differ clearly before where were expected among from with that this they them there these those what
when which while went wrong problem problems issue issues happened happening have been into than then some time after about does
system service server first most never";

/// Words for numbers. `one` is left out: it is a pronoun more often.
const NUMBERS: [(&str, &str); 33] = [
    ("zero", "0"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("hundred", "100"),
    ("thousand", "1000"),
    ("million", "1000000"),
    ("dozen", "12"),
    ("dozens", "dozens"),
    ("twice", "twice"),
    ("double", "double"),
    ("half", "half"),
    ("hundreds", "hundreds"),
];

/// Whether a narration may use a word, in one of its forms.
pub(super) fn is_known(word: &str) -> bool {
    stands_in(KNOWN, word) || tells_of_cause(word) || stems(word).any(|stem| stands_in(KNOWN, stem))
}

/// Whether a word speaks of the cause.
pub(super) fn tells_of_cause(word: &str) -> bool {
    stands_in(OF_CAUSE, word)
}

/// Whether a word speaks of something that was said.
pub(super) fn tells_of_saying(word: &str) -> bool {
    stands_in(OF_SAYING, word)
}

/// Whether a word of a fact says nothing of what happened by itself.
pub(super) fn is_hollow(word: &str) -> bool {
    word.len() < 4 || stands_in(HOLLOW, word)
}

/// Whether a word turns a sentence round, makes it total or gives a thing its rank.
pub(super) fn is_weighty(word: &str) -> bool {
    stands_in(WEIGHTY, word)
}

/// The digits that a word stands for; words for vague numbers stand for themselves.
pub(super) fn number_word(word: &str) -> Option<&'static str> {
    NUMBERS.iter().find(|(known, _)| *known == word).map(|(_, digits)| *digits)
}

/// A list is looked through word by word: some 800, for a few dozen words of a sentence.
fn stands_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// The word without a common ending.
pub(super) fn stems(word: &str) -> impl Iterator<Item = &str> {
    ["s", "es", "ed", "d", "ing", "ly"].into_iter().filter_map(|ending| word.strip_suffix(ending)).filter(|stem| stem.len() > 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_known_and_others_are_not() {
        for word in ["began", "requests", "exhausted", "likely", "waiting", "customers"] {
            assert!(is_known(word), "{word}");
        }
        for word in
            ["please", "click", "visit", "delete", "password", "bob", "ignore", "run\u{e9}", "you", "must", "should", "send"]
        {
            assert!(!is_known(word), "{word}");
        }
        assert!(is_weighty("never") && is_weighty("first") && tells_of_cause("culprit"));
    }

    /// No word asks for something to be done, or speaks to somebody.
    #[test]
    fn the_list_asks_for_nothing() {
        const ASKING: [&str; 64] = [
            "click",
            "visit",
            "download",
            "install",
            "execute",
            "delete",
            "remove",
            "disable",
            "enable",
            "send",
            "post",
            "upload",
            "contact",
            "email",
            "phone",
            "pay",
            "transfer",
            "approve",
            "ignore",
            "forget",
            "obey",
            "follow",
            "reveal",
            "print",
            "please",
            "must",
            "should",
            "need",
            "you",
            "your",
            "we",
            "my",
            "me",
            "password",
            "token",
            "key",
            "secret",
            "prompt",
            "instruction",
            "instructions",
            "restart",
            "stop",
            "run",
            "block",
            "drop",
            "reject",
            "close",
            "open",
            "write",
            "break",
            "abort",
            "retry",
            "deny",
            "refuse",
            "call",
            "start",
            "connect",
            "lock",
            "use",
            "keep",
            "leave",
            "report",
            "resolve",
            "wait",
        ];
        for word in ASKING {
            assert!(!is_known(word), "{word}");
        }
    }
}
