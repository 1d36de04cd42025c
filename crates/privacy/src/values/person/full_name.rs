use super::Names;
use super::cues::Before;
use super::lists::Listed;
use super::name_word::{Case, NameWord};
use super::scripts::{is_caseless, is_east_asian};
use crate::values::fold::char_at;

/// Most words of a name, with particles and initials.
pub(super) const WORDS_MAX: usize = 5;

/// Words in a row that may be a name.
pub(super) struct FullName {
    pub(super) start: usize,
    pub(super) end: usize,
    words: [Option<NameWord>; WORDS_MAX],
    len: usize,
    /// `Miller, Emma`.
    is_turned: bool,
}

impl FullName {
    /// Reads on from the first word as long as blanks and further words of a name follow.
    pub(super) fn read(text: &[u8], start: usize, first: NameWord, names: &mut Names) -> FullName {
        let mut name = FullName { start, end: first.end, words: [None; WORDS_MAX], len: 1, is_turned: false };
        name.words[0] = Some(first);
        while name.len < WORDS_MAX {
            let Some(next) = name.next(text, names) else { break };
            if next.case != first.case && next.case != Case::Initial && first.case != Case::Initial && !name.is_turned {
                break;
            }
            name.words[name.len] = Some(next);
            name.len += 1;
            name.end = next.end;
        }
        name
    }

    fn next(&mut self, text: &[u8], names: &mut Names) -> Option<NameWord> {
        if let Some(b", ") = text.get(self.end..self.end + 2) {
            let mut next = (self.len == 1).then(|| NameWord::remembered(text, self.end + 2, names)).flatten()?;
            let mut first = self.words[0]?;
            first.look_up(text);
            next.look_up(text);
            names.keep(next.start, text.len(), next);
            let first = first.listed;
            self.is_turned = (first.family || first.ends_so) && next.listed.given || is_before_mail(&text[next.end..]);
            return self.is_turned.then_some(next);
        }
        if text.get(self.end) != Some(&b' ') || self.is_turned {
            return None;
        }
        let at = behind_particles(text, self.end + 1);
        let mut next = if at >= text.len() { None } else { NameWord::remembered(text, at, names) }?;
        // Without capitals, only the lists tell where a name ends; east of it, one word is a name.
        if let Some(letter) = char_at(text, at).filter(|letter| is_caseless(*letter)) {
            next.look_up(text);
            names.keep(next.start, text.len(), next);
            return Some(next).filter(|next| !is_east_asian(letter) && (next.listed.given || next.listed.family));
        }
        Some(next)
    }

    /// Whether the lists have the first word, or the last as that of a family: without either they say nothing.
    pub(super) fn is_listed_at_an_end(&mut self, text: &[u8]) -> bool {
        let mut listed = |index: usize| {
            self.words[index].as_mut().map_or_else(Listed::default, |word| {
                word.look_up(text);
                word.listed
            })
        };
        let first = listed(0);
        first.given || first.family || listed(self.len - 1).family
    }

    /// What the lists said about the words of this text that ends at `end` need not be asked again.
    pub(super) fn remember(&self, end: usize, names: &mut Names) {
        self.words().filter(NameWord::is_looked_up).for_each(|word| names.keep(word.start, end, word));
    }

    /// Asks the lists about all words.
    pub(super) fn look_up(&mut self, text: &[u8]) {
        self.words[..self.len].iter_mut().flatten().for_each(|word| word.look_up(text));
    }

    pub(super) fn has_one_word(&self) -> bool {
        self.len == 1
    }

    fn words(&self) -> impl Iterator<Item = NameWord> {
        self.words[..self.len].iter().flatten().copied()
    }

