//! What somebody who has seen credits go wrong would say. None of it is an error: parties may know better.

use florin_trade::{
    condition::{Conditions, Fact, Node},
    dispute::t_max,
    terms::{Agreement, DocumentKind, Payment, MAXIMUM_DOCUMENTS, MAXIMUM_MILESTONES},
    Address,
};
use florin_units::{Amount, Bps, Seconds, Timestamp};

use super::{before, Edge, TermsFile};
use crate::{amount::Unit, hash, moment};

/// A bond below this part of the credit hardly hurts.
const LOW_BOND: u128 = 20;
/// The longest search for a window that the limit cuts short, in days.
const SEARCH_DAYS: u64 = 3 * 366;

/// Advice about terms. Its text says what may happen and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Only one account can issue some of the documents, and it is not the seller.
    SoftClause {
        /// How the documents are called.
        documents: Vec<String>,
        /// Who issues them.
        issuer: Address,
        /// The milestones that are not paid without them; none where it is the whole credit.
        milestones: Vec<String>,
    },
    /// A signature without which the conditions can never hold, by somebody who may want to withhold it.
    SoftSignature {
        /// Whose.
        by: Address,
        /// Whether it is the buyer's.
        is_applicant: bool,
    },
    /// The seller alone can show that the conditions hold.
    SelfRelease,
    /// The conditions hold by time alone.
    ReleasedByTime,
    /// A moment in the conditions that comes when nothing can be paid by them any more.
    TooLateToHold {
        /// The moment, as a date where it is one.
        moment: String,
        /// The expiry.
        expiry: String,
    },
    /// A fact that no condition asks for.
    UnusedFact {
        /// Its place in the list.
        place: usize,
    },
    /// Whoever ships on the last day has less than the presentation period.
    TightExpiry {
        /// Days that are left.
        left: u64,
        /// The presentation period.
        period: Seconds,
        /// The day that would leave all of it, a working day.
        better: String,
    },
    /// Shipment is not limited, though a transport document is asked for.
    OpenShipment,
    /// A dispute costs little against what it holds up.
    LowBond {
        /// The bond.
        bond: Amount,
        /// What can be drawn.
        stake: Amount,
        /// A bond that hurts.
        better: Amount,
        /// In what they are counted.
        unit: Unit,
    },
    /// Nobody is paid for ruling.
    NoFee {
        /// Whether it is the appeal panel.
        is_appeal: bool,
    },
    /// The fallback has another part in the deal, or cannot answer.
    UselessFallback {
        /// What it is besides.
        is: String,
    },
    /// One arbitrator alone decides.
    PanelOfOne,
    /// Somebody who issues a document also decides disputes.
    JudgeAndIssuer {
        /// How the document is called.
        document: String,
        /// Who.
        issuer: Address,
    },
    /// Where nobody rules, one side gets all of what was refused.
    OneSidedSplit {
        /// Whether the beneficiary does.
        to_beneficiary: bool,
    },
    /// The buyer has not put up what a dispute costs that it loses, so a refusal without reason is free.
    LowReserve {
        /// What it puts up.
        reserve: Amount,
        /// What the fees come to.
        fees: Amount,
        /// What both are counted in.
        unit: Unit,
    },
    /// A title is asked for, and no transport document.
    TitleWithoutTransport,
    /// The buyer pays for goods and gets no title to them.
    NoTitle,
    /// Maturity is counted from presentation, since nothing says when goods were shipped.
    MaturityFromPresentation,
    /// An examination that begins on a day is cut short by its limit.
    CutExamination {
        /// The day.
        day: String,
        /// Working days that are left.
        left: u8,
        /// What was agreed.
        agreed: u8,
    },
    /// The calendar has no holidays.
    NoHolidays,
    /// The calendar's list of holidays ends before the credit does.
    ShortCalendar {
        /// The last day of the list.
        last: String,
    },
    /// Nobody earns anything by settling what is due.
    NoTip,
    /// Nothing is agreed beyond these terms.
    NoDetails,
    /// How long money can be held.
    LongHold {
        /// The moment from which on all money can be out.
        t_max: String,
    },
}

