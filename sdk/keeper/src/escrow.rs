//! Has done for escrows what anybody may have done: by time, by conditions, by arbitration. So no money waits for a
//! person.

mod due;
mod evidence;

use std::collections::{BTreeMap, BTreeSet};

use florin_bindings::{
    arbitration,
    escrow::{self, Proofs},
    oracle, title, Message,
};
use florin_client::{
    chain::{Address, Chain, Receipt},
    contract::{decode_events, CallError, Client},
    error::ChainError,
    escrow::{read, Picture},
    signer::Signer,
};
use florin_panels::{award::Seats, Moment};
use florin_trade::{
    condition::Reading, ledger::Purpose, state::Message as EscrowMessage, terms::Agreement, EscrowError, EscrowId,
};
use florin_units::{Amount, Timestamp};
use parity_scale_codec::Decode;

use crate::error::KeeperError;
use evidence::Showing;

pub use due::{due, due_in_arbitration, is_over, Cases, Due, EscrowAct, Heard};
pub use evidence::Supplied;

/// The most acts for one escrow in one round: every acceptance that an escrow can have, and what a dispute takes.
const ACTS: u32 = 48;
/// So often an act is sent that passes its trial and fails in a block. Then it is left alone until the records change:
/// whoever makes it fail could do it again at the bot's cost.
const ATTEMPTS: u8 = 3;

/// How an [`EscrowKeeper`] works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowConfig {
    /// The least tip for which it acts, in raw units, of each asset that is worth something to it. What earns less, or
    /// is paid in another asset, is left to others.
    pub minimum_tips: BTreeMap<Address, Amount>,
    /// Acts in all assets, whatever the tip. Assets are contracts that parties have chosen: they can make a transaction
    /// cost much.
    pub regardless: bool,
    /// The arbitration contract whose panels it calls, draws and reports, for escrows in assets that are worth
    /// something to it. Another one that parties have named is left alone: it could have the bot act for ever.
    pub arbitration: Option<Address>,
    /// Escrows to look at in one round.
    pub escrows_per_step: u64,
}

/// Settles, pays and executes what is due, for the tip of the terms, and serves panels, which earns nothing.
pub struct EscrowKeeper<C> {
    client: Client<C>,
    escrow: Address,
    signer: Signer,
    config: EscrowConfig,
    supplied: Supplied,
    /// The escrow to go on with.
    cursor: EscrowId,
    /// The first escrow that may still move; those before it are over.
    first: EscrowId,
    /// Those after it that are over.
    over: BTreeSet<EscrowId>,
    /// Acts that have failed in blocks.
    failures: BTreeMap<(EscrowId, EscrowAct), Failures>,
}

/// How often an act has failed in a block, with the records of that time.
struct Failures {
    records: Records,
    count: u8,
}

/// Why something that is due was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum EscrowStuck {
    /// The rules cannot do it with these records.
    Rules(EscrowError),
    /// The escrow contract refused.
    Escrow(escrow::Error),
    /// The arbitration contract refused.
    Arbitration(arbitration::Error),
    /// The chain could not do it, in a trial or in a block: it is too heavy, or traps.
    Failed {
        /// What was said.
        cause: String,
    },
    /// It has failed in blocks after its trials had succeeded; the bot does not try again until the records change.
    GivenUp,
}

/// An act that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EscrowDone {
    /// The escrow.
    pub escrow: EscrowId,
    /// The act.
    pub act: EscrowAct,
    /// The tip that was paid, or can be claimed, in raw units of the escrow's asset.
    pub tip: Amount,
    /// Fee, in planck.
    pub fee: u128,
}

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EscrowReport {
    /// Escrows that were looked at.
    pub examined: u64,
    /// What was done, in order.
    pub done: Vec<EscrowDone>,
    /// What is due and was left to others, with its tip.
    pub unprofitable: Vec<(EscrowId, EscrowAct, Amount)>,
    /// What is due and was not done. A signature that was given and does not count stands here as well.
    pub stuck: Vec<(EscrowId, EscrowAct, EscrowStuck)>,
    /// Acts at which somebody else was quicker.
    pub late: u64,
    /// Fees of what was done, in planck.
    pub fees: u128,
    /// Whether the round came to the last escrow; the next one begins with the first.
    pub is_complete: bool,
}

