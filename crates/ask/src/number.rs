use std::cmp::Ordering;

/// A number as records hold it. Whole and broken numbers compare by value, without rounding one to the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// Reads a number as JSON writes it (a leading `+` or zeros are let pass); no `inf`, no `NaN`, no unit.
    pub(crate) fn parse(text: &str) -> Option<Number> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
        if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.chars().all(plain) || digits.ends_with('.') {
            return None;
        }
        text.parse().map(Number::Int).or_else(|_| text.parse().map(Number::Float)).ok()
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }

    /// By value. Records hold no NaN; should one come from a computation, it is the largest.
    pub(crate) fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            (Number::Int(a), Number::Float(b)) => int_with_float(a, b),
            (Number::Float(a), Number::Int(b)) => int_with_float(b, a).reverse(),
        }
    }
}

/// 2^63, the first float beyond every `i64`.
const INT_END: f64 = 9_223_372_036_854_775_808.0;

fn int_with_float(int: i64, float: f64) -> Ordering {
    if float < -INT_END {
        Ordering::Greater
    } else if float < INT_END {
        int.cmp(&(float as i64)).then_with(|| 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal))
    } else {
        Ordering::Less
    }
}

/// A float as JSON writes it: the shortest digits that lead back to it, with `.0` when it is whole.
pub(crate) fn float_text(float: f64) -> String {
    let text = format!("{float:?}");
    // Rust goes over to exponents one step earlier than JSON writers do on the small side.
    if text.ends_with("e-5") { format!("{float}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_strictly() {
        for text in ["5", "-5", "+5", "5.5", "5e2", "-1.5E-3", "007"] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in ["", "-", "inf", "nan", "1_000", "5k", "1.2.3", "5.", ".5", "0x10", "1e", "--5", "\u{663}"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn whole_and_broken_numbers_compare_by_value() {
        let check = |a, b, want| {
            assert_eq!(Number::order(a, b), want, "{a:?} {b:?}");
            assert_eq!(Number::order(b, a), want.reverse(), "{b:?} {a:?}");
        };
        check(Number::Int(5), Number::Float(5.0), Ordering::Equal);
        check(Number::Int(5), Number::Float(5.5), Ordering::Less);
        check(Number::Int(-5), Number::Float(-5.5), Ordering::Greater);
        check(Number::Int(0), Number::Float(-0.0), Ordering::Equal);
        check(Number::Int((1 << 53) + 1), Number::Float((1_u64 << 53) as f64), Ordering::Greater);
        check(Number::Int(i64::MAX), Number::Float(INT_END), Ordering::Less);
        check(Number::Int(i64::MIN), Number::Float(-INT_END), Ordering::Equal);
        check(Number::Int(i64::MIN), Number::Float(-1e300), Ordering::Greater);
        check(Number::Int(7), Number::Float(f64::NAN), Ordering::Less);
    }

    #[test]
    fn floats_are_spelled_as_json() {
        for (float, want) in
            [(5.0, "5.0"), (0.1, "0.1"), (1e16, "1e16"), (1.5e-5, "0.000015"), (1.5e-7, "1.5e-7"), (-2.5, "-2.5")]
        {
            assert_eq!(float_text(float), want);
        }
    }
}
