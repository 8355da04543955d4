//! An agreement with its parts, and a deal that is driven message by message, as all tests share them.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use florin_trade::amendment::{AgreedSplit, Consent, Consents};
use florin_trade::calendar::{Calendar, HOLIDAY_BYTES};
use florin_trade::condition::{Conditions, Evidence};
use florin_trade::decision::{Screening, TitleMove};
use florin_trade::dispute::{DisputeTerms, Seat, Seats, MAXIMUM_APPEAL_PANEL};
use florin_trade::drawing::Acceptance;
use florin_trade::examination::{Discrepancies, Paper, Papers, PresentationId, Presenting};
use florin_trade::fee::Snapshot;
use florin_trade::right::{RightError, Standing, Title, TitleCommand, TitleKey};
use florin_trade::state::{Escrow, Status};
use florin_trade::terms::{
    Agreement, Asset, Checklist, DocumentKind, Examination, Milestone, Payment, RequiredDocument, Sealed, Terms,
    Tolerance,
};
use florin_trade::{decide, Address, Command, Context, EscrowError, Hash, Outcome, View};
use florin_units::{Amount, Bps, Seconds, Timestamp};
use sha3::{Digest, Keccak256};

pub(crate) const APPLICANT: Address = [1; 20];
pub(crate) const BENEFICIARY: Address = [2; 20];
pub(crate) const CARRIER: Address = [3; 20];
pub(crate) const INSPECTOR: Address = [4; 20];
pub(crate) const ARBITRATION: Address = [5; 20];
pub(crate) const FALLBACK: Address = [6; 20];
pub(crate) const COLLECTOR: Address = [7; 20];
pub(crate) const KEEPER: Address = [8; 20];
pub(crate) const FACTOR: Address = [9; 20];
pub(crate) const CONFIRMER: Address = [10; 20];
pub(crate) const TOKEN: Address = [11; 20];
/// The contract in which the escrows are, as custodian of titles.
pub(crate) const ESCROW: Address = [12; 20];
/// The registry of titles.
pub(crate) const REGISTRY: Address = [13; 20];
pub(crate) const ORACLE: Address = [14; 20];
pub(crate) const DAY: u64 = 86_400;
/// A Monday, counted from 1970: 13 November 2023.
pub(crate) const MONDAY: u32 = 19_674;
/// Saturday and Sunday.
pub(crate) const WEEKEND: u8 = 0b110_0000;
/// Place of the transport document in the checklist.
pub(crate) const TRANSPORT: usize = 1;
/// The transport document, as [`papers`] has it.
pub(crate) const BILL: Hash = [TRANSPORT as u8 + 1; 32];
/// The amount of the credit, in raw units.
pub(crate) const AMOUNT: u128 = 1_000_000;

pub(crate) fn keccak(bytes: &[u8]) -> Hash {
    Keccak256::digest(bytes).into()
}

pub(crate) fn amount(raw: u128) -> Amount {
    Amount::from_raw(raw)
}

pub(crate) fn bps(raw: u32) -> Bps {
    Bps::from_raw(raw)
}

pub(crate) fn days(days: u64) -> Seconds {
    Seconds::from_raw(days * DAY)
}

/// The beginning of a day, the first one being a Monday.
pub(crate) fn at(day: u64) -> Timestamp {
    Timestamp::from_raw((u64::from(MONDAY) + day) * DAY)
}

pub(crate) fn later(moment: Timestamp, seconds: u64) -> Timestamp {
    moment.after(Seconds::from_raw(seconds))
}

pub(crate) fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_raw(moment.raw() - 1)
}

pub(crate) fn terms() -> Terms {
    Terms {
        applicant: APPLICANT,
        beneficiary: BENEFICIARY,
        confirmer: None,
        asset: Asset { token: TOKEN, decimals: 6 },
        amount: amount(AMOUNT),
        tolerance: Tolerance::default(),
        partial_drawings: true,
        payment: Payment::Sight,
        latest_shipment: at(30),
        expiry: at(60),
        presentation_period: days(21),
        examination: Examination { working_days: 5, limit: days(14) },
        response: days(7),
        retention: None,
        default_split: bps(5_000),
        maximum_fee: bps(100),
        tip: amount(500),
        title: None,
        compliance: None,
        details: [0xdd; 32],
    }
}

