use crate::{Error, Filter};

use super::{MESSAGE, Parser, fail};

const QUOTE_HINT: &str = "to search for this text itself, put it in double quotes";

/// Where a filter stands, which says how its words are read.
#[derive(Clone, Copy)]
pub(super) enum Place<'f> {
    /// After the start of the query: words search the message.
    Main,
    /// In `where`: as before, and `column > 5` is a comparison.
    Where,
    /// In `field:( ... )`: everything is a value of the field.
    List(&'f str),
}

impl<'a> Parser<'a> {
    /// The filter at the start.
    pub(super) fn filter(&mut self) -> Result<Filter, Error> {
        self.any(Place::Main)
    }

    /// The filter of a `where`.
    pub(super) fn condition(&mut self) -> Result<Filter, Error> {
        self.any(Place::Where)
    }

    /// `( ... )` after `field:`; the cursor stands on the bracket.
    pub(super) fn list(&mut self, field: &str) -> Result<Filter, Error> {
        self.brackets(Place::List(field))
    }

    fn any(&mut self, place: Place) -> Result<Filter, Error> {
        let first = self.all(place)?;
        let mut parts = vec![first];
        while self.operator("OR") {
            parts.push(self.all(place)?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn all(&mut self, place: Place) -> Result<Filter, Error> {
        let first = self.unary(place)?;
        let mut parts = vec![first];
        while self.operator("AND") || self.another_operand() {
            parts.push(self.unary(place)?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn operator(&mut self, word: &str) -> bool {
        self.cursor.skip_space();
        self.cursor.eat_word(word)
    }

    /// Whether a neighbour follows that is joined without an operator.
    fn another_operand(&mut self) -> bool {
        let here = self.cursor.at();
        let or = self.operator("OR");
        self.cursor.go_back(here);
        self.cursor.skip_space();
        !or && !self.cursor.at_end() && !self.cursor.sees("|") && !self.cursor.sees(")")
    }

    fn unary(&mut self, place: Place) -> Result<Filter, Error> {
        self.cursor.skip_space();
        if self.cursor.eat_word("NOT") || self.minus(place)? {
            return Ok(Filter::Not(Box::new(self.nested(|parser| parser.unary(place))?)));
        }
        let filter = self.primary(place)?;
        if !self.cursor.at_term_end() {
            return Err(fail(self.cursor.at(), "expected a space, a bracket or the end after this term", QUOTE_HINT));
        }
        Ok(filter)
    }

    /// Takes a `-` that stands directly before what it excludes.
    fn minus(&mut self, place: Place) -> Result<bool, Error> {
        let at = self.cursor.at();
        if self.is_negative_number(place) || !self.cursor.eat("-") {
            return Ok(false);
        }
        match self.cursor.peek() {
            Some('-') => Err(fail(at, "`-` excludes, and cannot stand twice", QUOTE_HINT)),
            Some(c) if !c.is_whitespace() && !matches!(c, ')' | '|') => Ok(true),
            _ => Err(fail(at, "expected what to exclude, directly after `-`", QUOTE_HINT)),
        }
    }

    /// In a list, `-5` is a value.
    fn is_negative_number(&self, place: Place) -> bool {
        let digit_follows = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        matches!(place, Place::List(_)) && self.cursor.rest().strip_prefix('-').is_some_and(digit_follows)
    }

    fn primary(&mut self, place: Place) -> Result<Filter, Error> {
        self.refuse_what_begins_no_term()?;
        if self.cursor.sees("(") {
            return self.brackets(place);
        }
        match place {
            Place::List(field) => self.value(field),
            Place::Main | Place::Where => self.term(matches!(place, Place::Where)),
        }
    }

    fn brackets(&mut self, place: Place) -> Result<Filter, Error> {
        let opened = self.cursor.at();
        self.cursor.eat("(");
        self.cursor.skip_space();
        if self.cursor.sees(")") {
            return Err(fail(opened, "there is nothing in these brackets", QUOTE_HINT));
        }
        let inside = self.nested(|parser| parser.any(place))?;
        self.cursor.skip_space();
        if !self.cursor.eat(")") {
            return Err(fail(opened, "this bracket is not closed", "add a `)`, or put the text in double quotes"));
        }
        Ok(inside)
    }

    /// The slips that other languages teach, told before anything else is tried.
    fn refuse_what_begins_no_term(&mut self) -> Result<(), Error> {
        let at = self.cursor.at();
        let sees = |text| self.cursor.sees(text);
        let error = if self.cursor.at_end() {
            fail(
                at,
                "expected a word, a phrase or `field:value`",
                "the query ends after an operator; to search for the word, put it in double quotes",
            )
        } else if sees("&&") {
            fail(at, "`&&` is no operator", "write AND, or nothing: neighbours must all match")
        } else if sees("||") {
            fail(at, "`||` is no operator", "write OR")
        } else if sees("|") {
            fail(at, "expected a word, a phrase or `field:value` before `|`", None)
        } else if sees(")") {
            fail(at, "expected a word, a phrase or `field:value` before `)`", None)
        } else if sees("!") && !sees("!=") {
            fail(at, "`!` is no operator", "write NOT, or `-` directly before the term")
        } else if sees("'") {
            fail(at, "single quotes do not quote", "use double quotes for a phrase: \"...\"")
        } else if let Some(word) = ["AND", "OR"].into_iter().find(|word| self.stands(word)) {
            let hint = format!("to search for the word, write \"{word}\"");
            fail(at, format!("{word} needs a term before and after it"), hint)
        } else {
            return Ok(());
        };
        Err(error)
    }

    /// Whether the operator stands here as a word of its own, and not as the name of a field.
    fn stands(&self, word: &str) -> bool {
        self.cursor.rest().strip_prefix(word).is_some_and(|rest| !rest.starts_with(':') && starts_apart(rest))
    }

    /// A text to look for in the message, or a field and its value.
    fn term(&mut self, spaced: bool) -> Result<Filter, Error> {
        let at = self.cursor.at();
        match self.cursor.peek() {
            Some('/') => self.message(at)?.regex(MESSAGE),
            Some('[' | '{') => {
                Err(fail(at, "a range needs a field", "write `field:[200 TO 299]`; to search for brackets, use double quotes"))
            }
            Some(quote @ ('"' | '`')) => {
                let text = self.cursor.quoted(quote)?;
                if self.names_a_field(spaced) {
                    return self.field(&text, at, spaced);
                }
                if quote == '`' {
                    return Err(fail(
                        self.cursor.at(),
                        "expected `:` after a field name in backquotes",
                        "phrases stand in double quotes",
                    ));
                }
                self.message(at)?.after_phrase(MESSAGE, text, at)
            }
            _ => self.word(at, spaced),
        }
    }

    fn word(&mut self, at: usize, spaced: bool) -> Result<Filter, Error> {
        let word = self.take_word();
        if self.names_a_field(spaced) {
            let name = word.to_owned();
            check_name(&name, at)?;
            return self.field(&name, at, spaced);
        }
        if let Some(operator) = self.comparison_here() {
            return Err(not_a_comparison(word, operator, self.cursor.at()));
        }
        if word.is_empty() {
            return Err(fail(at, "expected a word, a phrase or `field:value`", QUOTE_HINT));
        }
        if word == "*" {
            return Ok(Filter::All);
        }
        let word = word.to_owned();
        self.message(at)?.bare(MESSAGE, &word, at)
    }

    /// Up to a space, a bracket, a quote, `|`, `:` or a comparison.
    fn take_word(&mut self) -> &'a str {
        let rest = self.cursor.rest();
        let ends = |(at, c): &(usize, char)| {
            c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '`' | ':' | '=' | '<' | '>') || rest[*at..].starts_with("!=")
        };
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        self.cursor.eat(&rest[..end]);
        &rest[..end]
    }

    /// Whether what was just read is a field's name, because a `:` follows, or in `where` a comparison.
    fn names_a_field(&mut self, spaced: bool) -> bool {
        let here = self.cursor.at();
        if self.cursor.sees(":") {
            return true;
        }
        if spaced {
            self.cursor.skip_space();
            if self.comparison_here().is_some() {
                return true;
            }
            self.cursor.go_back(here);
        }
        false
    }

    fn comparison_here(&self) -> Option<&'static str> {
        ["!=", "==", ">=", "<=", "=", "<", ">"].into_iter().find(|operator| self.cursor.sees(operator))
    }

    fn field(&mut self, name: &str, at: usize, spaced: bool) -> Result<Filter, Error> {
        self.check_column(name, at)?;
        if self.cursor.eat(":") {
            if self.cursor.sees("//") {
                return Err(fail(at, "an address must be quoted, because `:` separates a field from its value", QUOTE_HINT));
            }
            return self.value(name);
        }
        debug_assert!(spaced);
        self.compared(name)
    }

    /// Words search the message: it must be there.
    fn message(&mut self, at: usize) -> Result<&mut Self, Error> {
        match &self.columns {
            Some(columns) if !columns.iter().any(|column| column == MESSAGE) => {
                let hint = format!("write `column:value`; there are: {}", columns.join(", "));
                Err(fail(at, "words search the message, which is no column at this point", hint))
            }
            _ => Ok(self),
        }
    }
}

/// A name that needs no backquotes before a `:`.
fn check_name(name: &str, at: usize) -> Result<(), Error> {
    if name.is_empty() {
        return Err(fail(at, "expected a field name before `:`", QUOTE_HINT));
    }
    if name.starts_with(|c: char| c.is_numeric()) {
        return Err(fail(
            at,
            "a field name does not begin with a digit",
            "put a text with colons in double quotes, and such a name in `backquotes`",
        ));
    }
    if let Some(bad) = name.find(|c: char| !is_name_char(c)) {
        return Err(fail(
            at + bad,
            "this character does not belong in a field name",
            "put a text with colons in double quotes, and such a name in `backquotes`",
        ));
    }
    Ok(())
}

/// Characters of field names that need no quotes.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@' | '$' | '/' | '#')
}

fn starts_apart(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '`'))
}

fn not_a_comparison(word: &str, operator: &'static str, at: usize) -> Error {
    let named = !word.is_empty() && word.chars().all(is_name_char);
    let name = if named { word } else { "field" };
    let hint = match operator {
        "=" if named => format!("did you mean `{name}:value`? {QUOTE_HINT}"),
        "=" | "==" => format!("write `field:value`, or `field:=value` for exactly this text; {QUOTE_HINT}"),
        _ => format!("did you mean `{name}:{operator}value`? {QUOTE_HINT}"),
    };
    fail(at, format!("expected `:` between a field and `{operator}`"), hint)
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}
