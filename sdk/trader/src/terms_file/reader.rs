//! From a text to terms. Each value is looked up by its key, so that a message can name it and its line.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use florin_trade::{
    calendar::{Calendar, HOLIDAY_BYTES},
    dispute::DisputeTerms,
    terms::{
        Agreement, Asset, Checklist, DocumentKind, Examination, Milestone, Payment, RequiredDocument, Retention, Terms,
        Tolerance, MAXIMUM_DOCUMENTS, MAXIMUM_MILESTONES,
    },
    Address, Hash,
};
use florin_units::{Amount, Bps, Seconds, Timestamp};
use toml_edit::{ImDocument, Item, TableLike, Value};

use super::{
    before, beside, days, kind_name, tree, At, Edge, Places, Problem, TermsFile, TermsFileError, FORMAT, KINDS,
};
use crate::{
    amount::{parse_share, Unit},
    hash, moment,
    names::{self, Names},
    text::{harmless, is_harmful},
};

/// What the trade takes where nothing is said.
mod usual {
    /// Working days to examine (UCP 600, article 14 b).
    pub(super) const WORKING_DAYS: u8 = 5;
    /// Days from shipment to presentation (article 14 c).
    pub(super) const PRESENTATION_DAYS: u64 = 21;
    /// Days to respond to a notice.
    pub(super) const RESPONSE_DAYS: u64 = 7;
    /// Days that holidays may add to an examination, beyond the weekends.
    pub(super) const HOLIDAY_DAYS: u64 = 4;
    /// Members of a panel.
    pub(super) const PANEL: u8 = 3;
    /// Offers of a side.
    pub(super) const OFFERS: u8 = 3;
    /// Days for offers.
    pub(super) const OFFER_DAYS: u64 = 5;
    /// Days for the panel.
    pub(super) const PANEL_DAYS: u64 = 14;
    /// Days to appeal.
    pub(super) const APPEAL_DAYS: u64 = 7;
    /// Days for the appeal panel.
    pub(super) const APPEAL_PANEL_DAYS: u64 = 21;
    /// Days for the fallback.
    pub(super) const FALLBACK_DAYS: u64 = 10;
}

/// Days of a calendar's list of holidays.
pub(super) const LIST_DAYS: u64 = HOLIDAY_BYTES as u64 * 8;

type Outcome<T> = Result<T, TermsFileError>;
/// How things are called, each in its place.
type Labels<const N: usize> = [Option<String>; N];

/// A text that is being read.
pub(super) struct Reader<'a> {
    folder: &'a Path,
    /// Where each line ends.
    ends: Vec<usize>,
    names: &'a dyn Names,
    lines: RefCell<BTreeMap<String, usize>>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < offset)
    }

    fn note(&self, key: &str, line: Option<usize>) {
        if let Some(line) = line {
            self.lines.borrow_mut().insert(key.to_owned(), line);
        }
    }
}

/// A table of the file, with its name.
pub(super) struct Section<'a> {
    reader: &'a Reader<'a>,
    path: String,
    table: &'a dyn TableLike,
    pub(super) line: Option<usize>,
    asked: RefCell<Vec<String>>,
}

/// A value of the file, with its place.
pub(super) struct Found<'a> {
    reader: &'a Reader<'a>,
    pub(super) at: At,
    item: Held<'a>,
}

