//! Random trade on the real contracts: many credits at a time, in the coin, in an asset of the chain that freezes, and
//! in a token that misbehaves. Parties send wrong amounts from wrong accounts, attestors sign for other drawings,
//! arbitrators are silent, absurd or copy from each other, and what was sent before is sent again. A ghost adds up,
//! from what the contract tells, what each credit took in and paid. After every act nothing is lost, and all that is
//! owed is there. Now and then everybody falls silent until all time is over: then all money is out, or can be claimed,
//! and life goes on where it was. Before all that, what chance brings about too seldom is done once, in order.
//!
//! `FLORIN_TRADE_ACTS` asks for more acts, `FLORIN_TRADE_SEED` for others.

use std::collections::{BTreeMap, BTreeSet};

use blake2::{digest::consts::U32, Blake2b};
use florin_bindings::{arbitration, escrow, ContractEvent, Message};
use florin_client::{
    account::AccountId,
    bundle::Bundles,
    chain::{Address, Chain, DevChain, Receipt},
    contract::{decode_events, CallError, Done},
    escrow::{sign_agreement, sign_consent, sign_paper},
    governance::keccak,
    metadata::ContractMetadata,
    signer::Signer,
};
use florin_e2e_tests::{
    harness::{coins, HarnessError},
    scenarios::{approve_spender, asset_balance, give_asset, hostile_registry, refuse_delivery},
    trade::{whole, Trade, BILL, DAY, INSPECTION, INVOICE},
};
use florin_sandbox::Sandbox;
use florin_trade::{
    amendment::AgreedSplit,
    calendar::Calendar,
    condition::{Conditions, Fact, Node},
    dispute::{Dispute, DisputeTerms, Seat, MAXIMUM_APPEAL_PANEL},
    drawing::Acceptance,
    examination::{Discrepancies, PaperSubject, Presentation, PresentationId},
    ledger::{redirection_hash, Purpose},
    right::Receivable,
    state::{Escrow, Status},
    swap::{Bound, Leg, LegTerms, Quote, SecretHash, SwapError},
    terms::{
        Agreement, Asset, Checklist, DocumentKind, Examination, Milestone, Payment, RequiredDocument, Retention,
        Sealed, Terms, Tolerance,
    },
    EscrowError, Hash,
};
use florin_units::{Amount, Bps, Seconds, Timestamp, U256, WAD_ONE};
use parity_scale_codec::{Decode, Encode};

/// Calls of the contracts in a run that is not set otherwise, refused ones too.
const ACTS: u32 = 2_000;
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
/// Credits with money that are alive at a time, at least and at most.
const LEAST_ALIVE: usize = 8;
const MOST_ALIVE: usize = 14;
/// Acts between two readings of everything, and between two silences.
const BETWEEN_READINGS: u32 = 50;
const BETWEEN_SILENCES: u32 = 170;
/// The asset of the chain.
const EURO: u32 = 96;
/// What opens every leg.
const SECRET: [u8; 32] = [5; 32];

/// What the hostile token does with a transfer; the numbers are its own.
const HONEST: u8 = 0;
const RETURNS_FALSE: u8 = 1;
const REENTERS: u8 = 2;
const TAKES_FEE: u8 = 3;
const REVERTS: u8 = 4;
const RETURNS_NOTHING: u8 = 5;
const LIES: u8 = 6;
const DENIES: u8 = 7;
const SPINS: u8 = 8;

/// Statuses in which a settlement is due.
const DUE: [Status; 4] = [Status::Complying, Status::Expired, Status::Decided, Status::Releasing];
/// Messages that are not sent again: they would stop everything, or change what the run stands on.
const ONCE: [&str; 8] =
    ["pause", "resume", "set_fee", "set_minimum", "recover", "name_governor", "accept_governor", "set_guardian"];

type Account = [u8; 20];
type Step = Result<(), HarnessError>;
/// A claim: the asset, the compliance contract of the credits from which it is, and whose it is.
type Claimed = (Address, Address, Address);
/// Who sits in a panel, and the award and the salt that are still to be revealed.
type Sitting = Vec<(Account, Option<(Amount, Hash)>)>;

/// A generator that needs no dependency and is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % sides.max(1)
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    fn days(&mut self, from: u64, to: u64) -> Seconds {
        Seconds::from_raw((from + self.roll(to - from + 1)) * DAY)
    }

    /// A part of a number, with ragged digits.
    fn part(&mut self, of: u128) -> Amount {
        Amount::from_raw(match self.roll(10) {
            0 => of,
            1 => of.min(1),
            _ => of / 1_000_003 * u128::from(self.roll(1_000_003)) + u128::from(self.roll(1_000)).min(of % 1_000_003),
        })
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> Option<T> {
        among.get(self.roll(among.len() as u64) as usize).cloned()
    }
}

/// What money that comes in with a call is for, and which claim a call pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Nothing,
    Credit(u64),
    /// For a quote or a leg.
    Apart,
    Seed,
    Claim(Claimed),
}

/// A credit as the contract tells of it.
#[derive(Clone)]
struct Credit {
    agreement: Agreement,
    record: Escrow,
    presentation: Option<Presentation>,
    dispute: Option<Dispute>,
    receivable: Receivable,
    acceptances: BTreeMap<u8, Acceptance>,
    /// All that came in for it.
    funded: u128,
    /// All that has left it, in whatever way.
    left: u128,
}

impl Credit {
    fn new(agreement: Agreement, now: Timestamp) -> Self {
        Self {
            agreement,
            record: Escrow::draft(&Sealed::new(agreement, keccak), now).expect("it was drafted"),
            presentation: None,
            dispute: None,
            receivable: Receivable::default(),
            acceptances: BTreeMap::new(),
            funded: 0,
            left: 0,
        }
    }

    fn status(&self, now: Timestamp) -> Status {
        self.record.status(&self.agreement.terms, now)
    }

    fn t_max(&self) -> Timestamp {
        self.record.t_max(&self.agreement.terms, &self.agreement.dispute)
    }

    fn asset(&self) -> Address {
        self.agreement.terms.asset.token.into()
    }

    fn screening(&self) -> Address {
        self.agreement.terms.compliance.map_or(Address::zero(), Address::from)
    }

    fn stake(&self) -> Amount {
        self.record.stake(self.dispute.as_ref()).expect("fits")
    }
}

/// What the ghost knows.
#[derive(Clone, Default)]
struct Ghost {
    credits: BTreeMap<u64, Credit>,
    claims: BTreeMap<Claimed, u128>,
    /// How often each claim was paid.
    redemptions: BTreeMap<Claimed, u32>,
    /// What is owed to whoever has ruled, by escrow.
    fees: BTreeMap<(u64, Address), u128>,
    /// What quotes and legs hold, by asset.
    apart: BTreeMap<Address, u128>,
    seeds: BTreeMap<Address, u128>,
    /// What was sent by mistake, by asset.
    gifts: BTreeMap<Address, u128>,
    quotes: BTreeMap<u64, Quote>,
    legs: BTreeMap<u64, Leg>,
    /// Titles that were not delivered.
    waiting: BTreeSet<(u64, Address, Hash)>,
    panels: BTreeMap<(u64, bool), Sitting>,
}

fn told<E: ContractEvent>(receipt: &Receipt, contract: Address) -> Vec<E> {
    decode_events(receipt, contract).expect("events of these bindings")
}

fn sum(sums: &BTreeMap<Address, u128>, asset: Address) -> u128 {
    sums.get(&asset).copied().unwrap_or_default()
}

fn take(sums: &mut BTreeMap<Address, u128>, asset: Address, amount: Amount) {
    let left = sum(sums, asset).checked_sub(amount.raw()).expect("not more leaves than was there");
    sums.insert(asset, left);
}

impl Ghost {
    fn credit(&mut self, id: u64) -> &mut Credit {
        self.credits.get_mut(&id).expect("it was drafted")
    }

    /// Takes over what a transaction has told; returns the assets that it was about.
    fn listen(&mut self, receipt: &Receipt, at: Address, flow: Flow, now: Timestamp) -> BTreeSet<Address> {
        for escrow::AgreementWritten { escrow: id, agreement, .. } in told(receipt, at) {
            self.credits.entry(id).or_insert_with(|| Credit::new(agreement, now)).agreement = agreement;
        }
        let mut assets = self.receive(receipt, at, flow);
        assets.extend(self.pay(receipt, at, flow));
        for escrow::EscrowMoved { escrow: id, record, .. } in told(receipt, at) {
            let credit = self.credit(id);
            let (funded, left) = (Amount::from_raw(credit.funded), Amount::from_raw(credit.left));
            assert!(record.book.is_balanced(), "escrow {id}: {:?}", record.book);
            assert_eq!((record.book.funded, record.book.left()), (funded, Ok(left)), "escrow {id}");
            credit.record = record;
        }
        for escrow::PresentationChanged { escrow: id, presentation } in told(receipt, at) {
            self.credit(id).presentation = presentation;
        }
        for escrow::DisputeChanged { escrow: id, dispute } in told(receipt, at) {
            self.credit(id).dispute = dispute;
        }
        for escrow::AcceptanceChanged { escrow: id, number, acceptance } in told(receipt, at) {
            self.credit(id).acceptances.insert(number, acceptance);
        }
        for escrow::ReceivableChanged { escrow: id, receivable } in told(receipt, at) {
            self.credit(id).receivable = receivable;
        }
        for escrow::QuoteChanged { quote, record } in told(receipt, at) {
            self.quotes.insert(quote, record);
        }
        for escrow::LegChanged { leg, record, .. } in told(receipt, at) {
            self.legs.insert(leg, record);
        }
        for escrow::TitleMoved { escrow: id, issuer, document, to, done } in told(receipt, at) {
            if to.is_some() && !done {
                self.waiting.insert((id, issuer, document));
            } else {
                self.waiting.remove(&(id, issuer, document));
            }
        }
        assets
    }

    fn receive(&mut self, receipt: &Receipt, at: Address, flow: Flow) -> BTreeSet<Address> {
        let mut assets = BTreeSet::new();
        for escrow::Received { asset, amount, .. } in told(receipt, at) {
            let sum = match flow {
                Flow::Credit(id) => &mut self.credit(id).funded,
                Flow::Apart => self.apart.entry(asset).or_default(),
                Flow::Seed => self.seeds.entry(asset).or_default(),
                Flow::Nothing | Flow::Claim(_) => panic!("{amount} of {asset:?} came in for nothing"),
            };
            *sum += amount.raw();
            assets.insert(asset);
        }
        assets
    }