pub(crate) fn checklist() -> Checklist {
    let mut checklist = Checklist::default();
    checklist.documents[0] = Some(RequiredDocument { kind: DocumentKind::Invoice, issuer: BENEFICIARY });
    checklist.documents[TRANSPORT] = Some(RequiredDocument { kind: DocumentKind::Transport, issuer: CARRIER });
    checklist.documents[2] = Some(RequiredDocument { kind: DocumentKind::Inspection, issuer: INSPECTOR });
    checklist
}

/// Three milestones: the first against the invoice, the second against the transport document, the third against the
/// inspection.
pub(crate) fn by_milestones(agreement: &mut Agreement) {
    for (place, (share, documents)) in [(200_000, 0b001), (500_000, 0b010), (300_000, 0b100)].into_iter().enumerate() {
        agreement.checklist.milestones[place] = Some(Milestone { amount: amount(share), documents });
    }
}

pub(crate) fn rules() -> DisputeTerms {
    DisputeTerms {
        arbitration: ARBITRATION,
        fallback: FALLBACK,
        pool: 1,
        panel: 3,
        offers: 3,
        offer_window: days(5),
        panel_window: days(14),
        appeal_window: days(7),
        appeal_panel_window: days(21),
        fallback_window: days(10),
        bond: amount(50_000),
        fee: amount(20_000),
        appeal_bond: amount(60_000),
        appeal_fee: amount(40_000),
        reserve: amount(0),
    }
}

pub(crate) fn agreement() -> Agreement {
    Agreement {
        terms: terms(),
        checklist: checklist(),
        dispute: rules(),
        conditions: Conditions::default(),
        calendar: Calendar::without_holidays(WEEKEND, MONDAY),
    }
}

/// Half a percent for the protocol; accounts of the asset hold ten units at least.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot { fee: bps(50), collector: COLLECTOR, minimum: amount(10) }
}

/// No fee and no minimum, so that amounts can be read off.
pub(crate) fn free() -> Snapshot {
    Snapshot { fee: Bps::ZERO, collector: COLLECTOR, minimum: Amount::ZERO }
}

pub(crate) fn context(caller: Address, now: Timestamp) -> Context {
    Context { caller, now, screening: Screening::Clear }
}

/// Every document of the checklist, signed by its issuer, with the date of shipment on the transport document.
pub(crate) fn papers(checklist: &Checklist, shipped_at: Timestamp) -> Papers {
    let mut papers = Papers::default();
    for (place, document) in checklist.documents.iter().enumerate() {
        papers[place] = document.map(|document| Paper {
            commitment: [place as u8 + 1; 32],
            dated: shipped_at,
            signer: document.issuer,
        });
    }
    papers
}

/// The same papers with another document in a place, by the same issuer and with the same date.
pub(crate) fn replaced(papers: &Papers, place: usize, commitment: Hash) -> Papers {
    let mut papers = *papers;
    papers[place] = papers[place].map(|paper| Paper { commitment, ..paper });
    papers
}

fn last_day(agreement: &Agreement) -> u32 {
    agreement.calendar.day_of(before(agreement.terms.expiry))
}

/// Puts the expiry off until its last second falls on a working day.
pub(crate) fn put_off(agreement: &mut Agreement) {
    while !agreement.calendar.is_working_day(last_day(agreement)) {
        agreement.terms.expiry = agreement.terms.expiry.after(days(1));
    }
}

/// Every day is a holiday, but for the last one on which documents can be presented.
pub(crate) fn never_working(agreement: &mut Agreement) {
    let last = last_day(agreement) - MONDAY;
    agreement.calendar.first_day = MONDAY;
    agreement.calendar.holidays = [0xff; HOLIDAY_BYTES];
    agreement.calendar.holidays[last as usize / 8] &= !(1 << (last % 8));
}

/// The title to the goods goes over against payment, in one drawing.
pub(crate) fn against_title(agreement: &mut Agreement) {
    agreement.terms.title = Some(REGISTRY);
    agreement.terms.partial_drawings = false;
}

/// The title that the carrier issues to a document.
pub(crate) fn key(document: Hash) -> TitleKey {
    TitleKey { issuer: CARRIER, document }
}

/// Titles by issuer and document, as a registry has them.
pub(crate) type Titles = BTreeMap<(Address, Hash), Title>;