/// Values stand in tables as items, and in arrays as they are.
enum Held<'a> {
    Value(&'a Value),
    Table(&'a dyn TableLike),
    Tables(&'a toml_edit::ArrayOfTables),
}

impl<'a> Section<'a> {
    fn root(reader: &'a Reader<'a>, table: &'a dyn TableLike) -> Self {
        Self { reader, path: String::new(), table, line: None, asked: RefCell::new(Vec::new()) }
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A value, where the table has it.
    pub(super) fn get(&self, key: &str) -> Option<Found<'a>> {
        self.asked.borrow_mut().push(key.to_owned());
        let (name, item) = self.table.get_key_value(key)?;
        let item = match item {
            Item::None => return None,
            Item::Value(Value::InlineTable(table)) => Held::Table(table),
            Item::Value(value) => Held::Value(value),
            Item::Table(table) => Held::Table(table),
            Item::ArrayOfTables(tables) => Held::Tables(tables),
        };
        let span = name.span().or_else(|| match item {
            Held::Value(value) => value.span(),
            Held::Table(_) | Held::Tables(_) => None,
        });
        let line = span.map(|span| self.reader.line(span.start)).or(self.line);
        let key = self.key(key);
        self.reader.note(&key, line);
        Some(Found { reader: self.reader, at: At { line, key }, item })
    }

    /// A value that nobody can guess.
    pub(super) fn need(&self, key: &str, advice: &'static str) -> Outcome<Found<'a>> {
        self.get(key).ok_or_else(|| self.wrong(key, Problem::Missing { advice }))
    }

    /// Whether the table has a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the table has a key that may stand there.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.asked.borrow_mut().push(key.to_owned());
        self.has(key)
    }

    pub(super) fn wrong(&self, key: &str, problem: Problem) -> TermsFileError {
        TermsFileError::Wrong { at: At { line: self.line, key: self.key(key) }, problem }
    }

    /// The place of the table itself.
    pub(super) fn refuse(&self, problem: Problem) -> TermsFileError {
        TermsFileError::Wrong { at: At { line: self.line, key: self.path.clone() }, problem }
    }

    /// A table within, where there is one.
    fn section(&self, key: &str) -> Outcome<Option<Section<'a>>> {
        self.get(key).map(|found| found.section()).transpose()
    }

    fn need_section(&self, key: &str, advice: &'static str) -> Outcome<Section<'a>> {
        self.need(key, advice)?.section()
    }

    /// Refuses what nobody has asked for: a misspelt key must not pass for one that was left out.
    pub(super) fn finish(&self) -> Outcome<()> {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            if asked.iter().any(|known| known == key) {
                continue;
            }
            let known: Vec<String> = asked.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
            let near = known.iter().map(|word| (distance(word, key), word.clone())).min();
            let nearest = near.filter(|(distance, _)| *distance <= 1 + key.len() / 4).map(|(_, word)| word);
            let span = self.table.get_key_value(key).and_then(|(name, _)| name.span());
            let line = span.map(|span| self.reader.line(span.start)).or(self.line);
            let at = At { line, key: self.key(&harmless(key)) };
            return Err(TermsFileError::Wrong { at, problem: Problem::Unknown { nearest, known } });
        }
        Ok(())
    }
}

impl<'a> Found<'a> {
    pub(super) fn wrong(&self, problem: impl Into<Problem>) -> TermsFileError {
        TermsFileError::Wrong { at: self.at.clone(), problem: problem.into() }
    }

    fn kind(&self, expected: &'static str, example: &'static str) -> TermsFileError {
        let found = match &self.item {
            Held::Value(Value::String(_)) => "a text",
            Held::Value(Value::Integer(_) | Value::Float(_)) => "a number without quotes",
            Held::Value(Value::Boolean(_)) => "true or false",
            Held::Value(Value::Datetime(_)) => "a date",
            Held::Value(Value::Array(_)) => "a list",
            Held::Value(Value::InlineTable(_)) | Held::Table(_) => "a table",
            Held::Tables(_) => "a list of tables",
        };
        self.wrong(Problem::Kind { found, expected, example })
    }

    fn is_table(&self) -> bool {
        matches!(self.item, Held::Table(_))
    }

    fn text(&self, expected: &'static str, example: &'static str) -> Outcome<String> {
        match &self.item {
            Held::Value(Value::String(text)) => Ok(text.value().clone()),
            _ => Err(self.kind(expected, example)),
        }
    }

    /// A name that people give.
    fn label(&self) -> Outcome<String> {
        self.text("a name", "\"bill of lading\"")
    }

    pub(super) fn amount(&self, unit: &Unit) -> Outcome<Amount> {
        let text = self.text("an amount", "\"250000.00\", in quotes and in whole units of the asset")?;
        unit.parse(&text).map_err(|error| self.wrong(error))
    }

    fn share(&self) -> Outcome<Bps> {
        parse_share(&self.text("a share", "\"10%\"")?).map_err(|error| self.wrong(error))
    }

    pub(super) fn span(&self) -> Outcome<Seconds> {
        moment::parse_span(&self.text("a span of time", "\"21 days\"")?).map_err(|error| self.wrong(error))
    }

    fn working_days(&self) -> Outcome<u8> {
        let text = self.text("a number of working days", "\"5 working days\"")?;
        moment::parse_working_days(&text).map_err(|error| self.wrong(error))
    }

    pub(super) fn moment(&self, edge: Edge, calendar: &Calendar) -> Outcome<Timestamp> {
        let text = match &self.item {
            // TOML has dates of its own.
            Held::Value(Value::Datetime(date)) => date.value().to_string(),
            _ => self.text("a date", "\"2027-03-01\"")?,
        };
        moment::parse(&text).map(|when| edge.moment(when, calendar)).map_err(|error| self.wrong(error))
    }

    /// A day of a calendar; a number counts from 1 January 1970, for days that have no date.
    fn day(&self) -> Outcome<u64> {
        match &self.item {
            Held::Value(Value::Integer(number)) => u64::try_from(*number.value()).map_err(|_| {
                self.wrong(Problem::Range { found: number.value().to_string(), minimum: 0, maximum: u64::MAX })
            }),
            Held::Value(Value::Datetime(date)) => {
                moment::parse_date(&date.value().to_string()).map_err(|error| self.wrong(error))
            }
            _ => moment::parse_date(&self.text("a date", "\"2027-02-06\"")?).map_err(|error| self.wrong(error)),
        }
    }

    pub(super) fn address(&self) -> Outcome<Address> {
        let text = self.text("an address or a name", "\"0x…\" or \"seller\"")?;
        names::read(&text, self.reader.names).map_err(|error| self.wrong(error))
    }

    pub(super) fn hash(&self) -> Outcome<Hash> {
        hash::parse(&self.text("a hash", "\"0x…\"")?).map_err(|error| self.wrong(error))
    }

    fn flag(&self) -> Outcome<bool> {
        match &self.item {
            Held::Value(Value::Boolean(flag)) => Ok(*flag.value()),
            _ => Err(self.kind("true or false", "true")),
        }
    }

    /// A whole number that the file writes without quotes.
    pub(super) fn number(&self, maximum: u64) -> Outcome<u64> {
        let Held::Value(Value::Integer(number)) = &self.item else { return Err(self.kind("a whole number", "3")) };
        let found = *number.value();
        let number = u64::try_from(found).ok().filter(|number| *number <= maximum);
        number.ok_or_else(|| self.wrong(Problem::Range { found: found.to_string(), minimum: 0, maximum }))
    }

    pub(super) fn small(&self) -> Outcome<u8> {
        Ok(u8::try_from(self.number(u8::MAX.into())?).unwrap_or(u8::MAX))
    }

    pub(super) fn count(&self) -> Outcome<u32> {
        Ok(u32::try_from(self.number(u32::MAX.into())?).unwrap_or(u32::MAX))
    }

    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Outcome<T> {
        let text = self.text("a word", "\"sight\"")?;
        let found = words.iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.wrong(Problem::Word { found: text, known })
        })
    }

    fn section(&self) -> Outcome<Section<'a>> {
        match self.item {
            Held::Table(table) => Ok(self.section_of(table, self.at.clone())),
            _ => Err(self.kind("a table", "{ … }")),
        }
    }

    fn section_of(&self, table: &'a dyn TableLike, at: At) -> Section<'a> {
        Section { reader: self.reader, path: at.key, table, line: at.line, asked: RefCell::new(Vec::new()) }
    }

    /// The members of a list. They are numbered from one, as people do.
    pub(super) fn list(&self) -> Outcome<Vec<Found<'a>>> {
        let named = |place: usize, span: Option<std::ops::Range<usize>>| {
            let line = span.map(|span| self.reader.line(span.start)).or(self.at.line);
            let key = format!("{}[{}]", self.at.key, place + 1);
            self.reader.note(&key, line);
            At { line, key }
        };
        let reader = self.reader;
        match self.item {
            Held::Value(Value::Array(array)) => Ok(array
                .iter()
                .enumerate()
                .map(|(place, value)| {
                    let item = match value {
                        Value::InlineTable(table) => Held::Table(table),
                        other => Held::Value(other),
                    };
                    Found { reader, at: named(place, value.span()), item }
                })
                .collect()),
            Held::Tables(tables) => Ok(tables
                .iter()
                .enumerate()
                .map(|(place, table)| Found { reader, at: named(place, table.span()), item: Held::Table(table) })
                .collect()),
            _ => Err(self.kind("a list", "[ … ]")),
        }
    }

    /// The members of a list of tables.
    pub(super) fn sections(&self) -> Outcome<Vec<Section<'a>>> {
        self.list()?.iter().map(Found::section).collect()
    }
}