/// The records of an escrow and of its dispute. Whoever acts on an escrow changes them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Records {
    picture: Picture,
    /// None where the bot has nothing to do with the panels of the escrow.
    cases: Option<Cases>,
}

/// An escrow as it was seen.
struct Seen {
    records: Records,
    moment: Moment,
}

/// What has come of one look at an escrow.
#[derive(Default)]
struct Look {
    /// Whether it has moved, and is to be looked at again.
    has_moved: bool,
    unprofitable: Vec<(EscrowId, EscrowAct, Amount)>,
    stuck: Vec<(EscrowId, EscrowAct, EscrowStuck)>,
}

/// What has come of an act.
enum Attempt {
    Done(Receipt),
    /// It was not sent.
    Refused(EscrowStuck),
    /// It was sent, and failed in a block.
    Failed(EscrowStuck),
}

impl<C: Chain> EscrowKeeper<C> {
    /// A keeper of the escrows of a contract that acts for `signer`.
    pub fn new(client: Client<C>, escrow: Address, signer: Signer, config: EscrowConfig) -> Self {
        Self {
            client,
            escrow,
            signer,
            config,
            supplied: Supplied::default(),
            cursor: 0,
            first: 0,
            over: BTreeSet::new(),
            failures: BTreeMap::new(),
        }
    }

    /// What it can bring for conditions beside what the chain tells; more can be added at any time.
    pub fn supplied(&mut self) -> &mut Supplied {
        &mut self.supplied
    }

    /// One round: go on with the next escrows, at most as many as configured, and do for each all that is due. What
    /// somebody else did meanwhile is no error, and no escrow holds up another.
    ///
    /// # Errors
    /// [`KeeperError`]; that a contract refuses is part of the report.
    pub async fn step(&mut self) -> Result<EscrowReport, KeeperError> {
        let mut report = EscrowReport::default();
        let count = self.client.read(self.escrow, &escrow::count()).await?;
        for id in self.cursor..count {
            if self.over.contains(&id) {
                continue;
            }
            if report.examined >= self.config.escrows_per_step {
                self.cursor = id;
                return Ok(report);
            }
            report.examined = report.examined.saturating_add(1);
            // The next round begins behind it, also where this one ends early.
            self.cursor = id.saturating_add(1);
            self.examine(id, &mut report).await?;
        }
        self.cursor = self.first;
        report.is_complete = true;
        Ok(report)
    }

    /// Does one act after the other, each on the records that the one before has left.
    async fn examine(&mut self, id: EscrowId, report: &mut EscrowReport) -> Result<(), KeeperError> {
        let mut look = Look::default();
        for _ in 0..ACTS {
            let Some(seen) = self.look(id).await? else { return Ok(()) };
            let Records { picture, cases } = &seen.records;
            if is_over(picture, cases.as_ref(), seen.moment) {
                self.forget(id);
                return Ok(());
            }
            look = self.act(&seen, report).await?;
            if !look.has_moved {
                break;
            }
        }
        report.unprofitable.extend(look.unprofitable);
        report.stuck.extend(look.stuck);
        Ok(())
    }

    fn forget(&mut self, id: EscrowId) {
        self.over.insert(id);
        while self.over.remove(&self.first) {
            self.first = self.first.saturating_add(1);
        }
        self.failures.retain(|(escrow, _), _| *escrow != id);
        self.supplied.forget(id);
    }

    async fn look(&self, id: EscrowId) -> Result<Option<Seen>, KeeperError> {
        let head = self.client.chain().head().await?;
        let moment = Moment {
            block: u32::try_from(head.number).unwrap_or(u32::MAX),
            time: Timestamp::from_milliseconds(head.timestamp_ms),
        };
        let Some(picture) = read(&self.client, self.escrow, id).await? else { return Ok(None) };
        let cases = match self.panels_of(&picture.agreement) {
            Some(arbitration) => Some(self.cases(arbitration, id, moment).await?),
            None => None,
        };
        Ok(Some(Seen { records: Records { picture, cases }, moment }))
    }