/// The titles after an outcome. One that the registry does not give refuses the message; what it gets back it takes.
fn moved(titles: &Titles, outcome: &Outcome) -> Result<Titles, EscrowError> {
    let mut next = titles.clone();
    for title in outcome.titles.iter().flatten() {
        let (TitleMove::Take(key) | TitleMove::Deliver(key, _)) = *title;
        let unknown = RightError::UnknownTitle { document: key.document };
        let record = next.get_mut(&(key.issuer, key.document)).ok_or(unknown)?;
        *record = match *title {
            TitleMove::Take(_) => record.take(outcome.view.id, &outcome.view.terms.beneficiary, &ESCROW)?,
            TitleMove::Deliver(_, to) => record.deliver(outcome.view.id, to, &ESCROW).unwrap(),
        };
    }
    Ok(next)
}

/// Members of a panel, counted from a first one, and what each of them reveals.
pub(crate) fn seats(first: u8, awards: &[Option<u128>]) -> Seats {
    let mut seats = [None; MAXIMUM_APPEAL_PANEL];
    for (place, award) in awards.iter().enumerate() {
        seats[place] = Some(Seat { member: [first + place as u8; 20], award: award.map(amount) });
    }
    seats
}

/// The members of the first panel begin here.
pub(crate) const PANEL: u8 = 100;
/// Those of the appeal panel here.
pub(crate) const APPEAL_PANEL: u8 = 150;

/// A credit with everything that a contract would store for it.
#[derive(Clone)]
pub(crate) struct Deal {
    pub(crate) agreement: Agreement,
    pub(crate) view: View,
    pub(crate) now: Timestamp,
    pub(crate) acceptances: Vec<Acceptance>,
    /// All that each account was paid or can claim.
    pub(crate) paid: BTreeMap<Address, u128>,
    /// All that came in.
    pub(crate) received: u128,
    /// The titles of the registry.
    pub(crate) titles: Titles,
}

impl Deal {
    /// Drafted on the first day.
    pub(crate) fn draft(agreement: Agreement) -> Self {
        let escrow = Escrow::draft(&Sealed::new(agreement, keccak), at(0)).unwrap();
        Self::of(agreement, View::new(7, agreement.terms, escrow), at(0))
    }

    /// With the records of an escrow that was just drafted.
    pub(crate) fn of(agreement: Agreement, view: View, now: Timestamp) -> Self {
        let (acceptances, paid) = (Vec::new(), BTreeMap::new());
        Self { agreement, view, now, acceptances, paid, received: 0, titles: Titles::new() }
    }

    /// Signed by both parties.
    pub(crate) fn signed(agreement: Agreement) -> Self {
        let mut deal = Self::draft(agreement);
        deal.sign(APPLICANT).unwrap();
        deal.sign(BENEFICIARY).unwrap();
        deal
    }

    /// Signed and paid in, with such settings of the protocol.
    pub(crate) fn funded(agreement: Agreement, snapshot: Snapshot) -> Self {
        let mut deal = Self::signed(agreement);
        deal.fund(snapshot).unwrap();
        deal
    }

    pub(crate) fn status(&self) -> Status {
        self.view.escrow.status(&self.view.terms, self.now)
    }

    pub(crate) fn t_max(&self) -> Timestamp {
        self.view.escrow.t_max(&self.view.terms, &self.agreement.dispute)
    }

    pub(crate) fn paid_to(&self, account: Address) -> u128 {
        self.paid.get(&account).copied().unwrap_or(0)
    }

    pub(crate) fn held(&self) -> u128 {
        self.view.escrow.book.held().unwrap().raw()
    }

    /// The carrier issues a title to a document, and the beneficiary gets it.
    pub(crate) fn issue(&mut self, document: Hash) {
        let title = Title::issue(document, CARRIER, BENEFICIARY).unwrap();
        self.titles.insert((CARRIER, document), title);
    }

    /// The beneficiary entrusts the contract with its title to a document.
    pub(crate) fn entrust(&mut self, document: Hash) {
        let command = TitleCommand::Entrust { custodian: Some(ESCROW) };
        let entrusted = self.title(document).decide(&command, &BENEFICIARY).unwrap();
        self.titles.insert((CARRIER, document), entrusted);
    }

    /// The carrier's title to a document.
    pub(crate) fn title(&self, document: Hash) -> Title {
        self.titles[&(CARRIER, document)]
    }

