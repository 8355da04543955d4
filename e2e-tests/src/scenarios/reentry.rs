//! A token that calls back in the middle of a transfer: into every message that changes something, from inside payments
//! into credits and stakes, and out of them.

use std::collections::BTreeSet;

use florin_bindings::{arbitration, escrow, title, Message};
use florin_client::{
    bundle::Bundles,
    chain::{Address, DevChain},
    contract::CallError,
    escrow::sign_agreement,
    governance::keccak,
    metadata::ContractMetadata,
    signer::Signer,
};
use florin_trade::{
    dispute::MAXIMUM_APPEAL_PANEL,
    examination::Discrepancies,
    right::TitleCommand,
    state::Escrow,
    swap::{Bound, LegTerms, SecretHash},
    terms::Agreement,
};
use florin_units::{Bps, Seconds, U256};
use parity_scale_codec::Decode;

use super::{
    approve_spender, asset_balance,
    assets::{behave, mint_hostile, prepare_call, reentries, HONEST, REENTERS_APART},
    escrow_incidents::{agreement_in, hostile_asset},
    Outcome,
};
use crate::{
    harness::HarnessError,
    trade::{whole, Trade, DAY},
};

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

/// A call that the token makes in the middle of a transfer.
struct Callback {
    contract: &'static str,
    label: &'static str,
    target: Address,
    data: Vec<u8>,
}

impl Callback {
    fn new<T: Decode, E: Decode>((contract, target): (&'static str, Address), message: &Message<T, E>) -> Self {
        Self { contract, label: message.label, target, data: message.data().to_vec() }
    }
}

/// What became of a credit when it was paid for, and when a part of it was paid out: its record, and by how much
/// everything has grown.
#[derive(Debug, PartialEq, Eq)]
struct Story {
    funded: (Escrow, Vec<i128>),
    accepted: (Escrow, Vec<i128>),
}

/// Credits in a token that calls back, and a pool whose stakes are in it.
struct Scene<C> {
    trade: Trade<C>,
    token: Address,
    panels: Address,
    agreement: Agreement,
}

impl<C: DevChain> Scene<C> {
    async fn new(chain: C) -> Result<Self, HarnessError> {
        let trade = Trade::deploy(chain).await?;
        let token = hostile_asset(&trade).await?;
        let (world, member) = (&trade.world, &trade.financier);
        let (client, governor) = (&world.suite.client, &world.governor);
        let code = client.upload(governor, &Bundles::find().load("florin_arbitration")?.code).await?.code_hash;
        let constructor = arbitration::constructors::new(token, whole(100).raw(), address(&trade.collector));
        let panels = client.instantiate(governor, code, &constructor, 0, None).await?.address;
        client.call(governor, panels, 0, &arbitration::admit(address(member))).await?;
        for person in [&trade.applicant, member] {
            mint_hostile(world, person, token).await?;
        }
        approve_spender(world, member, token, panels).await?;
        let agreement = agreement_in(&trade, token, 18, whole(100)).await?;
        Ok(Self { trade, token, panels, agreement })
    }

