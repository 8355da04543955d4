//! Texts of others: a file may come from a stranger, and what it says must neither move the cursor of whoever reads a
//! message about it nor change the order of what stands around it.

/// Whether a character does something to a terminal besides being shown.
pub(crate) fn is_harmful(found: char) -> bool {
    found.is_control() || matches!(found, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text in which such characters stand as what they are: unreadable.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|found| if is_harmful(found) { '\u{fffd}' } else { found }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_do_no_harm() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd保"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d保");
    }
}