    /// The title that the registry has in custody for this escrow: the one that the escrow knows of, and only while
    /// documents are presented.
    fn check_custody(&self) {
        let custody = Standing::InCustody { custodian: ESCROW, escrow: self.view.id };
        let held = self.titles.values().filter(|title| title.standing == custody);
        let held = held.map(|title| TitleKey { issuer: title.issuer, document: title.document });
        let held = Vec::from_iter(held);
        assert_eq!(held, Vec::from_iter(self.view.escrow.title));
        assert!(held.is_empty() || self.view.presentation.is_some());
    }

    /// Decides and writes what the outcome carries.
    pub(crate) fn send(&mut self, caller: Address, command: &Command<'_>) -> Result<Outcome, EscrowError> {
        let outcome = decide(&self.view, command, &context(caller, self.now))?;
        self.titles = moved(&self.titles, &outcome)?;
        self.view = outcome.view;
        self.received += outcome.received().raw();
        for payout in outcome.payouts.iter() {
            *self.paid.entry(payout.account).or_default() += payout.amount.raw();
        }
        if let Some((number, acceptance)) = outcome.acceptance {
            let place = usize::from(number);
            if place == self.acceptances.len() {
                self.acceptances.push(acceptance);
            } else {
                self.acceptances[place] = acceptance;
            }
        }
        assert!(self.view.escrow.book.is_balanced());
        self.check_custody();
        Ok(outcome)
    }

    pub(crate) fn sign(&mut self, party: Address) -> Result<Outcome, EscrowError> {
        let agreement = self.view.escrow.agreement;
        self.send(party, &Command::Sign { agreement })
    }

    pub(crate) fn fund(&mut self, snapshot: Snapshot) -> Result<Outcome, EscrowError> {
        let (agreement, rules) = (self.view.escrow.agreement, self.agreement.dispute);
        let received = self.view.terms.paid_in(&rules).unwrap();
        self.send(APPLICANT, &Command::Fund { agreement, rules: &rules, received, snapshot, decimals: 6 })
    }

    pub(crate) fn show(
        &mut self,
        drawn: u128,
        milestone: Option<u8>,
        papers: &Papers,
        on_approval: bool,
    ) -> Result<Outcome, EscrowError> {
        let Agreement { checklist, calendar, .. } = self.agreement;
        let presenting = Presenting {
            checklist: &checklist,
            calendar: &calendar,
            amount: amount(drawn),
            milestone,
            papers,
            on_approval,
        };
        self.send(BENEFICIARY, &Command::Present(&presenting))
    }

    /// Presents everything, shipped on a day.
    pub(crate) fn present(&mut self, drawn: u128, shipped: u64) -> Result<Outcome, EscrowError> {
        let papers = papers(&self.agreement.checklist, at(shipped));
        self.show(drawn, None, &papers, false)
    }

    /// The presentation that stands there, as messages name it.
    pub(crate) fn named(&self) -> PresentationId {
        let amount = self.view.presentation.map_or(Amount::ZERO, |presentation| presentation.amount);
        PresentationId { number: self.view.escrow.presentations, amount }
    }

    pub(crate) fn approve(&mut self) -> Result<Outcome, EscrowError> {
        let presentation = self.named();
        self.send(APPLICANT, &Command::Approve { presentation })
    }

    pub(crate) fn notice(&mut self, discrepancies: Discrepancies) -> Result<Outcome, EscrowError> {
        let presentation = self.named();
        self.send(APPLICANT, &Command::Notice { presentation, discrepancies, reasons: [0xee; 32] })
    }

    pub(crate) fn waive(&mut self) -> Result<Outcome, EscrowError> {
        let presentation = self.named();
        self.send(APPLICANT, &Command::Waive { presentation })
    }

    pub(crate) fn settle(&mut self, caller: Address) -> Result<Outcome, EscrowError> {
        self.send(caller, &Command::Settle)
    }

    pub(crate) fn mature(&mut self, number: u8, caller: Address) -> Result<Outcome, EscrowError> {
        let unknown = Acceptance { amount: Amount::ZERO, maturity: Timestamp::ZERO, paid: false };
        let acceptance = self.acceptances.get(usize::from(number)).copied().unwrap_or(unknown);
        self.send(caller, &Command::Mature { number, acceptance })
    }