    fn pay(&mut self, receipt: &Receipt, at: Address, flow: Flow) -> BTreeSet<Address> {
        let mut assets = BTreeSet::new();
        let exchanged: Vec<escrow::Exchanged> = told(receipt, at);
        for escrow::Paid { asset, account, escrow: id, amount, purpose, delivered } in told(receipt, at) {
            assets.insert(asset);
            match (id, purpose) {
                (Some(id), Purpose::Arbitration) if delivered => {
                    assert_eq!(self.fees.remove(&(id, account)), Some(amount.raw()), "a fee that was owed, as a whole");
                }
                (Some(id), Purpose::Arbitration) => {
                    self.credit(id).left += amount.raw();
                    *self.fees.entry((id, account)).or_default() += amount.raw();
                }
                // A fee that its owner could not be paid.
                (Some(id), Purpose::Claim) => {
                    assert_eq!(self.fees.remove(&(id, account)), Some(amount.raw()), "a fee that was owed, as a whole");
                    let claimed = (asset, self.credit(id).screening(), account);
                    *self.claims.entry(claimed).or_default() += amount.raw();
                    assert!(!delivered, "a fee that is delivered is no claim");
                }
                (Some(id), _) => {
                    let credit = self.credit(id);
                    credit.left += amount.raw();
                    let claimed = (asset, credit.screening(), account);
                    if !delivered {
                        *self.claims.entry(claimed).or_default() += amount.raw();
                    }
                }
                (None, Purpose::Claim) => {
                    let Flow::Claim(claimed) = flow else { panic!("nobody has claimed {amount} of {asset:?}") };
                    assert_eq!(self.claims.remove(&claimed), Some(amount.raw()), "a claim that there was, as a whole");
                    *self.redemptions.entry(claimed).or_default() += 1;
                }
                (None, _) => {
                    take(&mut self.apart, asset, amount);
                    // What was bought with proceeds is of the credit from which they are.
                    let of = exchanged.iter().find(|exchanged| exchanged.owner == account);
                    let screening = of.map_or(Address::zero(), |of| self.credits[&of.escrow].screening());
                    if !delivered {
                        *self.claims.entry((asset, screening, account)).or_default() += amount.raw();
                    }
                }
            }
        }
        for escrow::Recovered { asset, amount, .. } in told(receipt, at) {
            take(&mut self.gifts, asset, amount);
            assets.insert(asset);
        }
        assets
    }

    /// What credits hold of an asset.
    fn held(&self, asset: Address) -> u128 {
        let credits = self.credits.values().filter(|credit| credit.asset() == asset);
        credits.map(|credit| credit.funded - credit.left).sum()
    }

    /// What is owed in an asset and is in no credit any more: claims, fees of arbitration, quotes and legs.
    fn waits(&self, asset: Address) -> u128 {
        let claims: u128 = self.claims.iter().filter(|((of, ..), _)| *of == asset).map(|(_, claim)| claim).sum();
        let fees = self.fees.iter().filter(|((id, _), _)| self.credits[id].asset() == asset);
        claims + fees.map(|(_, fee)| fee).sum::<u128>() + sum(&self.apart, asset)
    }

    /// Credits that hold money, or will pay some, in one of these statuses; in any where none is named.
    fn alive(&self, now: Timestamp, statuses: &[Status]) -> Vec<u64> {
        let is_alive = |credit: &Credit| match credit.status(now) {
            Status::Draft | Status::Signed | Status::Closed => false,
            status => statuses.is_empty() || statuses.contains(&status),
        };
        self.credits.iter().filter(|(_, credit)| is_alive(credit)).map(|(id, _)| *id).collect()
    }

    /// Credits that nobody has paid for.
    fn unpaid(&self, now: Timestamp) -> Vec<u64> {
        let is_unpaid = |credit: &Credit| matches!(credit.status(now), Status::Draft | Status::Signed);
        self.credits.iter().filter(|(_, credit)| is_unpaid(credit)).map(|(id, _)| *id).collect()
    }
}

/// A call that was accepted and can be sent again.
#[derive(Clone)]
struct Old {
    who: Signer,
    data: Vec<u8>,
    flow: Flow,
}

/// How often each message was accepted and refused.
type Counts = BTreeMap<(&'static str, &'static str), (u32, u32)>;

struct Run {
    seed: u64,
    chain: Sandbox,
    trade: Trade<Sandbox>,
    dice: Dice,
    ghost: Ghost,
    people: BTreeMap<Account, Signer>,
    buyers: [Signer; 2],
    sellers: [Signer; 2],
    /// Who can come to have a claim.
    payees: Vec<Address>,
    coin: Address,
    euro: Address,
    hostile: Address,
    /// A registry of titles that takes each and does not always deliver.
    registry: Address,
    behaviour: u8,
    frozen: bool,
    acts: u32,
    silences: u32,
    /// Which of governance's messages is next.
    turn: u64,
    old: Vec<Old>,
    counts: Counts,
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("FLORIN_TRADE_SEED={} fails at act {}", self.seed, self.acts);
        }
    }
}

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

fn selector(name: &str) -> [u8; 4] {
    use blake2::Digest;
    let hash = Blake2b::<U32>::digest(name);
    [hash[0], hash[1], hash[2], hash[3]]
}

impl Run {
    async fn start(seed: u64) -> Result<Self, HarnessError> {
        let chain = Sandbox::new();
        let trade = Trade::deploy(chain.clone()).await?;
        let world = &trade.world;
        let (buyer, seller) = (world.person(301).await?, world.person(302).await?);
        for buyer in [&trade.applicant, &buyer] {
            world.open(buyer, 20_000, 400_000).await?;
        }
        for (person, amount) in [(&seller, 50_000), (&trade.beneficiary, 50_000), (&trade.financier, 50_000)] {
            world.pay(&buyer, address(person), coins(amount)).await?;
        }
        let euro = chain.create_asset(EURO, 6, 1).await?;
        let (hostile, registry) = (hostile_registry(&trade).await?, hostile_registry(&trade).await?);
        let traders = [&trade.applicant, &buyer, &trade.beneficiary, &seller, &trade.financier].map(Signer::clone);
        let others = [&trade.keeper, &trade.carrier, &trade.inspector, &trade.fallback, &trade.collector];
        let people = traders.iter().chain(others).chain(&trade.arbitrators);
        let people = people.map(|person| (address(person).0, person.clone())).collect();
        let payees = traders.iter().chain(others).map(address).collect();
        let mut run = Self {
            seed,
            dice: Dice(seed),
            ghost: Ghost::default(),
            people,
            buyers: [trade.applicant.clone(), buyer],
            sellers: [trade.beneficiary.clone(), seller],
            payees,
            coin: trade.world.suite.token,
            euro,
            hostile,
            registry,
            behaviour: HONEST,
            frozen: false,
            acts: 0,
            silences: 0,
            turn: 0,
            old: Vec::new(),
            counts: Counts::new(),
            chain,
            trade,
        };
        for person in &traders {
            run.chain.mint_asset(EURO, &person.account(), 2_000_000_000_000).await?;
            let mint = (selector("mint"), address(person), U256::from(coins(2_000_000).raw())).encode();
            run.tell(run.hostile, mint).await?;
            for asset in [run.coin, run.euro, run.hostile] {
                approve_spender(&run.trade.world, person, asset, run.trade.escrow).await?;
            }
        }
        let keeper = run.trade.keeper.clone();
        for asset in [run.euro, run.hostile] {
            run.act(&keeper, &escrow::admit_asset(asset), Flow::Nothing).await?;
            let seed = escrow::seed_asset(asset, Amount::from_raw(50_000));
            run.act(&traders[4], &seed, Flow::Seed).await?.expect("seeded");
        }
        Ok(run)
    }

    /// Sends a contract something for which there are no bindings.
    async fn send(&self, who: &Signer, to: Address, data: Vec<u8>) -> Step {
        let client = &self.trade.world.suite.client;
        let tried = client.try_raw(&who.account(), to, 0, data.clone()).await?;
        assert!(!tried.value.reverted, "{to:?} refused 0x{}", hex::encode(&data));
        client.send_raw(who, to, 0, data, &tried.limits).await?;
        Ok(())
    }

    async fn tell(&self, to: Address, data: Vec<u8>) -> Step {
        self.send(&self.trade.keeper, to, data).await
    }

    async fn behave(&mut self, behaviour: u8) -> Step {
        self.behaviour = behaviour;
        self.tell(self.hostile, (selector("setBehaviour"), behaviour, 100u128).encode()).await
    }

    /// Whom the hostile token denies, and what it calls in the middle of a transfer.
    async fn aim(&self, target: Address, call: Vec<u8>) -> Step {
        self.tell(self.hostile, (selector("setReentry"), target, call).encode()).await
    }

    async fn freeze(&mut self, frozen: bool) -> Step {
        self.frozen = frozen;
        let holder = AccountId::from_address(&self.trade.escrow);
        self.chain.freeze_asset(EURO, &holder, frozen).await?;
        Ok(())
    }

    async fn now(&self) -> Result<Timestamp, HarnessError> {
        self.trade.now().await
    }

    #[track_caller]
    fn person(&self, account: Account) -> Signer {
        match self.people.get(&account) {
            Some(person) => person.clone(),
            None => panic!("{} is nobody of this trade", hex::encode(account)),
        }
    }

    fn anybody(&mut self) -> Signer {
        let place = self.dice.roll(self.people.len() as u64) as usize;
        self.people.values().nth(place).expect("somebody").clone()
    }

    /// Whoever may, mostly.
    #[track_caller]
    fn mostly(&mut self, account: Account) -> Signer {
        if self.dice.once_in(9) {
            self.anybody()
        } else {
            self.person(account)
        }
    }

    fn payee(&mut self) -> Address {
        self.payees[self.dice.roll(self.payees.len() as u64) as usize]
    }

    fn unit(&self, asset: Address) -> u128 {
        if asset == self.euro {
            1_000_000
        } else {
            WAD_ONE
        }
    }

    /// One of the credits in these statuses, with what is known of it.
    async fn choose(&mut self, statuses: &[Status]) -> Result<Option<(u64, Credit)>, HarnessError> {
        let ids = self.ghost.alive(self.now().await?, statuses);
        Ok(self.dice.pick(&ids).map(|id| (id, self.ghost.credits[&id].clone())))
    }

