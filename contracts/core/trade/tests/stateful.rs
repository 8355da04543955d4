//! Many escrows at once in random order, over one asset on which accounts are frozen and thawed, against a ghost that
//! only adds up what came in and what went out. After every step each escrow's equation holds, liabilities are what is
//! held and claimed, and are covered; what is retained is touched at its moment only, unless the parties go to dispute
//! or agree about just that; a title is in custody only while documents are presented, and goes to the applicant for
//! half of the money or more; nobody goes to dispute but the party that may; a claim's number advances with every
//! payment; and from every state that was reached everybody falls silent, or the beneficiary disputes the rest as late
//! as it can and then the applicant what is retained, and by `t_max()` all money is out or claimable and no title is in
//! custody.
#![allow(clippy::unwrap_used)]
mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{
    against_title, agreement, amount, before, bps, by_milestones, context, days, keccak, papers, put_off, replaced,
    seats, Deal, APPEAL_PANEL, APPLICANT, BENEFICIARY, CARRIER, COLLECTOR, CONFIRMER, DAY, FACTOR, KEEPER, MONDAY,
    PANEL, TRANSPORT,
};
use florin_trade::condition::{Evidence, Fact, Node};
use florin_trade::decision::TitleMove;
use florin_trade::examination::Discrepancies;
use florin_trade::fee::Snapshot;
use florin_trade::ledger::{redeem, return_undelivered, AssetLedger, Claim, Delivery, Purpose, Redemption};
use florin_trade::right::{RightError, Standing};
use florin_trade::state::{Escrow, Message, Phase, Stage, Status, MAXIMUM_NOTICES};
use florin_trade::terms::{Agreement, Payment, Retention, Sealed, Terms, Tolerance};
use florin_trade::{Address, EscrowError, Hash, Outcome, View};
use florin_units::{Amount, Seconds, Timestamp};

/// Operations in the ordinary run; `FLORIN_ESCROW_OPERATIONS` asks for more.
const OPERATIONS: u32 = 100_000;
/// Escrows that are open at a time.
const DEALS: usize = 12;
const SEED: u128 = 1_000;
/// Where claims are redirected to.
const HAVEN: Address = [83; 20];

/// Bills of lading, by number. The carrier issues titles to the first three of them; the third one is never entrusted.
fn bill(number: u64) -> Hash {
    [0xb0 + number as u8; 32]
}

const MESSAGES: [Message; 18] = [
    Message::Sign,
    Message::Decline,
    Message::Fund,
    Message::Present,
    Message::Approve,
    Message::Notice,
    Message::Waive,
    Message::Settle,
    Message::Mature,
    Message::Execute,
    Message::Raise,
    Message::Offer,
    Message::AcceptOffer,
    Message::Rule,
    Message::Appeal,
    Message::RuleFallback,
    Message::Amend,
    Message::Agree,
];

/// A generator that needs no dependency and is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides
    }

    /// One in so many.
    fn one_in(&mut self, many: u64) -> bool {
        self.roll(many) == 0
    }

    /// Up to an amount: mostly something with ragged digits, now and then nothing, all, or one too much.
    fn part(&mut self, of: u128) -> u128 {
        match self.roll(12) {
            0 => of,
            1 => 0,
            2 => of + 1,
            _ => u128::from(self.roll(1 << 40)) % (of + 1),
        }
    }

    fn party(&mut self) -> Address {
        if self.one_in(2) {
            APPLICANT
        } else {
            BENEFICIARY
        }
    }

    fn anybody(&mut self) -> Address {
        [APPLICANT, BENEFICIARY, KEEPER, FACTOR][self.roll(4) as usize]
    }
}

