//! The time line as lines of text.

use florin_trade::{
    ledger::{Delivery, Purpose},
    state::{Message, Status},
};
use florin_units::{Amount, Timestamp};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Act, Entry, Event, Payment, Recipient, Role, Timeline};
use crate::{
    amount::Unit,
    moment,
    names::{self, Names},
    text::harmless,
};

/// The widest drawing, in columns.
const MAXIMUM_WIDTH: usize = 100;
/// The narrowest in which there is room for a moment and a word.
const MINIMUM_WIDTH: usize = 48;

/// How a time line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns; at most 100.
    pub width: usize,
    /// Whether lines and dots may be other characters than ASCII.
    pub unicode: bool,
    /// Minutes by which the shown time is ahead of universal time: the calendar's, or the reader's.
    pub offset_minutes: i16,
}

/// Characters of a drawing.
struct Marks {
    past: &'static str,
    now: &'static str,
    next: &'static str,
    later: &'static str,
    line: &'static str,
    money: &'static str,
}

const UNICODE: Marks = Marks { past: "·", now: "◆", next: "▶", later: "○", line: "│", money: "→" };
const ASCII: Marks = Marks { past: ".", now: "#", next: ">", later: "o", line: "|", money: "->" };

impl Timeline {
    /// Draws the time line, one text a line, without colour.
    pub fn draw(&self, style: &Style, unit: &Unit, names: &dyn Names) -> Vec<String> {
        let mut page = Page {
            width: style.width.clamp(MINIMUM_WIDTH, MAXIMUM_WIDTH),
            marks: if style.unicode { &UNICODE } else { &ASCII },
            offset_minutes: style.offset_minutes,
            lines: Vec::new(),
            shown: Vec::new(),
            unit,
            names,
        };
        let mut is_now_drawn = false;
        for (place, entry) in self.entries.iter().enumerate() {
            let is_past = entry.event.is_past() || entry.moment < self.now;
            if !is_past && !is_now_drawn {
                page.now(self);
                is_now_drawn = true;
            }
            page.entry(entry, is_past, self.next == Some(place));
        }
        if !is_now_drawn {
            page.now(self);
        }
        page.foot(self);
        page.lines
    }
}

struct Page<'a> {
    width: usize,
    marks: &'static Marks,
    offset_minutes: i16,
    lines: Vec<String>,
    /// What may be done, as it was shown last.
    shown: Vec<Act>,
    unit: &'a Unit,
    names: &'a dyn Names,
}

impl Page<'_> {
    fn time(&self, moment: Timestamp) -> String {
        moment::format_local(moment, self.offset_minutes)
    }

    /// A line with its moment, and as many below it as the text needs.
    fn put(&mut self, moment: Option<Timestamp>, mark: &str, text: &str, bar: &str) {
        // Seconds are shown where there are any.
        const TIME: usize = 19;
        let time = moment.map(|moment| self.time(moment)).unwrap_or_default();
        let head = format!("{time:<TIME$}  {mark} ");
        let below = format!("{:<TIME$}  {bar} ", "");
        for (place, line) in wrap(text, self.width.saturating_sub(head.width())).iter().enumerate() {
            let margin = if place == 0 { &head } else { &below };
            self.lines.push(format!("{margin}{line}").trim_end().to_owned());
        }
    }

    fn now(&mut self, timeline: &Timeline) {
        let bar = self.marks.line;
        self.put(Some(timeline.now), self.marks.now, &format!("now: {}", standing(timeline.status)), bar);
        self.acts(&timeline.acts);
    }

    fn acts(&mut self, acts: &[Act]) {
        if acts == self.shown {
            return;
        }
        self.shown = acts.to_vec();
        for line in said(acts, self.unit) {
            self.put(None, self.marks.line, &format!("  {line}"), self.marks.line);
        }
    }

    fn entry(&mut self, entry: &Entry, is_past: bool, is_next: bool) {
        if !entry.until_then.is_empty() {
            self.acts(&entry.until_then);
        }
        let mark = match (is_past, is_next) {
            (true, _) => self.marks.past,
            (_, true) => self.marks.next,
            _ => self.marks.later,
        };
        let text = happens(entry.event);
        let text = if is_next { format!("{text} (next)") } else { text };
        self.put(Some(entry.moment), mark, &text, self.marks.line);
        for payment in &entry.payments {
            let text = format!("  {} {}", self.marks.money, self.payment(payment));
            self.put(None, self.marks.line, &text, self.marks.line);
        }
        if let Some(to) = entry.title_to {
            let to = self.recipient(Recipient::Account(to));
            let text = format!("  {} the title to the goods to {to}", self.marks.money);
            self.put(None, self.marks.line, &text, self.marks.line);
        }
    }

    fn payment(&self, payment: &Payment) -> String {
        let purpose = purpose(payment.purpose);
        let claim = if payment.delivery == Delivery::Accumulate { ", to be claimed" } else { "" };
        format!("{} to {} ({purpose}{claim})", self.unit.exact(payment.amount), self.recipient(payment.to))
    }

    fn recipient(&self, to: Recipient) -> String {
        match to {
            Recipient::Sender => "whoever sends the message".to_owned(),
            Recipient::Account(account) => names::short(&account, self.names),
        }
    }

    fn foot(&mut self, timeline: &Timeline) {
        self.lines.push(String::new());
        let totals = timeline.totals();
        let mut said = match (timeline.held.is_zero(), totals.is_empty()) {
            (true, true) => "Nothing is held, so nobody gets anything by silence.".to_owned(),
            _ => {
                let parts =
                    totals.iter().map(|(to, amount)| format!("{} {}", self.recipient(*to), self.unit.exact(*amount)));
                let parts: Vec<String> = parts.collect();
                format!("If everybody is silent: {}.", parts.join("; "))
            }
        };
        if !timeline.left.is_zero() {
            said.push_str(&format!(" {} would stay.", self.unit.exact(timeline.left)));
        }
        if timeline.status != Status::Closed {
            said.push_str(&format!(" All money can be out by {}.", self.time(timeline.t_max)));
        }
        said.push_str(&format!(" Times are those of {}.", moment::format_offset(self.offset_minutes)));
        let lines = wrap(&said, self.width);
        self.lines.extend(lines);
    }
}