/// How many letters have to be changed to get from one word to another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, found) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, expected) in other.iter().enumerate() {
            let changed = diagonal + usize::from(found != *expected);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// How documents are called where nobody has said: by what they are, numbered where there are several.
pub(super) fn document_names(agreement: &Agreement) -> Labels<MAXIMUM_DOCUMENTS> {
    let mut found = Labels::default();
    for (place, document) in agreement.checklist.documents.iter().enumerate() {
        found[place] = document.map(|document| usual_name(document.kind, &found));
    }
    found
}

fn usual_name(kind: DocumentKind, taken: &Labels<MAXIMUM_DOCUMENTS>) -> String {
    let name = kind_name(kind);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    // More numbers than places, so one of them is free.
    let mut names = std::iter::once(name.to_owned()).chain(numbered).take(MAXIMUM_DOCUMENTS + 1);
    let is_free = |name: &String| !taken.iter().flatten().any(|other| other.eq_ignore_ascii_case(name));
    names.find(is_free).unwrap_or_default()
}

/// How a milestone is called where nobody has said.
pub(super) fn milestone_name(place: usize) -> String {
    format!("milestone {}", place + 1)
}

pub(super) fn read(text: &str, folder: &Path, names: &dyn Names) -> Outcome<TermsFile> {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(place, _)| place).collect();
    let reader = Reader { folder, ends, names, lines: RefCell::new(BTreeMap::new()) };
    let document = ImDocument::parse(text).map_err(|error| TermsFileError::Syntax {
        line: error.span().map(|span| reader.line(span.start)),
        cause: error.message().trim().replace('\n', ", "),
    })?;
    let root = Section::root(&reader, document.as_table());
    if let Some(format) = root.get("format") {
        let found = format.text("the kind of the file", "\"florin terms 1\"")?;
        if found != FORMAT {
            return Err(format.wrong(Problem::Format { found }));
        }
    }
    let calendar = calendar(&root.need_section("calendar", "say on which days nobody works, and where")?)?;
    let (asset, unit) = asset(&root.need_section("asset", "say in which asset the credit is paid")?)?;
    let (checklist, document_names, milestone_names) = checklist(&root, &unit)?;
    let disputes = root.need_section("disputes", "say who decides disputes, and what raising one costs")?;
    let (dispute, default_split) = dispute(&disputes, &unit)?;
    let terms = terms(&root, asset, &unit, &calendar, default_split)?;
    let (conditions, nodes, facts) = match root.section("conditions")? {
        Some(section) => tree::read(&section, &calendar, &document_names)?,
        None => Default::default(),
    };
    root.finish()?;
    let agreement = Agreement { terms, checklist, dispute, conditions, calendar };
    let keys = reader.lines.take();
    Ok(TermsFile {
        agreement,
        symbol: unit.symbol,
        documents: document_names,
        milestones: milestone_names,
        places: Places { keys, nodes, facts },
    })
}