/// An agreement of random shape that begins now.
fn random_agreement(dice: &mut Dice, now: Timestamp) -> Agreement {
    let mut agreement = agreement();
    let terms = &mut agreement.terms;
    terms.latest_shipment = now.after(days(10 + dice.roll(20)));
    terms.expiry = now.after(days(30 + dice.roll(40)));
    put_off(&mut agreement);
    let terms = &mut agreement.terms;
    terms.examination.limit = days(10 + dice.roll(5));
    terms.default_split = bps(dice.roll(10_001) as u32);
    terms.tip = amount(u128::from(dice.roll(800)));
    if dice.one_in(2) {
        let tenor = days(1 + dice.roll(120));
        terms.payment = Payment::Usance { tenor, sight_share: bps(dice.roll(10_000) as u32) };
    }
    if dice.one_in(2) {
        let until = terms.expiry.after(days(dice.roll(60)));
        terms.retention = Some(Retention { share: bps(1 + dice.roll(5_000) as u32), until });
    }
    if dice.one_in(4) {
        terms.confirmer = Some(CONFIRMER);
    }
    agreement.dispute.reserve = random_reserve(dice);
    let terms = &mut agreement.terms;
    match dice.roll(7) {
        0 => by_milestones(&mut agreement),
        1..=3 => {
            terms.partial_drawings = false;
            terms.tolerance = Tolerance { more: bps(dice.roll(1_001) as u32), less: bps(dice.roll(1_001) as u32) };
            if !dice.one_in(4) {
                against_title(&mut agreement);
            }
        }
        4 => {
            terms.tolerance.more = bps(dice.roll(1_001) as u32);
            let moment = now.after(days(20 + dice.roll(40)));
            agreement.conditions.facts.facts[0] = Some(Fact::Signature { by: CARRIER });
            agreement.conditions.facts.facts[1] = Some(Fact::After { moment });
            agreement.conditions.tree.nodes[0] = Some(Node::Fact(0));
            agreement.conditions.tree.nodes[1] = Some(Node::Fact(1));
            agreement.conditions.tree.nodes[2] = Some(Node::All(2));
        }
        _ => {}
    }
    agreement
}

/// None, too little for the fees of a dispute, or more than they come to.
fn random_reserve(dice: &mut Dice) -> Amount {
    amount([0, 15_000, 60_000, 130_000][dice.roll(4) as usize])
}

/// What is remembered of an escrow, by adding up.
struct Ghost {
    received: u128,
    out: u128,
    collected: u128,
    /// The moment that was promised when it was funded or last amended.
    promise: Option<Timestamp>,
    /// When what stood there last was over: when somebody acted in time, or when the time of that ended.
    over_at: Timestamp,
    /// Whether there was a dispute about what was not drawn.
    disputed: bool,
    milestones: BTreeSet<u8>,
}

impl Ghost {
    /// When what is retained is due. Where an amendment has taken the retention away, that is the end of the rest.
    fn retained_until(&self, terms: &Terms) -> Timestamp {
        let respond_until = self.over_at.after(terms.response);
        terms.retention.map_or(self.over_at, |retention| retention.until.max(respond_until))
    }
}

struct World {
    dice: Dice,
    now: Timestamp,
    deals: Vec<Deal>,
    ghosts: Vec<Ghost>,
    next_id: u64,
    ledger: AssetLedger,
    /// What the contract has of the asset.
    balance: u128,
    claims: BTreeMap<Address, Claim>,
    frozen: BTreeSet<Address>,
    /// Escrows that came to their end.
    ended: u32,
    done: BTreeMap<String, u32>,
}

impl World {
    fn new(seed: u64) -> Self {
        let ledger = AssetLedger { liabilities: Amount::ZERO, seed: amount(SEED) };
        ledger.check_seed(amount(1_000)).unwrap();
        let mut world = Self {
            dice: Dice(seed),
            now: Timestamp::from_raw(u64::from(MONDAY) * DAY),
            deals: Vec::new(),
            ghosts: Vec::new(),
            next_id: 1,
            ledger,
            balance: SEED,
            claims: BTreeMap::new(),
            frozen: BTreeSet::new(),
            ended: 0,
            done: BTreeMap::new(),
        };
        for _ in 0..DEALS {
            let (deal, ghost) = world.draft();
            world.deals.push(deal);
            world.ghosts.push(ghost);
        }
        world
    }

    fn draft(&mut self) -> (Deal, Ghost) {
        let agreement = random_agreement(&mut self.dice, self.now);
        let escrow = Escrow::draft(&Sealed::new(agreement, keccak), self.now).unwrap();
        let mut deal = Deal::of(agreement, View::new(self.next_id, agreement.terms, escrow), self.now);
        self.next_id += 1;
        // Now and then the terms ask for a title that nobody has issued.
        if agreement.terms.title.is_some() && !self.dice.one_in(6) {
            (0..3).for_each(|number| deal.issue(bill(number)));
        }
        let ghost = Ghost {
            received: 0,
            out: 0,
            collected: 0,
            promise: None,
            over_at: self.now,
            disputed: false,
            milestones: BTreeSet::new(),
        };
        (deal, ghost)
    }

    fn count(&mut self, what: &str) {
        *self.done.entry(what.to_owned()).or_default() += 1;
    }

