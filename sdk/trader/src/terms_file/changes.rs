//! What one agreement says and another one does not, key by key as their files have them. Whoever signs an amendment
//! signs all of the new agreement, so nothing that is another than before may look as if it were the same: what stands
//! in a list is compared by its place there, and moments are compared in one calendar.

use florin_trade::{terms::Agreement, Hash};
use toml_edit::{ImDocument, Item, TableLike, Value};

use super::{TermsFile, UnwritableError};
use crate::{hash, names::NoNames};

/// The table whose moments nothing is counted in but days.
const CALENDAR: &str = "calendar";

/// A key whose value is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key with its tables; places of documents, milestones and facts stand in brackets, as the contract counts
    /// them: `milestones[1].amount`.
    pub key: String,
    /// What it said, as the file has it; none where it is new.
    pub before: Option<String>,
    /// What it says; none where it was taken out.
    pub after: Option<String>,
}

impl Change {
    /// What goes and what comes, a line each: `- key = value`, `+ key = value`.
    pub fn lines(&self) -> Vec<String> {
        let line =
            |sign: char, value: &Option<String>| value.as_ref().map(|value| format!("{sign} {} = {value}", self.key));
        [line('-', &self.before), line('+', &self.after)].into_iter().flatten().collect()
    }
}

impl core::fmt::Display for Change {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} -> {after}", self.key),
            (Some(before), None) => write!(f, "{}: {before} is taken out", self.key),
            (None, Some(after)) => write!(f, "{}: {after} is new", self.key),
            (None, None) => f.write_str(&self.key),
        }
    }
}

/// Two agreements whose difference cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangesError {
    /// One of them cannot be written down.
    #[error(transparent)]
    Unwritable(#[from] UnwritableError),
    /// They are different, and nothing that could be shown is.
    #[error(
        "the agreement {} is another one than {}, and nothing shows in what; do not sign it, and have whoever proposes \
         it say what is changed",
        hash::format(after),
        hash::format(before)
    )]
    Hidden {
        /// Hash of the agreement as it is.
        before: Hash,
        /// Hash of the one that is proposed.
        after: Hash,
    },
}

/// What an agreement says and another one does not, in the order of the file.
///
/// # Errors
/// [`ChangesError`], also where the two are different and nothing of it shows: then nobody should sign.
pub fn changes(before: &Agreement, after: &Agreement) -> Result<Vec<Change>, ChangesError> {
    // The same date means another moment where the calendar's place has changed.
    let aligned = Agreement { calendar: before.calendar, ..*after };
    let is_of_calendar = |entry: &(String, String)| entry.0.split('.').next() == Some(CALENDAR);
    let mut new: Vec<(String, String)> = told(&aligned)?.into_iter().filter(|entry| !is_of_calendar(entry)).collect();
    new.extend(told(after)?.into_iter().filter(is_of_calendar));
    let found = compare(&told(before)?, &new);
    let hash = |agreement: &Agreement| agreement.hash(crate::keccak);
    check(&found, hash(before), hash(after))?;
    Ok(found)
}

/// Errors: [`ChangesError::Hidden`].
fn check(found: &[Change], before: Hash, after: Hash) -> Result<(), ChangesError> {
    if found.is_empty() && before != after {
        return Err(ChangesError::Hidden { before, after });
    }
    Ok(())
}