    /// The arbitration contract of an escrow, where the bot serves it.
    fn panels_of(&self, agreement: &Agreement) -> Option<Address> {
        let asset = Address::from(agreement.terms.asset.token);
        let is_worth_something = self.config.regardless || self.config.minimum_tips.contains_key(&asset);
        let named = Address::from(agreement.dispute.arbitration);
        self.config.arbitration.filter(|served| *served == named && is_worth_something)
    }

    async fn cases(&self, arbitration: Address, id: EscrowId, now: Moment) -> Result<Cases, KeeperError> {
        let first = self.heard(arbitration, id, false, now).await?;
        if first.is_none() {
            // Without a first panel there is no appeal, and nobody has ruled.
            return Ok(Cases::default());
        }
        let appeal = self.heard(arbitration, id, true, now).await?;
        let fee = self.client.read(self.escrow, &escrow::fee_of(id, arbitration)).await?;
        Ok(Cases { first, appeal, fee: Amount::from_raw(fee) })
    }

    async fn heard(
        &self,
        arbitration: Address,
        id: EscrowId,
        is_appeal: bool,
        now: Moment,
    ) -> Result<Option<Heard>, KeeperError> {
        let (client, court) = (&self.client, self.escrow);
        let Some(case) = client.read(arbitration, &arbitration::case(court, id, is_appeal)).await? else {
            return Ok(None);
        };
        if case.report(&case.hearing, now).is_err() {
            return Ok(Some(Heard { case, seats: Seats::default() }));
        }
        let panel = client.read(arbitration, &arbitration::panel(court, id, is_appeal)).await?.unwrap_or_default();
        let mut records = BTreeMap::new();
        for (place, _) in panel.seated().filter(|(place, _)| case.has_revealed(*place)) {
            let seat = client.read(arbitration, &arbitration::seat(court, id, is_appeal, place)).await?;
            records.extend(seat.map(|seat| (place, seat)));
        }
        let seats = case.seats(&panel, |place| records.get(&place).copied());
        Ok(Some(Heard { case, seats }))
    }

    /// Does the first act that is due and can be done.
    async fn act(&mut self, seen: &Seen, report: &mut EscrowReport) -> Result<Look, KeeperError> {
        let Seen { records: Records { picture, cases }, moment } = seen;
        let (id, asset) = (picture.id, Address::from(picture.agreement.terms.asset.token));
        let keeper = self.signer.account().to_address();
        let mut look = Look::default();
        let showing = self.showing(picture, moment.time, &mut look).await?;
        let mut acts = Vec::new();
        for Due { act, tip } in due(picture, &showing.evidence(), keeper.0, moment.time) {
            match tip {
                Ok(tip) if self.is_worth(&asset, tip) => acts.push(act),
                Ok(tip) => look.unprofitable.push((id, act, tip)),
                Err(error) => look.stuck.push((id, act, EscrowStuck::Rules(error))),
            }
        }
        acts.extend(cases.iter().flat_map(|cases| due_in_arbitration(picture, cases, *moment)));
        for act in acts {
            if self.is_given_up(act, &seen.records) {
                look.stuck.push((id, act, EscrowStuck::GivenUp));
                continue;
            }
            let attempt = self.attempt(act, picture, &showing).await?;
            let (stuck, was_sent) = match attempt {
                Attempt::Done(receipt) => {
                    let done = self.told(id, act, &receipt)?;
                    report.fees = report.fees.saturating_add(done.fee);
                    report.done.push(done);
                    look.has_moved = true;
                    return Ok(look);
                }
                Attempt::Refused(stuck) => (stuck, false),
                Attempt::Failed(stuck) => (stuck, true),
            };
            // Where somebody else was quicker, the records are others now, and nothing is wrong.
            let is_late = self.look(id).await?.is_none_or(|now| now.records != seen.records);
            if is_late {
                report.late = report.late.saturating_add(1);
                look.has_moved = true;
                return Ok(look);
            }
            look.stuck.push((id, act, stuck));
            if was_sent {
                self.note_failure(act, &seen.records);
                // One lost fee a round is enough.
                break;
            }
        }
        Ok(look)
    }

    fn is_worth(&self, asset: &Address, tip: Amount) -> bool {
        self.config.regardless || self.config.minimum_tips.get(asset).is_some_and(|minimum| tip >= *minimum)
    }