    fn step(&mut self) {
        match self.dice.roll(100) {
            0..=19 => {
                let hours = if self.dice.one_in(4) { self.dice.roll(72) } else { self.dice.roll(6) };
                self.now = self.now.after(Seconds::from_raw(hours * 3_600 + self.dice.roll(3_600)));
            }
            20..=21 => {
                let account = self.dice.anybody();
                if !self.frozen.remove(&account) {
                    self.frozen.insert(account);
                }
            }
            22..=26 => self.redeem(),
            27..=29 => self.assign(),
            // Something that nobody owes anything for.
            30 => self.balance += u128::from(self.dice.roll(1_000)),
            _ => self.message(),
        }
    }

    fn redeem(&mut self) {
        let account = if self.dice.one_in(4) { COLLECTOR } else { self.dice.anybody() };
        let claim = self.claims.get(&account).copied().unwrap_or_default();
        // To its owner anybody may have it paid, elsewhere only the owner, or whoever has its word for this claim.
        let caller = self.dice.anybody();
        let context = context(caller, self.now);
        let to = if self.dice.one_in(4) { HAVEN } else { account };
        let nonce = claim.redemptions.saturating_sub(u32::from(self.dice.one_in(2)));
        let redemption = if self.dice.one_in(3) {
            Redemption::BySignature { signer: account, to, nonce, deadline: self.now }
        } else {
            Redemption::ByCaller { to }
        };
        match redeem(&account, &claim, &self.ledger, &redemption, &context) {
            Ok(redeemed) if !self.frozen.contains(&to) => {
                match redemption {
                    Redemption::ByCaller { .. } => assert!(to == account || caller == account),
                    Redemption::BySignature { nonce, .. } => assert_eq!(nonce, claim.redemptions),
                }
                assert_eq!((redeemed.claim.amount, redeemed.claim.redemptions), (Amount::ZERO, claim.redemptions + 1));
                assert_eq!((redeemed.payout.account, redeemed.payout.amount), (to, claim.amount));
                self.ledger = redeemed.ledger;
                self.balance -= redeemed.payout.amount.raw();
                self.claims.insert(account, redeemed.claim);
                self.count("redeem");
            }
            // A payout that fails changes nothing.
            Ok(_) => self.count("redeem in vain"),
            Err(error @ EscrowError::WrongCaller { .. }) => {
                assert_eq!(error, EscrowError::WrongCaller { expected: account, caller });
                assert_eq!(redemption, Redemption::ByCaller { to: HAVEN });
                self.count("redeem refused");
            }
            Err(EscrowError::WrongNonce { expected, given }) => {
                assert_eq!((expected, given + 1), (claim.redemptions, claim.redemptions));
                self.count("redirection replayed");
            }
            Err(error) => {
                assert_eq!((error, claim.amount), (EscrowError::NothingToClaim { account }, Amount::ZERO));
            }
        }
    }

    fn assign(&mut self) {
        let place = self.dice.roll(DEALS as u64) as usize;
        let (part, to) = (bps(self.dice.roll(3_000) as u32), [[FACTOR, KEEPER], [[81; 20], [82; 20]]]);
        let to = to[self.dice.roll(2) as usize][self.dice.roll(2) as usize];
        let receivable = &mut self.deals[place].view.receivable;
        let changed = if self.dice.one_in(3) {
            receivable.pass_on(0, to, &FACTOR)
        } else {
            receivable.assign(&BENEFICIARY, to, part, &BENEFICIARY)
        };
        if let Ok(changed) = changed {
            *receivable = changed;
            self.count("assign");
        }
    }

    /// A message that is legal mostly, and any other sometimes.
    fn choose(&mut self, place: usize, status: Status) -> Message {
        // A dispute about what is retained, mostly after one about the rest.
        let is_retained = !self.deals[place].view.escrow.book.retained.is_zero();
        let patience = if self.ghosts[place].disputed { 2 } else { 8 };
        let about_rest = matches!(status, Status::Funded | Status::Discrepant);
        if is_retained && (about_rest || status == Status::Retaining) && self.dice.one_in(patience) {
            return Message::Raise;
        }
        let any = MESSAGES[self.dice.roll(18) as usize];
        if self.dice.one_in(8) {
            return any;
        }
        let legal: Vec<Message> = MESSAGES.into_iter().filter(|message| message.is_legal_in(status)).collect();
        if legal.is_empty() {
            return any;
        }
        let message = legal[self.dice.roll(legal.len() as u64) as usize];
        // What ends a phase is rarer, so that there is something to end.
        let ends = |one: Message| matches!(one, Message::Decline | Message::Agree | Message::Raise | Message::Rule);
        let others: Vec<Message> = legal.into_iter().filter(|one| !ends(*one)).collect();
        if ends(message) && !others.is_empty() && !self.dice.one_in(6) {
            others[self.dice.roll(others.len() as u64) as usize]
        } else {
            message
        }
    }