    /// Calls the escrow contract. A trap, or anything else that is no refusal of its own, is a failure.
    async fn act<T: Decode + core::fmt::Debug>(
        &mut self,
        who: &Signer,
        message: &Message<T, escrow::Error>,
        flow: Flow,
    ) -> Result<Option<T>, HarnessError> {
        self.acts += 1;
        let called = self.trade.call(who, message).await;
        let counts = self.counts.entry(("escrow", message.label)).or_default();
        match called {
            Ok(done) => {
                counts.0 += 1;
                if !ONCE.contains(&message.label) {
                    self.old.push(Old { who: who.clone(), data: message.data().to_vec(), flow });
                }
                self.weigh(&done.receipt, flow).await?;
                Ok(Some(done.value))
            }
            Err(CallError::Refused { error, .. }) => {
                counts.1 += 1;
                self.judge(message.label, &error);
                Ok(None)
            }
            Err(error) => panic!("{}: {error}", message.label),
        }
    }

    /// Calls the arbitration contract, which calls the escrow contract at times.
    async fn arbitrate<T: Decode + core::fmt::Debug>(
        &mut self,
        who: &Signer,
        message: &Message<T, arbitration::Error>,
    ) -> Result<Option<Done<T>>, HarnessError> {
        self.acts += 1;
        let called = self.trade.arbitrate(who, message).await;
        let counts = self.counts.entry(("arbitration", message.label)).or_default();
        match called {
            Ok(done) => {
                counts.0 += 1;
                self.weigh(&done.receipt, Flow::Nothing).await?;
                Ok(Some(done))
            }
            Err(CallError::Refused { .. }) => {
                counts.1 += 1;
                Ok(None)
            }
            Err(error) => panic!("{}: {error}", message.label),
        }
    }

    /// No refusal may be a mistake of the rules, and only a token that moves money and does not say so leaves too
    /// little.
    fn judge(&self, label: &str, error: &escrow::Error) {
        let is_mistake = matches!(
            error,
            escrow::Error::Swap(SwapError::Math(_))
                | escrow::Error::Escrow(
                    EscrowError::Math(_)
                        | EscrowError::Unbalanced { .. }
                        | EscrowError::RecordMissing { .. }
                        | EscrowError::TooManyPayouts
                )
        );
        assert!(!is_mistake, "{label}: {error:?}");
        if matches!(error, escrow::Error::Escrow(EscrowError::Insolvent { .. })) {
            assert_eq!(self.behaviour, RETURNS_NOTHING, "{label}: {error:?}");
        }
    }

    /// The ghost listens, and of each asset that an act was about all that is owed is there.
    async fn weigh(&mut self, receipt: &Receipt, flow: Flow) -> Step {
        let now = self.now().await?;
        for asset in self.ghost.listen(receipt, self.trade.escrow, flow, now) {
            self.check_asset(asset).await?;
        }
        for escrow::Exchanged { quote, .. } in told(receipt, self.trade.escrow) {
            let bought = Address::from(self.ghost.quotes[&quote].buy_asset);
            let is_bad = bought == self.hostile && self.behaviour != HONEST;
            let kind = if is_bad { "for what misbehaves" } else { "for what does not" };
            self.counts.entry(("exchange", kind)).or_default().0 += 1;
        }
        Ok(())
    }

    async fn check_asset(&self, asset: Address) -> Step {
        let (ledger, balance) = self.trade.books_of(asset).await?;
        let owed = self.ghost.held(asset) + self.ghost.waits(asset);
        assert_eq!(ledger.liabilities.raw(), owed, "what credits hold, what waits and what is apart, of {asset:?}");
        assert_eq!(ledger.seed.raw(), sum(&self.ghost.seeds, asset), "the seed of {asset:?}");
        let required = U256::from(owed) + U256::from(ledger.seed.raw());
        if asset == self.hostile {
            assert!(balance >= required, "{balance} of the hostile token do not cover {required}");
        } else {
            assert_eq!(balance, required + U256::from(sum(&self.ghost.gifts, asset)), "{asset:?} to the unit");
        }
        Ok(())
    }

    /// The contracts hold what the ghost holds.
    async fn read_everything(&self) -> Step {
        let (client, at, ghost) = (&self.trade.world.suite.client, self.trade.escrow, &self.ghost);
        for id in ghost.alive(self.now().await?, &[]) {
            let credit = &ghost.credits[&id];
            assert_eq!(client.read(at, &escrow::escrow(id)).await?, Some(credit.record), "escrow {id}");
            assert_eq!(client.read(at, &escrow::dispute(id)).await?, credit.dispute, "dispute of escrow {id}");
        }
        for ((asset, screening, account), claim) in &ghost.claims {
            let found = client.read(at, &escrow::claim_of(*asset, *screening, *account)).await?;
            assert_eq!(found.amount.raw(), *claim, "what {account:?} can claim of {asset:?}");
        }
        for ((id, arbiter), fee) in &ghost.fees {
            assert_eq!(client.read(at, &escrow::fee_of(*id, *arbiter)).await?, *fee, "fee of escrow {id}");
        }
        for asset in [self.coin, self.euro, self.hostile] {
            self.check_asset(asset).await?;
            let quotes = ghost.quotes.values().filter(|quote| quote.buy_asset == asset.0);
            let legs = ghost.legs.values().filter(|leg| leg.terms.asset == asset.0);
            let apart: u128 = quotes.map(|quote| quote.out.raw()).sum();
            let apart = apart + legs.map(|leg| leg.held().expect("fits").raw()).sum::<u128>();
            assert_eq!(apart, sum(&ghost.apart, asset), "what quotes and legs hold of {asset:?}");
            let owed = client.read(self.trade.arbitration, &arbitration::liabilities(asset)).await?;
            let held = asset_balance(&self.trade.world, asset, self.trade.arbitration).await?;
            assert!(held >= U256::from(owed.raw()), "arbitration owes {owed} of {asset:?} and has {held}");
        }
        Ok(())
    }

    async fn step(&mut self) -> Step {
        let alive = self.ghost.alive(self.now().await?, &[]).len();
        if alive < LEAST_ALIVE {
            return Box::pin(self.open()).await;
        }
        match self.dice.roll(150) {
            0..=11 if alive < MOST_ALIVE => Box::pin(self.open()).await,
            0..=15 => Box::pin(self.prepare()).await,
            16..=35 => Box::pin(self.present()).await,
            36..=51 => Box::pin(self.examine()).await,
            52..=60 => Box::pin(self.settle()).await,
            61..=63 => Box::pin(self.mature()).await,
            64..=67 => Box::pin(self.execute()).await,
            68..=73 => Box::pin(self.raise()).await,
            74..=79 => Box::pin(self.bargain()).await,
            80..=85 => Box::pin(self.hear()).await,
            86..=88 => Box::pin(self.rule()).await,
            89..=91 => Box::pin(self.fees()).await,
            92..=96 => Box::pin(self.amend()).await,
            97..=99 => Box::pin(self.agree()).await,
            100..=103 => Box::pin(self.rights()).await,
            104..=109 => Box::pin(self.claim()).await,
            110..=115 => Box::pin(self.exchange()).await,
            116..=121 => Box::pin(self.legs()).await,
            122..=125 => Box::pin(self.titles()).await,
            126..=128 => Box::pin(self.govern()).await,
            129..=133 => Box::pin(self.misbehave()).await,
            134..=136 => Box::pin(self.repeat()).await,
            137..=138 => Box::pin(self.stale()).await,
            _ => self.pass_time().await,
        }
    }

    /// Minutes, hours, sometimes days.
    async fn pass_time(&mut self) -> Step {
        let seconds = match self.dice.roll(12) {
            0 => DAY * (1 + self.dice.roll(4)),
            1..=4 => 3_600 * (4 + self.dice.roll(30)),
            _ => 60 * (1 + self.dice.roll(180)),
        };
        self.trade.world.advance(seconds).await
    }

    /// An agreement of any shape: by documents, by milestones, by conditions, against a title; at sight or at usance.
    fn agreement(&mut self, now: Timestamp) -> Agreement {
        let dice = &mut self.dice;
        let (token, decimals, unit) = match dice.roll(3) {
            0 => (self.coin, 18, WAD_ONE),
            1 => (self.euro, 6, 1_000_000),
            _ => (self.hostile, 18, WAD_ONE),
        };
        let raw = unit * u128::from(200 + dice.roll(2_000)) + u128::from(dice.roll(1_000));
        let by_milestones = dice.once_in(6);
        let by_condition = !by_milestones && dice.once_in(4);
        let with_title = !by_milestones && !by_condition && dice.once_in(4);
        let partial_drawings = by_milestones || (!with_title && !dice.once_in(4));
        let details = keccak(&dice.roll(u64::MAX).to_be_bytes());
        let expiry = now.after(dice.days(12, 30));
        let five = Bps::from_raw(500);
        let tenor = dice.days(1, 40);
        let terms = Terms {
            applicant: address(&self.buyers[dice.roll(2) as usize]).0,
            beneficiary: address(&self.sellers[dice.roll(2) as usize]).0,
            confirmer: dice.once_in(6).then_some(address(&self.trade.financier).0),
            asset: Asset { token: token.0, decimals },
            amount: Amount::from_raw(if dice.once_in(30) { 0 } else { raw }),
            tolerance: Tolerance {
                more: if !by_milestones && dice.once_in(3) { five } else { Bps::ZERO },
                less: if partial_drawings { Bps::ZERO } else { five },
            },
            partial_drawings,
            payment: match dice.roll(3) {
                0 => Payment::Usance { tenor, sight_share: Bps::from_raw(dice.roll(5_000) as u32) },
                _ => Payment::Sight,
            },
            latest_shipment: now.after(dice.days(5, 11)),
            expiry,
            presentation_period: dice.days(10, 21),
            examination: Examination { working_days: 2 + dice.roll(3) as u8, limit: dice.days(8, 10) },
            response: dice.days(2, 5),
            retention: dice.once_in(4).then(|| Retention {
                share: Bps::from_raw(1 + dice.roll(3_000) as u32),
                until: expiry.after(dice.days(1, 20)),
            }),
            default_split: Bps::from_raw(dice.roll(10_001) as u32),
            maximum_fee: five,
            tip: Amount::from_raw(raw / 200),
            title: with_title.then_some(self.registry.0),
            compliance: dice.once_in(4).then_some(self.hostile.0),
            details,
        };
        let mut checklist = Checklist::default();
        let issuers = [(INVOICE, DocumentKind::Invoice), (BILL, DocumentKind::Transport)];
        let issuers = issuers.into_iter().chain([(INSPECTION, DocumentKind::Inspection)]);
        let accounts = [terms.beneficiary, address(&self.trade.carrier).0, address(&self.trade.inspector).0];
        if !by_condition || dice.once_in(2) {
            for ((place, kind), issuer) in issuers.zip(accounts) {
                checklist.documents[usize::from(place)] = Some(RequiredDocument { kind, issuer });
            }
        }
        let mut conditions = Conditions::default();
        if by_condition {
            // Whoever knows what the details are may have it paid, and after a while everybody.
            let facts =
                [Fact::Preimage { hash: keccak(&details) }, Fact::After { moment: now.after(dice.days(3, 20)) }];
            conditions.facts.facts[..2].copy_from_slice(&facts.map(Some));
            conditions.tree.nodes[..3].copy_from_slice(&[Node::Fact(0), Node::Fact(1), Node::Any(2)].map(Some));
        }
        if by_milestones {
            for (place, amount) in [raw / 3, raw / 4, raw - raw / 3 - raw / 4].into_iter().enumerate() {
                checklist.milestones[place] =
                    Some(Milestone { amount: Amount::from_raw(amount), documents: 1 << place });
            }
        }
        let bond = Amount::from_raw(raw.div_ceil(100) * 2);
        let fee = Amount::from_raw(bond.raw() / 3);
        let dispute = DisputeTerms {
            arbitration: self.trade.arbitration.0,
            fallback: address(&self.trade.fallback).0,
            pool: self.trade.pool,
            panel: if dice.once_in(3) { 1 } else { 3 },
            offers: 1 + dice.roll(3) as u8,
            offer_window: dice.days(1, 2),
            panel_window: dice.days(2, 4),
            appeal_window: dice.days(1, 2),
            appeal_panel_window: dice.days(2, 4),
            fallback_window: dice.days(1, 3),
            bond,
            fee,
            appeal_bond: bond,
            appeal_fee: fee,
            reserve: Amount::from_raw(fee.raw() * u128::from(dice.roll(4))),
        };
        Agreement { terms, checklist, dispute, conditions, calendar: Calendar::without_holidays(0, 0) }
    }

