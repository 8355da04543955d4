//! What the contract has against terms, in the words of the trade: the key, the value and its bounds as people write
//! them, and what to write instead.

use florin_trade::{
    condition::{ConditionError, Proof},
    terms::{DocumentKind, Milestone, Party, RequiredDocument, MAXIMUM_DOCUMENTS},
    validation::{Term, TermsError},
    EscrowError,
};
use florin_units::{Amount, Bps, Seconds, Timestamp};

use super::{before, Complaint, Edge, TermsFile};
use crate::{amount::format_share, hash, moment};

/// How far a working day is looked for: no calendar lists holidays for longer.
const SEARCH: u32 = 4_000;

/// What is wrong, where, and what to do.
struct Said {
    key: String,
    problem: String,
    advice: String,
}

fn said(key: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Said {
    Said { key: key.into(), problem: problem.into(), advice: advice.into() }
}

pub(super) fn explain(file: &TermsFile, error: &EscrowError, now: Timestamp) -> Complaint {
    let (said, line) = match error {
        EscrowError::Terms(TermsError::OutOfBounds { term, actual, minimum, maximum }) => {
            (Bound { file, now, actual: *actual, minimum: *minimum, maximum: *maximum }.explain(*term), None)
        }
        EscrowError::Terms(TermsError::Fixed { term }) => (fixed(*term), None),
        EscrowError::Condition(error) => condition(file, error),
        // Nothing else is checked about terms.
        other => (said("credit", format!("is refused: {other}"), "compare the terms with a template"), None),
    };
    let mut at = file.at(said.key);
    at.line = line.or(at.line);
    Complaint { at, problem: said.problem, advice: said.advice, error: Box::new(*error) }
}

/// The key under which a term stands.
pub(super) const fn key(term: Term) -> &'static str {
    match term {
        Term::Amount => "credit.amount",
        Term::ToleranceMore | Term::ToleranceLess => "credit.tolerance",
        Term::Decimals => "asset.decimals",
        Term::LatestShipment => "credit.latest_shipment",
        Term::Expiry | Term::ExpiryWorkingDay => "credit.expiry",
        Term::PresentationPeriod => "credit.presentation_period",
        Term::WorkingDays => "credit.examination",
        Term::ExaminationLimit => "credit.examination_limit",
        Term::Response => "credit.response",
        Term::Tenor | Term::SightShare => "credit.payment",
        Term::RetentionShare | Term::RetentionUntil => "credit.retention",
        Term::DefaultSplit => "disputes.default_split",
        Term::MaximumFee => "credit.maximum_fee",
        Term::Tip => "credit.tip",
        Term::Weekend => "calendar.weekend",
        Term::CalendarOffset => "calendar.offset",
        Term::Names => "parties",
        Term::WaysToBePaid
        | Term::TransportDocuments
        | Term::AttestorIsParty
        | Term::IssuerIsApplicant
        | Term::Issuer => "documents",
        Term::MilestoneSum | Term::MilestoneAmount | Term::MilestoneDocuments => "milestones",
        Term::PartialDrawings => "credit.partial_drawings",
        Term::Conditions => "conditions",
        Term::Panel => "disputes.panel",
        Term::Offers => "disputes.offers",
        Term::OfferWindow => "disputes.offer_window",
        Term::PanelWindow => "disputes.panel_window",
        Term::AppealWindow => "disputes.appeal_window",
        Term::AppealPanelWindow => "disputes.appeal_panel_window",
        Term::FallbackWindow => "disputes.fallback_window",
        Term::Bond => "disputes.bond",
        Term::ArbitrationFee => "disputes.fee",
        Term::AppealBond => "disputes.appeal_bond",
        Term::AppealFee => "disputes.appeal_fee",
        Term::Reserve => "disputes.reserve",
        Term::Applicant => "parties.applicant",
        Term::Beneficiary => "parties.beneficiary",
        Term::Confirmer => "parties.confirmer",
        Term::Asset => "asset",
        Term::Title => "credit.title",
    }
}

