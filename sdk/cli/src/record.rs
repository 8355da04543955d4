//! Facts in two forms at once: aligned text for people and JSON for programs. Both come from the same entry, so they cannot
//! differ.

use comfy_table::{presets, CellAlignment, Table};
use florin_client::{account::AccountId, chain::Address};
use florin_units::U256;
use serde_json::{json, Map, Value};

use crate::{
    amount::{percent, shorten, Unit},
    moment,
    words::Names,
};

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    key: &'static str,
    label: &'static str,
    text: String,
    json: Value,
    number: bool,
}

/// Facts about one thing, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    entries: Vec<Entry>,
}

impl Record {
    /// No facts.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A fact with a text and a JSON form of its own.
    pub(crate) fn value(
        mut self,
        key: &'static str,
        label: &'static str,
        text: impl Into<String>,
        json: Value,
    ) -> Self {
        self.entries.push(Entry { key, label, text: text.into(), json, number: false });
        self
    }

    /// A fact that only programs read.
    pub(crate) fn hidden(self, key: &'static str, json: Value) -> Self {
        self.value(key, "", "", json)
    }

    /// A text.
    pub(crate) fn text(self, key: &'static str, label: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let json = Value::String(text.clone());
        self.value(key, label, text, json)
    }

    /// A text, or null where there is none.
    pub(crate) fn optional_text(
        self,
        key: &'static str,
        label: &'static str,
        text: Option<String>,
        none: &str,
    ) -> Self {
        match text {
            Some(text) => self.text(key, label, text),
            None => self.value(key, label, none, Value::Null),
        }
    }

    /// A number.
    pub(crate) fn number(self, key: &'static str, label: &'static str, number: u64) -> Self {
        self.numeric(key, label, number.to_string(), json!(number))
    }

    /// Yes or no.
    pub(crate) fn flag(self, key: &'static str, label: &'static str, flag: bool) -> Self {
        self.value(key, label, if flag { "yes" } else { "no" }, json!(flag))
    }

    /// An amount.
    pub(crate) fn amount(self, key: &'static str, label: &'static str, raw: u128, unit: &Unit) -> Self {
        self.numeric(key, label, unit.short(raw), unit.json(raw))
    }

    /// An amount, or null where there is none.
    pub(crate) fn optional_amount(
        self,
        key: &'static str,
        label: &'static str,
        raw: Option<u128>,
        unit: &Unit,
        none: &str,
    ) -> Self {
        match raw {
            Some(raw) => self.amount(key, label, raw, unit),
            None => self.numeric(key, label, none.to_owned(), Value::Null),
        }
    }

    /// An amount of 256 bits.
    pub(crate) fn wide_amount(self, key: &'static str, label: &'static str, raw: U256, unit: &Unit) -> Self {
        let text = u128::try_from(raw).map_or_else(|_| unit.wide(raw), |raw| unit.short(raw));
        self.numeric(key, label, text, unit.wide_json(raw))
    }

    /// A number with 45 decimals and 256 bits.
    pub(crate) fn rad(self, key: &'static str, label: &'static str, rad: florin_units::Rad, unit: &Unit) -> Self {
        let human = rad.to_string();
        let text = format!("{} {}", shorten(&human), unit.symbol);
        let json = json!({ "raw": rad.raw().to_string(), "human": format!("{human} {}", unit.symbol) });
        self.numeric(key, label, text, json)
    }

    /// A ratio in basis points.
    pub(crate) fn ratio(self, key: &'static str, label: &'static str, bps: u32) -> Self {
        self.numeric(key, label, percent(bps), json!({ "bps": bps, "human": percent(bps) }))
    }

    /// A ratio, or null where there is none.
    pub(crate) fn optional_ratio(self, key: &'static str, label: &'static str, bps: Option<u32>, none: &str) -> Self {
        match bps {
            Some(bps) => self.ratio(key, label, bps),
            None => self.numeric(key, label, none.to_owned(), Value::Null),
        }
    }

    /// A moment, in seconds since 1970; zero stands for never.
    pub(crate) fn moment(self, key: &'static str, label: &'static str, seconds: u64) -> Self {
        let text = if seconds == 0 { "never".to_owned() } else { moment::format(seconds) };
        self.value(key, label, text, moment_json(seconds))
    }