    /// Whether the lists alone say that this is a name; else it is cut to the longest front of which they do.
    pub(super) fn by_lists(&self, text: &[u8], strict: bool) -> Option<&'static str> {
        let (first, last) = (self.words[0]?.listed, self.words[self.len - 1]?.listed);
        if self.len < 2 {
            return None;
        }
        let pair = |given: super::lists::Listed, family: super::lists::Listed| {
            given.given && family.family && !(given.ambiguous && family.ambiguous)
        };
        if self.is_turned {
            return (first.family && last.given && !(first.ambiguous || last.ambiguous)).then_some("person.turned");
        }
        let is_short = self.words().all(|word| word.listed.ambiguous || word.case == Case::Initial);
        if is_short {
            return None;
        }
        if pair(first, last) || pair(last, first) && !first.ambiguous && !last.ambiguous {
            return Some("person.lists");
        }
        if strict { None } else { self.by_one_name(text) }
    }

    /// Whether it is a name by its end, or by one name that is nothing else beside words that mean nothing.
    fn by_one_name(&self, text: &[u8]) -> Option<&'static str> {
        let (first, last) = (self.words[0]?, self.words[self.len - 1]?);
        let is_sure = |word: NameWord| !word.listed.ambiguous;
        let given = first.listed.given && is_sure(first);
        // Families come first in Vietnam and Hungary, where words have marks.
        let turned = first.listed.family && is_sure(first) && !text[self.start..self.end].is_ascii();
        let family = last.listed.family && is_sure(last) && self.len == 2;
        if given && last.listed.ends_so {
            return Some("person.ending");
        }
        if !(given || turned || family) || !self.words().all(|word| word.case == Case::Initial || word.is_possible(text)) {
            return None;
        }
        match () {
            // "M. Lefebvre": the French title is an initial, as far as anyone can tell.
            _ if family && first.case == Case::Initial && first.has_dot(self.start) && last.case == Case::Capital => {
                Some("person.initial")
            }
            _ if given && last.may_be(text) => Some("person.given"),
            _ if turned || family && first.may_be(text) => Some("person.family"),
            _ => None,
        }
    }

    /// Two capitalised words, neither of which is a word of programs or forms.
    fn are_strangers(&self, text: &[u8]) -> bool {
        self.len == 2 && self.words().all(|word| word.is_possible(text))
    }

    /// Whether a word before, or an address behind, says so.
    pub(super) fn by_word(&self, text: &[u8], before: Before) -> Option<&'static str> {
        let rest = &text[self.end..];
        let known = self.words().filter(|word| word.listed.given || word.listed.family || word.listed.ends_so);
        let (known, sure) = known.fold((0, 0), |(known, sure), word| (known + 1, sure + usize::from(!word.listed.ambiguous)));
        let words = self.words().filter(|word| word.case != Case::Initial).count();
        if self.words[0]?.case == Case::Upper && known < words {
            return None;
        }
        // Short names are words of some other language.
        let is_long = self.end - self.start > 3 && self.words[0]?.case == Case::Capital;
        let given = self.words[0].is_some_and(|word| word.listed.given && !word.listed.ambiguous && is_long);
        if (is_before_mail(rest) || before == Before::Mail)
            && (2..=4).contains(&self.len)
            && (sure > 0 || self.words[0]?.case == Case::Capital)
        {
            return Some("person.mail");
        }
        // `agent M. Haugen`: an initial with its dot and a word.
        let initial = self.len == 2
            && self.words[0]?.case == Case::Initial
            && self.words[0]?.has_dot(self.start)
            && self.words[1]?.case == Case::Capital;
        let says = match before {
            Before::Title => words >= 1 && self.len <= 4,
            // "Dear Zorba Quux,": a letter begins so.
            Before::Greeting if self.are_strangers(text) && rest.first() == Some(&b',') => true,
            Before::Greeting => (known > 0 && self.len <= 3) && (sure > 0 || known == words && words > 1),
            Before::Role | Before::Action if initial => true,
            // Two capitalised words that mean nothing, where somebody is spoken of.
            Before::Role | Before::Action if self.are_strangers(text) => true,
            Before::Role => sure > 0 && (words >= 2 || given) || known == words && words >= 2,
            Before::Action => words >= 2 && (sure > 0 || known == words) || words == 1 && given,
            Before::Little => words >= 2 && sure > 0 && known * 2 >= words,
            Before::Mail | Before::Nothing => false,
        };
        says.then_some("person.word")
    }
}

/// Behind the little words inside of names: `van der`, `de la`, `bin`.
fn behind_particles(text: &[u8], mut at: usize) -> usize {
    for _ in 0..3 {
        let word = text[at..].iter().take(6).take_while(|byte| byte.is_ascii_lowercase()).count();
        if !is_particle(&text[at..at + word]) || text.get(at + word) != Some(&b' ') {
            break;
        }
        at += word + 1;
    }
    at
}

/// Before ` <emma@`, as in the headers of letters, and ` <sip:`, `" <+49` in those of calls.
pub(super) fn is_before_mail(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    let Some(inside) = rest.strip_prefix(b" <").or_else(|| rest.strip_prefix(b" (")) else { return false };
    let is_call = inside.starts_with(b"sip:") || inside.starts_with(b"tel:") || matches!(inside, [b'+', b'0'..=b'9', ..]);
    is_call || inside.iter().take(64).take_while(|byte| !matches!(byte, b' ' | b'>' | b')')).any(|&byte| byte == b'@')
}

fn is_particle(word: &[u8]) -> bool {
    matches!(
        word,
        b"van"
            | b"von"
            | b"der"
            | b"den"
            | b"de"
            | b"da"
            | b"do"
            | b"dos"
            | b"das"
            | b"del"
            | b"della"
            | b"di"
            | b"du"
            | b"la"
            | b"le"
            | b"el"
            | b"al"
            | b"bin"
            | b"ibn"
            | b"ben"
            | b"bint"
            | b"af"
            | b"av"
            | b"ter"
            | b"ten"
            | b"zu"
            | b"y"
            | b"e"
            | b"dela"
    )
}