fn calendar(section: &Section<'_>) -> Outcome<Calendar> {
    let weekend = section.need("weekend", "write weekend = [\"Saturday\", \"Sunday\"], or the days of the place")?;
    let words: Vec<(&str, u8)> = moment::WEEKDAYS.iter().enumerate().map(|(day, name)| (*name, 1u8 << day)).collect();
    let mut days = 0u8;
    for day in weekend.list()? {
        days |= day.word(&words)?;
    }
    let offset = section.need("offset", "write the difference to universal time, such as offset = \"+08:00\"")?;
    let text = offset.text("a difference to universal time", "\"+08:00\"")?;
    let offset_minutes = moment::parse_offset(&text).map_err(|error| offset.wrong(error))?;
    let listed = section.get("holidays").map(|found| found.list()).transpose()?.unwrap_or_default();
    let mut holidays = Vec::new();
    for holiday in &listed {
        holidays.push((holiday.day()?, holiday));
    }
    let earliest = holidays.iter().map(|(day, _)| *day).min().unwrap_or(0);
    let first = section.get("first_day");
    let first_day = match &first {
        Some(found) => found.day()?,
        None => earliest,
    };
    let out_of_range = |found: &Found<'_>, day: u64| {
        found.wrong(Problem::Range { found: day.to_string(), minimum: 0, maximum: u32::MAX.into() })
    };
    let mut calendar = Calendar { weekend: days, offset_minutes, ..Calendar::without_holidays(days, 0) };
    calendar.first_day = u32::try_from(first_day).map_err(|_| match (&first, listed.first()) {
        (Some(found), _) | (None, Some(found)) => out_of_range(found, first_day),
        (None, None) => section.wrong("first_day", Problem::Missing { advice: "write a date" }),
    })?;
    for (day, found) in holidays {
        let place = day.checked_sub(first_day).filter(|place| *place < LIST_DAYS);
        let byte =
            place.and_then(|place| calendar.holidays.get_mut((place / 8) as usize).map(|byte| (byte, place % 8)));
        let Some((byte, bit)) = byte else {
            let show = |day| moment::format_date(day).unwrap_or_else(|| format!("day {day}"));
            return Err(found.wrong(Problem::HolidayOutside {
                holiday: show(day),
                first: show(first_day),
                days: LIST_DAYS,
            }));
        };
        *byte |= 1 << bit;
    }
    section.finish()?;
    Ok(calendar)
}