    fn is_given_up(&self, act: EscrowAct, records: &Records) -> bool {
        let failures = self.failures.get(&(records.picture.id, act));
        failures.is_some_and(|failures| failures.count >= ATTEMPTS && failures.records == *records)
    }

    fn note_failure(&mut self, act: EscrowAct, records: &Records) {
        let place = (records.picture.id, act);
        let before = self.failures.get(&place).filter(|failures| failures.records == *records);
        let count = before.map_or(0, |failures| failures.count).saturating_add(1);
        self.failures.insert(place, Failures { records: records.clone(), count });
    }

    /// What is brought for the conditions of an escrow: nothing, where they do not hold with all that there is.
    async fn showing(&self, picture: &Picture, now: Timestamp, look: &mut Look) -> Result<Showing, KeeperError> {
        let agreement = &picture.agreement;
        let can_be_executed = EscrowMessage::Execute.is_legal_in(picture.status(now));
        if agreement.conditions.is_empty() || !can_be_executed {
            return Ok(Showing::default());
        }
        let mut showing = self.supplied.showing(picture.id, agreement);
        if !showing.could_show(picture, now) {
            return Ok(Showing::default());
        }
        self.ask_contracts(agreement, &mut showing).await?;
        if !showing.shows(picture, now) {
            return Ok(Showing::default());
        }
        // One signature that does not count would have all of it refused.
        let mut counting = BTreeMap::new();
        for (signer, signature) in self.supplied.signatures_for(picture.id, agreement) {
            match self.check_signature(picture.id, signer, &signature).await? {
                None => {
                    counting.insert(signer, signature);
                }
                Some(error) => look.stuck.push((picture.id, EscrowAct::Execute, EscrowStuck::Escrow(error))),
            }
        }
        showing.signatures = evidence::chosen(agreement, &counting);
        let discreet = showing.discreet();
        Ok(if discreet.shows(picture, now) { discreet } else { showing })
    }

    /// Asks the oracle and the registry that the facts name.
    async fn ask_contracts(&self, agreement: &Agreement, showing: &mut Showing) -> Result<(), KeeperError> {
        let (conditions, facts) = (&agreement.conditions, &agreement.conditions.facts);
        for feed in evidence::feeds(conditions) {
            if let Some(quote) = self.ask(facts.oracle.into(), &oracle::price(feed)).await? {
                let (value, observed_at) = (quote.price.raw(), quote.updated_at);
                showing.readings.push(Reading { feed, value, observed_at });
            }
        }
        if let Some(document) = evidence::document(conditions) {
            let message = title::title(facts.title_issuer.into(), document);
            showing.title = self.ask(facts.titles.into(), &message).await?.flatten();
        }
        Ok(())
    }