    /// A credit is drafted and signed, in one way or another, and mostly paid for.
    async fn open(&mut self) -> Step {
        let now = self.now().await?;
        let agreement = self.agreement(now);
        let hash = agreement.hash(keccak);
        let Terms { applicant, beneficiary, .. } = agreement.terms;
        let (keeper, buyer, seller) = (self.trade.keeper.clone(), self.person(applicant), self.person(beneficiary));
        let deadline = now.after(Seconds::from_raw(DAY));
        let mut brought: Vec<escrow::Signing> =
            [&buyer, &seller].map(|party| sign_agreement(party, &self.trade.domain, &hash, deadline)).to_vec();
        let later = brought.split_off(self.dice.roll(3) as usize);
        let Some(id) = self.act(&keeper, &escrow::draft(agreement, brought), Flow::Nothing).await? else {
            return Ok(());
        };
        for signing in later {
            if self.dice.once_in(2) {
                let who = self.person(signing.signer.0);
                self.act(&who, &escrow::sign(id, hash), Flow::Nothing).await?;
            } else {
                let message = escrow::sign_for(id, signing.signer, signing.deadline, signing.signature);
                self.act(&keeper, &message, Flow::Nothing).await?;
            }
        }
        if !self.dice.once_in(8) {
            self.act(&buyer, &escrow::fund(id, hash), Flow::Credit(id)).await?;
        }
        Ok(())
    }

    /// What was drafted and not paid for is signed, paid for, or declined, by whoever.
    async fn prepare(&mut self) -> Step {
        let ids = self.ghost.unpaid(self.now().await?);
        let Some(id) = self.dice.pick(&ids) else { return Ok(()) };
        let credit = self.ghost.credits[&id].clone();
        let hash = if self.dice.once_in(6) { [1; 32] } else { credit.record.agreement };
        let who = self.mostly(credit.agreement.terms.applicant);
        match self.dice.roll(5) {
            0 => self.act(&who, &escrow::sign(id, hash), Flow::Nothing).await?,
            1 => self.act(&who, &escrow::decline(id), Flow::Nothing).await?,
            _ => self.act(&who, &escrow::fund(id, hash), Flow::Credit(id)).await?,
        };
        Ok(())
    }

    /// Documents for the next drawing. Sometimes one of them is missing, somebody else's, for another drawing, escrow,
    /// milestone or checklist, or of tomorrow.
    fn papers(
        &mut self,
        id: u64,
        credit: &Credit,
        milestone: Option<u8>,
        now: Timestamp,
    ) -> Vec<Option<escrow::Document>> {
        let spoiled = if self.dice.once_in(4) { self.dice.roll(3) as usize } else { usize::MAX };
        let flaw = self.dice.roll(7);
        let lot = self.dice.roll(2);
        let checklist = credit.agreement.checklist.hash(keccak);
        let mut papers = Vec::new();
        for (place, required) in credit.agreement.checklist.documents.iter().enumerate() {
            let Some(required) = required.filter(|_| !(place == spoiled && flaw == 0)) else {
                papers.push(None);
                continue;
            };
            let mut issuer = self.person(required.issuer);
            let drawing = credit.record.next_drawing();
            let mut subject = PaperSubject {
                escrow: id,
                drawing,
                checklist,
                milestone,
                document: place as u8,
                // Cures have some documents anew and leave others as they were.
                commitment: keccak(&(id, drawing, place as u64, lot).encode()),
                dated: now,
            };
            if place == spoiled {
                match flaw {
                    1 => issuer = self.anybody(),
                    2 => subject.drawing = drawing.wrapping_add(1),
                    3 => subject.escrow = id.wrapping_add(1),
                    4 => subject.dated = now.after(Seconds::from_raw(DAY)),
                    5 => subject.milestone = Some(7),
                    _ => subject.checklist = [7; 32],
                }
            }
            papers.push(Some(sign_paper(&issuer, &self.trade.domain, &subject)));
        }
        papers
    }

    async fn present(&mut self) -> Step {
        let statuses: &[Status] = if self.dice.once_in(10) { &[] } else { &[Status::Funded, Status::Discrepant] };
        let Some((id, credit)) = self.choose(statuses).await? else { return Ok(()) };
        let (terms, book) = (credit.agreement.terms, credit.record.book);
        let free = book.available.raw() + book.presented.raw();
        let next = (0..3u8).find(|place| credit.record.milestones & (1 << place) == 0);
        let milestone = next.filter(|_| credit.agreement.checklist.has_milestones());
        let agreed = milestone.and_then(|number| credit.agreement.checklist.milestone(number));
        let amount = match (self.dice.roll(12), agreed) {
            (0, _) => Amount::ZERO,
            (1, _) => Amount::MAX,
            (_, Some(agreed)) => agreed.amount,
            (_, None) if !terms.partial_drawings => Amount::from_raw(free.min(terms.amount.raw())),
            (_, None) => self.dice.part(free),
        };
        let milestone = if self.dice.once_in(10) { Some(self.dice.roll(4) as u8) } else { milestone };
        let now = self.now().await?;
        let papers = self.papers(id, &credit, milestone, now);
        let who = self.mostly(terms.beneficiary);
        let on_approval = self.dice.once_in(4);
        let present = escrow::present(id, amount, milestone, papers, on_approval);
        self.act(&who, &present, Flow::Nothing).await?;
        Ok(())
    }

    /// The buyer accepts, refuses or waives; sometimes it means another presentation, or names what cannot be named.
    async fn examine(&mut self) -> Step {
        let statuses = [Status::Examining, Status::Discrepant, Status::Complying];
        let Some((id, credit)) = self.choose(&statuses).await? else { return Ok(()) };
        let Some(presentation) = credit.presentation else { return Ok(()) };
        let number = credit.record.presentations - u8::from(self.dice.once_in(8));
        let named = PresentationId { number, amount: presentation.amount };
        let who = self.mostly(credit.agreement.terms.applicant);
        let is_refused = credit.status(self.now().await?) == Status::Discrepant;
        match self.dice.roll(10) {
            0..=3 if is_refused => self.act(&who, &escrow::waive(id, named), Flow::Nothing).await?,
            0..=4 => self.act(&who, &escrow::accept(id, named), Flow::Nothing).await?,
            5 => self.act(&who, &escrow::waive(id, named), Flow::Nothing).await?,
            _ => {
                let bits = match self.dice.roll(8) {
                    0 => 0,
                    1 => 1 << (7 + self.dice.roll(2)),
                    _ => (1 << self.dice.roll(3)) | Discrepancies::OTHER.0,
                };
                let notice = escrow::notice(id, named, Discrepancies(bits), keccak(b"no"));
                self.act(&who, &notice, Flow::Nothing).await?
            }
        };
        Ok(())
    }

    async fn settle(&mut self) -> Step {
        let statuses: &[Status] = if self.dice.once_in(6) { &[] } else { &DUE };
        let Some((id, _)) = self.choose(statuses).await? else { return Ok(()) };
        let keeper = address(&self.trade.keeper).0;
        let who = self.mostly(keeper);
        self.act(&who, &escrow::settle(id), Flow::Nothing).await?;
        Ok(())
    }

    async fn mature(&mut self) -> Step {
        let mut unpaid = Vec::new();
        for (id, credit) in &self.ghost.credits {
            let open = credit.acceptances.iter().filter(|(_, acceptance)| !acceptance.paid);
            unpaid.extend(open.map(|(number, _)| (*id, *number)));
        }
        let Some((id, number)) = self.dice.pick(&unpaid) else { return Ok(()) };
        let number = number + u8::from(self.dice.once_in(8));
        let who = self.anybody();
        self.act(&who, &escrow::mature(id, number), Flow::Nothing).await?;
        Ok(())
    }

    /// Somebody who knows the secret, or does not, has a credit paid by its conditions.
    async fn execute(&mut self) -> Step {
        let mut ids = self.ghost.alive(self.now().await?, &[Status::Funded]);
        if !self.dice.once_in(6) {
            ids.retain(|id| !self.ghost.credits[id].agreement.conditions.is_empty());
        }
        let Some(id) = self.dice.pick(&ids) else { return Ok(()) };
        let details = self.ghost.credits[&id].agreement.terms.details;
        let secret = if self.dice.once_in(2) { [6; 32] } else { details };
        let proofs = escrow::Proofs { preimages: vec![secret], ..Trade::<Sandbox>::no_proofs() };
        let who = self.anybody();
        self.act(&who, &escrow::execute(id, proofs), Flow::Nothing).await?;
        Ok(())
    }

    async fn raise(&mut self) -> Step {
        let statuses = [Status::Funded, Status::Discrepant, Status::Discrepant, Status::Retaining, Status::Examining];
        let status = self.dice.pick(&statuses).expect("one of them");
        let Some((id, credit)) = self.choose(&[status]).await? else { return Ok(()) };
        let Terms { applicant, beneficiary, .. } = credit.agreement.terms;
        let party = if status == Status::Retaining { applicant } else { beneficiary };
        let who = self.mostly(party);
        self.act(&who, &escrow::raise(id), Flow::Credit(id)).await?;
        Ok(())
    }

