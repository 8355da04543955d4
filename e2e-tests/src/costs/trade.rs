//! What the messages of escrow, title and arbitration cost: one shipment, one usance credit, one dispute with appeal, and what else
//! there is.

use std::collections::BTreeMap;

use florin_bindings::{
    arbitration,
    escrow::{self, Proofs, Signing},
    title, token, Message,
};
use florin_client::{
    account::AccountId,
    chain::{Address, Chain, DevChain},
    contract::CallError,
    escrow::{sign_agreement, sign_redirection},
    governance::keccak,
    signer::Signer,
};
use florin_sandbox::Sandbox;
use florin_trade::{
    amendment::AgreedSplit,
    condition::{Fact, Node},
    examination::Discrepancies,
    right::TitleCommand,
    swap::{Bound, LegTerms, SecretHash},
    terms::{Agreement, Payment},
    Hash,
};
use florin_units::{Amount, Bps, Seconds, Timestamp, U256};
use parity_scale_codec::Decode;

use super::{cost_of, Cost};
use crate::{
    harness::{coins, HarnessError, GUARDIAN_TERM, UNIT},
    trade::{commitment, whole, Trade, BILL, DAY},
};

/// Costs by contract and message.
type Costs = BTreeMap<&'static str, BTreeMap<String, Cost>>;

/// Measure every message of the three contracts.
///
/// # Errors
/// The contracts'.
pub(super) async fn measure(chain: Sandbox) -> Result<Costs, HarnessError> {
    let mut meter = Meter { trade: Trade::deploy(chain.clone()).await?, costs: BTreeMap::new() };
    meter.shipment().await?;
    meter.usance().await?;
    meter.dispute().await?;
    meter.consents().await?;
    meter.rights().await?;
    meter.exchange(&chain).await?;
    meter.legs().await?;
    meter.settings().await?;
    meter.stakes().await?;
    meter.titles().await?;
    Ok(meter.costs)
}

struct Meter {
    trade: Trade<Sandbox>,
    costs: Costs,
}