/// A term out of its bounds.
struct Bound<'a> {
    file: &'a TermsFile,
    now: Timestamp,
    actual: u128,
    minimum: u128,
    maximum: u128,
}

impl Bound<'_> {
    fn explain(&self, term: Term) -> Said {
        let key = key(term);
        let terms = &self.file.agreement.terms;
        match term {
            Term::Amount if self.actual == 0 => {
                said(key, "is nothing, so nothing could be drawn", "write what the goods or services cost")
            }
            Term::Amount => self.between(key, &Self::money, "more than any credit can hold"),
            Term::ToleranceMore | Term::ToleranceLess if self.maximum == 0 => said(
                key,
                format!("is {}, and each milestone pays exactly its amount", share(self.actual)),
                "write \"0%\" or leave the tolerance out",
            ),
            Term::ToleranceMore | Term::ToleranceLess => {
                self.between(key, &|_, raw| share(raw), "wider than the \"about\" of the trade (article 30 of UCP 600)")
            }
            Term::Decimals => self.between(key, &|_, raw| raw.to_string(), "more digits than an asset can have here"),
            Term::LatestShipment => said(
                key,
                format!(
                    "{} is after the expiry {}, when nothing can be presented any more",
                    self.date(Edge::Last, self.actual),
                    self.date(Edge::End, self.maximum)
                ),
                format!("write {} or an earlier day", self.date(Edge::End, self.maximum)),
            ),
            Term::Expiry if self.actual < self.minimum => said(
                key,
                format!(
                    "{} is over: it is {} now",
                    self.date(Edge::End, self.actual),
                    moment::format_local(self.now, self.file.agreement.calendar.offset_minutes)
                ),
                "write a day that leaves time to ship and to present",
            ),
            Term::Expiry => said(
                key,
                format!("{} is more than three years ahead", self.date(Edge::End, self.actual)),
                format!("write a day not after {}", self.last_date(Edge::End, self.maximum)),
            ),
            Term::PresentationPeriod => self.span(key, "documents are presented within a time after shipment"),
            Term::WorkingDays => self.between(
                key,
                &|_, raw| moment::format_working_days(u8::try_from(raw).unwrap_or(u8::MAX)),
                "not a time in which documents are examined (article 14 b of UCP 600 has five)",
            ),
            Term::ExaminationLimit => {
                let working = moment::format_working_days(terms.examination.working_days);
                let why = "take twice as many days where weekends fall badly, and money must not be held for ever";
                self.span(key, &format!("{working} {why}"))
            }
            Term::Response => self.span(key, "both sides need time to answer a notice"),
            Term::Tenor => self.span("credit.payment.tenor", "a usance credit is paid some time after shipment"),
            Term::SightShare => said(
                "credit.payment.sight_share",
                format!("is {}, so nothing would be paid at maturity", share(self.actual)),
                "write payment = \"sight\", or a share of at most \"99.99%\"",
            ),
            Term::RetentionShare => {
                self.between("credit.retention.share", &|_, raw| share(raw), "not a part that is held back")
            }
            Term::RetentionUntil if self.actual < self.minimum => said(
                "credit.retention.release",
                format!(
                    "{} comes before the expiry {}, when drawings are still made",
                    self.date(Edge::Begin, self.actual),
                    self.date(Edge::End, self.minimum)
                ),
                format!("write {} or a later day", self.first_date(Edge::Begin, self.minimum)),
            ),
            Term::RetentionUntil => said(
                "credit.retention.release",
                format!("{} is more than five years after the expiry", self.date(Edge::Begin, self.actual)),
                format!("write a day not after {}", self.last_date(Edge::Begin, self.maximum)),
            ),
            Term::DefaultSplit => self.between(key, &|_, raw| share(raw), "more than the whole"),
            Term::MaximumFee => self.between(key, &|_, raw| share(raw), "a fee that nobody should accept"),
            Term::Tip => self.between(key, &Self::money, "more than a hundredth of the credit"),
            Term::Weekend => said(
                key,
                "names every day of the week, so there would be no working day",
                "name the days on which the place does not work, such as [\"Saturday\", \"Sunday\"]",
            ),
            Term::CalendarOffset => said(
                key,
                format!(
                    "is {} from universal time, and no place on earth is more than 14 hours away",
                    moment::format_offset(self.file.agreement.calendar.offset_minutes)
                ),
                "write the difference of the place, such as \"+08:00\"",
            ),
            Term::Names => self.names(),
            Term::WaysToBePaid => said(
                key,
                "are none, and there is no condition either, so nobody could ever be paid",
                "ask for a document under [[documents]], or write what has to be so under [conditions]",
            ),
            Term::TransportDocuments if self.actual == 0 => said(
                key,
                "have no transport document, and the title to the goods is known by it",
                "ask for one with kind = \"transport\", issued by the carrier, or leave `credit.title` out",
            ),
            Term::TransportDocuments => said(
                key,
                format!("have {} transport documents, and the date of shipment can be only one", self.actual),
                "keep one with kind = \"transport\" and call the others \"other\"",
            ),
            Term::AttestorIsParty => {
                let attested = [DocumentKind::Transport, DocumentKind::Inspection, DocumentKind::Customs];
                let is_own =
                    |one: &RequiredDocument| attested.contains(&one.kind) && terms.party(&one.issuer).is_some();
                self.issuers(
                    &is_own,
                    "would be issued by a party to itself",
                    "name the carrier, inspector or customs agent who signs it",
                )
            }
            Term::IssuerIsApplicant => self.issuers(
                &|one| terms.party(&one.issuer) == Some(Party::Applicant),
                "would be issued by the applicant, who could keep it back and the money with it",
                "name an issuer who gains nothing by silence",
            ),
            Term::Issuer => self.issuers(
                &|one| one.issuer == [0; 20],
                "would be issued by the zero address, behind which nobody is",
                "name who signs it",
            ),
            Term::MilestoneSum => said(
                key,
                format!("come to {}, and `credit.amount` is {}", self.money(self.actual), self.money(self.minimum)),
                format!(
                    "write amounts that come to {}, or that amount under `credit.amount`",
                    self.money(self.minimum)
                ),
            ),
            Term::MilestoneAmount => self.milestone(
                &|milestone| milestone.amount.raw() == self.actual,
                &format!("pays {}", self.money(self.actual)),
                &format!("write an amount above nothing and up to {}", self.money(self.maximum)),
            ),
            Term::MilestoneDocuments => self.milestone(
                &|milestone| u128::from(milestone.documents) == self.actual,
                if self.actual == 0 {
                    "names no document, so silence would pay it"
                } else {
                    "names a document that the credit does not ask for"
                },
                "name documents that stand under [[documents]]",
            ),
            Term::PartialDrawings if self.maximum == 0 => said(
                key,
                "are allowed, and a title to the goods cannot go over in parts",
                "write partial_drawings = false, or leave `credit.title` out",
            ),
            Term::PartialDrawings => said(
                key,
                "are not allowed, and milestones are drawn one by one",
                "write partial_drawings = true, or leave the milestones out",
            ),
            Term::Conditions => {
                let other = if terms.title.is_some() { "a title to the goods" } else { "milestones" };
                said(
                    key,
                    format!("stand beside {other}: whoever shows that they hold would be paid without it"),
                    format!("leave either the conditions or {other} out"),
                )
            }
            Term::Panel if self.actual > self.maximum || self.actual == 0 => {
                said(key, format!("has {} members", self.actual), "write 1, 3 or 5")
            }
            Term::Panel => said(
                key,
                format!("has {} members, and an even number can be divided in two halves", self.actual),
                format!("write {} or {}", self.actual - 1, (self.actual + 1).min(self.maximum)),
            ),
            Term::Offers => self.between(key, &|_, raw| raw.to_string(), "more offers than a side can make"),
            Term::OfferWindow => self.span(key, "parties need time for offers"),
            Term::PanelWindow => self.span(key, "a panel needs time, and money must not be held for ever"),
            Term::AppealWindow => self.span(key, "a party needs time to appeal"),
            Term::AppealPanelWindow => {
                self.span(key, "an appeal panel needs time, and money must not be held for ever")
            }
            Term::FallbackWindow => self.span(key, "the fallback needs time, and money must not be held for ever"),
            Term::Bond | Term::AppealBond => said(
                key,
                format!(
                    "is {}; it must hurt a little (a hundredth of the credit, {}) and not keep a party with a case \
                     away (the credit, {})",
                    self.money(self.actual),
                    self.money(self.minimum),
                    self.money(self.maximum)
                ),
                if self.actual < self.minimum {
                    format!("write at least {}", self.money(self.minimum))
                } else {
                    format!("write at most {}", self.money(self.maximum))
                },
            ),
            Term::ArbitrationFee | Term::AppealFee => said(
                key,
                format!(
                    "is {}, and it is paid out of the bond of {}",
                    self.money(self.actual),
                    self.money(self.maximum)
                ),
                format!("write at most {}, or a larger bond", self.money(self.maximum)),
            ),
            Term::Reserve => said(
                key,
                format!(
                    "is {}, which is more than the credit of {}; it is for the fees of disputes that the buyer loses",
                    self.money(self.actual),
                    self.money(self.maximum)
                ),
                "write what the fees come to, the appeal's included",
            ),
            Term::Title => said(
                key,
                "is the zero address, where there is no registry",
                "write the address of the registry of titles, or leave it out",
            ),
            Term::ExpiryWorkingDay => self.expiry_day(key),
            // These can only be refused in an amendment.
            Term::Applicant | Term::Beneficiary | Term::Confirmer | Term::Asset => fixed(term),
        }
    }

    fn money(&self, raw: u128) -> String {
        self.file.unit().exact(Amount::from_raw(raw))
    }

    /// A value that has a least and a most.
    fn between(&self, key: &str, show: &dyn Fn(&Self, u128) -> String, why: &str) -> Said {
        let (least, most) = (show(self, self.minimum), show(self, self.maximum));
        let advice =
            if self.minimum == 0 { format!("write at most {most}") } else { format!("write {least} to {most}") };
        said(key, format!("is {}, {why}", show(self, self.actual)), advice)
    }

    fn span(&self, key: &str, why: &str) -> Said {
        let span = |raw: u128| moment::format_span(Seconds::from_raw(u64::try_from(raw).unwrap_or(u64::MAX)));
        let length = if self.actual < self.minimum { "short" } else { "long" };
        let advice = format!("write \"{}\" to \"{}\"", span(self.minimum), span(self.maximum));
        said(key, format!("is {}, too {length}: {why}", span(self.actual)), advice)
    }

    fn date(&self, edge: Edge, raw: u128) -> String {
        edge.text(moment_of(raw), &self.file.agreement.calendar)
    }

    /// The latest date whose moment is not after a bound.
    fn last_date(&self, edge: Edge, raw: u128) -> String {
        let calendar = &self.file.agreement.calendar;
        let day = u64::from(calendar.day_of(moment_of(raw)));
        let fits = |day: &u64| edge.moment(moment::When::Date(*day), calendar) <= moment_of(raw);
        let day = [day, day.saturating_sub(1)].into_iter().find(fits).unwrap_or(day);
        moment::format_date(day).unwrap_or_else(|| self.date(edge, raw))
    }

    /// The earliest date whose moment is not before a bound.
    fn first_date(&self, edge: Edge, raw: u128) -> String {
        let calendar = &self.file.agreement.calendar;
        let day = u64::from(calendar.day_of(moment_of(raw)));
        let fits = |day: &u64| edge.moment(moment::When::Date(*day), calendar) >= moment_of(raw);
        let day = [day, day.saturating_add(1)].into_iter().find(fits).unwrap_or(day);
        moment::format_date(day).unwrap_or_else(|| self.date(edge, raw))
    }

    fn names(&self) -> Said {
        let agreement = &self.file.agreement;
        let (terms, dispute) = (&agreement.terms, &agreement.dispute);
        let named = [
            ("parties.applicant", Some(terms.applicant)),
            ("parties.beneficiary", Some(terms.beneficiary)),
            ("disputes.arbitration", Some(dispute.arbitration)),
            ("disputes.fallback", Some(dispute.fallback)),
            ("parties.confirmer", terms.confirmer),
        ];
        let advice = "name five different accounts: nobody judges its own case, or makes a contract with itself";
        for (place, (key, name)) in named.iter().enumerate() {
            let Some(name) = name else { continue };
            if *name == [0; 20] {
                return said(*key, "is the zero address, behind which nobody is", "name who it is");
            }
            let again = named.iter().skip(place + 1).find(|(_, other)| other.as_ref() == Some(name));
            if let Some((other, _)) = again {
                return said(*key, format!("and `{other}` are both {}", hash::format(name)), advice);
            }
        }
        said("parties", "are not all different", advice)
    }

    /// The documents whose issuers are wrong.
    fn issuers(&self, is_wrong: &dyn Fn(&RequiredDocument) -> bool, problem: &str, advice: &str) -> Said {
        let documents = self.file.agreement.checklist.documents;
        let wrong = |place: &usize| documents[*place].as_ref().is_some_and(is_wrong);
        let places: Vec<usize> = (0..MAXIMUM_DOCUMENTS).filter(wrong).collect();
        let names: Vec<String> = places.iter().map(|place| format!("{:?}", self.file.label(*place))).collect();
        let entry = |place: usize| 1 + documents[..place].iter().flatten().count();
        let key = match places.first() {
            Some(place) => format!("documents[{}].issuer", entry(*place)),
            None => "documents".to_owned(),
        };
        let names = if names.is_empty() { "some document".to_owned() } else { names.join(" and ") };
        said(key, format!("{names} {problem}"), advice)
    }

    fn milestone(&self, is_wrong: &dyn Fn(&Milestone) -> bool, problem: &str, advice: &str) -> Said {
        let milestones = self.file.agreement.checklist.milestones;
        let place = milestones.iter().position(|one| one.as_ref().is_some_and(is_wrong)).unwrap_or(0);
        let entry = 1 + milestones[..place].iter().flatten().count();
        said(format!("milestones[{entry}]"), format!("{:?} {problem}", self.file.milestone_label(place)), advice)
    }

    /// Article 29 of UCP 600 puts such an expiry off to the next working day. Here the parties name that day.
    fn expiry_day(&self, key: &str) -> Said {
        let agreement = &self.file.agreement;
        let calendar = &agreement.calendar;
        let day = calendar.day_of(before(agreement.terms.expiry));
        let date = moment::format_date(day.into()).unwrap_or_default();
        let weekday = moment::weekday(day.into());
        let is_weekend = calendar.weekend & (1 << ((u64::from(day) + 3) % 7)) != 0;
        let what = if is_weekend { format!("is a {weekday}") } else { format!("({weekday}) is a holiday") };
        let next = (1..SEARCH).map(|more| day.saturating_add(more)).find(|day| calendar.is_working_day(*day));
        let advice = match next {
            Some(next) => {
                format!("article 29 would move it to {}: write that day", moment::format_day(next.into()))
            }
            None => "write a working day".to_owned(),
        };
        said(key, format!("{date} {what} in the calendar"), advice)
    }
}