    /// Offers, and offers that are taken; some of them were never made.
    async fn bargain(&mut self) -> Step {
        let Some((id, credit)) = self.choose(&[Status::Negotiating]).await? else { return Ok(()) };
        let dispute = credit.dispute.expect("a dispute");
        let Terms { applicant, beneficiary, .. } = credit.agreement.terms;
        let (party, standing) = match self.dice.roll(2) {
            0 => (applicant, dispute.beneficiary_offer),
            _ => (beneficiary, dispute.applicant_offer),
        };
        let who = self.mostly(party);
        let amount = if self.dice.once_in(10) { Amount::MAX } else { self.dice.part(dispute.stake.raw()) };
        match (self.dice.roll(4), standing) {
            (0, Some(standing)) => self.act(&who, &escrow::accept_offer(id, standing), Flow::Nothing).await?,
            (1, _) => self.act(&who, &escrow::accept_offer(id, amount), Flow::Nothing).await?,
            _ => self.act(&who, &escrow::offer(id, amount), Flow::Nothing).await?,
        };
        Ok(())
    }

    /// A panel is called, drawn and commits; or one that sits reveals and is reported.
    async fn hear(&mut self) -> Step {
        let Some((id, credit)) = self.choose(&[Status::Hearing, Status::Appealed]).await? else {
            return self.speak().await;
        };
        let is_appeal = credit.status(self.now().await?) == Status::Appealed;
        if self.ghost.panels.contains_key(&(id, is_appeal)) {
            return self.speak().await;
        }
        let (keeper, court) = (self.trade.keeper.clone(), self.trade.escrow);
        self.arbitrate(&keeper, &arbitration::call_panel(court, id, is_appeal)).await?;
        for _ in 0..4 {
            self.chain.seal().await?;
        }
        let Some(done) = self.arbitrate(&keeper, &arbitration::draw_panel(court, id, is_appeal)).await? else {
            return Ok(());
        };
        let drawn: Vec<arbitration::PanelDrawn> = told(&done.receipt, self.trade.arbitration);
        let stake = credit.stake().raw();
        let (mut sitting, mut heard) = (Sitting::new(), None);
        for (_, member) in drawn.iter().flat_map(|drawn| drawn.panel.seated()) {
            let signer = self.person(member);
            let salt = keccak(&self.dice.roll(u64::MAX).to_be_bytes());
            let award = if self.dice.once_in(8) { Amount::from_raw(stake + 1) } else { self.dice.part(stake) };
            let own = self.trade.commitment(id, is_appeal, &signer, award, salt);
            let word = match self.dice.roll(8) {
                // Says nothing.
                0 => None,
                // Copies what was said last.
                1 => Some(heard.unwrap_or(own)),
                _ => Some(own),
            };
            if let Some(word) = word {
                self.arbitrate(&signer, &arbitration::commit(court, id, is_appeal, word)).await?;
            }
            heard = word.or(heard);
            sitting.push((member, word.map(|_| (award, salt))));
        }
        self.ghost.panels.insert((id, is_appeal), sitting);
        Ok(())
    }

    /// Members reveal, those who have copied too; then anybody tells the court, or ends what comes to nothing.
    async fn speak(&mut self) -> Step {
        let panels: Vec<(u64, bool)> = self.ghost.panels.keys().copied().collect();
        let Some((id, is_appeal)) = self.dice.pick(&panels) else { return Ok(()) };
        let court = self.trade.escrow;
        let mut sitting = self.ghost.panels[&(id, is_appeal)].clone();
        for (member, said) in &mut sitting {
            let Some((award, salt)) = said.filter(|_| !self.dice.once_in(6)) else { continue };
            let signer = self.person(*member);
            let reveal = arbitration::reveal(court, id, is_appeal, award.raw(), salt);
            if self.arbitrate(&signer, &reveal).await?.is_some() {
                *said = None;
            }
        }
        self.ghost.panels.insert((id, is_appeal), sitting);
        let who = self.anybody();
        let told = self.arbitrate(&who, &arbitration::report(court, id, is_appeal)).await?.is_some();
        if told || self.arbitrate(&who, &arbitration::close(court, id, is_appeal)).await?.is_some() {
            self.ghost.panels.remove(&(id, is_appeal));
        }
        // Later there is little time for it.
        if told && !is_appeal && self.dice.once_in(2) {
            let Terms { applicant, beneficiary, .. } = self.ghost.credits[&id].agreement.terms;
            let party = if self.dice.once_in(2) { applicant } else { beneficiary };
            let who = self.person(party);
            self.act(&who, &escrow::appeal(id), Flow::Credit(id)).await?;
        }
        Ok(())
    }

    /// The fallback rules, a party appeals, and somebody who is no arbitration contract reports a panel.
    async fn rule(&mut self) -> Step {
        match self.dice.roll(6) {
            0 => {
                let Some((id, credit)) = self.choose(&[]).await? else { return Ok(()) };
                let mut seats = [None; MAXIMUM_APPEAL_PANEL];
                for slot in seats.iter_mut().take(usize::from(credit.agreement.dispute.panel)) {
                    let member = address(&self.anybody()).0;
                    *slot = Some(Seat { member, award: Some(credit.stake()) });
                }
                let who = self.anybody();
                self.act(&who, &escrow::rule(id, seats), Flow::Nothing).await?;
            }
            1..=3 => {
                let Some((id, credit)) = self.choose(&[Status::Ruled]).await? else { return Ok(()) };
                let Terms { applicant, beneficiary, .. } = credit.agreement.terms;
                let party = if self.dice.once_in(2) { applicant } else { beneficiary };
                let who = self.mostly(party);
                self.act(&who, &escrow::appeal(id), Flow::Credit(id)).await?;
            }
            _ => {
                let Some((id, credit)) = self.choose(&[Status::Fallback]).await? else { return Ok(()) };
                let who = self.mostly(credit.agreement.dispute.fallback);
                let award = if self.dice.once_in(8) { Amount::MAX } else { self.dice.part(credit.stake().raw()) };
                self.act(&who, &escrow::rule_fallback(id, award), Flow::Nothing).await?;
            }
        }
        Ok(())
    }

    /// Whoever has ruled collects, and members of panels take their shares.
    async fn fees(&mut self) -> Step {
        let owed: Vec<(u64, Address)> = self.ghost.fees.keys().copied().collect();
        let Some((id, arbiter)) = self.dice.pick(&owed) else {
            let who = self.anybody();
            self.act(&who, &escrow::collect_fee(0), Flow::Nothing).await?;
            return Ok(());
        };
        let who = self.anybody();
        if arbiter == self.trade.arbitration {
            self.arbitrate(&who, &arbitration::collect(self.trade.escrow, id)).await?;
            let asset = self.ghost.credits[&id].asset();
            for member in self.trade.arbitrators.clone().iter().step_by(3) {
                self.arbitrate(member, &arbitration::claim(asset, address(member))).await?;
            }
        } else {
            let who = self.mostly(arbiter.0);
            self.act(&who, &escrow::collect_fee(id), Flow::Nothing).await?;
        }
        Ok(())
    }

    /// A larger credit, a smaller one, a later expiry, or another seller; signed by all, by some, or about something
    /// else.
    async fn amend(&mut self) -> Step {
        let statuses: &[Status] = if self.dice.once_in(8) { &[] } else { &[Status::Funded] };
        let Some((id, credit)) = self.choose(statuses).await? else { return Ok(()) };
        let old = credit.agreement;
        let mut new = old;
        let tenth = old.terms.amount.raw() / 10;
        match self.dice.roll(5) {
            0 => new.terms.amount = Amount::from_raw(old.terms.amount.raw() + tenth),
            1 => new.terms.amount = Amount::from_raw(old.terms.amount.raw() - tenth),
            2 | 3 => new.terms.expiry = old.terms.expiry.after(self.dice.days(1, 5)),
            _ => new.terms.beneficiary = address(&self.trade.keeper).0,
        }
        let subject = new.hash(keccak);
        let signed = if self.dice.once_in(8) { old.hash(keccak) } else { subject };
        let consents = self.consents(id, &credit, &signed).await?;
        let who = self.mostly(old.terms.applicant);
        self.act(&who, &escrow::amend(id, new, consents), Flow::Credit(id)).await?;
        Ok(())
    }

    /// Consents of all, or of all but one, or for another time.
    async fn consents(
        &mut self,
        id: u64,
        credit: &Credit,
        subject: &Hash,
    ) -> Result<Vec<escrow::Consenting>, HarnessError> {
        let nonce = credit.record.amendments + u32::from(self.dice.once_in(10));
        let deadline = self.now().await?.after(Seconds::from_raw(DAY));
        let mut consents = Vec::new();
        for account in credit.agreement.terms.signatories().into_iter().flatten() {
            if !self.dice.once_in(20) {
                let signer = self.person(account);
                consents.push(sign_consent(&signer, &self.trade.domain, id, subject, nonce, deadline));
            }
        }
        Ok(consents)
    }

    /// A division to which all consent, mostly, of the stake as it is, mostly.
    async fn agree(&mut self) -> Step {
        let Some((id, credit)) = self.choose(&[]).await? else { return Ok(()) };
        let stake = match self.dice.roll(8) {
            0 => Amount::from_raw(credit.stake().raw() + 1),
            _ => credit.stake(),
        };
        let to_beneficiary = if self.dice.once_in(10) { Amount::MAX } else { self.dice.part(stake.raw()) };
        let of_retention = credit.record.is_about_retention(credit.dispute.as_ref());
        let split = AgreedSplit::new(credit.record.agreement, of_retention, stake, to_beneficiary, keccak);
        let consents = self.consents(id, &credit, &split.hash()).await?;
        let who = self.anybody();
        self.act(&who, &escrow::agree(id, stake, to_beneficiary, consents), Flow::Nothing).await?;
        Ok(())
    }

    async fn rights(&mut self) -> Step {
        let Some((id, credit)) = self.choose(&[]).await? else { return Ok(()) };
        let to = self.payee();
        let place = self.dice.roll(6) as u8;
        let holder = credit.receivable.shares[usize::from(place)].map(|share| share.holder);
        if let Some(holder) = holder.filter(|_| self.dice.once_in(2)) {
            let who = self.mostly(holder);
            self.act(&who, &escrow::pass_on(id, place, to), Flow::Nothing).await?;
        } else {
            let who = self.mostly(credit.agreement.terms.beneficiary);
            let part = Bps::from_raw(self.dice.roll(4_000) as u32);
            self.act(&who, &escrow::assign(id, to, part), Flow::Nothing).await?;
        }
        Ok(())
    }