impl Warning {
    /// The key under which it can be mended.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::SoftClause { .. } | Self::TitleWithoutTransport => "documents",
            Self::SoftSignature { .. }
            | Self::SelfRelease
            | Self::ReleasedByTime
            | Self::TooLateToHold { .. }
            | Self::UnusedFact { .. } => "conditions",
            Self::TightExpiry { .. } => "credit.expiry",
            Self::OpenShipment => "credit.latest_shipment",
            Self::LowBond { .. } => "disputes.bond",
            Self::NoFee { is_appeal: false } => "disputes.fee",
            Self::NoFee { is_appeal: true } => "disputes.appeal_fee",
            Self::LowReserve { .. } => "disputes.reserve",
            Self::UselessFallback { .. } | Self::JudgeAndIssuer { .. } => "disputes.fallback",
            Self::PanelOfOne => "disputes.panel",
            Self::OneSidedSplit { .. } => "disputes.default_split",
            Self::NoTitle => "credit.title",
            Self::MaturityFromPresentation => "credit.payment",
            Self::CutExamination { .. } => "credit.examination_limit",
            Self::NoHolidays | Self::ShortCalendar { .. } => "calendar.holidays",
            Self::NoTip => "credit.tip",
            Self::NoDetails => "credit.details",
            Self::LongHold { .. } => "disputes",
        }
    }
}

impl core::fmt::Display for Warning {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "`{}`: ", self.key())?;
        match self {
            Self::SoftClause { documents, issuer, milestones } => {
                let quoted = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
                let it = if documents.len() == 1 { "it" } else { "them" };
                let loss = match &milestones[..] {
                    [] => "the credit is worth nothing to the seller".to_owned(),
                    [one] => format!("the milestone {one:?} is worth nothing to the seller"),
                    several => {
                        format!("the milestones {} are worth nothing to the seller", quoted(several).join(" and "))
                    }
                };
                let documents = quoted(documents).join(" and ");
                write!(
                    f,
                    "only {} can sign {documents}, and without {it} {loss}; have that party undertake to sign \
                     before the seller performs",
                    hash::format(issuer)
                )
            }
            Self::SoftSignature { is_applicant: true, .. } => f.write_str(
                "nothing is paid unless the buyer signs, so the seller depends on the buyer's good will; \
                 let another way stand beside it, such as an inspector's signature",
            ),
            Self::SoftSignature { by, .. } => write!(
                f,
                "nothing is paid unless {} signs; have that party undertake to, or let another way stand beside it",
                hash::format(by)
            ),
            Self::SelfRelease => f.write_str(
                "the seller's own signature releases the money, so the buyer is not protected; \
                 ask for somebody else's besides",
            ),
            Self::ReleasedByTime => f.write_str(
                "time alone releases the money, whatever was delivered; ask for something that shows delivery besides",
            ),
            Self::TooLateToHold { moment, expiry } => write!(
                f,
                "the credit expires on {expiry}, and {moment} comes when nothing can be paid by conditions any more; \
                 write an earlier day, or a later expiry"
            ),
            Self::UnusedFact { place } => {
                write!(f, "nothing asks for fact {place}; leave it out, or put it into the expression")
            }
            Self::TightExpiry { left, period, better } => write!(
                f,
                "whoever ships on the last day has {left} days to present, not the {} that are agreed; \
                 write {better}, or an earlier latest shipment",
                moment::format_span(*period)
            ),
            Self::OpenShipment => f.write_str(
                "goods may be shipped until the credit expires, when nobody can present any more; name a latest day",
            ),
            Self::LowBond { bond, stake, better, unit } => write!(
                f,
                "a bond of {} holds up {}, so a dispute is a cheap way to delay; write {} or more",
                unit.exact(*bond),
                unit.exact(*stake),
                unit.exact(*better)
            ),
            Self::NoFee { is_appeal } => write!(
                f,
                "nobody is paid for {}, so expect silence; write a fee that arbitrators work for",
                if *is_appeal { "deciding an appeal" } else { "ruling" }
            ),
            Self::LowReserve { reserve, fees, unit } => write!(
                f,
                "the buyer puts up {} for disputes that cost {}, so to refuse documents without reason costs it little or \
                 nothing; write {} or more, which goes back where it loses none",
                unit.exact(*reserve),
                unit.exact(*fees),
                unit.exact(*fees)
            ),
            Self::UselessFallback { is } => write!(
                f,
                "the fallback is also {is}, so where the panel is silent nobody useful rules; \
                 name an institution that has agreed to answer"
            ),
            Self::PanelOfOne => {
                f.write_str("one arbitrator alone decides, and can be bought or fall ill; write 3 or 5")
            }
            Self::JudgeAndIssuer { document, issuer } => write!(
                f,
                "{} signs {document:?} and would rule about it; name two different accounts",
                hash::format(issuer)
            ),
            Self::OneSidedSplit { to_beneficiary } => {
                let (winner, share) = if *to_beneficiary { ("seller", "100%") } else { ("buyer", "0%") };
                write!(
                    f,
                    "where no arbitrator answers the {winner} gets all of what was refused ({share}), and so gains by \
                     their silence; write a share between"
                )
            }
            Self::TitleWithoutTransport => f.write_str(
                "a title to the goods is asked for, and no bill of lading that shows them on board; \
                 ask for a transport document by the carrier",
            ),
            Self::NoTitle => f.write_str(
                "the buyer pays against a transport document and gets no title to the goods; name the registry in \
                 which the carrier issues it, or make sure that the document itself gives the goods",
            ),
            Self::MaturityFromPresentation => f.write_str(
                "no transport document says when goods were shipped, so the tenor is counted from presentation; \
                 shorten it if you meant a day that is known",
            ),
            Self::CutExamination { day, left, agreed } => write!(
                f,
                "documents presented on {day} can be examined for {left} working days, not {agreed}, and silence \
                 honours them then; write a longer limit"
            ),
            Self::NoHolidays => f.write_str(
                "no holidays are listed, so every day but the weekend counts as a working day; list those of the place",
            ),
            Self::ShortCalendar { last } => write!(
                f,
                "the list of holidays ends on {last}, and the credit goes on; later days count as working days, \
                 so begin the list later with `calendar.first_day`"
            ),
            Self::NoTip => f.write_str(
                "nobody earns anything by settling what is due, so the parties have to do it themselves; \
                 a small tip makes strangers do it",
            ),
            Self::NoDetails => f.write_str(
                "nothing is agreed about goods, ports and wording; write the contract, and its file here: \
                 details = { file = \"contract.pdf\" }",
            ),
            Self::LongHold { t_max } => write!(
                f,
                "where everybody is as slow as can be, the last money is out on {t_max}; shorten the windows if that \
                 is longer than you want to wait"
            ),
        }
    }
}

