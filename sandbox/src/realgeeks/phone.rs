//! Phone numbers: kept as `808-555-1234`, and dropped when they are not of the United States.

/// A number as Real Geeks keeps it, or nothing when it cannot be one: ten digits, with or without a 1 in front, whose
/// area code and exchange begin with 2 to 9 (the North American Numbering Plan).
pub(super) fn reformat(value: &str) -> Option<String> {
    if !value.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c)) {
        return None;
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let abroad = value.trim_start().starts_with('+') && digits.len() != 11;
    let ten = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits.as_str() };
    let (area, exchange, line) = (ten.get(..3)?, ten.get(3..6)?, ten.get(6..)?);
    let begins = |part: &str| part.starts_with(|c: char| ('2'..='9').contains(&c));
    (!abroad && line.len() == 4 && begins(area) && begins(exchange)).then(|| format!("{area}-{exchange}-{line}"))
}

#[cfg(test)]
mod tests {
    use super::reformat;

    #[test]
    fn american_numbers_are_reformatted_and_others_dropped() {
        for typed in ["8085551234", "(808) 555-1234", "+1 808 555 1234", "1-808-555-1234", "808.555.1234"] {
            assert_eq!(reformat(typed).as_deref(), Some("808-555-1234"), "{typed}");
        }
        for typed in ["+44 20 7946 0000", "555-1234", "808-055-1234", "call me", "8085551234 x12", "+8085551234", ""] {
            assert_eq!(reformat(typed), None, "{typed}");
        }
    }
}