    /// Asks a contract for which nobody vouches; none where it does not answer as it should.
    async fn ask<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<Option<T>, KeeperError> {
        match self.client.read(contract, message).await {
            Ok(answer) => Ok(Some(answer)),
            Err(CallError::Chain(error)) if !is_about_one_call(&error) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }

    /// Why a signature does not count; none where it does. The contract itself is asked, by a trial with this signature
    /// alone.
    async fn check_signature(
        &self,
        id: EscrowId,
        signer: Address,
        signature: &[u8],
    ) -> Result<Option<escrow::Error>, KeeperError> {
        let signatures = vec![(signer, signature.to_vec())];
        let proofs = Proofs { signatures, preimages: Vec::new(), feeds: Vec::new(), title: None };
        match self.client.read_as(&self.signer.account(), self.escrow, &escrow::execute(id, proofs)).await {
            Err(CallError::Refused { error: error @ escrow::Error::Signature(_), .. }) => Ok(Some(error)),
            Err(CallError::Chain(error)) if !is_about_one_call(&error) => Err(error.into()),
            _ => Ok(None),
        }
    }

    async fn attempt(&self, act: EscrowAct, picture: &Picture, showing: &Showing) -> Result<Attempt, KeeperError> {
        let (id, court) = (picture.id, self.escrow);
        let panels = Address::from(picture.agreement.dispute.arbitration);
        let (by_escrow, by_panels) = (EscrowStuck::Escrow, EscrowStuck::Arbitration);
        match act {
            EscrowAct::Settle => self.send(court, &escrow::settle(id), by_escrow).await,
            EscrowAct::Mature { number } => self.send(court, &escrow::mature(id, number), by_escrow).await,
            EscrowAct::Execute => self.send(court, &escrow::execute(id, showing.proofs()), by_escrow).await,
            EscrowAct::CallPanel { is_appeal } => {
                self.send(panels, &arbitration::call_panel(court, id, is_appeal), by_panels).await
            }
            EscrowAct::DrawPanel { is_appeal } => {
                self.send(panels, &arbitration::draw_panel(court, id, is_appeal), by_panels).await
            }
            EscrowAct::Report { is_appeal } => {
                self.send(panels, &arbitration::report(court, id, is_appeal), by_panels).await
            }
            EscrowAct::Close { is_appeal } => {
                self.send(panels, &arbitration::close(court, id, is_appeal), by_panels).await
            }
            EscrowAct::Collect => self.send(panels, &arbitration::collect(court, id), by_panels).await,
        }
    }

    /// Tries a message, and sends what has passed.
    async fn send<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        contract: Address,
        message: &Message<T, E>,
        refused: fn(E) -> EscrowStuck,
    ) -> Result<Attempt, KeeperError>
    where
        KeeperError: From<CallError<E>>,
    {
        let failed = |error: ChainError| EscrowStuck::Failed { cause: error.to_string() };
        let preview = match self.client.dry_run(&self.signer.account(), contract, 0, message).await {
            Ok(preview) => preview,
            Err(CallError::Refused { error, .. }) => return Ok(Attempt::Refused(refused(error))),
            Err(CallError::Chain(error)) if is_about_one_call(&error) => return Ok(Attempt::Refused(failed(error))),
            Err(error) => return Err(error.into()),
        };
        let data = message.data().to_vec();
        match self.client.send_raw(&self.signer, contract, 0, data, &preview.limits).await {
            Ok(receipt) => Ok(Attempt::Done(receipt)),
            Err(error) if is_about_one_call(&error) => Ok(Attempt::Failed(failed(error))),
            Err(error) => Err(error.into()),
        }
    }

    /// An act with the tip that its events tell of.
    fn told(&self, id: EscrowId, act: EscrowAct, receipt: &Receipt) -> Result<EscrowDone, KeeperError> {
        let keeper = self.signer.account().to_address();
        let payouts = decode_events::<escrow::Paid>(receipt, self.escrow)
            .map_err(|error| KeeperError::Event { contract: self.escrow, cause: error.to_string() })?;
        let mut tip = Amount::ZERO;
        for paid in payouts {
            if paid.escrow == Some(id) && paid.account == keeper && paid.purpose == Purpose::Tip {
                tip = tip.checked_add(paid.amount)?;
            }
        }
        Ok(EscrowDone { escrow: id, act, tip, fee: receipt.fee })
    }
}

/// Whether a failure says something about one call only: the chain is there, and may well do the next one.
fn is_about_one_call(error: &ChainError) -> bool {
    matches!(
        error,
        ChainError::Dispatch { .. }
            | ChainError::TooHeavy { .. }
            | ChainError::Dropped { .. }
            | ChainError::Expired { .. }
    )
}

#[cfg(test)]
mod tests {
    use florin_client::chain::Hash;

    use super::*;

    #[test]
    fn a_failure_of_the_chain_is_none_of_an_escrow() {
        let transaction = Hash::zero();
        let dispatch =
            ChainError::Dispatch { pallet: "Revive".to_owned(), name: "ContractTrapped".to_owned(), detail: None };
        for error in [dispatch, ChainError::Dropped { transaction }, ChainError::Expired { transaction }] {
            assert!(is_about_one_call(&error), "{error:?}");
        }
        let unreachable = ChainError::Unreachable { url: String::new(), cause: String::new() };
        let invalid = ChainError::Invalid { reason: "no money for the fee".to_owned() };
        let unknown = ChainError::Unknown { transaction, cause: String::new() };
        for error in [unreachable, invalid, unknown] {
            assert!(!is_about_one_call(&error), "{error:?}");
        }
    }
}