/// Days after the expiry beyond which it is worth saying how long money can be held.
const LONG_HOLD: u64 = 120;

pub(super) fn warnings(file: &TermsFile, now: Timestamp) -> Vec<Warning> {
    let mut found = Vec::new();
    documents(file, &mut found);
    conditions(file, &mut found);
    times(file, now, &mut found);
    disputes(file, &mut found);
    let Agreement { terms, dispute, calendar, .. } = &file.agreement;
    if terms.tip.is_zero() {
        found.push(Warning::NoTip);
    }
    if terms.details == [0; 32] {
        found.push(Warning::NoDetails);
    }
    let end = t_max(terms, dispute);
    let maturity = match terms.payment {
        Payment::Sight => terms.expiry,
        Payment::Usance { tenor, .. } => terms.expiry.after(tenor),
    };
    let usual = terms.retention.map_or(maturity, |retention| maturity.max(retention.until));
    if end > usual.after(super::days(LONG_HOLD)) {
        found.push(Warning::LongHold { t_max: moment::format_local(end, calendar.offset_minutes) });
    }
    found
}

fn documents(file: &TermsFile, found: &mut Vec<Warning>) {
    let Agreement { terms, checklist, dispute, .. } = &file.agreement;
    let mut seen: Vec<Address> = Vec::new();
    for document in checklist.documents.iter().flatten() {
        let issuer = document.issuer;
        if issuer == terms.beneficiary || seen.contains(&issuer) {
            continue;
        }
        seen.push(issuer);
        let issued = |place: &usize| checklist.documents[*place].is_some_and(|one| one.issuer == issuer);
        let names: Vec<String> = (0..MAXIMUM_DOCUMENTS).filter(issued).map(|place| file.label(place)).collect();
        if issuer == dispute.fallback || issuer == dispute.arbitration {
            found.push(Warning::JudgeAndIssuer { document: names.join(" and "), issuer });
        }
        let places = (0..MAXIMUM_DOCUMENTS).filter(issued).fold(0u8, |mask, place| mask | 1 << place);
        let needs = |place: &usize| checklist.milestones[*place].is_some_and(|one| one.documents & places != 0);
        let milestones = (0..MAXIMUM_MILESTONES).filter(needs).map(|place| file.milestone_label(place)).collect();
        found.push(Warning::SoftClause { documents: names, issuer, milestones });
    }
    let has_transport = checklist.documents.iter().flatten().any(|one| one.kind == DocumentKind::Transport);
    match (terms.title.is_some(), has_transport) {
        (true, false) => found.push(Warning::TitleWithoutTransport),
        (false, true) => found.push(Warning::NoTitle),
        _ => {}
    }
    let is_usance = matches!(terms.payment, Payment::Usance { .. });
    if is_usance && !has_transport && checklist.mask() != 0 {
        found.push(Warning::MaturityFromPresentation);
    }
}