impl Meter {
    /// Measure a call and do it. The first figure of a message stands.
    async fn call<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        signer: &Signer,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<T, HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        self.note(&signer.account(), contract, message).await?;
        Ok(self.trade.world.suite.client.call(signer, contract, 0, message).await?.value)
    }

    /// Measure a call and leave it at that.
    async fn note<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        origin: &AccountId,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<(), HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        let cost = cost_of(&self.trade.world.suite.client, origin, contract, 0, message).await?;
        let name = match contract {
            contract if contract == self.trade.escrow => "escrow",
            contract if contract == self.trade.title => "title",
            _ => "arbitration",
        };
        self.costs.entry(name).or_default().entry(message.label.to_owned()).or_insert(cost);
        Ok(())
    }

    /// Measure a question.
    async fn ask<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<(), HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        self.note(&AccountId::from_address(&Address::zero()), contract, message).await
    }

    async fn escrow<T: Decode>(
        &mut self,
        signer: &Signer,
        message: &Message<T, escrow::Error>,
    ) -> Result<T, HarnessError> {
        self.call(signer, self.trade.escrow, message).await
    }

    /// Both parties' signatures under an agreement.
    async fn signatures(&self, agreement: &Agreement) -> Result<Vec<Signing>, HarnessError> {
        let deadline = self.trade.now().await?.after(Seconds::from_raw(DAY));
        let hash = agreement.hash(keccak);
        let parties = [&self.trade.applicant, &self.trade.beneficiary];
        Ok(parties.map(|party| sign_agreement(party, &self.trade.domain, &hash, deadline)).to_vec())
    }

    /// A shipment against title: drafted with both signatures, paid in, presented, refused, cured, waived; another approved.
    async fn shipment(&mut self) -> Result<(), HarnessError> {
        let [buyer, seller, keeper] = self.people();
        let mut agreement = self.trade.agreement().await?;
        agreement.terms.title = Some(self.trade.title.0);
        agreement.terms.partial_drawings = false;
        let signatures = self.signatures(&agreement).await?;
        let id = self.escrow(&keeper, &escrow::draft(agreement, signatures)).await?;
        self.escrow(&buyer, &escrow::fund(id, agreement.hash(keccak))).await?;
        self.trade.issue_title("on board").await?;
        let papers = self.trade.papers(id, "on board").await?;
        self.escrow(&seller, &escrow::present(id, whole(20_000), None, papers, false)).await?;
        let named = florin_trade::examination::PresentationId { number: 1, amount: whole(20_000) };
        self.note(&buyer.account(), self.trade.escrow, &escrow::accept(id, named)).await?;
        let reasons = keccak(b"reasons");
        self.escrow(&buyer, &escrow::notice(id, named, Discrepancies::OTHER, reasons)).await?;
        self.escrow(&buyer, &escrow::waive(id, named)).await?;
        let (contract, coin) = (self.trade.escrow, self.trade.world.suite.token);
        let collector = self.trade.collector.clone();
        let account = collector.account().to_address();
        self.note(&collector.account(), contract, &escrow::claim(coin, Address::zero(), account, account)).await?;
        let deadline = self.trade.now().await?.after(Seconds::from_raw(DAY));
        let to = keeper.account().to_address();
        let signature = sign_redirection(&collector, &self.trade.domain, coin, Address::zero(), to, 0, deadline);
        let redirect = escrow::claim_for(coin, Address::zero(), account, to, 0, deadline.raw(), signature);
        self.escrow(&keeper, &redirect).await?;

        // Unsigned drafts: signed by the parties themselves, by signature, declined.
        let plain = self.trade.agreement().await?;
        let hash = plain.hash(keccak);
        let other = self.escrow_alone(&keeper, &escrow::draft(plain, vec![])).await?;
        self.escrow(&buyer, &escrow::sign(other, hash)).await?;
        let Signing { signer, deadline, signature } = self.signatures(&plain).await?.remove(1);
        self.escrow(&keeper, &escrow::sign_for(other, signer, deadline, signature)).await?;
        self.escrow(&seller, &escrow::decline(other)).await?;

        self.ask(contract, &escrow::count()).await?;
        self.ask(contract, &escrow::escrow(id)).await?;
        self.ask(contract, &escrow::status(id)).await?;
        self.ask(contract, &escrow::t_max(id)).await?;
        self.ask(contract, &escrow::agreement(id)).await?;
        self.ask(contract, &escrow::presentation(id)).await?;
        self.ask(contract, &escrow::dispute(id)).await?;
        self.ask(contract, &escrow::receivable(id)).await?;
        self.ask(contract, &escrow::acceptance(id, 0)).await?;
        self.ask(contract, &escrow::claim_of(coin, Address::zero(), account)).await?;
        self.ask(contract, &escrow::fee_of(id, account)).await?;
        self.ask(contract, &escrow::delivery(id, account, [0; 32])).await?;
        self.ask(contract, &escrow::asset(coin)).await?;
        self.ask(contract, &escrow::fee_settings()).await?;
        self.ask(contract, &escrow::chain_id()).await?;
        self.ask(contract, &escrow::role_holders()).await?;
        Ok(())
    }

    /// A call that is not measured.
    async fn escrow_alone<T: Decode>(
        &self,
        signer: &Signer,
        message: &Message<T, escrow::Error>,
    ) -> Result<T, HarnessError> {
        Ok(self.trade.call(signer, message).await?.value)
    }

    fn people(&self) -> [Signer; 3] {
        [self.trade.applicant.clone(), self.trade.beneficiary.clone(), self.trade.keeper.clone()]
    }

    /// A usance credit in two drawings, one approved and one honoured by silence; the acceptance matures; the rest goes back.
    async fn usance(&mut self) -> Result<(), HarnessError> {
        let [_, _, keeper] = self.people();
        let mut agreement = self.trade.agreement().await?;
        let tenor = Seconds::from_raw(30 * DAY);
        agreement.terms.payment = Payment::Usance { tenor, sight_share: Bps::from_raw(1_000) };
        let id = self.trade.fund(&agreement).await?;
        self.trade.present(id, whole(5_000), "one").await?;
        self.trade.wait_days(6).await?;
        self.escrow(&keeper, &escrow::settle(id)).await?;
        self.trade.wait_days(30).await?;
        self.escrow(&keeper, &escrow::mature(id, 0)).await?;

        // By conditions: two facts, one of them a signature.
        let mut agreement = self.trade.agreement().await?;
        let inspector = self.trade.inspector.clone();
        agreement.conditions.facts.facts[0] = Some(Fact::Signature { by: inspector.account().to_address().0 });
        agreement.conditions.facts.facts[1] = Some(Fact::After { moment: Timestamp::ZERO });
        for (slot, node) in agreement.conditions.tree.nodes.iter_mut().zip([Node::Fact(0), Node::Fact(1), Node::All(2)])
        {
            *slot = Some(node);
        }
        let id = self.trade.fund(&agreement).await?;
        let hash = agreement.hash(keccak);
        let signed = florin_client::escrow::sign_approval(&inspector, &self.trade.domain, id, &hash);
        let proofs = Proofs { signatures: vec![signed], ..Trade::<Sandbox>::no_proofs() };
        self.escrow(&keeper, &escrow::execute(id, proofs)).await?;
        Ok(())
    }

    /// A dispute with offers, panel, appeal and fees; others that end by an offer that is taken, and by the fallback.
    async fn dispute(&mut self) -> Result<(), HarnessError> {
        let [buyer, seller, keeper] = self.people();
        let (court, panels) = (self.trade.escrow, self.trade.arbitration);
        let mut agreement = self.trade.agreement().await?;
        agreement.terms.amount = whole(10_000);
        let id = self.trade.fund(&agreement).await?;
        let named = self.trade.present(id, whole(10_000), "disputed").await?;
        let notice = escrow::notice(id, named, Discrepancies::OTHER, keccak(b"reasons"));
        self.trade.call(&buyer, &notice).await?;
        self.escrow(&seller, &escrow::raise(id)).await?;
        self.escrow(&buyer, &escrow::offer(id, whole(1_000))).await?;
        self.note(&seller.account(), court, &escrow::accept_offer(id, whole(1_000))).await?;
        self.trade.wait_days(3).await?;
        self.ask(court, &escrow::hearing(id)).await?;
        self.panel(id, false, whole(6_000)).await?;
        self.escrow(&seller, &escrow::appeal(id)).await?;
        self.panel(id, true, whole(9_000)).await?;
        self.escrow(&keeper, &escrow::settle(id)).await?;
        self.call(&keeper, panels, &arbitration::collect(court, id)).await?;
        let coin = self.trade.world.suite.token;
        let panel = arbitration::panel(court, id, false);
        let panel = self.trade.world.suite.client.read(panels, &panel).await?.expect("a panel");
        let member = self.trade.signer_of(panel.members[0].expect("a member")).clone();
        self.ask(panels, &arbitration::claim_of(coin, member.account().to_address())).await?;
        self.call(&member, panels, &arbitration::claim(coin, member.account().to_address())).await?;
        self.ask(panels, &arbitration::case(court, id, false)).await?;
        self.ask(panels, &arbitration::panel(court, id, false)).await?;
        self.ask(panels, &arbitration::seat(court, id, false, 0)).await?;
        self.ask(panels, &arbitration::liabilities(coin)).await?;

        // Nobody sits who speaks: the fallback rules; the case is closed afterwards.
        let id = self.trade.fund(&agreement).await?;
        let named = self.trade.present(id, whole(10_000), "disputed").await?;
        let notice = escrow::notice(id, named, Discrepancies::OTHER, keccak(b"reasons"));
        self.trade.call(&buyer, &notice).await?;
        self.trade.call(&seller, &escrow::raise(id)).await?;
        self.trade.wait_days(3).await?;
        self.trade.seat(id, false).await?;
        self.trade.wait_days(10).await?;
        self.call(&keeper, panels, &arbitration::close(court, id, false)).await?;
        let fallback = self.trade.fallback.clone();
        self.escrow(&fallback, &escrow::rule_fallback(id, whole(5_000))).await?;
        self.trade.call(&keeper, &escrow::settle(id)).await?;
        self.escrow(&fallback, &escrow::collect_fee(id)).await?;
        Ok(())
    }

    /// A panel from its call to its report, in which all members say the same. What the report does to the court is the cost of
    /// the court's `rule`, which only the arbitration contract may send.
    async fn panel(&mut self, id: u64, is_appeal: bool, award: Amount) -> Result<(), HarnessError> {
        let (court, panels, keeper) = (self.trade.escrow, self.trade.arbitration, self.trade.keeper.clone());
        self.call(&keeper, panels, &arbitration::call_panel(court, id, is_appeal)).await?;
        for _ in 0..4 {
            self.trade.world.advance(6).await?;
        }
        self.call(&keeper, panels, &arbitration::draw_panel(court, id, is_appeal)).await?;
        let panel = arbitration::panel(court, id, is_appeal);
        let panel = self.trade.world.suite.client.read(panels, &panel).await?.expect("a panel");
        let members: Vec<Signer> =
            panel.members.iter().flatten().map(|member| self.trade.signer_of(*member).clone()).collect();
        let salt = [7; 32];
        for member in &members {
            let word = self.trade.commitment(id, is_appeal, member, award, salt);
            self.call(member, panels, &arbitration::commit(court, id, is_appeal, word)).await?;
        }
        for member in &members {
            self.call(member, panels, &arbitration::reveal(court, id, is_appeal, award.raw(), salt)).await?;
        }
        if !is_appeal {
            let mut seats = [None; florin_panels::award::MAXIMUM_APPEAL_PANEL];
            for (slot, member) in seats.iter_mut().zip(&members) {
                let member = member.account().to_address().0;
                *slot = Some(florin_panels::award::Seat { member, award: Some(award) });
            }
            let arbiter = AccountId::from_address(&panels);
            self.trade.world.suite.client.chain().fund(&arbiter, 1_000 * UNIT).await?;
            self.note(&arbiter, court, &escrow::rule(id, seats)).await?;
        }
        self.call(&keeper, panels, &arbitration::report(court, id, is_appeal)).await?;
        Ok(())
    }

    /// An amendment and a division by consent.
    async fn consents(&mut self) -> Result<(), HarnessError> {
        let [_, _, keeper] = self.people();
        let agreement = self.trade.agreement().await?;
        let id = self.trade.fund(&agreement).await?;
        let mut amended = agreement;
        amended.terms.amount = whole(15_000);
        let consents = self.trade.consents(id, &amended.hash(keccak)).await?;
        self.escrow(&keeper, &escrow::amend(id, amended, consents)).await?;
        let split = AgreedSplit::new(amended.hash(keccak), false, whole(15_000), whole(5_000), keccak);
        let consents = self.trade.consents(id, &split.hash()).await?;
        self.escrow(&keeper, &escrow::agree(id, whole(15_000), whole(5_000), consents)).await?;
        Ok(())
    }

    /// The receivable.
    async fn rights(&mut self) -> Result<(), HarnessError> {
        let [_, seller, keeper] = self.people();
        let (financier, to) = (self.trade.financier.clone(), keeper.account().to_address());
        let id = self.trade.fund(&self.trade.agreement().await?).await?;
        let first = financier.account().to_address();
        self.escrow(&seller, &escrow::assign(id, first, Bps::from_raw(4_000))).await?;
        self.escrow(&financier, &escrow::pass_on(id, 0, to)).await?;
        Ok(())
    }

    /// Quotes and orders over an asset of the chain.
    async fn exchange(&mut self, chain: &Sandbox) -> Result<(), HarnessError> {
        let [_, seller, keeper] = self.people();
        let coin = self.trade.world.suite.token;
        let dealer = self.trade.financier.clone();
        let euro = chain.create_asset(94, 6, 1).await?;
        chain.mint_asset(94, &dealer.account(), 10_000_000_000).await?;
        chain.mint_asset(94, &seller.account(), 10_000_000).await?;
        crate::scenarios::approve_spender(&self.trade.world, &dealer, euro, self.trade.escrow).await?;
        self.escrow(&keeper, &escrow::admit_asset(euro)).await?;
        let expires = self.trade.now().await?.raw() + DAY;
        let quote = escrow::quote(coin, euro, whole(10_000), Amount::from_raw(9_000_000_000), expires);
        let number = self.escrow(&dealer, &quote).await?;
        let id = self.trade.fund(&self.trade.agreement().await?).await?;
        let order = escrow::place_order(id, number, whole(1), Amount::from_raw(1), expires);
        self.escrow(&seller, &order).await?;
        self.ask(self.trade.escrow, &escrow::quote_of(number)).await?;
        let owner = seller.account().to_address();
        self.ask(self.trade.escrow, &escrow::order_of(id, owner)).await?;
        self.note(&seller.account(), self.trade.escrow, &escrow::cancel_order(id)).await?;
        self.trade.wait_days(1).await?;
        self.escrow(&keeper, &escrow::withdraw_quote(number)).await?;
        Ok(())
    }

    /// A hash-time-locked leg that is claimed, and one that lapses before anything is locked.
    async fn legs(&mut self) -> Result<(), HarnessError> {
        let [buyer, seller, keeper] = self.people();
        let coin = self.trade.world.suite.token;
        let head = self.trade.world.suite.client.chain().head().await?;
        let (now, secret): (_, Hash) = (self.trade.now().await?, [3; 32]);
        let bound = |hours: u64, blocks: u32| Bound {
            time: now.after(Seconds::from_raw(hours * 3_600)),
            block: u32::try_from(head.number).expect("a height") + blocks,
        };
        let terms = LegTerms {
            funder: buyer.account().to_address().0,
            claimer: seller.account().to_address().0,
            asset: coin.0,
            amount: whole(100),
            premium: whole(1),
            digest: keccak(&secret),
            hash: SecretHash::Keccak256,
            lock_until: bound(2, 20),
            claim_until: bound(4, 200),
            refund_from: bound(6, 400),
        };
        let leg = self.escrow(&buyer, &escrow::agree_leg(terms)).await?;
        let lapsing = self.escrow_alone(&buyer, &escrow::agree_leg(terms)).await?;
        self.escrow(&seller, &escrow::bond_leg(leg)).await?;
        self.escrow_alone(&seller, &escrow::bond_leg(lapsing)).await?;
        self.escrow(&buyer, &escrow::lock_leg(leg)).await?;
        self.ask(self.trade.escrow, &escrow::leg(leg)).await?;
        self.escrow(&keeper, &escrow::claim_leg(leg, secret)).await?;
        for _ in 0..20 {
            self.trade.world.advance(600).await?;
        }
        self.escrow(&keeper, &escrow::refund_leg(lapsing)).await?;
        Ok(())
    }

    /// Assets, fee, pause, roles, and a title that its registry does not deliver.
    async fn settings(&mut self) -> Result<(), HarnessError> {
        let [buyer, _, keeper] = self.people();
        let (governor, guardian) = (self.trade.world.governor.clone(), self.trade.world.guardian.clone());
        let (coin, contract) = (self.trade.world.suite.token, self.trade.escrow);
        let to = keeper.account().to_address();
        self.escrow(&buyer, &escrow::seed_asset(coin, whole(1))).await?;
        self.escrow(&governor, &escrow::set_minimum(coin, Amount::from_raw(1_000))).await?;
        crate::scenarios::give_asset(&self.trade.world, &buyer, coin, contract, whole(2)).await?;
        self.escrow(&governor, &escrow::recover(coin, to, whole(2))).await?;
        let collector = self.trade.collector.account().to_address();
        self.escrow(&governor, &escrow::set_fee(Bps::from_raw(40), collector)).await?;
        let until = self.trade.now().await?.raw() + GUARDIAN_TERM;
        self.escrow(&governor, &escrow::set_guardian(guardian.account().to_address(), until)).await?;
        self.escrow(&guardian, &escrow::pause()).await?;
        self.escrow(&governor, &escrow::resume()).await?;
        self.escrow(&governor, &escrow::name_governor(to)).await?;
        self.note(&keeper.account(), contract, &escrow::accept_governor()).await?;

        // A title that its registry does not deliver at once.
        let registry = crate::scenarios::hostile_registry(&self.trade).await?;
        let mut agreement = self.trade.agreement().await?;
        agreement.terms.title = Some(registry.0);
        agreement.terms.partial_drawings = false;
        let id = self.trade.fund(&agreement).await?;
        let named = self.trade.present(id, whole(20_000), "stuck").await?;
        crate::scenarios::refuse_delivery(&self.trade, registry, true).await?;
        self.trade.call(&buyer, &escrow::accept(id, named)).await?;
        crate::scenarios::refuse_delivery(&self.trade, registry, false).await?;
        self.escrow(
            &keeper,
            &escrow::deliver_title(id, self.trade.carrier.account().to_address(), commitment(BILL, "stuck")),
        )
        .await?;
        Ok(())
    }

    /// The staked pool and the roles of arbitration.
    async fn stakes(&mut self) -> Result<(), HarnessError> {
        let (governor, guardian) = (self.trade.world.governor.clone(), self.trade.world.guardian.clone());
        let (panels, coin) = (self.trade.arbitration, self.trade.world.suite.token);
        let member = self.trade.financier.clone();
        let account = member.account().to_address();
        self.trade.world.pay(&self.trade.applicant, account, coins(1_000)).await?;
        let client = self.trade.world.suite.client.clone();
        client.call(&member, coin, 0, &token::approve(panels, U256::MAX)).await?;
        self.call(&governor, panels, &arbitration::admit(account)).await?;
        self.call(&member, panels, &arbitration::join(whole(300).raw())).await?;
        self.call(&member, panels, &arbitration::add_stake(whole(100).raw())).await?;
        self.call(&member, panels, &arbitration::withdraw(whole(50).raw())).await?;
        self.ask(panels, &arbitration::membership(account)).await?;
        self.note(&governor.account(), panels, &arbitration::dismiss(account)).await?;
        self.call(&member, panels, &arbitration::leave()).await?;
        self.call(&governor, panels, &arbitration::admit_court(self.trade.escrow)).await?;
        let until = self.trade.now().await?.raw() + GUARDIAN_TERM;
        self.call(&governor, panels, &arbitration::set_guardian(guardian.account().to_address(), until)).await?;
        self.call(&guardian, panels, &arbitration::dismiss_court(self.trade.escrow)).await?;
        self.call(&governor, panels, &arbitration::set_collector(account)).await?;
        self.call(&governor, panels, &arbitration::name_governor(account)).await?;
        self.note(&member.account(), panels, &arbitration::accept_governor()).await?;
        let members = self.trade.arbitrators.iter().take(5).map(|one| one.account().to_address()).collect();
        self.call(&member, panels, &arbitration::make_pool(members)).await?;
        self.ask(panels, &arbitration::pool_size(1)).await?;
        self.ask(panels, &arbitration::pool_member(1, 0)).await?;
        self.ask(panels, &arbitration::settling_until()).await?;
        self.ask(panels, &arbitration::is_admitted(account)).await?;
        self.ask(panels, &arbitration::is_court(account)).await?;
        self.ask(panels, &arbitration::summary()).await?;
        self.ask(panels, &arbitration::role_holders()).await?;
        Ok(())
    }

    /// A title from hand to hand, and into custody and out of it by an account that stands for a contract.
    async fn titles(&mut self) -> Result<(), HarnessError> {
        let [buyer, seller, keeper] = self.people();
        let (registry, carrier) = (self.trade.title, self.trade.carrier.clone());
        let (issuer, document) = (carrier.account().to_address(), [0xb1; 32]);
        let owner = seller.account().to_address();
        self.call(&carrier, registry, &title::issue(document, owner)).await?;
        self.ask(registry, &title::title(issuer, document)).await?;
        let custodian = Some(keeper.account().to_address().0);
        self.call(&seller, registry, &title::act(issuer, document, TitleCommand::Entrust { custodian })).await?;
        self.call(&keeper, registry, &title::take(issuer, document, 0, owner)).await?;
        let to = buyer.account().to_address();
        self.call(&keeper, registry, &title::deliver(issuer, document, 0, to)).await?;
        Ok(())
    }
}