    /// Claims are paid to their owner, to where the owner says by itself or by signature, and to nobody who only asks.
    async fn claim(&mut self) -> Step {
        let claims: Vec<Claimed> = self.ghost.claims.keys().copied().collect();
        let nothing = (self.coin, Address::zero(), address(&self.trade.carrier));
        let claimed = self.dice.pick(&claims).unwrap_or(nothing);
        let (asset, screening, account) = claimed;
        let (who, to) = (self.anybody(), self.payee());
        // A token that moves a fee and does not say so leaves the arbitration contract a claim too; it has no key.
        let owner = self.people.get(&account.0).cloned().unwrap_or_else(|| who.clone());
        let flow = Flow::Claim(claimed);
        match self.dice.roll(6) {
            0 | 1 => self.act(&who, &escrow::claim(asset, screening, account, account), flow).await?,
            2 => self.act(&owner, &escrow::claim(asset, screening, account, to), flow).await?,
            3 => self.act(&who, &escrow::claim(asset, screening, account, address(&who)), flow).await?,
            _ => {
                let paid = self.ghost.redemptions.get(&claimed).copied().unwrap_or_default();
                let nonce = paid + u32::from(self.dice.once_in(6));
                let deadline = self.now().await?.after(Seconds::from_raw(DAY));
                let signer = if self.dice.once_in(6) { self.anybody() } else { owner };
                let hash = redirection_hash(&asset.0, &screening.0, &account.0, &to.0, nonce, deadline, keccak);
                let signature = signer.sign_digest(&self.trade.domain.typed(&hash, keccak));
                let redirect = escrow::claim_for(asset, screening, account, to, nonce, deadline.raw(), signature);
                self.act(&who, &redirect, flow).await?
            }
        };
        Ok(())
    }

    /// A dealer quotes, payees order, and what is over is taken back.
    async fn exchange(&mut self) -> Step {
        let now = self.now().await?;
        let quotes: Vec<(u64, Quote)> = self.ghost.quotes.iter().map(|(number, quote)| (*number, *quote)).collect();
        let number = self.dice.pick(&quotes).map_or(0, |(number, _)| number);
        match self.dice.roll(8) {
            0 | 1 => {
                let assets = [self.coin, self.euro, self.hostile];
                let (sell, buy) = (self.dice.roll(3) as usize, self.dice.roll(3) as usize);
                let (sell, buy) = (assets[sell], assets[buy]);
                let amount = |run: &Self, asset, whole: u64| Amount::from_raw(run.unit(asset) * u128::from(whole));
                let (sold, out) = (500 + self.dice.roll(3_000), 500 + self.dice.roll(3_000));
                let (sold, out) = (amount(self, sell, sold), amount(self, buy, out));
                let expires = now.after(self.dice.days(0, 4));
                let who = self.mostly(address(&self.trade.financier).0);
                self.act(&who, &escrow::quote(sell, buy, sold, out, expires.raw()), Flow::Apart).await?;
            }
            2 => {
                let who = self.anybody();
                self.act(&who, &escrow::withdraw_quote(number), Flow::Nothing).await?;
            }
            3 => {
                let Some((id, credit)) = self.choose(&[]).await? else { return Ok(()) };
                let who = self.mostly(credit.agreement.terms.beneficiary);
                self.act(&who, &escrow::cancel_order(id), Flow::Nothing).await?;
            }
            _ => {
                let Some((id, credit)) = self.choose(&[]).await? else { return Ok(()) };
                let fits = |quote: &Quote| quote.sell_asset == credit.asset().0 && quote.expires > now;
                let fitting = quotes.iter().find(|(_, quote)| fits(quote)).map(|(number, _)| *number);
                let who = self.mostly(credit.agreement.terms.beneficiary);
                let (sell, minimum) = (Amount::from_raw(1_000_000_000_000), Amount::from_raw(1));
                let expires = now.after(self.dice.days(1, 10)).raw();
                let order = escrow::place_order(id, fitting.unwrap_or(number), sell, minimum, expires);
                self.act(&who, &order, Flow::Nothing).await?;
            }
        }
        Ok(())
    }

    /// Legs are agreed, paid for, claimed with the secret or without, and refunded, in time or not.
    async fn legs(&mut self) -> Step {
        let legs: Vec<(u64, Leg)> = self.ghost.legs.iter().map(|(number, leg)| (*number, *leg)).collect();
        let open: Vec<(u64, Leg)> = legs.iter().filter(|(_, leg)| leg.held() != Ok(Amount::ZERO)).copied().collect();
        let some = if self.dice.once_in(4) { legs } else { open };
        let Some((number, leg)) = self.dice.pick(&some).filter(|_| !self.dice.once_in(3)) else {
            return self.agree_leg().await;
        };
        let (funder, claimer) = (self.mostly(leg.terms.funder), self.mostly(leg.terms.claimer));
        match self.dice.roll(4) {
            0 => self.act(&claimer, &escrow::bond_leg(number), Flow::Apart).await?,
            1 => self.act(&funder, &escrow::lock_leg(number), Flow::Apart).await?,
            2 => {
                let secret = if self.dice.once_in(4) { [6; 32] } else { SECRET };
                let who = self.anybody();
                self.act(&who, &escrow::claim_leg(number, secret), Flow::Nothing).await?
            }
            _ => self.act(&funder, &escrow::refund_leg(number), Flow::Nothing).await?,
        };
        Ok(())
    }

    async fn agree_leg(&mut self) -> Step {
        let (now, head) = (self.now().await?, self.chain.head().await?);
        let bound = |hours: u64, blocks: u32| Bound {
            time: now.after(Seconds::from_raw(hours * 3_600)),
            block: u32::try_from(head.number).expect("a height") + blocks,
        };
        let asset = [self.coin, self.euro, self.hostile][self.dice.roll(3) as usize];
        let whole = |run: &Self, number: u64| Amount::from_raw(run.unit(asset) * u128::from(number));
        let (buyer, seller) = (self.dice.roll(2) as usize, self.dice.roll(2) as usize);
        let terms = LegTerms {
            funder: address(&self.buyers[buyer]).0,
            claimer: address(&self.sellers[seller]).0,
            asset: asset.0,
            amount: whole(self, 100),
            premium: whole(self, 1),
            digest: keccak(&SECRET),
            hash: SecretHash::Keccak256,
            lock_until: bound(12, 60),
            claim_until: bound(20, if self.dice.once_in(6) { 100 } else { 200 }),
            refund_from: bound(30, 310),
        };
        let who = self.mostly(terms.funder);
        let Some(number) = self.act(&who, &escrow::agree_leg(terms), Flow::Nothing).await? else { return Ok(()) };
        let claimer = self.person(terms.claimer);
        self.act(&claimer, &escrow::bond_leg(number), Flow::Apart).await?;
        if self.dice.once_in(2) {
            let funder = self.person(terms.funder);
            self.act(&funder, &escrow::lock_leg(number), Flow::Apart).await?;
        }
        Ok(())
    }

    /// The registry delivers or does not, and anybody asks it again.
    async fn titles(&mut self) -> Step {
        if self.dice.once_in(3) {
            let refuses = self.dice.once_in(2);
            return refuse_delivery(&self.trade, self.registry, refuses).await;
        }
        let waiting: Vec<(u64, Address, Hash)> = self.ghost.waiting.iter().copied().collect();
        let title = self.dice.pick(&waiting).unwrap_or((0, Address::zero(), [0; 32]));
        let who = self.anybody();
        self.deliver(&who, title).await
    }

    /// Somebody asks for a title that waits.
    async fn deliver(&mut self, who: &Signer, title: (u64, Address, Hash)) -> Step {
        let (id, issuer, document) = title;
        let asked = self.act(who, &escrow::deliver_title(id, issuer, document), Flow::Nothing).await?;
        if asked.is_some() && !self.ghost.waiting.contains(&title) {
            self.counts.entry(("title", "delivered when asked again")).or_default().0 += 1;
        }
        Ok(())
    }

    /// What governance does, one after the other, and what it does not do for others.
    async fn govern(&mut self) -> Step {
        let (governor, guardian) = (self.trade.world.governor.clone(), self.trade.world.guardian.clone());
        let (who, to) = (self.anybody(), self.payee());
        let until = self.now().await?.raw() + DAY;
        self.turn += 1;
        match self.turn % 8 {
            0 => {
                let (amount, giver) = (Amount::from_raw(1_000), self.trade.financier.clone());
                give_asset(&self.trade.world, &giver, self.coin, self.trade.escrow, amount).await?;
                *self.ghost.gifts.entry(self.coin).or_default() += amount.raw();
                self.check_asset(self.coin).await?;
                self.act(&governor, &escrow::recover(self.coin, to, Amount::MAX), Flow::Nothing).await?;
                self.act(&governor, &escrow::recover(self.coin, to, Amount::from_raw(999)), Flow::Nothing).await?;
            }
            1 => {
                let giver = self.trade.financier.clone();
                let seed = escrow::seed_asset(self.euro, Amount::from_raw(10_000));
                self.act(&giver, &seed, Flow::Seed).await?;
            }
            2 => {
                let asset = [self.euro, self.hostile][self.dice.roll(2) as usize];
                let minimum = Amount::from_raw(u128::from(self.dice.roll(60_000)));
                self.act(&governor, &escrow::set_minimum(asset, minimum), Flow::Nothing).await?;
            }
            3 => {
                self.act(&governor, &escrow::set_guardian(address(&guardian), until), Flow::Nothing).await?;
                self.act(&guardian, &escrow::pause(), Flow::Nothing).await?.expect("the guardian may");
                self.open().await?;
                self.act(&guardian, &escrow::resume(), Flow::Nothing).await?;
                self.act(&governor, &escrow::resume(), Flow::Nothing).await?.expect("the governor may");
            }
            4 => {
                let fee = Bps::from_raw(40 + self.dice.roll(30) as u32);
                let collector = address(&self.trade.collector);
                self.act(&governor, &escrow::set_fee(fee, collector), Flow::Nothing).await?;
            }
            5 => {
                let nobody = Address::from([9; 20]);
                self.act(&governor, &escrow::name_governor(nobody), Flow::Nothing).await?;
                self.act(&who, &escrow::accept_governor(), Flow::Nothing).await?;
            }
            6 => {
                self.act(&who, &escrow::admit_asset(self.euro), Flow::Nothing).await?;
                self.act(&who, &escrow::seed_asset(to, Amount::from_raw(1)), Flow::Seed).await?;
            }
            _ => {
                let theirs = [
                    escrow::pause(),
                    escrow::set_fee(Bps::ZERO, to),
                    escrow::set_minimum(self.coin, Amount::MAX),
                    escrow::recover(self.coin, to, Amount::from_raw(1)),
                ];
                for message in &theirs {
                    self.act(&who, message, Flow::Nothing).await?;
                }
            }
        }
        Ok(())
    }