fn asset(section: &Section<'_>) -> Outcome<(Asset, Unit)> {
    let token = section.need("token", "write the address of the asset's contract")?.address()?;
    let decimals =
        section.need("decimals", "write how many digits after the point the asset has, such as 6")?.small()?;
    let named = section.get("symbol");
    let symbol = named.as_ref().map(Found::label).transpose()?.map(|symbol| symbol.trim().to_owned());
    if let (Some(found), Some(symbol)) = (&named, &symbol) {
        if symbol.chars().any(is_harmful) {
            return Err(found.wrong(Problem::Reserved { name: symbol.clone() }));
        }
    }
    section.finish()?;
    Ok((Asset { token, decimals }, Unit { symbol, decimals }))
}

/// Where a document or milestone goes: where it says, else behind the one before it.
fn place_of<const N: usize, T>(
    section: &Section<'_>,
    what: &'static str,
    next: usize,
    taken: &[Option<T>; N],
) -> Outcome<usize> {
    let too_many = |given| Problem::TooMany { what, given, maximum: N };
    match section.get("place") {
        Some(found) => {
            let place = found.number(N as u64 - 1)?;
            match taken.get(place as usize) {
                Some(None) => Ok(place as usize),
                _ => Err(found.wrong(Problem::PlaceTaken { place })),
            }
        }
        None if next >= N => Err(section.refuse(too_many(next + 1))),
        None if taken[next].is_some() => Err(section.refuse(Problem::PlaceTaken { place: next as u64 })),
        None => Ok(next),
    }
}

fn name_of<const N: usize>(section: &Section<'_>, usual: String, known: &Labels<N>) -> Outcome<String> {
    let found = section.get("name");
    let name = found.as_ref().map(Found::label).transpose()?;
    let wrong = |problem| {
        found
            .as_ref()
            .map_or_else(|| section.wrong("name", Problem::clone(&problem)), |found| found.wrong(problem.clone()))
    };
    let name = name.map_or(usual, |name| name.trim().to_owned());
    if name.is_empty() || name.starts_with('#') || name.chars().any(is_harmful) {
        return Err(wrong(Problem::Reserved { name }));
    }
    if known.iter().flatten().any(|other| other.eq_ignore_ascii_case(&name)) {
        return Err(wrong(Problem::Twice { name }));
    }
    Ok(name)
}

fn checklist(
    root: &Section<'_>,
    unit: &Unit,
) -> Outcome<(Checklist, Labels<MAXIMUM_DOCUMENTS>, Labels<MAXIMUM_MILESTONES>)> {
    let mut checklist = Checklist::default();
    let mut names = Labels::<MAXIMUM_DOCUMENTS>::default();
    let kinds: Vec<(&str, DocumentKind)> =
        KINDS.iter().flat_map(|(kind, word, name)| [(*word, *kind), (*name, *kind)]).collect();
    let kinds = [kinds, vec![("bill of lading", DocumentKind::Transport)]].concat();
    let mut next = 0;
    for section in root.get("documents").map(|found| found.sections()).transpose()?.unwrap_or_default() {
        let place = place_of(&section, "documents", next, &checklist.documents)?;
        let kind = section.need("kind", "write what it is, such as kind = \"invoice\"")?.word(&kinds)?;
        let issuer = section.need("issuer", "write who has to sign it, such as issuer = \"seller\"")?.address()?;
        names[place] = Some(name_of(&section, usual_name(kind, &names), &names)?);
        checklist.documents[place] = Some(RequiredDocument { kind, issuer });
        section.finish()?;
        next = place + 1;
    }
    let mut milestones = Labels::<MAXIMUM_MILESTONES>::default();
    next = 0;
    for section in root.get("milestones").map(|found| found.sections()).transpose()?.unwrap_or_default() {
        let place = place_of(&section, "milestones", next, &checklist.milestones)?;
        let amount = section.need("amount", "write what it pays")?.amount(unit)?;
        let needed = section.need("documents", "name the documents against which it is paid")?;
        let documents = mask(&needed, &names)?;
        milestones[place] = Some(name_of(&section, milestone_name(place), &milestones)?);
        checklist.milestones[place] = Some(Milestone { amount, documents });
        section.finish()?;
        next = place + 1;
    }
    Ok((checklist, names, milestones))
}