    fn message(&mut self) {
        let place = self.dice.roll(DEALS as u64) as usize;
        self.deals[place].now = self.now;
        let status = self.deals[place].status();
        let message = self.choose(place, status);
        let since = self.since(place, status);
        let before = self.deals[place].view;
        let result = send(&mut self.dice, &mut self.deals[place], message);
        match result {
            Ok(outcome) => {
                assert!(message.is_legal_in(status), "{message:?} in {status:?}");
                self.count(&format!("{message:?}"));
                self.apply(place, &outcome);
                self.check_raised(place, message, status, &outcome);
                self.check_end(place, &before, message, since);
                self.check_retained(place, &before, message, status, &outcome);
                self.check_titles(place, &before, message, &outcome);
                if message == Message::Amend && self.deals[place].view.escrow.stage == Stage::Ended {
                    self.count("amended to its end");
                }
                if matches!(message, Message::Fund | Message::Amend) {
                    self.ghosts[place].promise = Some(self.deals[place].t_max());
                }
                self.check_deal(place);
                self.check_slowest(place);
            }
            Err(error) => {
                if message == Message::Raise && message.is_legal_in(status) {
                    let expected = raiser_in(status);
                    let is_wrong = matches!(error, EscrowError::WrongCaller { expected: one, .. } if one == expected);
                    let terms = before.terms;
                    let is_at_large = terms.title.is_some() && before.escrow.title.is_none();
                    assert!(is_wrong || is_at_large && error == EscrowError::TitleNotInCustody, "{status:?}: {error}");
                    assert!(error != EscrowError::TitleNotInCustody || status != Status::Retaining);
                    self.count("dispute refused");
                }
                let is_mistake = matches!(
                    error,
                    EscrowError::Math(_)
                        | EscrowError::Unbalanced { .. }
                        | EscrowError::RecordMissing { .. }
                        | EscrowError::TooManyPayouts
                );
                assert!(!is_mistake, "{message:?} in {status:?}: {error}");
                if let EscrowError::Right(error) = error {
                    // The registry does not give a title that was not issued or not entrusted; it takes every one back.
                    let is_missing = matches!(error, RightError::UnknownTitle { .. } | RightError::NotCustodian { .. });
                    assert!(is_missing && message == Message::Present, "{message:?} in {status:?}: {error}");
                    self.count("title refused");
                }
                assert!(self.deals[place].view == before, "a refusal changes nothing");
                self.count("refused");
            }
        }
        if self.deals[place].status() == Status::Closed {
            assert_eq!(self.deals[place].held(), 0);
            assert_eq!(self.ghosts[place].received, self.ghosts[place].out);
            self.ended += 1;
            let (deal, ghost) = self.draft();
            self.deals[place] = deal;
            self.ghosts[place] = ghost;
        }
    }

    /// Moves the money as the contract would: what comes in first, then each payout, which fails for a frozen account.
    fn apply(&mut self, place: usize, outcome: &Outcome) {
        let received = outcome.received();
        self.balance += received.raw();
        self.ledger = self.ledger.moved(received, &outcome.payouts).unwrap();
        let (deal, ghost) = (&mut self.deals[place], &mut self.ghosts[place]);
        ghost.received += received.raw();
        for payout in outcome.payouts.iter() {
            ghost.out += payout.amount.raw();
            if payout.account == COLLECTOR {
                ghost.collected += payout.amount.raw();
            }
            let claim = self.claims.entry(payout.account).or_default();
            if payout.delivery == Delivery::Accumulate {
                *claim = claim.credit(payout.amount, self.now).unwrap();
            } else if self.frozen.contains(&payout.account) {
                let book = deal.view.escrow.book;
                let back = return_undelivered(&book, &self.ledger, claim, payout.amount, self.now).unwrap();
                (deal.view.escrow.book, self.ledger, *claim) = (back.book, back.ledger, back.claim);
            } else {
                self.balance -= payout.amount.raw();
            }
        }
    }

    /// When what stands there was over: now, or when the time ended after which anybody can settle. Whoever settles
    /// late puts nothing off. The status alone says when that was.
    fn since(&self, place: usize, status: Status) -> Timestamp {
        if !matches!(status, Status::Complying | Status::Expired | Status::Decided) {
            return self.now;
        }
        let (view, ghost) = (&self.deals[place].view, &self.ghosts[place]);
        let (mut first, mut last) = (ghost.over_at.raw(), self.now.raw());
        while first < last {
            let middle = first + (last - first) / 2;
            if view.escrow.status(&view.terms, Timestamp::from_raw(middle)) == status {
                last = middle;
            } else {
                first = middle + 1;
            }
        }
        Timestamp::from_raw(first)
    }