    /// The token, the chain's asset and who is screened change their minds.
    async fn misbehave(&mut self) -> Step {
        match self.dice.roll(18) {
            0..=6 => self.behave(HONEST).await,
            7 => self.behave(RETURNS_FALSE).await,
            8 => self.behave(TAKES_FEE).await,
            9 => self.behave(REVERTS).await,
            // While it can be bought it does not move without saying so: after an exchange nobody compares, and its own
            // holders would have less than they are owed.
            10 if self.can_be_bought(self.hostile).await? => self.behave(RETURNS_FALSE).await,
            10 => self.behave(RETURNS_NOTHING).await,
            11 => self.behave(LIES).await,
            12 => {
                let target = self.payee();
                self.aim(target, Vec::new()).await?;
                self.behave(DENIES).await
            }
            13 => {
                let id = self.dice.roll(self.ghost.credits.len() as u64);
                self.aim(self.trade.escrow, escrow::settle(id).data().to_vec()).await?;
                self.behave(REENTERS).await
            }
            14 => {
                // It takes long, so once.
                self.behave(SPINS).await?;
                self.settle().await?;
                self.behave(HONEST).await
            }
            _ => self.freeze(!self.frozen).await,
        }
    }

    /// Whether somebody could be paid in an asset by a quote.
    async fn can_be_bought(&self, asset: Address) -> Result<bool, HarnessError> {
        let now = self.now().await?;
        let gives = |quote: &Quote| quote.buy_asset == asset.0 && quote.expires > now && !quote.out.is_zero();
        Ok(self.ghost.quotes.values().any(gives))
    }

    /// What was accepted before is sent again, as it was.
    async fn repeat(&mut self) -> Step {
        let Some(Old { who, data, flow }) = self.dice.pick(&self.old) else { return Ok(()) };
        self.acts += 1;
        let (client, at) = (self.trade.world.suite.client.clone(), self.trade.escrow);
        let tried = client.try_raw(&who.account(), at, 0, data.clone()).await?;
        let counts = self.counts.entry(("escrow", "again")).or_default();
        if tried.value.reverted {
            counts.1 += 1;
            return Ok(());
        }
        counts.0 += 1;
        let receipt = client.send_raw(&who, at, 0, data, &tried.limits).await?;
        self.weigh(&receipt, flow).await
    }

    /// A party has taken back what it had allowed, and tries to pay all the same.
    async fn stale(&mut self) -> Step {
        let asset = [self.coin, self.hostile][self.dice.roll(2) as usize];
        let (now, party) = (self.now().await?, self.dice.roll(2) as usize);
        let (buyer, seller) = (self.buyers[party].clone(), self.sellers[party].clone());
        for (person, allowed) in [(&buyer, U256::one()), (&seller, U256::one())] {
            self.allow(person, asset, allowed).await?;
        }
        for id in self.ghost.unpaid(now).into_iter().take(2) {
            let hash = self.ghost.credits[&id].record.agreement;
            self.act(&buyer, &escrow::fund(id, hash), Flow::Credit(id)).await?;
        }
        let open = self.ghost.alive(now, &[Status::Funded, Status::Discrepant]);
        if let Some(id) = self.dice.pick(&open) {
            self.act(&seller, &escrow::raise(id), Flow::Credit(id)).await?;
        }
        for person in [&buyer, &seller] {
            self.allow(person, asset, U256::MAX).await?;
        }
        Ok(())
    }

    async fn allow(&self, who: &Signer, asset: Address, amount: U256) -> Step {
        let mut data = vec![0x09, 0x5e, 0xa7, 0xb3];
        data.extend_from_slice(&[0; 12]);
        data.extend_from_slice(self.trade.escrow.as_bytes());
        data.extend_from_slice(&amount.to_big_endian());
        self.send(who, asset, data).await
    }

    /// What chance brings about too seldom to be relied on, once and in order.
    async fn rehearse(&mut self) -> Step {
        Box::pin(self.rehearse_rights()).await?;
        Box::pin(self.rehearse_legs()).await?;
        Box::pin(self.rehearse_title()).await?;
        Box::pin(self.rehearse_exchange()).await?;
        Box::pin(self.rehearse_appeal()).await
    }

    /// The usual agreement between the first buyer and the first seller, with windows of days.
    async fn usual(&self) -> Result<Agreement, HarnessError> {
        let mut agreement = self.trade.agreement().await?;
        let days = |days: u64| Seconds::from_raw(days * DAY);
        agreement.terms.amount = whole(1_000);
        let dispute = &mut agreement.dispute;
        (dispute.bond, dispute.fee) = (whole(20), whole(5));
        (dispute.appeal_bond, dispute.appeal_fee) = (whole(20), whole(5));
        (dispute.offer_window, dispute.panel_window) = (days(1), days(3));
        (dispute.appeal_window, dispute.appeal_panel_window, dispute.fallback_window) = (days(1), days(3), days(1));
        Ok(agreement)
    }

    /// It is drafted with both signatures, and paid for.
    async fn fund(&mut self, agreement: &Agreement) -> Result<u64, HarnessError> {
        let (hash, deadline) = (agreement.hash(keccak), self.now().await?.after(Seconds::from_raw(DAY)));
        let (keeper, buyer, seller) = (self.trade.keeper.clone(), self.buyers[0].clone(), self.sellers[0].clone());
        let signatures = [&buyer, &seller].map(|party| sign_agreement(party, &self.trade.domain, &hash, deadline));
        let draft = escrow::draft(*agreement, signatures.to_vec());
        let id = self.act(&keeper, &draft, Flow::Nothing).await?.expect("a sound agreement");
        self.act(&buyer, &escrow::fund(id, hash), Flow::Credit(id)).await?.expect("paid for");
        Ok(id)
    }

    /// Documents for an amount, which the buyer accepts.
    async fn honour(&mut self, id: u64, amount: Amount, contents: &str) -> Step {
        let (buyer, seller) = (self.buyers[0].clone(), self.sellers[0].clone());
        let papers = self.trade.papers(id, contents).await?;
        let present = escrow::present(id, amount, None, papers, false);
        self.act(&seller, &present, Flow::Nothing).await?.expect("documents that comply");
        let named = PresentationId { number: self.ghost.credits[&id].record.presentations, amount };
        self.act(&buyer, &escrow::accept(id, named), Flow::Nothing).await?.expect("paid");
        Ok(())
    }

    /// A part of the proceeds is passed on; and a dispute ends by an offer that the other side takes.
    async fn rehearse_rights(&mut self) -> Step {
        let agreement = self.usual().await?;
        let (buyer, seller) = (self.buyers[0].clone(), self.sellers[0].clone());
        let (bank, keeper) = (self.trade.financier.clone(), self.trade.keeper.clone());
        let id = self.fund(&agreement).await?;
        let assign = escrow::assign(id, address(&bank), Bps::from_raw(2_500));
        self.act(&seller, &assign, Flow::Nothing).await?.expect("assigned");
        self.act(&bank, &escrow::pass_on(id, 0, address(&keeper)), Flow::Nothing).await?.expect("passed on");
        self.act(&seller, &escrow::raise(id), Flow::Credit(id)).await?.expect("raised");
        self.act(&buyer, &escrow::offer(id, whole(400)), Flow::Nothing).await?.expect("offered");
        self.act(&seller, &escrow::accept_offer(id, whole(400)), Flow::Nothing).await?.expect("taken");
        Ok(())
    }

    /// A leg is claimed with its secret, and one goes back that nobody has locked.
    async fn rehearse_legs(&mut self) -> Step {
        let (now, head) = (self.now().await?, self.chain.head().await?);
        let bound = |hours: u64, blocks: u32| Bound {
            time: now.after(Seconds::from_raw(hours * 3_600)),
            block: u32::try_from(head.number).expect("a height") + blocks,
        };
        let (funder, claimer, keeper) = (self.buyers[0].clone(), self.sellers[0].clone(), self.trade.keeper.clone());
        let terms = LegTerms {
            funder: address(&funder).0,
            claimer: address(&claimer).0,
            asset: self.coin.0,
            amount: whole(100),
            premium: whole(1),
            digest: keccak(&SECRET),
            hash: SecretHash::Keccak256,
            lock_until: bound(2, 20),
            claim_until: bound(4, 200),
            refund_from: bound(6, 400),
        };
        let mut legs = Vec::new();
        for _ in 0..2 {
            let leg = self.act(&funder, &escrow::agree_leg(terms), Flow::Nothing).await?.expect("agreed");
            self.act(&claimer, &escrow::bond_leg(leg), Flow::Apart).await?.expect("bonded");
            legs.push(leg);
        }
        self.act(&funder, &escrow::lock_leg(legs[0]), Flow::Apart).await?.expect("locked");
        self.act(&keeper, &escrow::claim_leg(legs[0], SECRET), Flow::Nothing).await?.expect("claimed");
        self.trade.world.advance(3 * 3_600).await?;
        for _ in 0..20 {
            self.chain.seal().await?;
        }
        self.act(&keeper, &escrow::refund_leg(legs[1]), Flow::Nothing).await?.expect("gone back");
        Ok(())
    }

    /// A title that its registry does not give at first.
    async fn rehearse_title(&mut self) -> Step {
        let mut agreement = self.usual().await?;
        agreement.terms.title = Some(self.registry.0);
        agreement.terms.partial_drawings = false;
        let id = self.fund(&agreement).await?;
        refuse_delivery(&self.trade, self.registry, true).await?;
        self.honour(id, whole(1_000), "a title that waits").await?;
        refuse_delivery(&self.trade, self.registry, false).await?;
        let title = self.ghost.waiting.iter().find(|(of, ..)| *of == id).copied().expect("it waits");
        let keeper = self.trade.keeper.clone();
        self.deliver(&keeper, title).await
    }

