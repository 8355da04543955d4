//! From terms to a text. Everything is written out, also what could be left out, so that both sides read the same.

use florin_trade::terms::{Agreement, DocumentKind, Payment, MAXIMUM_DOCUMENTS};
use florin_trade::{Address, Hash};
use florin_units::{Amount, Bps, Seconds};

use super::{reader::LIST_DAYS, tree, Edge, TermsFile, UnwritableError, FORMAT, KINDS};
use crate::{
    amount::format_share,
    hash, moment,
    names::{self, Names},
};

/// Days of a week.
const WEEK: usize = 7;

pub(super) fn write(file: &TermsFile, names: &dyn Names) -> Result<String, UnwritableError> {
    let Agreement { terms, dispute, conditions, calendar, .. } = &file.agreement;
    if calendar.weekend >> WEEK != 0 {
        return Err(UnwritableError::Weekend);
    }
    let mut page = Page { text: String::new(), file, names };
    page.line(&format!("# Hash of these terms: {}", hash::format(&file.hash())));
    page.set("format", quote(FORMAT));

    page.table("parties");
    page.address("applicant", &terms.applicant);
    page.address("beneficiary", &terms.beneficiary);
    page.address_if("confirmer", terms.confirmer.as_ref());

    page.table("asset");
    page.address("token", &terms.asset.token);
    page.set("decimals", terms.asset.decimals);
    if let Some(symbol) = &file.symbol {
        page.set("symbol", quote(symbol));
    }

    page.table("credit");
    page.amount("amount", terms.amount);
    let tolerance = terms.tolerance;
    page.set("tolerance", format!("{{ more = {}, less = {} }}", share(tolerance.more), share(tolerance.less)));
    page.set("partial_drawings", terms.partial_drawings);
    page.set(
        "payment",
        match terms.payment {
            Payment::Sight => quote("sight"),
            Payment::Usance { tenor, sight_share } => {
                format!("{{ tenor = {}, sight_share = {} }}", span(tenor), share(sight_share))
            }
        },
    );
    page.set("latest_shipment", quote(&Edge::Last.text(terms.latest_shipment, calendar)));
    page.set("expiry", quote(&Edge::End.text(terms.expiry, calendar)));
    page.set("presentation_period", span(terms.presentation_period));
    page.set("examination", quote(&moment::format_working_days(terms.examination.working_days)));
    page.set("examination_limit", span(terms.examination.limit));
    page.set("response", span(terms.response));
    if let Some(retention) = terms.retention {
        let release = quote(&Edge::Begin.text(retention.until, calendar));
        page.set("retention", format!("{{ share = {}, release = {release} }}", share(retention.share)));
    }
    page.set("maximum_fee", share(terms.maximum_fee));
    page.amount("tip", terms.tip);
    page.address_if("title", terms.title.as_ref());
    page.address_if("compliance", terms.compliance.as_ref());
    page.set("details", text_of(&terms.details));

    page.checklist();
    page.calendar();

    let document = |place: usize| page.label(place);
    let pen = tree::Pen { calendar, document: &document, names, quote };
    let written = tree::write(conditions, &pen).ok_or_else(|| {
        // What no expression says has no meaning for the contract either.
        let error = conditions.tree.evaluate(|_| false).err();
        UnwritableError::Conditions(error.unwrap_or(florin_trade::condition::ConditionError::Empty))
    })?;
    page.text.push_str(&written);

    page.table("disputes");
    page.address("arbitration", &dispute.arbitration);
    page.address("fallback", &dispute.fallback);
    page.set("pool", dispute.pool);
    page.set("panel", dispute.panel);
    page.set("offers", dispute.offers);
    page.set("offer_window", span(dispute.offer_window));
    page.set("panel_window", span(dispute.panel_window));
    page.set("appeal_window", span(dispute.appeal_window));
    page.set("appeal_panel_window", span(dispute.appeal_panel_window));
    page.set("fallback_window", span(dispute.fallback_window));
    page.amount("bond", dispute.bond);
    page.amount("fee", dispute.fee);
    page.amount("appeal_bond", dispute.appeal_bond);
    page.amount("appeal_fee", dispute.appeal_fee);
    page.amount("reserve", dispute.reserve);
    page.set("default_split", share(terms.default_split));
    Ok(page.text)
}