    /// Only the beneficiary disputes what was not drawn, only the applicant what is retained, and nobody what is being
    /// examined.
    fn check_raised(&mut self, place: usize, message: Message, status: Status, outcome: &Outcome) {
        if message != Message::Raise {
            return;
        }
        let expected = raiser_in(status);
        assert_eq!(outcome.receipt.map(|receipt| receipt.account), Some(expected), "{status:?}");
        let dispute = outcome.view.dispute.unwrap();
        assert_eq!((outcome.view.terms.account(dispute.raiser), dispute.raised_in), (expected, status));
        let book = outcome.view.escrow.book;
        if status == Status::Retaining {
            assert_eq!(dispute.stake, book.retained);
            if self.ghosts[place].disputed {
                self.count("disputed twice");
            }
        } else {
            assert_eq!(dispute.stake, book.undrawn().unwrap());
            self.ghosts[place].disputed = true;
        }
    }

    /// A credit ends when it was due to end.
    fn check_end(&mut self, place: usize, before: &View, message: Message, since: Timestamp) {
        let (deal, ghost) = (&self.deals[place], &mut self.ghosts[place]);
        if message != Message::Mature && before.escrow.stage != Stage::Ended {
            ghost.over_at = since;
            if deal.view.escrow.stage == Stage::Ended {
                assert_eq!(deal.view.escrow.ended_at, since, "{message:?} at {:?}", self.now);
            }
        }
        if deal.view.escrow.stage == Stage::Ended {
            assert_eq!(deal.retained_until(), ghost.retained_until(&deal.view.terms));
        }
    }

    /// What is retained leaves at its moment, or by a dispute or an agreement about just that.
    fn check_retained(&mut self, place: usize, before: &View, message: Message, status: Status, outcome: &Outcome) {
        let (old, new) = (before.escrow.book.retained, self.deals[place].view.escrow.book.retained);
        if new >= old {
            return;
        }
        assert!(new.is_zero(), "all of it at once");
        let refunded = outcome.payouts.iter().any(|payout| payout.purpose == Purpose::Refund);
        let about_it = before.dispute.filter(|dispute| dispute.raised_in == Status::Retaining);
        assert_eq!(before.dispute.is_some(), about_it.is_some(), "no dispute about the rest reaches it");
        let how = match (message, status) {
            (Message::Agree, Status::Retaining) => "retained, agreed",
            (Message::Agree | Message::Offer | Message::AcceptOffer, _) => {
                assert!(about_it.is_some());
                "retained, contested"
            }
            (Message::Settle, Status::Decided) => {
                let award = about_it.unwrap().award();
                assert!(award.is_some() || !refunded, "where nobody has ruled it is the beneficiary's");
                if award.is_some() {
                    "retained, contested"
                } else {
                    "retained, contested in silence"
                }
            }
            _ => {
                let due = self.ghosts[place].retained_until(&before.terms);
                assert!(self.now >= due, "{message:?} in {status:?} pays it before its time");
                assert_eq!((message, status), (Message::Settle, Status::Releasing));
                assert!(!refunded, "it is the beneficiary's");
                "retained, released"
            }
        };
        self.count(how);
    }

    /// A title moves with the documents it belongs to, and for money.
    fn check_titles(&mut self, place: usize, before: &View, message: Message, outcome: &Outcome) {
        let (old, new) = (&before.escrow, &outcome.view.escrow);
        for title in outcome.titles.iter().flatten() {
            match *title {
                TitleMove::Take(key) => {
                    assert_eq!((message, new.title), (Message::Present, Some(key)));
                    let presentation = outcome.view.presentation.unwrap();
                    assert_eq!((key.issuer, key.document), (CARRIER, presentation.commitments[TRANSPORT]));
                    self.count("title taken");
                }
                TitleMove::Deliver(key, to) => {
                    assert_eq!(old.title, Some(key), "what was in custody");
                    let paid = new.drawn.raw() - old.drawn.raw();
                    let is_half = paid * 2 >= old.book.presented.raw();
                    assert_eq!(to, if is_half { APPLICANT } else { BENEFICIARY });
                    self.count(match message {
                        Message::Present => "title exchanged",
                        _ if is_half => "title delivered",
                        _ => "title given back",
                    });
                }
            }
        }
        let is_the_same = outcome.titles.iter().all(Option::is_none);
        assert_eq!(old.title == new.title, is_the_same, "what is in custody changes by moves only");
        let retired = self.deals[place].titles.values().filter(|title| title.standing == Standing::Retired);
        assert_eq!(retired.count(), 0, "an escrow hands out no goods");
    }

