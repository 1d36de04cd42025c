/// A text in which `*` stands for any text, cut at the stars. Case counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    first: String,
    /// What stands behind each star; none: the text has to be the first part.
    behind: Vec<String>,
}

impl Glob {
    pub(crate) fn new(pattern: &str) -> Glob {
        let mut parts = pattern.split('*').map(str::to_owned);
        Glob { first: parts.next().unwrap_or_default(), behind: parts.collect() }
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some((last, middle)) = self.behind.split_last() else { return self.first == text };
        let Some(mut rest) = text.strip_prefix(self.first.as_str()) else { return false };
        // The leftmost place leaves the most for what follows.
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_everything_else_for_itself() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} {text}");
        };
        check("shop", "shop", true);
        check("shop", "shop2", false);
        check("shop-*", "shop-eu", true);
        check("shop-*", "shop", false);
        check("*/health*", "GET /healthz", true);
        check("a*a", "a", false);
        check("*", "", true);
        check("", "", true);
        check("x*é*z", "xéyz", true);
    }
}