/// Every key of an agreement's file with its value. A key whose value is a set, such as holidays, stands there once
/// for each of its members.
fn told(agreement: &Agreement) -> Result<Vec<(String, String)>, UnwritableError> {
    let mut file = TermsFile::of(*agreement, None);
    // What documents are called is not signed: they are named by their places.
    for (place, name) in file.documents.iter_mut().enumerate() {
        *name = name.as_ref().map(|_| format!("#{place}"));
    }
    let text = file.to_text(&NoNames)?;
    let mut entries = Vec::new();
    if let Ok(document) = ImDocument::parse(text) {
        tables("", document.as_table(), &mut entries);
    }
    Ok(entries)
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn tables(path: &str, table: &dyn TableLike, entries: &mut Vec<(String, String)>) {
    for (key, item) in table.iter() {
        let path = joined(path, key);
        match item {
            Item::Table(table) => tables(&path, table, entries),
            Item::ArrayOfTables(list) => {
                let mut next = 0;
                for table in list.iter() {
                    // Places say where something stands in its list; names are not signed.
                    let place = table.get("place").and_then(Item::as_integer).unwrap_or(next);
                    next = place.saturating_add(1);
                    for (key, item) in table.iter().filter(|(key, _)| !["place", "name"].contains(key)) {
                        if let Some(value) = item.as_value() {
                            values(&joined(&format!("{path}[{place}]"), key), value, entries);
                        }
                    }
                }
            }
            Item::Value(value) => values(&path, value, entries),
            Item::None => {}
        }
    }
}

fn values(path: &str, value: &Value, entries: &mut Vec<(String, String)>) {
    match value {
        Value::InlineTable(table) => {
            for (key, value) in table.iter() {
                values(&joined(path, key), value, entries);
            }
        }
        // That a list is empty says something too.
        Value::Array(list) if list.is_empty() => entries.push((path.to_owned(), "[]".to_owned())),
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                // Operands have places; all other lists are sets.
                let path = if value.is_inline_table() { format!("{path}[{place}]") } else { path.to_owned() };
                values(&path, value, entries);
            }
        }
        value => entries.push((path.to_owned(), value.clone().decorated("", "").to_string())),
    }
}

/// Keys whose values are others.
fn compare(before: &[(String, String)], after: &[(String, String)]) -> Vec<Change> {
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in before.iter().chain(after) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut found = Vec::new();
    for key in keys {
        let of = |entries: &[(String, String)]| -> Vec<String> {
            entries.iter().filter(|(other, _)| other == key).map(|(_, value)| value.clone()).collect()
        };
        let (mut gone, mut come) = (of(before), of(after));
        gone.retain(|value| match come.iter().position(|other| other == value) {
            // Each value of the one stands for one of the other.
            Some(place) => {
                come.remove(place);
                false
            }
            None => true,
        });
        let change = |before, after| Change { key: key.to_owned(), before, after };
        match (&gone[..], &come[..]) {
            ([before], [after]) => found.push(change(Some(before.clone()), Some(after.clone()))),
            _ => {
                found.extend(gone.into_iter().map(|before| change(Some(before), None)));
                found.extend(come.into_iter().map(|after| change(None, Some(after))));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_does_not_show_is_refused() {
        assert_eq!(check(&[], [1; 32], [1; 32]), Ok(()));
        assert_eq!(check(&[], [1; 32], [2; 32]), Err(ChangesError::Hidden { before: [1; 32], after: [2; 32] }));
        let change = Change { key: "credit.tip".to_owned(), before: None, after: None };
        assert_eq!(check(&[change], [1; 32], [2; 32]), Ok(()));
    }

    #[test]
    fn values_of_one_key_are_a_set() {
        let entries = |values: &[&str]| -> Vec<(String, String)> {
            values.iter().map(|value| ("days".to_owned(), (*value).to_owned())).collect()
        };
        assert!(compare(&entries(&["1", "2"]), &entries(&["2", "1"])).is_empty());
        let shown = |found: Vec<Change>| found.iter().map(Change::to_string).collect::<Vec<_>>();
        assert_eq!(shown(compare(&entries(&["1", "2"]), &entries(&["2"]))), ["days: 1 is taken out"]);
        assert_eq!(shown(compare(&entries(&[]), &entries(&["2"]))), ["days: 2 is new"]);
        assert_eq!(shown(compare(&entries(&["1"]), &entries(&["2"]))), ["days: 1 -> 2"]);
        let lines = compare(&entries(&["1"]), &entries(&["2"]))[0].lines();
        assert_eq!(lines, ["- days = 1", "+ days = 2"]);
    }
}