/// The place of a document that is named; `#2` is the place itself.
pub(super) fn place_named(found: &Found<'_>, names: &Labels<MAXIMUM_DOCUMENTS>) -> Outcome<u8> {
    let name = found.text("the name of a document", "\"invoice\"")?;
    if let Some(place) = name.strip_prefix('#').and_then(|place| place.parse().ok()) {
        return Ok(place);
    }
    let place =
        names.iter().position(|known| known.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name.trim())));
    place.and_then(|place| u8::try_from(place).ok()).ok_or_else(|| {
        let known = names.iter().flatten().map(|known| format!("{known:?}")).collect();
        found.wrong(Problem::UnknownDocument { name, known })
    })
}

/// A bit for each document that is named.
pub(super) fn mask(found: &Found<'_>, names: &Labels<MAXIMUM_DOCUMENTS>) -> Outcome<u8> {
    let mut mask = 0;
    for named in found.list()? {
        let place = place_named(&named, names)?;
        let bit = 1u8.checked_shl(place.into()).unwrap_or(0);
        if bit == 0 {
            let maximum = MAXIMUM_DOCUMENTS as u64 - 1;
            return Err(named.wrong(Problem::Range { found: place.to_string(), minimum: 0, maximum }));
        }
        mask |= bit;
    }
    Ok(mask)
}

fn dispute(section: &Section<'_>, unit: &Unit) -> Outcome<(DisputeTerms, Bps)> {
    let span = |key: &str, usual: u64| match section.get(key) {
        Some(found) => found.span(),
        None => Ok(days(usual)),
    };
    let small = |key: &str, usual: u8| match section.get(key) {
        Some(found) => found.small(),
        None => Ok(usual),
    };
    let terms = DisputeTerms {
        arbitration: section.need("arbitration", "name the contract that seats panels")?.address()?,
        fallback: section.need("fallback", "name who rules where the panel is silent")?.address()?,
        pool: section.need("pool", "write the number of the pool from which panels are drawn")?.count()?,
        panel: small("panel", usual::PANEL)?,
        offers: small("offers", usual::OFFERS)?,
        offer_window: span("offer_window", usual::OFFER_DAYS)?,
        panel_window: span("panel_window", usual::PANEL_DAYS)?,
        appeal_window: span("appeal_window", usual::APPEAL_DAYS)?,
        appeal_panel_window: span("appeal_panel_window", usual::APPEAL_PANEL_DAYS)?,
        fallback_window: span("fallback_window", usual::FALLBACK_DAYS)?,
        bond: section.need("bond", "write what whoever raises a dispute puts up")?.amount(unit)?,
        fee: section.need("fee", "write what whoever rules first gets of the bond")?.amount(unit)?,
        appeal_bond: section.need("appeal_bond", "write what whoever appeals puts up")?.amount(unit)?,
        appeal_fee: section.need("appeal_fee", "write what the appeal panel gets of that bond")?.amount(unit)?,
        reserve: match section.get("reserve") {
            Some(found) => found.amount(unit)?,
            None => Amount::ZERO,
        },
    };
    let advice = "write which share of refused documents the beneficiary gets where nobody rules";
    let default_split = section.need("default_split", advice)?.share()?;
    section.finish()?;
    Ok((terms, default_split))
}