/// Breaks a text into lines of a width, between words where it can. Leading spaces stand before every line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let text = harmless(text);
    let margin: String = text.chars().take_while(|found| *found == ' ').collect();
    let mut lines = Vec::new();
    let mut line = margin.clone();
    for word in text.split_whitespace() {
        let gap = usize::from(line.len() > margin.len());
        if gap > 0 && line.width() + gap + word.width() > width {
            lines.push(std::mem::replace(&mut line, margin.clone()));
        }
        if line.len() > margin.len() {
            line.push(' ');
        }
        for letter in word.chars() {
            // A word that is wider than the line is cut.
            if line.width() + letter.width().unwrap_or(0) > width && line.len() > margin.len() {
                lines.push(std::mem::replace(&mut line, margin.clone()));
            }
            line.push(letter);
        }
    }
    if line.len() > margin.len() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Who may do what, a line for each set of people.
fn said(acts: &[Act], unit: &Unit) -> Vec<String> {
    let mut lines: Vec<(Vec<Role>, Vec<String>)> = Vec::new();
    for act in acts {
        // One message of several people stands in one line.
        let roles: Vec<Role> = acts.iter().filter(|other| other.message == act.message).map(|other| other.by).collect();
        if roles.first() != Some(&act.by) {
            continue;
        }
        let word = message_word(act.message);
        let cost =
            if act.pays == Amount::ZERO { String::new() } else { format!(" (pays in {})", unit.exact(act.pays)) };
        let word = format!("{word}{cost}");
        match lines.iter_mut().find(|(known, _)| *known == roles) {
            Some((_, words)) => words.push(word),
            None => lines.push((roles, vec![word])),
        }
    }
    let line = |(roles, words): (Vec<Role>, Vec<String>)| {
        let roles: Vec<&str> = roles.into_iter().map(role_word).collect();
        format!("{} may {}", roles.join(" or "), words.join(", "))
    };
    lines.into_iter().map(line).collect()
}

/// The word for a part in a credit.
pub const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Applicant => "applicant",
        Role::Beneficiary => "beneficiary",
        Role::Arbitration => "arbitration contract",
        Role::Fallback => "fallback",
        Role::AllTogether => "all together",
        Role::Anyone => "anyone",
    }
}

/// The word for a message.
pub const fn message_word(message: Message) -> &'static str {
    match message {
        Message::Sign => "sign",
        Message::Decline => "decline",
        Message::Fund => "pay in",
        Message::Present => "present",
        Message::Approve => "approve",
        Message::Notice => "refuse",
        Message::Waive => "waive",
        Message::Settle => "settle",
        Message::Mature => "have an acceptance paid",
        Message::Execute => "execute the conditions",
        Message::Raise => "go to dispute",
        Message::Offer => "offer",
        Message::AcceptOffer => "accept the offer",
        Message::Rule => "rule",
        Message::Appeal => "appeal",
        Message::RuleFallback => "rule in the panel's place",
        Message::Amend => "amend",
        Message::Agree => "divide by agreement",
    }
}