    pub(crate) fn execute(&mut self, evidence: &Evidence, caller: Address) -> Result<Outcome, EscrowError> {
        let Agreement { conditions, checklist, .. } = self.agreement;
        self.send(caller, &Command::Execute { conditions: &conditions, checklist: &checklist, evidence })
    }

    pub(crate) fn raise(&mut self, party: Address) -> Result<Outcome, EscrowError> {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Raise { rules: &rules, received: rules.bond })
    }

    pub(crate) fn offer(&mut self, party: Address, to_beneficiary: u128) -> Result<Outcome, EscrowError> {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Offer { rules: &rules, to_beneficiary: amount(to_beneficiary) })
    }

    pub(crate) fn accept(&mut self, party: Address, to_beneficiary: u128) -> Result<Outcome, EscrowError> {
        self.send(party, &Command::AcceptOffer { to_beneficiary: amount(to_beneficiary) })
    }

    pub(crate) fn rule(&mut self, seats: &Seats) -> Result<Outcome, EscrowError> {
        let rules = self.agreement.dispute;
        self.send(ARBITRATION, &Command::Rule { rules: &rules, seats })
    }

    pub(crate) fn appeal(&mut self, party: Address) -> Result<Outcome, EscrowError> {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Appeal { rules: &rules, received: rules.appeal_bond })
    }

    pub(crate) fn fall_back(&mut self, to_beneficiary: u128) -> Result<Outcome, EscrowError> {
        let rules = self.agreement.dispute;
        self.send(FALLBACK, &Command::RuleFallback { rules: &rules, to_beneficiary: amount(to_beneficiary) })
    }

    /// Consents of everybody to one thing, as of now.
    pub(crate) fn consents(&self, subject: Hash) -> Consents {
        let nonce = self.view.escrow.amendments;
        let consent = |signer| Consent { signer, subject, nonce, deadline: self.now };
        self.view.terms.signatories().map(|signer| signer.map(consent))
    }

    pub(crate) fn amend(&mut self, agreement: Agreement, received: u128) -> Result<Outcome, EscrowError> {
        let amended = Sealed::new(agreement, keccak);
        let consents = self.consents(amended.hash());
        let command = Command::Amend { amended: &amended, consents: &consents, received: amount(received) };
        let outcome = self.send(KEEPER, &command)?;
        self.agreement = agreement;
        Ok(outcome)
    }

    /// What a dispute or an agreement is about now.
    pub(crate) fn stake(&self) -> Amount {
        self.view.escrow.stake(self.view.dispute.as_ref()).unwrap()
    }

    /// A division of what a dispute or an agreement is about now.
    pub(crate) fn split(&self, to_beneficiary: u128) -> AgreedSplit {
        let of_retention = self.view.escrow.is_about_retention(self.view.dispute.as_ref());
        AgreedSplit::new(self.view.escrow.agreement, of_retention, self.stake(), amount(to_beneficiary), keccak)
    }

    /// When what is retained is due.
    pub(crate) fn retained_until(&self) -> Timestamp {
        self.view.escrow.retained_until(&self.view.terms)
    }

    pub(crate) fn agree(&mut self, to_beneficiary: u128) -> Result<Outcome, EscrowError> {
        let split = self.split(to_beneficiary);
        let consents = self.consents(split.hash());
        self.send(KEEPER, &Command::Agree { split: &split, consents: &consents })
    }

    /// Everybody is silent from now until [`Deal::t_max`]; then a stranger settles what is due. All money must be out,
    /// and no title in custody.
    pub(crate) fn fall_silent(&mut self) {
        self.now = self.now.max(self.t_max());
        let mut settled = 0;
        while self.settle(KEEPER).is_ok() {
            settled += 1;
            assert!(settled <= 4, "settling comes to an end");
        }
        for number in 0..self.acceptances.len() {
            if !self.acceptances[number].paid {
                self.mature(number as u8, KEEPER).unwrap();
            }
        }
        assert!(matches!(self.status(), Status::Closed | Status::Draft | Status::Signed), "{:?}", self.status());
        assert_eq!(self.held(), 0, "all money is out or claimable");
        assert_eq!(self.view.escrow.title, None, "no title is in custody");
        assert_eq!(self.paid.values().sum::<u128>(), self.received);
    }
}
