//! An agreement with its parts, keys, and a deal that is driven message by message, as all tests share them.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use florin_trade::{
    calendar::Calendar,
    condition::{Conditions, Evidence},
    decide,
    decision::Screening,
    dispute::{DisputeTerms, Seat, Seats, MAXIMUM_APPEAL_PANEL},
    drawing::Acceptance,
    examination::{Discrepancies, Paper, Papers, PresentationId, Presenting},
    fee::Snapshot,
    right::Receivable,
    state::{Escrow, Status},
    terms::{
        Agreement, Asset, Checklist, DocumentKind, Examination, Milestone, Payment, RequiredDocument, Retention,
        Sealed, Terms, Tolerance,
    },
    Address, Command, Context, EscrowError, Hash, Outcome, View,
};
use florin_trader::{
    keccak, signing,
    timeline::{Records, Timeline},
};
use florin_units::{Amount, Bps, Seconds, Timestamp};
use k256::ecdsa::SigningKey;

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
pub(crate) const REGISTRY: Address = [13; 20];
pub(crate) const ORACLE: Address = [14; 20];
pub(crate) const DAY: u64 = 86_400;
/// A Monday, counted from 1970: 13 November 2023.
pub(crate) const MONDAY: u32 = 19_674;
/// Saturday and Sunday.
pub(crate) const WEEKEND: u8 = 0b110_0000;
/// Place of the transport document in the checklist.
pub(crate) const TRANSPORT: usize = 1;
/// The amount of the credit, in raw units.
pub(crate) const AMOUNT: u128 = 1_000_000_000;
/// Number of the escrow.
pub(crate) const ID: u64 = 7;

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
        tip: amount(500_000),
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
        bond: amount(50_000_000),
        fee: amount(20_000_000),
        appeal_bond: amount(60_000_000),
        appeal_fee: amount(40_000_000),
        reserve: amount(60_000_000),
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

/// Three milestones: the first against the invoice, the second against the transport document, the third against the
/// inspection.
pub(crate) fn by_milestones(agreement: &mut Agreement) {
    for (place, (share, documents)) in [(2, 0b001), (5, 0b010), (3, 0b100)].into_iter().enumerate() {
        agreement.checklist.milestones[place] = Some(Milestone { amount: amount(AMOUNT / 10 * share), documents });
    }
}

pub(crate) fn with_retention(agreement: &mut Agreement) {
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
}

pub(crate) fn by_usance(agreement: &mut Agreement) {
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(2_000) };
}

/// Half a percent for the protocol; accounts of the asset hold ten units at least.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot { fee: bps(50), collector: COLLECTOR, minimum: amount(10) }
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

/// A credit with everything that a contract would store for it.
#[derive(Clone)]
pub(crate) struct Deal {
    pub(crate) agreement: Agreement,
    pub(crate) view: View,
    pub(crate) now: Timestamp,
    pub(crate) acceptances: Vec<Acceptance>,
    /// All that each account was paid or can claim.
    pub(crate) paid: BTreeMap<Address, u128>,
}

impl Deal {
    pub(crate) fn draft(agreement: Agreement) -> Self {
        let escrow = Escrow::draft(&Sealed::new(agreement, keccak), at(0)).unwrap();
        let view = View::new(ID, agreement.terms, escrow);
        Self { agreement, view, now: at(0), acceptances: Vec::new(), paid: BTreeMap::new() }
    }

    pub(crate) fn signed(agreement: Agreement) -> Self {
        let mut deal = Self::draft(agreement);
        let agreement = deal.view.escrow.agreement;
        for party in [APPLICANT, BENEFICIARY] {
            deal.send(party, &Command::Sign { agreement }).unwrap();
        }
        deal
    }

    pub(crate) fn funded(agreement: Agreement) -> Self {
        let mut deal = Self::signed(agreement);
        let rules = agreement.dispute;
        let received = deal.view.terms.paid_in(&rules).unwrap();
        let agreement = deal.view.escrow.agreement;
        let snapshot = snapshot();
        deal.send(APPLICANT, &Command::Fund { agreement, rules: &rules, received, snapshot, decimals: 6 }).unwrap();
        deal
    }

    pub(crate) fn status(&self) -> Status {
        self.view.escrow.status(&self.view.terms, self.now)
    }

    pub(crate) fn held(&self) -> u128 {
        self.view.escrow.book.held().unwrap().raw()
    }