struct Page<'a> {
    text: String,
    file: &'a TermsFile,
    names: &'a dyn Names,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn table(&mut self, name: &str) {
        self.line(&format!("\n[{name}]"));
    }

    fn set(&mut self, key: &str, value: impl core::fmt::Display) {
        self.line(&format!("{key} = {value}"));
    }

    fn amount(&mut self, key: &str, amount: Amount) {
        let unit = self.file.unit();
        // A unit that begins like a number would not read back.
        let is_readable = unit.symbol.as_ref().is_some_and(|symbol| symbol.starts_with(char::is_alphabetic));
        self.set(key, quote(&if is_readable { unit.exact(amount) } else { unit.number(amount) }));
    }

    fn address(&mut self, key: &str, address: &Address) {
        let comment = tree::comment(&names::show(address, self.names), address);
        self.set(key, format!("{}{comment}", quote(&hash::format(address))));
    }

    fn address_if(&mut self, key: &str, address: Option<&Address>) {
        if let Some(address) = address {
            self.address(key, address);
        }
    }

    fn label(&self, place: usize) -> String {
        self.file.label(place)
    }

    fn checklist(&mut self) {
        let checklist = self.file.agreement.checklist;
        let mut next = 0;
        for (place, document) in checklist.documents.iter().enumerate() {
            let Some(document) = document else { continue };
            self.line("\n[[documents]]");
            if place != next {
                self.set("place", place);
            }
            next = place + 1;
            self.set("name", quote(&self.label(place)));
            self.set("kind", quote(kind_word(document.kind)));
            self.address("issuer", &document.issuer);
        }
        next = 0;
        for (place, milestone) in checklist.milestones.iter().enumerate() {
            let Some(milestone) = milestone else { continue };
            self.line("\n[[milestones]]");
            if place != next {
                self.set("place", place);
            }
            next = place + 1;
            self.set("name", quote(&self.file.milestone_label(place)));
            self.amount("amount", milestone.amount);
            let needed = (0..MAXIMUM_DOCUMENTS).filter(|place| milestone.documents & (1 << place) != 0);
            let needed: Vec<String> = needed.map(|place| quote(&self.label(place))).collect();
            self.set("documents", format!("[{}]", needed.join(", ")));
        }
    }

    fn calendar(&mut self) {
        let calendar = self.file.agreement.calendar;
        self.table("calendar");
        let weekend = (0..WEEK).filter(|day| calendar.weekend & (1 << day) != 0);
        let weekend: Vec<String> = weekend.map(|day| quote(moment::WEEKDAYS[day])).collect();
        self.set("weekend", format!("[{}]", weekend.join(", ")));
        self.set("offset", quote(&moment::format_offset(calendar.offset_minutes)));
        self.set("first_day", day(u64::from(calendar.first_day)));
        let marked = (0..LIST_DAYS).filter(|place| calendar.holidays[(place / 8) as usize] & (1 << (place % 8)) != 0);
        let marked: Vec<String> =
            marked.map(|place| format!("    {},\n", day(u64::from(calendar.first_day) + place))).collect();
        let list = if marked.is_empty() { "[]".to_owned() } else { format!("[\n{}]", marked.concat()) };
        self.set("holidays", list);
    }
}

fn kind_word(kind: DocumentKind) -> &'static str {
    KINDS.iter().find(|(known, _, _)| *known == kind).map_or("other", |(_, word, _)| word)
}

/// A day as a date; as a number where it has none.
fn day(day: u64) -> String {
    moment::format_date(day).map_or_else(|| day.to_string(), |date| quote(&date))
}

fn share(share: Bps) -> String {
    quote(&format_share(share))
}

fn span(span: Seconds) -> String {
    quote(&moment::format_span(span))
}

fn text_of(hash: &Hash) -> String {
    quote(&hash::format(hash))
}

/// A text as TOML writes it.
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for found in text.chars() {
        match found {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if found.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(found))),
            _ => quoted.push(found),
        }
    }
    quoted.push('"');
    quoted
}