    /// A span of time in seconds.
    pub(crate) fn span(self, key: &'static str, label: &'static str, seconds: u64) -> Self {
        let text = moment::format_span(seconds);
        self.value(key, label, text.clone(), json!({ "seconds": seconds, "human": text }))
    }

    /// A 20-byte address.
    pub(crate) fn address(self, key: &'static str, label: &'static str, address: &Address) -> Self {
        self.text(key, label, format!("{address:?}"))
    }

    /// Somebody: by name for people, by address for programs.
    pub(crate) fn person(self, key: &'static str, label: &'static str, address: &Address, names: &Names) -> Self {
        self.value(key, label, names.show(address), json!(format!("{address:?}")))
    }

    /// Somebody, or null where there is nobody.
    pub(crate) fn optional_person(
        self,
        key: &'static str,
        label: &'static str,
        address: Option<&Address>,
        names: &Names,
        none: &str,
    ) -> Self {
        match address {
            Some(address) => self.person(key, label, address, names),
            None => self.value(key, label, none, Value::Null),
        }
    }

    /// Lines of text, one below the other; a list for programs.
    pub(crate) fn lines(mut self, key: &'static str, label: &'static str, lines: &[String], json: Value) -> Self {
        for line in lines {
            self = self.value(key, label, line.clone(), Value::Null);
        }
        // Of facts with one key programs get the last.
        self.hidden(key, json)
    }

    /// A text of several lines, as it is.
    pub(crate) fn page(self, key: &'static str, label: &'static str, text: impl Into<String>) -> Self {
        self.text(key, label, text.into().trim_end())
    }

    /// An asset, never by the name alone that it gives itself: anybody can give a token the name of another one.
    pub(crate) fn asset(
        self,
        key: &'static str,
        label: &'static str,
        token: &Address,
        unit: &Unit,
        names: &Names,
    ) -> Self {
        let text = match names.get(token) {
            Some(name) => format!("{name} ({token:?}), which calls itself {}", unit.symbol),
            None => format!("{token:?}, which calls itself {} and is not in the address book", unit.symbol),
        };
        self.value(key, label, text, json!(format!("{token:?}")))
    }

    /// An account, as SS58.
    pub(crate) fn account(self, key: &'static str, label: &'static str, account: &AccountId, prefix: u16) -> Self {
        self.text(key, label, account.to_ss58(prefix))
    }

    /// Facts of another record after these. What stands here already is not said twice.
    pub(crate) fn and(mut self, other: Self) -> Self {
        let known = self.entries.len();
        for entry in other.entries {
            let said = self.entries.iter().take(known).rfind(|said| said.key == entry.key);
            if said != Some(&entry) {
                self.entries.push(entry);
            }
        }
        self
    }

    fn numeric(mut self, key: &'static str, label: &'static str, text: String, json: Value) -> Self {
        self.entries.push(Entry { key, label, text, json, number: true });
        self
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        Value::Object(
            self.entries.iter().map(|entry| (entry.key.to_owned(), entry.json.clone())).collect::<Map<_, _>>(),
        )
    }

    /// For people: a line for each fact that is not hidden. What has several stands below its label.
    pub(crate) fn to_text(&self) -> String {
        let shown: Vec<&Entry> = self.shown().collect();
        let width = shown.iter().map(|entry| entry.label.chars().count()).max().unwrap_or(0);
        let mut page = String::new();
        for Entry { label, text, .. } in shown {
            if !text.contains('\n') {
                page.push_str(&format!("  {label:<width$}  {text}\n"));
                continue;
            }
            page.push_str(&format!("  {label}\n"));
            for line in text.lines() {
                page.push_str(format!("    {line}").trim_end());
                page.push('\n');
            }
        }
        page
    }

    fn shown(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.label.is_empty())
    }
}

/// A moment in JSON, in seconds since 1970; zero stands for never.
pub(crate) fn moment_json(seconds: u64) -> Value {
    match seconds {
        0 => Value::Null,
        _ => json!({ "seconds": seconds, "human": moment::format(seconds) }),
    }
}