    pub(crate) fn records(&self) -> Records<'_> {
        Records {
            id: ID,
            agreement: &self.agreement,
            escrow: &self.view.escrow,
            presentation: self.view.presentation.as_ref(),
            dispute: self.view.dispute.as_ref(),
            acceptances: &self.acceptances,
            receivable: &self.view.receivable,
        }
    }

    pub(crate) fn timeline(&self) -> Timeline {
        Timeline::new(&self.records(), self.now).unwrap()
    }

    /// Decides and writes what the outcome carries.
    pub(crate) fn send(&mut self, caller: Address, command: &Command<'_>) -> Result<Outcome, EscrowError> {
        let context = Context { caller, now: self.now, screening: Screening::Clear };
        let outcome = decide(&self.view, command, &context)?;
        self.view = outcome.view;
        for payout in outcome.payouts.iter() {
            *self.paid.entry(payout.account).or_default() += payout.amount.raw();
        }
        if let Some((number, acceptance)) = outcome.acceptance {
            match self.acceptances.get_mut(usize::from(number)) {
                Some(slot) => *slot = acceptance,
                None => self.acceptances.push(acceptance),
            }
        }
        Ok(outcome)
    }

    pub(crate) fn show(&mut self, drawn: u128, milestone: Option<u8>, papers: &Papers, on_approval: bool) {
        let Agreement { checklist, calendar, .. } = self.agreement;
        let presenting = Presenting {
            checklist: &checklist,
            calendar: &calendar,
            amount: amount(drawn),
            milestone,
            papers,
            on_approval,
        };
        self.send(BENEFICIARY, &Command::Present(&presenting)).unwrap();
    }

    /// Presents everything, shipped on a day.
    pub(crate) fn present(&mut self, drawn: u128, shipped: u64) {
        let papers = papers(&self.agreement.checklist, at(shipped));
        self.show(drawn, None, &papers, false);
    }

    pub(crate) fn named(&self) -> PresentationId {
        let amount = self.view.presentation.map_or(Amount::ZERO, |presentation| presentation.amount);
        PresentationId { number: self.view.escrow.presentations, amount }
    }

    pub(crate) fn approve(&mut self) {
        let presentation = self.named();
        self.send(APPLICANT, &Command::Approve { presentation }).unwrap();
    }

    pub(crate) fn notice(&mut self) {
        let presentation = self.named();
        let (discrepancies, reasons) = (Discrepancies::OTHER, [0xee; 32]);
        self.send(APPLICANT, &Command::Notice { presentation, discrepancies, reasons }).unwrap();
    }

    pub(crate) fn raise(&mut self, party: Address) {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Raise { rules: &rules, received: rules.bond }).unwrap();
    }

    pub(crate) fn offer(&mut self, party: Address, to_beneficiary: u128) {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Offer { rules: &rules, to_beneficiary: amount(to_beneficiary) }).unwrap();
    }

    pub(crate) fn rule(&mut self, first: u8, awards: &[u128]) {
        let rules = self.agreement.dispute;
        let mut seats: Seats = [None; MAXIMUM_APPEAL_PANEL];
        for (place, award) in awards.iter().enumerate() {
            seats[place] = Some(Seat { member: [first + place as u8; 20], award: Some(amount(*award)) });
        }
        self.send(ARBITRATION, &Command::Rule { rules: &rules, seats: &seats }).unwrap();
    }

    pub(crate) fn appeal(&mut self, party: Address) {
        let rules = self.agreement.dispute;
        self.send(party, &Command::Appeal { rules: &rules, received: rules.appeal_bond }).unwrap();
    }

    pub(crate) fn assign(&mut self, part: u32) {
        let assigned = Receivable::default().assign(&BENEFICIARY, FACTOR, bps(part), &BENEFICIARY).unwrap();
        self.view.receivable = assigned;
    }

    pub(crate) fn execute(&mut self, evidence: &Evidence) -> Result<Outcome, EscrowError> {
        let Agreement { conditions, checklist, .. } = self.agreement;
        let command = Command::Execute { conditions: &conditions, checklist: &checklist, evidence };
        self.send(KEEPER, &command)
    }
}

/// An Ethereum key from a number, and its address.
pub(crate) fn ecdsa(number: u8) -> (SigningKey, Address) {
    let key = SigningKey::from_bytes(&[number.max(1); 32].into()).unwrap();
    let bytes = sign_ecdsa(&key, &[7; 32]);
    let (address, _) = signing::signer_of(&[7; 32], &bytes).unwrap();
    (key, address.unwrap())
}

pub(crate) fn sign_ecdsa(key: &SigningKey, digest: &Hash) -> Vec<u8> {
    let (signature, recovery) = key.sign_prehash_recoverable(digest).unwrap();
    [signature.to_bytes().as_slice(), &[recovery.to_byte() + 27]].concat()
}

/// An sr25519 key from a number, and its address.
pub(crate) fn polkadot(number: u8) -> (schnorrkel::Keypair, Address) {
    let mini = schnorrkel::MiniSecretKey::from_bytes(&[number; 32]).unwrap();
    let pair = mini.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    let address = florin_governance::signing::address_of(&pair.public.to_bytes(), keccak);
    (pair, address)
}

pub(crate) fn sign_sr25519(pair: &schnorrkel::Keypair, digest: &Hash) -> Vec<u8> {
    let signature = pair.sign_simple(b"substrate", &signing::sr25519_message(digest)).to_bytes();
    signing::sr25519(&pair.public.to_bytes(), &signature).to_vec()
}