    /// What must hold of an escrow after it was touched.
    fn check_deal(&mut self, place: usize) {
        let (deal, ghost) = (&self.deals[place], &mut self.ghosts[place]);
        let escrow = &deal.view.escrow;
        let book = escrow.book;
        assert!(book.is_balanced());
        assert_eq!(book.funded.raw(), ghost.received);
        assert_eq!(book.left().unwrap().raw(), ghost.out);
        assert_eq!(deal.held(), ghost.received - ghost.out, "what is not out is held");
        let limit = deal.view.terms.limit().unwrap();
        assert!(escrow.drawn <= limit, "never more than the credit");
        assert!(book.reserve <= deal.agreement.dispute.reserve);
        let is_over = escrow.stage == Stage::Ended && book.retained.is_zero();
        assert!(!is_over || book.reserve.is_zero(), "the reserve goes back when nothing can be disputed");
        let fee = u128::from(escrow.snapshot.fee.raw());
        assert_eq!(ghost.collected, (escrow.drawn.raw() * fee).div_ceil(10_000), "the fee of what was drawn");
        let accepted: u128 = deal.acceptances.iter().filter(|one| !one.paid).map(|one| one.amount.raw()).sum();
        assert_eq!(book.accepted.raw(), accepted);
        for milestone in 0..8u8 {
            if escrow.milestones & (1 << milestone) != 0 {
                ghost.milestones.insert(milestone);
            }
        }
        assert_eq!(escrow.milestones.count_ones() as usize, ghost.milestones.len(), "paid stays paid");
        assert!(escrow.notices <= MAXIMUM_NOTICES);
        assert!(escrow.title.is_none() || deal.view.presentation.is_some(), "a title is there with its documents");
        if let Some(promise) = ghost.promise {
            assert!(deal.t_max() <= promise, "the promise holds");
        }
        let mut silent = deal.clone();
        silent.fall_silent();
    }

    /// From here the beneficiary disputes the rest as late as it can, then the applicant what is retained, as late
    /// as it can: all is out by the moment that was promised.
    fn check_slowest(&mut self, place: usize) {
        let mut deal = self.deals[place].clone();
        let (book, terms) = (deal.view.escrow.book, deal.view.terms);
        let promise = self.ghosts[place].promise;
        let last = match (deal.status(), deal.view.escrow.stage) {
            (Status::Funded, _) => terms.expiry,
            (Status::Discrepant, Stage::Discrepant { until }) => until,
            _ => return,
        };
        if book.retained.is_zero() || terms.retention.is_none() || terms.title.is_some() {
            return;
        }
        let promise = promise.unwrap();
        deal.now = before(last);
        deal.raise(BENEFICIARY).unwrap();
        contest(&mut self.dice, &mut deal);
        let due = deal.now;
        // Neither of them can gain by leaving it for a while.
        deal.now = due.after(Seconds::from_raw(self.dice.roll(terms.response.raw())));
        deal.settle(KEEPER).unwrap();
        assert_eq!(deal.status(), Status::Retaining, "there is time left to dispute it");
        assert_eq!(deal.view.escrow.book.retained, book.retained);
        assert!(deal.retained_until() >= due.after(terms.response));
        deal.now = before(deal.retained_until());
        deal.raise(APPLICANT).unwrap();
        contest(&mut self.dice, &mut deal);
        assert!(deal.now <= promise, "{:?} is after {promise:?}", deal.now);
        deal.settle(KEEPER).unwrap();
        assert!(matches!(deal.status(), Status::Accepted | Status::Closed));
        assert!(deal.t_max() <= promise);
        deal.fall_silent();
        self.count("slowest");
    }

    /// What must hold of all of them.
    fn check(&self) {
        let held: u128 = self.deals.iter().map(Deal::held).sum();
        let claimed: u128 = self.claims.values().map(|claim| claim.amount.raw()).sum();
        assert_eq!(self.ledger.liabilities.raw(), held + claimed, "what is owed is what is held and claimed");
        assert_eq!(self.ledger.check(amount(self.balance)), Ok(()));
    }
}

/// Who may go to dispute in a status.
fn raiser_in(status: Status) -> Address {
    match status {
        Status::Funded | Status::Discrepant => BENEFICIARY,
        Status::Retaining => APPLICANT,
        other => panic!("no dispute is raised in {other:?}"),
    }
}