/// Whether the conditions hold where each fact is as a function says.
fn would_hold(conditions: &Conditions, holds: impl Fn(&Fact) -> bool) -> bool {
    let fact = |place: u8| conditions.facts.facts.get(usize::from(place)).copied().flatten();
    conditions.tree.evaluate(|place| fact(place).is_some_and(|fact| holds(&fact))) == Ok(true)
}

fn conditions(file: &TermsFile, found: &mut Vec<Warning>) {
    let Agreement { terms, conditions, calendar, .. } = &file.agreement;
    let is_time = |fact: &Fact| matches!(fact, Fact::After { .. } | Fact::Before { .. });
    if conditions.is_empty() {
        return;
    }
    let own = Fact::Signature { by: terms.beneficiary };
    if would_hold(conditions, is_time) {
        found.push(Warning::ReleasedByTime);
    } else if would_hold(conditions, |fact| is_time(fact) || *fact == own) {
        found.push(Warning::SelfRelease);
    }
    let asked = |place: usize| {
        let node = u8::try_from(place).ok().map(Node::Fact);
        node.is_some_and(|node| conditions.tree.nodes.contains(&Some(node)))
    };
    let mut signers: Vec<Address> = Vec::new();
    for (place, fact) in conditions.facts.facts.iter().enumerate() {
        let Some(fact) = fact else { continue };
        if !asked(place) {
            found.push(Warning::UnusedFact { place });
            continue;
        }
        match *fact {
            Fact::Signature { by } if by != terms.beneficiary && !signers.contains(&by) => {
                signers.push(by);
                if !would_hold(conditions, |other| *other != Fact::Signature { by }) {
                    found.push(Warning::SoftSignature { by, is_applicant: by == terms.applicant });
                }
            }
            Fact::After { moment } if moment >= terms.expiry => found.push(Warning::TooLateToHold {
                moment: Edge::End.text(moment, calendar),
                expiry: Edge::End.text(terms.expiry, calendar),
            }),
            _ => {}
        }
    }
}