/// Records as a table, the labels of the first as its head.
pub(crate) fn table(records: &[Record], none: &str) -> String {
    let Some(first) = records.first() else { return format!("{none}\n") };
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(first.shown().map(|entry| entry.label));
    for record in records {
        table.add_row(record.shown().map(|entry| entry.text.as_str()));
    }
    for (index, entry) in first.shown().enumerate() {
        if let (true, Some(column)) = (entry.number, table.column_mut(index)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

/// Records as a JSON array.
pub(crate) fn list(records: &[Record]) -> Value {
    Value::Array(records.iter().map(Record::to_json).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record::new()
            .number("position", "position", 7)
            .amount("debt", "debt", 1_500_000_000_000_000_000, &Unit::coin())
            .optional_ratio("ratio", "ratio", None, "no debt")
            .hidden("raw", json!(true))
    }

    #[test]
    fn text_is_aligned_and_without_hidden_facts() {
        assert_eq!(record().to_text(), "  position  7\n  debt      1.5 FLRN\n  ratio     no debt\n");
    }

    #[test]
    fn json_has_all_facts() {
        let expected = json!({
            "position": 7,
            "debt": { "raw": "1500000000000000000", "human": "1.5 FLRN" },
            "ratio": null,
            "raw": true,
        });
        assert_eq!(record().to_json(), expected);
    }

    #[test]
    fn tables_have_the_labels_as_head() {
        let text = table(&[record(), record()], "none");
        let mut lines = text.lines();
        assert_eq!(
            lines.next().map(|line| line.split_whitespace().collect::<Vec<_>>()),
            Some(vec!["position", "debt", "ratio"])
        );
        assert_eq!(lines.count(), 2);
        assert_eq!(table(&[], "no positions"), "no positions\n");
    }

    #[test]
    fn a_page_keeps_its_lines_and_its_margin() {
        let record = Record::new().number("one", "number", 1).page("terms", "terms", "[a]\n\nb = 1\n");
        assert_eq!(record.to_text(), "  number  1\n  terms\n    [a]\n\n    b = 1\n");
        assert_eq!(record.to_json()["terms"], json!("[a]\n\nb = 1"));
    }

    #[test]
    fn what_stands_there_is_not_said_twice() {
        let one = Record::new().number("number", "number", 1);
        assert_eq!(one.clone().and(one.clone()), one);
        let two = Record::new().number("number", "number", 2);
        assert_eq!(one.clone().and(two.clone()).and(one.clone()).to_text(), "  number  1\n  number  2\n  number  1\n");
        // Lines that are the same belong to lists that are not.
        let list = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            Record::new().lines("notes", "note", &lines, json!(lines))
        };
        assert_eq!(one.and(list(&["a", "a"])).to_text(), "  number  1\n  note    a\n  note    a\n");
        assert_eq!(list(&["a"]).and(list(&["a", "b"])).to_json(), json!({ "notes": ["a", "b"] }));
    }

    #[test]
    fn an_asset_has_its_address_beside_its_name() {
        let (names, token) = (Names::new(None), Address::repeat_byte(7));
        let record = Record::new().asset("asset", "asset", &token, &Unit::new("USDT", 6), &names);
        let text = record.to_text();
        assert!(text.contains(&format!("{token:?}")) && text.contains("calls itself USDT and is not in"), "{text}");
        assert_eq!(record.to_json(), json!({ "asset": format!("{token:?}") }));
        let known = florin_client::signer::Signer::alice().account().to_address();
        let text = Record::new().asset("asset", "asset", &known, &Unit::new("USDT", 6), &names).to_text();
        assert!(text.contains("alice (0x"), "{text}");
    }

    #[test]
    fn lines_are_a_list_for_programs() {
        let record = Record::new().lines("notes", "note", &["one".to_owned(), "two".to_owned()], json!([1, 2]));
        assert_eq!(record.to_text(), "  note  one\n  note  two\n");
        assert_eq!(record.to_json(), json!({ "notes": [1, 2] }));
        assert_eq!(Record::new().lines("notes", "note", &[], json!([])).to_json(), json!({ "notes": [] }));
    }

    #[test]
    fn moments_and_spans_have_both_forms() {
        let record = Record::new().moment("at", "at", 0).span("age", "age", 90);
        assert_eq!(record.to_json(), json!({ "at": null, "age": { "seconds": 90, "human": "1m 30s" } }));
    }
}