/// A dispute that was just raised takes its course, everybody being as slow as can be, until it can be settled.
fn contest(dice: &mut Dice, deal: &mut Deal) {
    let Stage::Disputed(Phase::Heard { panel_until, fallback_until, .. }) = deal.view.escrow.stage else {
        panic!("{:?}", deal.view.escrow.stage);
    };
    let stake = deal.stake().raw();
    match dice.roll(6) {
        0 => deal.now = fallback_until,
        1 => {
            deal.now = before(fallback_until);
            deal.fall_back(dice.part(stake).min(stake)).unwrap();
        }
        course => {
            deal.now = before(panel_until);
            deal.rule(&seats(PANEL, &[Some(dice.part(stake).min(stake)); 3])).unwrap();
            let Stage::Disputed(Phase::Ruled { appeal_until }) = deal.view.escrow.stage else { unreachable!() };
            deal.now = appeal_until;
            if course > 2 {
                deal.now = before(appeal_until);
                deal.appeal(dice.party()).unwrap();
                let Stage::Disputed(Phase::Appealed { until }) = deal.view.escrow.stage else { unreachable!() };
                deal.now = until;
                if course > 4 {
                    deal.now = before(until);
                    deal.rule(&seats(APPEAL_PANEL, &[Some(dice.part(stake).min(stake)); 7])).unwrap();
                }
            }
        }
    }
    assert_eq!(deal.status(), Status::Decided);
}

/// Sends a message with contents that are right mostly.
fn send(dice: &mut Dice, deal: &mut Deal, message: Message) -> Result<Outcome, EscrowError> {
    let stake = deal.stake().raw();
    match message {
        Message::Sign => deal.sign(dice.party()),
        Message::Decline => deal.send(dice.anybody(), &florin_trade::Command::Decline),
        Message::Fund => {
            let minimum = amount(u128::from(dice.roll(20)));
            deal.fund(Snapshot { fee: bps(dice.roll(110) as u32), collector: COLLECTOR, minimum })
        }
        Message::Present => present(dice, deal),
        Message::Approve => deal.approve(),
        Message::Notice => deal.notice(Discrepancies(dice.roll(1 << 16) as u16 & 0b1111_1100_0000_0111)),
        Message::Waive => deal.waive(),
        Message::Settle => deal.settle(dice.anybody()),
        Message::Mature => {
            let number = dice.roll(1 + deal.acceptances.len() as u64) as u8;
            deal.mature(number, dice.anybody())
        }
        Message::Execute => {
            let mut evidence = Evidence::default();
            evidence.signers[0] = Some(if dice.one_in(3) { BENEFICIARY } else { CARRIER });
            let result = deal.execute(&evidence, dice.anybody());
            // A credit without conditions has an empty tree, which pays nobody.
            assert!(result.is_err() || !deal.agreement.conditions.is_empty());
            result
        }
        Message::Raise => {
            let status = deal.status();
            let right = if status == Status::Retaining { APPLICANT } else { BENEFICIARY };
            let caller = if dice.one_in(4) { dice.anybody() } else { right };
            deal.raise(caller)
        }
        Message::Offer => deal.offer(dice.party(), dice.part(stake)),
        Message::AcceptOffer => {
            let party = dice.party();
            let other = deal.view.dispute.and_then(|dispute| {
                if party == APPLICANT {
                    dispute.beneficiary_offer
                } else {
                    dispute.applicant_offer
                }
            });
            deal.accept(party, other.unwrap_or(Amount::ZERO).raw())
        }
        Message::Rule => {
            let is_appeal = deal.status() == Status::Appealed;
            let (first, size) = if is_appeal { (APPEAL_PANEL, 7) } else { (PANEL, 3) };
            let mut award = || (!dice.one_in(5)).then(|| dice.part(stake).min(stake));
            let awards: Vec<Option<u128>> = (0..size).map(|_| award()).collect();
            deal.rule(&seats(first, &awards))
        }
        Message::Appeal => deal.appeal(dice.party()),
        Message::RuleFallback => deal.fall_back(dice.part(stake)),
        Message::Amend => amend(dice, deal),
        Message::Agree => deal.agree(dice.part(stake)),
    }
}