fn times(file: &TermsFile, now: Timestamp, found: &mut Vec<Warning>) {
    let Agreement { terms, checklist, calendar, .. } = &file.agreement;
    let has_transport = checklist.documents.iter().flatten().any(|one| one.kind == DocumentKind::Transport);
    if has_transport && terms.latest_shipment >= before(terms.expiry) {
        found.push(Warning::OpenShipment);
    } else if has_transport && terms.expiry < terms.latest_shipment.after(terms.presentation_period) {
        let wanted = terms.latest_shipment.after(terms.presentation_period);
        let mut day = calendar.day_of(wanted);
        for _ in 0..SEARCH_DAYS {
            if calendar.is_working_day(day) {
                break;
            }
            day = day.saturating_add(1);
        }
        found.push(Warning::TightExpiry {
            left: terms.expiry.since(terms.latest_shipment).raw() / moment::DAY,
            period: terms.presentation_period,
            better: moment::format_day(day.into()),
        });
    }
    if checklist.mask() == 0 {
        // Nothing is examined.
        return;
    }
    if calendar.holidays.iter().all(|byte| *byte == 0) {
        found.push(Warning::NoHolidays);
    } else {
        let last = u64::from(calendar.first_day).saturating_add(super::reader::LIST_DAYS - 1);
        if last < u64::from(calendar.day_of(terms.expiry)) {
            let last = moment::format_date(last).unwrap_or_else(|| format!("day {last}"));
            found.push(Warning::ShortCalendar { last });
        }
    }
    found.extend(cut_examination(file, now));
}

/// The first day on which documents can be presented and not be examined for as long as was agreed.
fn cut_examination(file: &TermsFile, now: Timestamp) -> Option<Warning> {
    let Agreement { terms, calendar, .. } = &file.agreement;
    let agreed = terms.examination.working_days;
    let limit = terms.examination.limit;
    let mut start = calendar.start_of(calendar.day_of(now));
    for _ in 0..SEARCH_DAYS {
        if start >= terms.expiry {
            return None;
        }
        // Presented with the day's beginning, when the limit is over soonest.
        let full = calendar.window_end(start, agreed, Seconds::from_raw(u64::MAX));
        if start.after(limit) < full {
            let fits = |days: &u8| calendar.window_end(start, *days, Seconds::from_raw(u64::MAX)) <= start.after(limit);
            let left = (1..agreed).rev().find(fits).unwrap_or(0);
            let day = moment::format_day(calendar.day_of(start).into());
            return Some(Warning::CutExamination { day, left, agreed });
        }
        start = start.after(super::days(1));
    }
    None
}

fn disputes(file: &TermsFile, found: &mut Vec<Warning>) {
    let Agreement { terms, dispute, conditions, .. } = &file.agreement;
    let stake = terms.limit().unwrap_or(terms.amount);
    if dispute.bond.raw() < stake.raw() / LOW_BOND {
        let better = Amount::from_raw(stake.raw().div_ceil(LOW_BOND));
        found.push(Warning::LowBond { bond: dispute.bond, stake, better, unit: file.unit() });
    }
    if dispute.fee.is_zero() {
        found.push(Warning::NoFee { is_appeal: false });
    }
    if dispute.appeal_fee.is_zero() {
        found.push(Warning::NoFee { is_appeal: true });
    }
    let fees = dispute.fee.checked_add(dispute.appeal_fee).unwrap_or(Amount::MAX);
    if dispute.reserve < fees {
        found.push(Warning::LowReserve { reserve: dispute.reserve, fees, unit: file.unit() });
    }
    if dispute.panel == 1 {
        found.push(Warning::PanelOfOne);
    }
    let facts = conditions.facts;
    let others = [
        (Some(terms.asset.token), "the asset's contract"),
        (terms.title, "the registry of titles"),
        (terms.compliance, "the compliance contract"),
        (Some(facts.oracle), "the oracle"),
        (Some(facts.titles), "the registry of titles"),
    ];
    let is_other = |other: &&(Option<Address>, &str)| other.0 == Some(dispute.fallback);
    // Low addresses belong to the chain's own functions, which rule about nothing.
    let is_low = dispute.fallback[..18].iter().all(|byte| *byte == 0);
    if let Some((_, is)) = others.iter().find(is_other).filter(|_| dispute.fallback != [0; 20]) {
        found.push(Warning::UselessFallback { is: (*is).to_owned() });
    } else if is_low && dispute.fallback != [0; 20] {
        found.push(Warning::UselessFallback { is: "an address of the chain itself".to_owned() });
    }
    if terms.default_split == Bps::ZERO || terms.default_split == Bps::ONE {
        found.push(Warning::OneSidedSplit { to_beneficiary: terms.default_split == Bps::ONE });
    }
}