fn moment_of(raw: u128) -> Timestamp {
    Timestamp::from_raw(u64::try_from(raw).unwrap_or(u64::MAX))
}

fn share(raw: u128) -> String {
    format_share(Bps::from_raw(u32::try_from(raw).unwrap_or(u32::MAX)))
}

/// What an amendment cannot touch.
fn fixed(term: Term) -> Said {
    let key = key(term);
    let again = "keep it as it is, or let this credit end and draft another one";
    match term {
        Term::Applicant => said(key, "cannot be changed: whose money it is was settled when it was paid in", again),
        Term::Beneficiary => said(key, "cannot be changed: another seller needs another credit", again),
        Term::Confirmer => said(key, "cannot be changed: its consent is what the parties rely on", again),
        Term::Asset => said(key, "cannot be changed: the money is there in the asset in which it was paid in", again),
        Term::Title => said(key, "cannot be changed: the title goes over at the registry that was agreed", again),
        Term::PartialDrawings => {
            said(key, "cannot be forbidden any more: a part of the credit was drawn", "write partial_drawings = true")
        }
        // No other term is fixed; that each has a sentence costs nothing.
        _ => said(key, "cannot be amended", again),
    }
}

/// What is wrong with conditions, and the line of the part that is.
fn condition(file: &TermsFile, error: &ConditionError) -> (Said, Option<usize>) {
    let key = "conditions";
    let node = |place: u8| file.places.nodes.get(usize::from(place)).copied().flatten();
    let fact = |place: u8| file.places.facts.get(usize::from(place)).copied().flatten();
    let shown = |place: u8| format!("(fact {place})");
    match *error {
        ConditionError::Empty => (said(key, "say nothing", "write what has to be so, or leave the table out"), None),
        ConditionError::Gap { node: place } => {
            (said(key, "have a gap, behind which more follows", "write them as one expression"), node(place))
        }
        ConditionError::EmptyGroup { node: place } => (
            said(
                key,
                "have an empty list, which would hold by itself",
                "write a condition into the list, or leave it out",
            ),
            node(place),
        ),
        ConditionError::MissingOperands { node: place, needed, available } => (
            said(
                key,
                format!("have an operator over {needed} conditions, and there are {available}"),
                "write them as one expression",
            ),
            node(place),
        ),
        ConditionError::ThresholdOutOfBounds { node: place, threshold, of } => (
            said(
                key,
                format!(
                    "need {threshold} of {of} to hold, which is so {}",
                    if threshold == 0 { "always" } else { "never" }
                ),
                format!("write at_least = 1 to {of}"),
            ),
            node(place),
        ),
        ConditionError::Leftover { results } => (
            said(key, format!("are {results} expressions side by side"), "put them into one list under all or any"),
            None,
        ),
        ConditionError::UnknownFact { fact: place } => (
            said(key, format!("ask for fact {place}, which is not listed"), "list it under [[conditions.facts]]"),
            fact(place),
        ),
        ConditionError::UnknownDocument { fact: place } => (
            said(
                key,
                format!("ask for a document that the credit does not require {}", shown(place)),
                "ask for it under [[documents]], or name one that stands there",
            ),
            fact(place),
        ),
        ConditionError::AttestorsOutOfBounds { fact: place, threshold, attestors } => (
            said(
                key,
                format!(
                    "need {threshold} signatures of {attestors} different issuers {}; who issues several documents \
                     counts once",
                    shown(place)
                ),
                if attestors == 0 {
                    "name documents under attestors".to_owned()
                } else {
                    format!("write threshold = 1 to {attestors}")
                },
            ),
            fact(place),
        ),
        ConditionError::TooManyProofs { proof, needed, maximum } => {
            let what = match proof {
                Proof::Signature => "signatures",
                Proof::Preimage => "preimages",
                Proof::Reading => "feeds",
                Proof::Title => "titles",
            };
            (
                said(
                    key,
                    format!("ask for {needed} {what}, and {maximum} can be brought at once"),
                    format!("ask for {maximum} or fewer"),
                ),
                None,
            )
        }
        ConditionError::Nobody { fact: place } => (
            said(
                key,
                format!("ask something of the zero address, behind which nobody is {}", shown(place)),
                "name the signer; for feeds set `conditions.oracle`, for titles `conditions.titles` and \
                 `conditions.title_issuer`",
            ),
            fact(place),
        ),
    }
}