fn terms(root: &Section<'_>, asset: Asset, unit: &Unit, calendar: &Calendar, default_split: Bps) -> Outcome<Terms> {
    let parties = root.need_section("parties", "say who pays and who is paid")?;
    let applicant = parties.need("applicant", "name the buyer, who pays")?.address()?;
    let beneficiary = parties.need("beneficiary", "name the seller, who is paid")?.address()?;
    let confirmer = parties.get("confirmer").map(|found| found.address()).transpose()?;
    parties.finish()?;

    let credit = root.need_section("credit", "say how much is paid, until when, against what")?;
    let span = |key: &str, usual: Seconds| match credit.get(key) {
        Some(found) => found.span(),
        None => Ok(usual),
    };
    let amount = credit.need("amount", "write what the credit is for")?.amount(unit)?;
    let working_days = match credit.get("examination") {
        Some(found) => found.working_days()?,
        None => usual::WORKING_DAYS,
    };
    let limit = days(2 * u64::from(working_days) + usual::HOLIDAY_DAYS);
    let examination = Examination { working_days, limit: span("examination_limit", limit)? };
    let expiry = credit.need("expiry", "write the last day on which documents can be presented");
    let expiry = expiry?.moment(Edge::End, calendar)?;
    let latest_shipment = match credit.get("latest_shipment") {
        Some(found) => found.moment(Edge::Last, calendar)?,
        // Where nothing is said, goods may be shipped as long as documents can be presented.
        None => before(expiry),
    };
    let terms = Terms {
        applicant,
        beneficiary,
        confirmer,
        asset,
        amount,
        tolerance: credit.get("tolerance").map(|found| tolerance(&found)).transpose()?.unwrap_or_default(),
        // Article 31 a: partial drawings are allowed.
        partial_drawings: credit.get("partial_drawings").map(|found| found.flag()).transpose()?.unwrap_or(true),
        payment: payment(
            &credit.need("payment", "write payment = \"sight\", or a tenor such as { tenor = \"90 days\" }")?,
        )?,
        latest_shipment,
        expiry,
        presentation_period: span("presentation_period", days(usual::PRESENTATION_DAYS))?,
        examination,
        response: span("response", days(usual::RESPONSE_DAYS))?,
        retention: credit.get("retention").map(|found| retention(&found, calendar)).transpose()?,
        default_split,
        maximum_fee: credit
            .need("maximum_fee", "write the highest fee of the protocol that you accept, such as \"1%\"")?
            .share()?,
        tip: credit.need("tip", "write what whoever settles a time-out earns, such as \"0\"")?.amount(unit)?,
        title: credit.get("title").map(|found| found.address()).transpose()?,
        compliance: credit.get("compliance").map(|found| found.address()).transpose()?,
        details: credit.get("details").map(|found| details(&found)).transpose()?.unwrap_or_default(),
    };
    credit.finish()?;
    Ok(terms)
}

/// One share for both directions, or one for each.
fn tolerance(found: &Found<'_>) -> Outcome<Tolerance> {
    if !found.is_table() {
        let share = found.share()?;
        return Ok(Tolerance { more: share, less: share });
    }
    let section = found.section()?;
    let side = |key: &str| section.get(key).map(|found| found.share()).transpose();
    let tolerance = Tolerance { more: side("more")?.unwrap_or_default(), less: side("less")?.unwrap_or_default() };
    section.finish()?;
    Ok(tolerance)
}

fn payment(found: &Found<'_>) -> Outcome<Payment> {
    if !found.is_table() {
        return found.word(&[("sight", Payment::Sight)]);
    }
    let section = found.section()?;
    let tenor =
        section.need("tenor", "write the time from shipment to maturity, such as tenor = \"90 days\"")?.span()?;
    let sight_share = section.get("sight_share").map(|found| found.share()).transpose()?.unwrap_or_default();
    section.finish()?;
    Ok(Payment::Usance { tenor, sight_share })
}

fn retention(found: &Found<'_>, calendar: &Calendar) -> Outcome<Retention> {
    let section = found.section()?;
    let share = section.need("share", "write what is held back of each drawing, such as share = \"5%\"")?.share()?;
    let release = section.need("release", "write the day on which it is due, such as release = \"2027-12-31\"")?;
    let until = release.moment(Edge::Begin, calendar)?;
    section.finish()?;
    Ok(Retention { share, until })
}

/// A hash, or a file that is hashed here and goes nowhere.
fn details(found: &Found<'_>) -> Outcome<Hash> {
    if !found.is_table() {
        return found.hash();
    }
    let section = found.section()?;
    let named = section.need("file", "write the path of the contract, such as file = \"contract.pdf\"")?;
    let path: PathBuf = beside(found.reader.folder, &named.text("a path", "\"contract.pdf\"")?);
    section.finish()?;
    hash::of_file(&path).map(|(hash, _)| hash).map_err(|error| named.wrong(error))
}