fn present(dice: &mut Dice, deal: &mut Deal) -> Result<Outcome, EscrowError> {
    let shipped_at = Timestamp::from_raw(deal.now.raw() - dice.roll(24 * DAY));
    let mut shown = papers(&deal.agreement.checklist, shipped_at);
    if deal.view.terms.title.is_some() {
        let number = if dice.one_in(6) { dice.roll(4) } else { dice.roll(2) };
        shown = replaced(&shown, TRANSPORT, bill(number));
        let title = deal.titles.get(&(CARRIER, bill(number)));
        let is_own = title.is_some_and(|title| (title.standing, title.owner) == (Standing::Active, BENEFICIARY));
        if is_own && number < 2 && !dice.one_in(8) {
            deal.entrust(bill(number));
        }
    }
    if dice.one_in(3) {
        let place = 2 * dice.roll(2) as usize;
        shown = replaced(&shown, place, [dice.roll(4) as u8; 32]);
    }
    let fault = dice.roll(3) as usize;
    match dice.roll(10) {
        0 => shown[fault] = None,
        1 => shown[fault] = shown[fault].map(|paper| florin_trade::examination::Paper { signer: KEEPER, ..paper }),
        _ => {}
    }
    let book = deal.view.escrow.book;
    let available = book.available.raw() + book.presented.raw();
    let milestone = dice.roll(3) as u8;
    let (drawn, milestone) = match deal.agreement.checklist.milestone(milestone) {
        Some(found) if !dice.one_in(12) => (found.amount.raw(), Some(milestone)),
        _ if !deal.view.terms.partial_drawings && dice.one_in(2) => (available, None),
        _ if !deal.view.terms.partial_drawings => (available - dice.part(available / 10).min(available), None),
        _ => (dice.part(available), None),
    };
    deal.show(drawn, milestone, &shown, dice.one_in(3))
}

fn amend(dice: &mut Dice, deal: &mut Deal) -> Result<Outcome, EscrowError> {
    let mut amended = deal.agreement;
    let before = amended.terms.limit().unwrap().raw();
    amended.terms.details = [dice.roll(256) as u8; 32];
    if dice.one_in(3) {
        amended.terms.expiry = amended.terms.expiry.after(days(dice.roll(20)));
        put_off(&mut amended);
        amended.terms.retention =
            amended.terms.retention.map(|retention| Retention { until: retention.until.after(days(23)), ..retention });
    }
    if dice.one_in(3) {
        amended.terms.amount = amount(900_000 + u128::from(dice.roll(300_000)));
    }
    // Down to what was drawn, now and then.
    let drawn = deal.view.escrow.drawn;
    if dice.one_in(4) && drawn >= amount(100_000) && amended.terms.tolerance.more.is_zero() {
        amended.terms.amount = drawn;
    }
    if dice.one_in(4) {
        amended.terms.payment = Payment::Sight;
    }
    if dice.one_in(6) {
        amended.terms.retention = None;
    }
    if dice.one_in(4) {
        amended.dispute.reserve = random_reserve(dice);
    }
    // A reserve of which a dispute has taken something is filled up.
    let (has, needs) = (deal.view.escrow.book.reserve.raw(), amended.dispute.reserve.raw());
    let after = amended.terms.limit().unwrap().raw();
    deal.amend(amended, after.saturating_sub(before) + needs.saturating_sub(has))
}

#[test]
fn random_escrows_follow_the_ghost() {
    let asked = std::env::var("FLORIN_ESCROW_OPERATIONS").ok().and_then(|text| text.parse().ok());
    let operations: u32 = asked.unwrap_or(OPERATIONS);
    let (runs, mut acts, mut ended) = (4u32, BTreeMap::<String, u32>::new(), 0);
    for seed in 1..=runs {
        let mut world = World::new(0x9E37_79B9_7F4A_7C15u64.wrapping_mul(u64::from(seed)));
        for _ in 0..operations / runs {
            world.step();
            world.check();
        }
        ended += world.ended;
        for (name, count) in world.done {
            *acts.entry(name).or_default() += count;
        }
    }
    println!("{acts:?}, {ended} escrows ended");
    // A run that never gets anywhere would prove nothing.
    for message in MESSAGES {
        let count = acts.get(&format!("{message:?}")).copied().unwrap_or(0);
        assert!(count >= 20 || operations < OPERATIONS, "{message:?} happened {count} times only");
    }
    for (name, least) in [
        ("redeem", 100),
        ("redeem in vain", 20),
        ("assign", 200),
        ("refused", 1_000),
        ("retained, released", 20),
        ("retained, contested", 20),
        ("retained, contested in silence", 5),
        ("retained, agreed", 20),
        ("disputed twice", 20),
        ("dispute refused", 100),
        ("slowest", 500),
        ("redeem refused", 20),
        ("redirection replayed", 20),
        ("title taken", 100),
        ("title exchanged", 20),
        ("title delivered", 20),
        ("title given back", 20),
        ("title refused", 100),
        ("amended to its end", 5),
    ] {
        let count = acts.get(name).copied().unwrap_or(0);
        assert!(count >= least || operations < OPERATIONS, "{name} happened {count} times only");
    }
    assert!(ended >= 200 || operations < OPERATIONS, "{ended}");
}