    /// Every message of the three contracts that changes something, about a credit that is open where it is about one.
    async fn callbacks(&self) -> Result<Vec<Callback>, HarnessError> {
        let Self { trade, token, panels, agreement } = self;
        let (token, panels, agreement, coin) = (*token, *panels, *agreement, trade.world.suite.token);
        let id = trade.fund(&agreement).await?;
        let named = trade.present(id, whole(40), "open").await?;
        let (hash, nobody) = (agreement.hash(keccak), Address::zero());
        let [buyer, seller, carrier, collector] =
            [&trade.applicant, &trade.beneficiary, &trade.carrier, &trade.collector].map(address);
        let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
        let expires = deadline.raw();
        let signing = sign_agreement(&trade.applicant, &trade.domain, &hash, deadline);
        let papers = trade.papers(id, "again").await?;
        let consents = trade.consents(id, &hash).await?;
        let bound = Bound { time: deadline, block: 1_000_000 };
        let leg = LegTerms {
            funder: buyer.0,
            claimer: seller.0,
            asset: token.0,
            amount: whole(1),
            premium: whole(1),
            digest: keccak(&[1; 32]),
            hash: SecretHash::Keccak256,
            lock_until: bound,
            claim_until: bound,
            refund_from: bound,
        };

        let at = ("escrow", trade.escrow);
        let mut callbacks = vec![
            Callback::new(at, &escrow::draft(agreement, vec![])),
            Callback::new(at, &escrow::sign(id, hash)),
            Callback::new(at, &escrow::sign_for(id, signing.signer, signing.deadline, signing.signature)),
            Callback::new(at, &escrow::decline(id)),
            Callback::new(at, &escrow::fund(id, hash)),
            Callback::new(at, &escrow::present(id, whole(40), None, papers, false)),
            Callback::new(at, &escrow::accept(id, named)),
            Callback::new(at, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))),
            Callback::new(at, &escrow::waive(id, named)),
            Callback::new(at, &escrow::settle(id)),
            Callback::new(at, &escrow::mature(id, 0)),
            Callback::new(at, &escrow::execute(id, Trade::<C>::no_proofs())),
            Callback::new(at, &escrow::raise(id)),
            Callback::new(at, &escrow::offer(id, whole(1))),
            Callback::new(at, &escrow::accept_offer(id, whole(1))),
            Callback::new(at, &escrow::rule(id, [None; MAXIMUM_APPEAL_PANEL])),
            Callback::new(at, &escrow::appeal(id)),
            Callback::new(at, &escrow::rule_fallback(id, whole(1))),
            Callback::new(at, &escrow::collect_fee(id)),
            Callback::new(at, &escrow::amend(id, agreement, consents.clone())),
            Callback::new(at, &escrow::agree(id, whole(100), whole(50), consents)),
            Callback::new(at, &escrow::assign(id, buyer, Bps::from_raw(1))),
            Callback::new(at, &escrow::pass_on(id, 0, buyer)),
            Callback::new(at, &escrow::claim(token, nobody, collector, collector)),
            Callback::new(at, &escrow::claim_for(token, nobody, collector, collector, 0, expires, vec![0; 65])),
            Callback::new(at, &escrow::deliver_title(id, carrier, hash)),
            Callback::new(at, &escrow::quote(coin, token, whole(1), whole(1), expires)),
            Callback::new(at, &escrow::withdraw_quote(0)),
            Callback::new(at, &escrow::place_order(id, 0, whole(1), whole(1), expires)),
            Callback::new(at, &escrow::cancel_order(id)),
            Callback::new(at, &escrow::agree_leg(leg)),
            Callback::new(at, &escrow::bond_leg(0)),
            Callback::new(at, &escrow::lock_leg(0)),
            Callback::new(at, &escrow::claim_leg(0, [1; 32])),
            Callback::new(at, &escrow::refund_leg(0)),
            Callback::new(at, &escrow::admit_asset(panels)),
            Callback::new(at, &escrow::seed_asset(token, whole(1))),
            Callback::new(at, &escrow::set_minimum(token, whole(1))),
            Callback::new(at, &escrow::recover(token, buyer, whole(1))),
            Callback::new(at, &escrow::set_fee(Bps::from_raw(60), buyer)),
            Callback::new(at, &escrow::pause()),
            Callback::new(at, &escrow::resume()),
            Callback::new(at, &escrow::name_governor(buyer)),
            Callback::new(at, &escrow::accept_governor()),
            Callback::new(at, &escrow::set_guardian(buyer, 0)),
        ];
        let (at, court) = (("arbitration", panels), trade.escrow);
        callbacks.extend([
            Callback::new(at, &arbitration::make_pool(vec![buyer])),
            Callback::new(at, &arbitration::admit(token)),
            Callback::new(at, &arbitration::dismiss(address(&trade.financier))),
            Callback::new(at, &arbitration::admit_court(court)),
            Callback::new(at, &arbitration::dismiss_court(court)),
            Callback::new(at, &arbitration::set_collector(token)),
            Callback::new(at, &arbitration::join(whole(100).raw())),
            Callback::new(at, &arbitration::add_stake(1)),
            Callback::new(at, &arbitration::withdraw(1)),
            Callback::new(at, &arbitration::leave()),
            Callback::new(at, &arbitration::call_panel(court, id, false)),
            Callback::new(at, &arbitration::draw_panel(court, id, false)),
            Callback::new(at, &arbitration::commit(court, id, false, [1; 32])),
            Callback::new(at, &arbitration::reveal(court, id, false, 1, [7; 32])),
            Callback::new(at, &arbitration::report(court, id, false)),
            Callback::new(at, &arbitration::close(court, id, false)),
            Callback::new(at, &arbitration::collect(court, id)),
            Callback::new(at, &arbitration::claim(token, token)),
            Callback::new(at, &arbitration::name_governor(buyer)),
            Callback::new(at, &arbitration::accept_governor()),
            Callback::new(at, &arbitration::set_guardian(buyer, 0)),
        ]);
        let at = ("title", trade.title);
        callbacks.extend([
            Callback::new(at, &title::issue(hash, seller)),
            Callback::new(at, &title::act(carrier, hash, TitleCommand::Surrender)),
            Callback::new(at, &title::take(carrier, hash, id, seller)),
            Callback::new(at, &title::deliver(carrier, hash, id, seller)),
        ]);
        Ok(callbacks)
    }

    async fn units_of(&self, owner: Address) -> Result<i128, HarnessError> {
        Ok(number(asset_balance(&self.trade.world, self.token, owner).await?))
    }

    /// What the escrow contract owes and has, and what buyer, seller and collector have and can claim.
    async fn at_escrow(&self) -> Result<Vec<i128>, HarnessError> {
        let (trade, token) = (&self.trade, self.token);
        let (ledger, balance) = trade.books_of(token).await?;
        let mut sums = vec![number(ledger.liabilities.raw().into()), number(balance)];
        for person in [&trade.applicant, &trade.beneficiary, &trade.collector] {
            sums.push(self.units_of(address(person)).await?);
            sums.push(number(trade.claim_of(token, person).await?.raw().into()));
        }
        Ok(sums)
    }

    /// What the pool's contract owes and has, and what its member has and has put up.
    async fn at_panels(&self) -> Result<Vec<i128>, HarnessError> {
        let (client, member) = (&self.trade.world.suite.client, address(&self.trade.financier));
        let owed = client.read(self.panels, &arbitration::liabilities(self.token)).await?;
        let stake = client.read(self.panels, &arbitration::membership(member)).await?.unwrap_or_default().stake;
        let (owed, stake) = (number(owed.raw().into()), number(stake.raw().into()));
        Ok(vec![owed, stake, self.units_of(self.panels).await?, self.units_of(member).await?])
    }

    /// A credit is paid for, and a part of it is paid out.
    async fn credit(&self) -> Result<Story, HarnessError> {
        let (trade, agreement) = (&self.trade, &self.agreement);
        let before = self.at_escrow().await?;
        let id = trade.fund(agreement).await?;
        let funded = (trade.picture(id).await?.escrow, growth(&before, &self.at_escrow().await?));
        let named = trade.present(id, whole(40), "goods").await?;
        let before = self.at_escrow().await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        let accepted = (trade.picture(id).await?.escrow, growth(&before, &self.at_escrow().await?));
        Ok(Story { funded, accepted })
    }

    /// Somebody joins the pool, leaves it, and takes its stake out. None where the token was refused, so that nothing has
    /// changed.
    async fn stake(&self) -> Result<Option<[Vec<i128>; 2]>, HarnessError> {
        let before = self.at_panels().await?;
        let stake = whole(100).raw();
        if !self.is_done(&arbitration::join(stake)).await? {
            assert_eq!(self.at_panels().await?, before, "a stake that was not paid left a trace");
            return Ok(None);
        }
        let joined = growth(&before, &self.at_panels().await?);
        assert!(self.is_done(&arbitration::leave()).await?, "a member can leave");
        let before = self.at_panels().await?;
        if !self.is_done(&arbitration::withdraw(stake)).await? {
            assert_eq!(self.at_panels().await?, before, "a payout that was refused left a trace");
            let (world, keeper) = (&self.trade.world, &self.trade.keeper);
            behave(world, keeper, self.token, HONEST).await?;
            assert!(self.is_done(&arbitration::withdraw(stake)).await?, "an honest token pays");
            behave(world, keeper, self.token, REENTERS_APART).await?;
            return Ok(None);
        }
        Ok(Some([joined, growth(&before, &self.at_panels().await?)]))
    }

    /// The pool's member sends something; false where the token was refused.
    async fn is_done(&self, message: &Message<(), arbitration::Error>) -> Result<bool, HarnessError> {
        let trade = &self.trade;
        match trade.world.suite.client.call(&trade.financier, self.panels, 0, message).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused { error: arbitration::Error::TransferFailed { .. }, .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// How many callbacks were done and refused since.
    async fn called_back_since(&self, before: (u32, u32)) -> Result<(u32, u32), HarnessError> {
        let (done, refused) = reentries(&self.trade.world, self.token).await?;
        Ok((done - before.0, refused - before.1))
    }
}

fn number(units: U256) -> i128 {
    i128::try_from(units.as_u128()).expect("a sum of a test")
}

fn growth(before: &[i128], after: &[i128]) -> Vec<i128> {
    before.iter().zip(after).map(|(before, after)| after - before).collect()
}

/// A token calls back into every message of escrow, arbitration and title: while a credit is paid for and paid out, and
/// while a stake is. Into a contract that is at work it gets never, which it counts; and everything ends as it does with
/// an honest token, to the unit, or not at all.
pub async fn e14_no_message_is_entered_from_inside_another<C: DevChain + Clone>(chain: C) -> Outcome {
    let scene = Box::pin(Scene::new(chain)).await?;
    let (trade, token) = (&scene.trade, scene.token);
    let (world, keeper) = (&trade.world, &trade.keeper);
    let callbacks = Box::pin(scene.callbacks()).await?;
    let mut messages = BTreeSet::new();
    for contract in ["escrow", "arbitration", "title"] {
        let bundle = Bundles::find().load(contract)?;
        let metadata = ContractMetadata::from_json(&bundle.metadata).expect("its metadata can be read");
        let mutating = metadata.messages().iter().filter(|message| message.mutates);
        messages.extend(mutating.map(|message| (contract, message.label.clone())));
    }
    let tried: BTreeSet<(&str, String)> =
        callbacks.iter().map(|callback| (callback.contract, callback.label.to_owned())).collect();
    assert_eq!(messages, tried, "every message that changes something is called back");

    let honest = Box::pin(scene.credit()).await?;
    let staked = Box::pin(scene.stake()).await?;
    assert!(staked.is_some(), "an honest token is taken");
    behave(world, keeper, token, REENTERS_APART).await?;
    let mut done = BTreeSet::new();
    for Callback { contract, label, target, data } in callbacks {
        let name = format!("{contract}.{label}");
        prepare_call(world, keeper, token, target, data).await?;
        let before = reentries(world, token).await?;
        let story = Box::pin(scene.credit()).await?;
        assert_eq!(story, honest, "{name} from inside a credit");
        // Once when it is paid for, and once when it is paid out.
        let called = scene.called_back_since(before).await?;
        assert_eq!(called.0 + called.1, 2, "{name} was called back from inside a credit");
        assert!(contract != "escrow" || called.0 == 0, "{name} was entered from inside a credit");
        if called.0 > 0 {
            done.insert(name.clone());
        }

        let before = reentries(world, token).await?;
        let stake = Box::pin(scene.stake()).await?;
        let called = scene.called_back_since(before).await?;
        if contract == "arbitration" {
            assert_eq!(called, (0, 2), "{name} from inside a stake");
            assert_eq!(stake, staked, "{name} from inside a stake");
        } else if stake.is_some() {
            assert_eq!(called.0 + called.1, 2, "{name} was called back from inside a stake");
            assert_eq!(stake, staked, "{name} from inside a stake");
        }
    }
    // Where nothing is entered twice a callback gets through: it is not for want of anything else that others did not.
    for name in ["arbitration.make_pool", "title.issue"] {
        assert!(done.contains(name), "{name} is anybody's: {done:?}");
    }
    behave(world, keeper, token, HONEST).await?;
    trade.check_books(token).await
}