    /// Proceeds are exchanged for the hostile token, which is honest first, and then refuses and lies.
    async fn rehearse_exchange(&mut self) -> Step {
        let agreement = self.usual().await?;
        let id = self.fund(&agreement).await?;
        let (seller, dealer) = (self.sellers[0].clone(), self.trade.financier.clone());
        let expires = self.now().await?.raw() + DAY;
        let quote = escrow::quote(self.coin, self.hostile, whole(1_000), whole(900), expires);
        let number = self.act(&dealer, &quote, Flow::Apart).await?.expect("quoted");
        let order = escrow::place_order(id, number, whole(1), Amount::from_raw(1), expires);
        self.act(&seller, &order, Flow::Nothing).await?.expect("ordered");
        for behaviour in [HONEST, RETURNS_FALSE, REVERTS, LIES] {
            self.behave(behaviour).await?;
            self.honour(id, whole(200), &format!("the token does {behaviour}")).await?;
        }
        self.behave(HONEST).await
    }

    /// A panel rules, a party appeals, nobody hears the appeal, and the first panel collects.
    async fn rehearse_appeal(&mut self) -> Step {
        let agreement = self.usual().await?;
        let id = self.fund(&agreement).await?;
        let (seller, keeper, court) = (self.sellers[0].clone(), self.trade.keeper.clone(), self.trade.escrow);
        self.act(&seller, &escrow::raise(id), Flow::Credit(id)).await?.expect("raised");
        self.trade.wait_days(1).await?;
        self.arbitrate(&keeper, &arbitration::call_panel(court, id, false)).await?.expect("called");
        for _ in 0..4 {
            self.chain.seal().await?;
        }
        let done = self.arbitrate(&keeper, &arbitration::draw_panel(court, id, false)).await?.expect("drawn");
        let drawn: Vec<arbitration::PanelDrawn> = told(&done.receipt, self.trade.arbitration);
        let members: Vec<Signer> =
            drawn.iter().flat_map(|drawn| drawn.panel.seated()).map(|(_, member)| self.person(member)).collect();
        let (award, salt) = (whole(600), [7; 32]);
        for member in &members {
            let word = self.trade.commitment(id, false, member, award, salt);
            self.arbitrate(member, &arbitration::commit(court, id, false, word)).await?.expect("committed");
        }
        for member in &members {
            let reveal = arbitration::reveal(court, id, false, award.raw(), salt);
            self.arbitrate(member, &reveal).await?.expect("revealed");
        }
        self.arbitrate(&keeper, &arbitration::report(court, id, false)).await?.expect("reported");
        self.act(&seller, &escrow::appeal(id), Flow::Credit(id)).await?.expect("appealed");
        self.trade.wait_days(3).await?;
        self.act(&keeper, &escrow::settle(id), Flow::Nothing).await?.expect("the ruling stands");
        self.arbitrate(&keeper, &arbitration::collect(court, id)).await?.expect("collected");
        for member in &members {
            let claim = arbitration::claim(self.coin, address(member));
            self.arbitrate(member, &claim).await?.expect("its share");
        }
        Ok(())
    }

    /// All time is over, and the keeper settles everything: nothing is left in any credit.
    async fn settle_everything(&mut self) -> Step {
        // Whatever the token does on that day, but for moving and not saying so: there it holds back its own.
        if self.behaviour == RETURNS_NOTHING {
            self.behave(RETURNS_FALSE).await?;
        }
        let ids = self.ghost.alive(self.now().await?, &[]);
        let latest = ids.iter().map(|id| self.ghost.credits[id].t_max()).max().unwrap_or(Timestamp::ZERO);
        self.trade.wait_until(latest).await?;
        let (now, keeper) = (self.now().await?, self.trade.keeper.clone());
        for id in ids {
            for _ in 0..4 {
                let status = self.ghost.credits[&id].status(now);
                if DUE.contains(&status) {
                    let settled = self.act(&keeper, &escrow::settle(id), Flow::Nothing).await?;
                    assert!(settled.is_some(), "escrow {id} is {status:?} and cannot be settled");
                }
            }
            let acceptances = self.ghost.credits[&id].acceptances.clone();
            for (number, acceptance) in acceptances.into_iter().filter(|(_, acceptance)| !acceptance.paid) {
                let paid = self.act(&keeper, &escrow::mature(id, number), Flow::Nothing).await?;
                assert!(paid.is_some(), "escrow {id} does not pay {acceptance:?}");
            }
            let credit = &self.ghost.credits[&id];
            assert_eq!(credit.status(now), Status::Closed, "escrow {id}: {:?}", credit.record);
            assert_eq!(credit.funded, credit.left, "escrow {id}");
        }
        let is_over = |quote: &Quote| quote.expires <= now && !quote.out.is_zero();
        let over: Vec<u64> = self.ghost.quotes.iter().filter(|(_, quote)| is_over(quote)).map(|(at, _)| *at).collect();
        for number in over {
            let withdrawn = self.act(&keeper, &escrow::withdraw_quote(number), Flow::Nothing).await?;
            assert!(withdrawn.is_some(), "quote {number} is over and cannot be taken back");
        }
        for asset in [self.coin, self.euro, self.hostile] {
            assert_eq!(self.ghost.held(asset), 0, "{asset:?} is left in a credit");
            self.check_asset(asset).await?;
        }
        Ok(())
    }

    /// Everybody falls silent, and then it has not been.
    async fn silence(&mut self) -> Step {
        let snapshot = self.chain.snapshot();
        let (ghost, counts, acts) = (self.ghost.clone(), self.counts.clone(), self.acts);
        let (behaviour, old) = (self.behaviour, self.old.len());
        Box::pin(self.settle_everything()).await?;
        self.chain.restore(snapshot).expect("it was just taken");
        (self.ghost, self.counts, self.acts) = (ghost, counts, acts);
        self.behaviour = behaviour;
        self.old.truncate(old);
        self.silences += 1;
        Ok(())
    }

    /// The same for good: then legs go back, and every claim is paid. Nothing is owed but fees that nobody has
    /// collected.
    async fn last_day(&mut self) -> Step {
        self.behave(HONEST).await?;
        if self.frozen {
            self.freeze(false).await?;
        }
        Box::pin(self.settle_everything()).await?;
        // Quotes and legs end within days.
        self.trade.wait_days(5).await?;
        for _ in 0..320 {
            self.chain.seal().await?;
        }
        Box::pin(self.settle_everything()).await?;
        let keeper = self.trade.keeper.clone();
        let legs: Vec<u64> = self.ghost.legs.keys().copied().collect();
        for number in legs {
            if self.ghost.legs[&number].held() != Ok(Amount::ZERO) {
                let refunded = self.act(&keeper, &escrow::refund_leg(number), Flow::Nothing).await?;
                assert!(refunded.is_some(), "leg {number} does not go back");
            }
        }
        let claims: Vec<Claimed> = self.ghost.claims.keys().copied().collect();
        for claimed in claims {
            let (asset, screening, account) = claimed;
            let claim = escrow::claim(asset, screening, account, account);
            let paid = self.act(&keeper, &claim, Flow::Claim(claimed)).await?;
            assert!(paid.is_some(), "{claimed:?} is not paid");
        }
        for asset in [self.coin, self.euro, self.hostile] {
            let fees = self.ghost.fees.iter().filter(|((id, _), _)| self.ghost.credits[id].asset() == asset);
            assert_eq!(self.ghost.waits(asset), fees.map(|(_, fee)| fee).sum::<u128>(), "{asset:?} is still owed");
        }
        self.read_everything().await
    }

    /// The run must reach everything, else it proves nothing.
    fn has_reached_everything(&self) {
        let bundle = Bundles::find().load("escrow").expect("the bundle is built");
        let metadata = ContractMetadata::from_json(&bundle.metadata).expect("its metadata can be read");
        for message in metadata.messages().iter().filter(|message| message.mutates) {
            let tried = self.counts.keys().any(|(contract, label)| *contract == "escrow" && *label == message.label);
            assert!(tried, "{} was never tried: {:#?}", message.label, self.counts);
        }
        let accepted = [
            "draft",
            "sign",
            "sign_for",
            "fund",
            "present",
            "accept",
            "notice",
            "waive",
            "settle",
            "mature",
            "execute",
            "raise",
            "offer",
            "accept_offer",
            "appeal",
            "amend",
            "agree",
            "assign",
            "pass_on",
            "claim",
            "claim_for",
            "quote",
            "place_order",
            "bond_leg",
            "lock_leg",
            "claim_leg",
            "refund_leg",
            "deliver_title",
            "rule_fallback",
            "again",
        ];
        for label in accepted {
            let count = self.counts.get(&("escrow", label)).map_or(0, |counts| counts.0);
            assert!(count > 0, "{label} was never accepted: {:#?}", self.counts);
        }
        for label in ["call_panel", "draw_panel", "commit", "reveal", "report", "collect", "claim"] {
            let count = self.counts.get(&("arbitration", label)).map_or(0, |counts| counts.0);
            assert!(count > 0, "{label} was never accepted: {:#?}", self.counts);
        }
        let seen = [
            ("exchange", "for what does not"),
            ("exchange", "for what misbehaves"),
            ("title", "delivered when asked again"),
        ];
        for what in seen {
            assert!(self.counts.contains_key(&what), "{what:?} was never seen: {:#?}", self.counts);
        }
    }
}

async fn walk() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let acts = asked("FLORIN_TRADE_ACTS").map_or(ACTS, |acts| u32::try_from(acts).unwrap_or(u32::MAX));
    let mut run = Run::start(asked("FLORIN_TRADE_SEED").unwrap_or(SEED)).await.expect("deployed");
    run.rehearse().await.unwrap_or_else(|error| panic!("act {}: {error}", run.acts));
    let (mut reading, mut silence) = (BETWEEN_READINGS, BETWEEN_SILENCES);
    while run.acts < acts {
        run.step().await.unwrap_or_else(|error| panic!("act {}: {error}", run.acts));
        if run.acts >= reading {
            reading = run.acts + BETWEEN_READINGS;
            run.read_everything().await.unwrap_or_else(|error| panic!("after act {}: {error}", run.acts));
        }
        if run.acts >= silence {
            silence = run.acts + BETWEEN_SILENCES;
            run.silence().await.unwrap_or_else(|error| panic!("silence after act {}: {error}", run.acts));
        }
    }
    run.last_day().await.unwrap_or_else(|error| panic!("the last day: {error}"));
    println!("{} credits, {} silences; accepted and refused: {:#?}", run.ghost.credits.len(), run.silences, run.counts);
    if acts >= ACTS {
        assert!(run.silences >= 10, "{} silences only", run.silences);
        run.has_reached_everything();
    }
}

#[test]
fn random_trade_on_the_contracts_follows_the_ghost() {
    // Without optimisation the longest futures do not fit on a test's usual stack.
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(walk());
    });
    thread.expect("a thread").join().expect("the walk ends well");
}