/// The word for where a credit stands.
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Signed => "signed",
        Status::Funded => "funded",
        Status::Examining => "examining",
        Status::Complying => "complying",
        Status::Discrepant => "discrepant",
        Status::Expired => "expired",
        Status::Negotiating => "negotiating",
        Status::Hearing => "hearing",
        Status::Fallback => "fallback",
        Status::Ruled => "ruled",
        Status::Appealed => "appealed",
        Status::Decided => "decided",
        Status::Retaining => "retaining",
        Status::Releasing => "releasing",
        Status::Accepted => "accepted",
        Status::Closed => "closed",
    }
}

/// Where a credit stands, in a sentence.
const fn standing(status: Status) -> &'static str {
    match status {
        Status::Draft => "the draft waits for signatures",
        Status::Signed => "both have signed, the applicant is to pay in",
        Status::Funded => "the credit can be drawn",
        Status::Examining => "the applicant examines the documents",
        Status::Complying => "the applicant was silent, so the documents are honoured",
        Status::Discrepant => "the documents are discrepant",
        Status::Expired => "the credit has expired, the refund is due",
        Status::Negotiating => "in dispute, the parties make offers",
        Status::Hearing => "in dispute, the panel sits",
        Status::Fallback => "in dispute, the panel was silent and the fallback may rule",
        Status::Ruled => "the panel has ruled, a party may appeal",
        Status::Appealed => "in dispute, the appeal panel sits",
        Status::Decided => "the dispute is over, the division is due",
        Status::Retaining => "all is drawn but what is held back",
        Status::Releasing => "what was held back is due",
        Status::Accepted => "only accepted drawings are left",
        Status::Closed => "nothing is held",
    }
}

fn happens(event: Event) -> String {
    match event {
        Event::Shipped => "the goods were shipped".to_owned(),
        Event::Presented => "the documents were presented".to_owned(),
        Event::LatestShipment => "the latest shipment that the transport document may show".to_owned(),
        Event::LatestPresentation => "the last moment to present documents of this shipment".to_owned(),
        Event::TooLateToFund => "the credit expires, and cannot be paid in any more".to_owned(),
        Event::Moves { from, to } => moves(from, to),
        Event::ConditionsHold => "the conditions hold: from here on anyone may have all of it paid".to_owned(),
        Event::Settled { status } => match status {
            Status::Complying => "anyone settles: the documents are honoured",
            Status::Expired => "anyone settles: what was not drawn goes back",
            Status::Decided => "anyone settles: the stake is divided",
            Status::Releasing => "anyone settles: what was held back is paid",
            _ => "anyone settles",
        }
        .to_owned(),
        Event::Matured { number } => format!("acceptance {number} matures, and anyone has it paid"),
        Event::AllOut => "by now all money can be out, whatever anybody has done".to_owned(),
    }
}

fn moves(from: Status, to: Status) -> String {
    match (from, to) {
        (Status::Examining, Status::Complying) => "the examination ends: silence honours the documents".to_owned(),
        (Status::Funded, Status::Expired) => "the credit expires: nothing can be presented any more".to_owned(),
        (Status::Discrepant, Status::Expired) => "the refusal is final".to_owned(),
        (Status::Negotiating, Status::Hearing) => "the time for offers ends, and the panel sits".to_owned(),
        (Status::Hearing, Status::Fallback) => "the panel was silent, and the fallback may rule".to_owned(),
        (Status::Fallback, Status::Decided) => "nobody has ruled".to_owned(),
        (Status::Ruled, Status::Decided) => "nobody has appealed: the ruling is final".to_owned(),
        (Status::Appealed, Status::Decided) => "the appeal panel was silent: the first ruling stands".to_owned(),
        (Status::Retaining, Status::Releasing) => "what was held back is due".to_owned(),
        _ => format!("{} becomes {}", status_word(from), status_word(to)),
    }
}

const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Proceeds => "proceeds",
        Purpose::Share => "assigned proceeds",
        Purpose::Refund => "refund",
        Purpose::Fee => "fee of the protocol",
        Purpose::Tip => "tip",
        Purpose::Bond => "bond",
        Purpose::Reserve => "reserve for disputes",
        Purpose::Arbitration => "fee of arbitration",
        Purpose::Claim => "claim",
        Purpose::Exchange => "exchange",
        Purpose::Premium => "premium",
    }
}
