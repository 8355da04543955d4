//! Who may do what with credits, titles and panels: each message is refused to everybody whom it is not for, where it
//! would be legal for whoever it is for.

use std::collections::BTreeSet;

use florin_bindings::{arbitration, escrow, title, token, Message};
use florin_client::{
    chain::{Address, DevChain},
    contract::CallError,
    governance::keccak,
    signer::Signer,
};
use florin_governance::roles::RoleError;
use florin_panels::ArbitrationError;
use florin_trade::{
    dispute::MAXIMUM_APPEAL_PANEL,
    examination::Discrepancies,
    right::{RightError, Standing, TitleCommand},
    swap::{Bound, LegTerms, SecretHash, SwapError},
    terms::{Agreement, Retention},
    EscrowError,
};
use florin_units::{Amount, Bps, Seconds, U256};
use parity_scale_codec::Decode;

use super::{
    approve_spender,
    assets::{hostile_token, mint_hostile},
    refused,
    roles::every_message_has_its_place,
    Outcome,
};
use crate::{
    harness::{coins, HarnessError, GUARDIAN_TERM},
    trade::{whole, Trade, DAY},
};

type Account = [u8; 20];

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

/// What was tried, and who tries.
struct Table<'a, C> {
    trade: &'a Trade<C>,
    /// Everybody who could try, in words. All of them have coin, and have allowed the escrow contract to take it, so
    /// that nobody is refused for want of money.
    people: Vec<(&'static str, Signer)>,
    /// Somebody who has nothing to do with any of it.
    stranger: Signer,
    tested: BTreeSet<(&'static str, &'static str)>,
}

impl<'a, C: DevChain> Table<'a, C> {
    async fn new(trade: &'a Trade<C>) -> Result<Self, HarnessError> {
        let world = &trade.world;
        let stranger = world.person(9).await?;
        let others = [
            ("the carrier", &trade.carrier),
            ("the inspector", &trade.inspector),
            ("the keeper", &trade.keeper),
            ("the financier", &trade.financier),
            ("the fallback", &trade.fallback),
            ("the collector", &trade.collector),
            ("an arbitrator", &trade.arbitrators[0]),
            ("the governor", &world.governor),
            ("the guardian", &world.guardian),
            ("a stranger", &stranger),
        ];
        for (_, person) in others {
            world.pay(&trade.applicant, address(person), coins(500)).await?;
            let approve = token::approve(trade.escrow, U256::MAX);
            world.suite.client.call(person, world.suite.token, 0, &approve).await?;
        }
        let parties = [("the buyer", &trade.applicant), ("the seller", &trade.beneficiary)];
        let people = parties.into_iter().chain(others).map(|(name, person)| (name, person.clone())).collect();
        Ok(Self { trade, people, stranger, tested: BTreeSet::new() })
    }
}

impl<C: DevChain> Table<'_, C> {
    /// A message where it is legal: those who may send it could, and everybody else is refused for exactly the reason
    /// that it is not for them. Those `aside` are not asked: they are refused for another reason.
    async fn only<T, E>(
        &mut self,
        (contract, at): (&'static str, Address),
        message: &Message<T, E>,
        may: &[&Signer],
        aside: &[&Signer],
        reason: impl Fn(Account) -> E,
    ) where
        T: Decode + core::fmt::Debug,
        E: Decode + core::fmt::Debug + PartialEq,
    {
        let client = &self.trade.world.suite.client;
        for signer in may {
            let tried = client.dry_run(&signer.account(), at, 0, message).await;
            assert!(tried.is_ok(), "{contract}.{} by whoever may: {tried:?}", message.label);
        }
        let mut outsiders = 0;
        for (name, person) in &self.people {
            let account = person.account();
            if may.iter().chain(aside).any(|signer| signer.account() == account) {
                continue;
            }
            let expected = reason(account.to_address().0);
            match client.dry_run(&account, at, 0, message).await {
                Err(CallError::Refused { ref error, .. }) if *error == expected => outsiders += 1,
                other => panic!("{contract}.{} by {name}: expected {expected:?}, got {other:?}", message.label),
            }
        }
        assert!(outsiders >= self.people.len() - 4, "{contract}.{} was refused to {outsiders} only", message.label);
        self.tested.insert((contract, message.label));
    }

    async fn escrow<T: Decode + core::fmt::Debug>(
        &mut self,
        message: &Message<T, escrow::Error>,
        may: &[&Signer],
        reason: impl Fn(Account) -> escrow::Error,
    ) {
        let at = ("escrow", self.trade.escrow);
        self.only(at, message, may, &[], reason).await;
    }

    async fn title<T: Decode + core::fmt::Debug>(
        &mut self,
        message: &Message<T, title::Error>,
        may: &[&Signer],
        reason: impl Fn(Account) -> title::Error,
    ) {
        let at = ("title", self.trade.title);
        self.only(at, message, may, &[], reason).await;
    }

    async fn arbitration<T: Decode + core::fmt::Debug>(
        &mut self,
        message: &Message<T, arbitration::Error>,
        may: &[&Signer],
        reason: impl Fn(Account) -> arbitration::Error,
    ) {
        let at = ("arbitration", self.trade.arbitration);
        self.only(at, message, may, &[], reason).await;
    }
}

fn wrong_caller(expected: Account) -> impl Fn(Account) -> escrow::Error {
    move |caller| escrow::Error::Escrow(EscrowError::WrongCaller { expected, caller })
}

fn not_party(caller: Account) -> escrow::Error {
    escrow::Error::Escrow(EscrowError::NotParty { caller })
}

fn not_side(expected: Account) -> impl Fn(Account) -> escrow::Error {
    move |caller| escrow::Error::Swap(SwapError::WrongCaller { expected, caller })
}

fn not_governor(caller: Account) -> escrow::Error {
    escrow::Error::Role(RoleError::NotGovernor { caller })
}

fn not_governor_there(caller: Account) -> arbitration::Error {
    arbitration::Error::Role(RoleError::NotGovernor { caller })
}

fn not_owner(owner: Account) -> impl Fn(Account) -> RightError {
    move |caller| RightError::NotOwner { owner, caller }
}

fn not_holder(holder: Account) -> impl Fn(Account) -> RightError {
    move |caller| RightError::NotHolder { holder, caller }
}

/// Where owner and holder are two, neither does what takes both: the owner is told of the holder, everybody else of the
/// owner.
fn not_both(owner: Account, holder: Account) -> impl Fn(Account) -> RightError {
    move |caller| if caller == owner { not_holder(holder)(caller) } else { not_owner(owner)(caller) }
}

/// The usual agreement over a hundred coin, so that anybody here could pay for it.
async fn small<C: DevChain>(trade: &Trade<C>) -> Result<Agreement, HarnessError> {
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(100);
    agreement.terms.tip = Amount::ZERO;
    agreement.dispute.bond = whole(10);
    agreement.dispute.fee = whole(5);
    agreement.dispute.appeal_bond = whole(10);
    agreement.dispute.appeal_fee = whole(5);
    Ok(agreement)
}

/// Role by message for credits, titles and panels: what is a party's is refused to the other party, to attestors, to
/// whoever settles or finances, to arbitrators, to governance and to strangers; what is governance's is refused to all
/// parties.
pub async fn every_message_of_trade_checks_who_sends_it<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let mut table = Table::new(&trade).await?;
    Box::pin(credits(&mut table)).await?;
    Box::pin(disputes(&mut table)).await?;
    Box::pin(rights(&mut table)).await?;
    Box::pin(legs(&mut table)).await?;
    Box::pin(titles(&mut table)).await?;
    Box::pin(staked_pool(&mut table)).await?;
    Box::pin(settings(&mut table)).await?;
    Box::pin(pauses(&mut table)).await?;
    Box::pin(handover(&mut table)).await?;
    every_message_has_its_place(&["escrow", "title", "arbitration"], ANYBODY, &table.tested);
    trade.check_books(trade.world.suite.token).await
}

/// Messages that anybody may send, for what is their own or for everybody.
const ANYBODY: &[(&str, &str)] = &[
    ("escrow", "draft"),
    ("escrow", "settle"),
    ("escrow", "mature"),
    ("escrow", "execute"),
    // With signatures of those whose it is, whoever brings them.
    ("escrow", "sign_for"),
    ("escrow", "amend"),
    ("escrow", "agree"),
    ("escrow", "claim_for"),
    // The caller's own.
    ("escrow", "quote"),
    ("escrow", "cancel_order"),
    ("escrow", "withdraw_quote"),
    ("escrow", "deliver_title"),
    ("escrow", "claim_leg"),
    ("escrow", "refund_leg"),
    ("escrow", "admit_asset"),
    ("escrow", "seed_asset"),
    // Whoever issues a title is its issuer.
    ("title", "issue"),
    ("arbitration", "make_pool"),
    ("arbitration", "call_panel"),
    ("arbitration", "draw_panel"),
    ("arbitration", "report"),
    ("arbitration", "close"),
    ("arbitration", "collect"),
    // The caller's own.
    ("arbitration", "withdraw"),
    ("arbitration", "claim"),
];

/// From the draft to the waiver.
async fn credits<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (buyer, seller) = (&trade.applicant, &trade.beneficiary);
    let [buyer_at, seller_at] = [buyer, seller].map(|party| address(party).0);
    let agreement = small(trade).await?;
    let hash = agreement.hash(keccak);
    let drafted = trade.call(&trade.keeper, &escrow::draft(agreement, vec![])).await?.value;
    table.escrow(&escrow::sign(drafted, hash), &[buyer, seller], not_party).await;
    table.escrow(&escrow::decline(drafted), &[buyer, seller], not_party).await;
    let signed = trade.sign(&agreement).await?;
    table.escrow(&escrow::decline(signed), &[buyer, seller], not_party).await;
    table.escrow(&escrow::fund(signed, hash), &[buyer], wrong_caller(buyer_at)).await;

    let id = trade.fund(&agreement).await?;
    let papers = trade.papers(id, "goods").await?;
    let present = escrow::present(id, whole(50), None, papers, false);
    table.escrow(&present, &[seller], wrong_caller(seller_at)).await;
    // About what was not drawn only the seller goes to dispute.
    table.escrow(&escrow::raise(id), &[seller], wrong_caller(seller_at)).await;

    let named = trade.present(id, whole(50), "goods").await?;
    let notice = escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"short weight"));
    table.escrow(&escrow::accept(id, named), &[buyer], wrong_caller(buyer_at)).await;
    table.escrow(&notice, &[buyer], wrong_caller(buyer_at)).await;
    trade.call(buyer, &notice).await?;
    table.escrow(&escrow::waive(id, named), &[buyer], wrong_caller(buyer_at)).await;
    table.escrow(&escrow::raise(id), &[seller], wrong_caller(seller_at)).await;

    // About what is retained only the buyer does.
    let mut retaining = agreement;
    let until = agreement.terms.expiry.after(Seconds::from_raw(30 * DAY));
    retaining.terms.retention = Some(Retention { share: Bps::from_raw(1_000), until });
    let id = trade.fund(&retaining).await?;
    let named = trade.present(id, whole(100), "goods").await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    table.escrow(&escrow::raise(id), &[buyer], wrong_caller(buyer_at)).await;

    // A claim goes to its owner where anybody asks, and elsewhere where the owner does.
    let (coin, nobody, collector) = (trade.world.suite.token, Address::zero(), &trade.collector);
    let to = Address::from([9; 20]);
    let own = escrow::claim(coin, nobody, address(collector), address(collector));
    let everybody: Vec<Signer> = table.people.iter().map(|(_, person)| person.clone()).collect();
    for person in &everybody {
        trade.world.suite.client.dry_run(&person.account(), trade.escrow, 0, &own).await?;
    }
    let elsewhere = escrow::claim(coin, nobody, address(collector), to);
    table.escrow(&elsewhere, &[collector], wrong_caller(address(collector).0)).await;
    Ok(())
}

/// Offers, panel, appeal, fallback, and the seats of the panel.
async fn disputes<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (buyer, seller) = (&trade.applicant, &trade.beneficiary);
    let agreement = small(trade).await?;
    let (heard, silent) = (trade.fund(&agreement).await?, trade.fund(&agreement).await?);
    for id in [heard, silent] {
        trade.call(seller, &escrow::raise(id)).await?;
    }
    table.escrow(&escrow::offer(heard, whole(40)), &[buyer, seller], not_party).await;
    trade.call(buyer, &escrow::offer(heard, whole(40))).await?;
    trade.call(seller, &escrow::offer(heard, whole(90))).await?;
    // Each party takes what the other one offers.
    let at = ("escrow", trade.escrow);
    table.only(at, &escrow::accept_offer(heard, whole(90)), &[buyer], &[seller], not_party).await;
    table.only(at, &escrow::accept_offer(heard, whole(40)), &[seller], &[buyer], not_party).await;

    trade.wait_days(3).await?;
    let panel = trade.seat(heard, false).await?;
    let (award, salt) = (whole(60), [7; 32]);
    let not_seated = |account| arbitration::Error::Arbitration(ArbitrationError::NotSeated { account });
    let commit = |word| arbitration::commit(trade.escrow, heard, false, word);
    table.arbitration(&commit([1; 32]), &panel, not_seated).await;
    for member in &panel {
        let word = trade.commitment(heard, false, member, award, salt);
        trade.arbitrate(member, &commit(word)).await?;
    }
    let reveal = arbitration::reveal(trade.escrow, heard, false, award.raw(), salt);
    table.arbitration(&reveal, &panel, not_seated).await;
    for member in &panel {
        trade.arbitrate(member, &reveal).await?;
    }
    // Not even who sits in the panel tells the court itself.
    let rule = escrow::rule(heard, [None; MAXIMUM_APPEAL_PANEL]);
    table.escrow(&rule, &[], wrong_caller(trade.arbitration.0)).await;
    trade.arbitrate(&trade.keeper, &arbitration::report(trade.escrow, heard, false)).await?;
    table.escrow(&escrow::appeal(heard), &[buyer, seller], not_party).await;

    trade.wait_days(10).await?;
    let fallback = &trade.fallback;
    let by_fallback = escrow::rule_fallback(silent, whole(50));
    table.escrow(&by_fallback, &[fallback], wrong_caller(address(fallback).0)).await;
    trade.call(fallback, &by_fallback).await?;
    trade.call(&trade.keeper, &escrow::settle(silent)).await?;
    let no_fee = |caller: Account| escrow::Error::NoFee { escrow: silent, caller: caller.into() };
    table.escrow(&escrow::collect_fee(silent), &[fallback], no_fee).await;
    Ok(())
}

/// Parts of the proceeds, and what they are exchanged for.
async fn rights<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (seller, bank, coin) = (&trade.beneficiary, &trade.financier, trade.world.suite.token);
    let [seller_at, bank_at] = [seller, bank].map(|one| address(one).0);
    let id = trade.fund(&small(trade).await?).await?;
    let right = |error| escrow::Error::Escrow(EscrowError::Right(error));
    let assign = escrow::assign(id, address(bank), Bps::from_raw(2_500));
    table.escrow(&assign, &[seller], |caller| right(not_owner(seller_at)(caller))).await;
    trade.call(seller, &assign).await?;
    // The seller has no say in a part that it has given away.
    let pass_on = escrow::pass_on(id, 0, Address::from([9; 20]));
    table.escrow(&pass_on, &[bank], |caller| right(not_holder(bank_at)(caller))).await;

    let other = hostile_token(&trade.world).await?;
    trade.call(&trade.keeper, &escrow::admit_asset(other)).await?;
    mint_hostile(&trade.world, bank, other).await?;
    approve_spender(&trade.world, bank, other, trade.escrow).await?;
    let expires = trade.now().await?.raw() + DAY;
    let quote = escrow::quote(coin, other, whole(100), whole(100), expires);
    let number = trade.call(bank, &quote).await?.value;
    let order = escrow::place_order(id, number, whole(1), whole(1), expires);
    let not_payee = |caller: Account| escrow::Error::NotPayee { caller: caller.into() };
    table.escrow(&order, &[seller, bank], not_payee).await;
    Ok(())
}

/// Hash-time-locked legs.
async fn legs<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (funder, claimer) = (&trade.applicant, &trade.beneficiary);
    let [funder_at, claimer_at] = [funder, claimer].map(|side| address(side).0);
    let now = trade.now().await?;
    let head = trade.world.suite.client.chain().head().await?;
    let bound = |hours: u64, blocks: u32| Bound {
        time: now.after(Seconds::from_raw(hours * 3_600)),
        block: u32::try_from(head.number).expect("a height") + blocks,
    };
    let terms = LegTerms {
        funder: funder_at,
        claimer: claimer_at,
        asset: trade.world.suite.token.0,
        amount: whole(50),
        premium: whole(1),
        digest: keccak(&[0x11; 32]),
        hash: SecretHash::Keccak256,
        lock_until: bound(1, 1_000),
        claim_until: bound(3, 2_000),
        refund_from: bound(5, 3_000),
    };
    table.escrow(&escrow::agree_leg(terms), &[funder, claimer], not_side(claimer_at)).await;
    let leg = trade.call(funder, &escrow::agree_leg(terms)).await?.value;
    table.escrow(&escrow::bond_leg(leg), &[claimer], not_side(claimer_at)).await;
    trade.call(claimer, &escrow::bond_leg(leg)).await?;
    table.escrow(&escrow::lock_leg(leg), &[funder], not_side(funder_at)).await;
    // Where nobody locks, the premium goes back to whoever put it up; here the leg is done.
    trade.call(funder, &escrow::lock_leg(leg)).await?;
    trade.call(&trade.keeper, &escrow::claim_leg(leg, [0x11; 32])).await?;
    Ok(())
}

/// What owner, holder, issuer and custodian of a title may do.
async fn titles<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (client, registry) = (&trade.world.suite.client, trade.title);
    let (buyer, seller, bank, carrier) = (&trade.applicant, &trade.beneficiary, &trade.financier, &trade.carrier);
    let [buyer_at, seller_at, bank_at, carrier_at] = [buyer, seller, bank, carrier].map(|one| address(one).0);
    let [kept, apart, endorsed] = ["kept", "apart", "endorsed"].map(|name| keccak(name.as_bytes()));
    for document in [kept, apart, endorsed] {
        client.call(carrier, registry, 0, &title::issue(document, address(seller))).await?;
    }
    let act = |document, command| title::act(address(carrier), document, command);

    // Owner and holder are one.
    let nominate = |nominee| TitleCommand::Nominate { nominee };
    let to_both = TitleCommand::EndorseAndHandOver { owner: buyer_at, holder: buyer_at };
    let entrust = TitleCommand::Entrust { custodian: Some(trade.escrow.0) };
    for command in [nominate(Some(buyer_at)), TitleCommand::Surrender, entrust] {
        table.title(&act(kept, command), &[seller], not_owner(seller_at)).await;
    }
    for command in [TitleCommand::Endorse { to: buyer_at }, TitleCommand::HandOver { to: bank_at }, to_both] {
        table.title(&act(kept, command), &[seller], not_holder(seller_at)).await;
    }

    // The seller owns it and the bank holds it: each does its own part, and neither both.
    client.call(seller, registry, 0, &act(apart, TitleCommand::HandOver { to: bank_at })).await?;
    client.call(seller, registry, 0, &act(apart, nominate(Some(buyer_at)))).await?;
    table.title(&act(apart, nominate(None)), &[seller], not_owner(seller_at)).await;
    let by_holder = [
        TitleCommand::Endorse { to: buyer_at },
        TitleCommand::HandOver { to: carrier_at },
        to_both,
        TitleCommand::RejectHolding,
    ];
    for command in by_holder {
        table.title(&act(apart, command), &[bank], not_holder(bank_at)).await;
    }
    table.title(&act(apart, TitleCommand::Surrender), &[], not_both(seller_at, bank_at)).await;
    client.call(bank, registry, 0, &act(apart, TitleCommand::Endorse { to: buyer_at })).await?;
    table.title(&act(apart, TitleCommand::RejectOwnership), &[buyer], not_owner(buyer_at)).await;
    table.title(&act(apart, entrust), &[], not_both(buyer_at, bank_at)).await;
    client.call(seller, registry, 0, &act(endorsed, to_both)).await?;
    table.title(&act(endorsed, TitleCommand::RejectBoth), &[buyer], not_owner(buyer_at)).await;

    client.call(seller, registry, 0, &act(kept, TitleCommand::Surrender)).await?;
    for command in [TitleCommand::Retire, TitleCommand::Restore] {
        let not_issuer = |caller| RightError::NotIssuer { issuer: carrier_at, caller };
        table.title(&act(kept, command), &[carrier], not_issuer).await;
    }

    // Only the contract that owner and holder have entrusted takes it, and only that one gives it back.
    let mut agreement = small(trade).await?;
    agreement.terms.title = Some(registry.0);
    agreement.terms.partial_drawings = false;
    let id = trade.fund(&agreement).await?;
    let document = trade.issue_title("on board").await?;
    let custodian = Some(trade.escrow.0);
    let take = title::take(address(carrier), document, id, address(seller));
    table.title(&take, &[], |caller| RightError::NotCustodian { custodian, caller }).await;
    let named = trade.present(id, whole(100), "on board").await?;
    let custody = |custodian| Standing::InCustody { custodian, escrow: id };
    let wrong = |expected| RightError::WrongStanding { expected, actual: custody(trade.escrow.0) };
    let deliver = title::deliver(address(carrier), document, id, address(seller));
    table.title(&deliver, &[], |caller| wrong(custody(caller))).await;
    // In custody nobody moves it, its owner neither.
    table.title(&act(document, TitleCommand::HandOver { to: bank_at }), &[], |_| wrong(Standing::Active)).await;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    trade.expect_title_with(document, buyer).await
}

/// The pool whose members put a stake behind their word.
async fn staked_pool<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (governor, member) = (&trade.world.governor, &trade.keeper);
    let admit = arbitration::admit(address(member));
    table.arbitration(&admit, &[governor], not_governor_there).await;
    trade.arbitrate(governor, &admit).await?;
    let approve = token::approve(trade.arbitration, U256::MAX);
    trade.world.suite.client.call(member, trade.world.suite.token, 0, &approve).await?;
    let join = arbitration::join(whole(100).raw());
    let not_admitted = |account| arbitration::Error::Arbitration(ArbitrationError::NotAdmitted { account });
    table.arbitration(&join, &[member], not_admitted).await;
    trade.arbitrate(member, &join).await?;
    let not_member = |_| arbitration::Error::Arbitration(ArbitrationError::NotMember);
    table.arbitration(&arbitration::add_stake(whole(1).raw()), &[member], not_member).await;
    table.arbitration(&arbitration::leave(), &[member], not_member).await;
    table.arbitration(&arbitration::dismiss(address(member)), &[governor], not_governor_there).await;
    Ok(())
}

/// What only governance may change.
async fn settings<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (coin, governor, guardian) = (trade.world.suite.token, &trade.world.governor, &trade.world.guardian);
    let (someone, until) = (address(&table.stranger), trade.now().await?.raw() + GUARDIAN_TERM);
    // Something was sent by mistake.
    trade.world.pay(&trade.applicant, trade.escrow, coins(1)).await?;
    let set_guardian = escrow::set_guardian(address(guardian), until);
    let governed = [
        escrow::set_minimum(coin, Amount::from_raw(1)),
        escrow::recover(coin, someone, whole(1)),
        escrow::set_fee(Bps::from_raw(60), someone),
        escrow::resume(),
        escrow::name_governor(someone),
        set_guardian.clone(),
    ];
    for message in &governed {
        table.escrow(message, &[governor], not_governor).await;
    }
    trade.call(governor, &set_guardian).await?;
    let not_guardian = |caller| escrow::Error::Role(RoleError::NotGuardian { caller });
    table.escrow(&escrow::pause(), &[governor, guardian], not_guardian).await;

    let set_guardian = arbitration::set_guardian(address(guardian), until);
    let governed = [
        arbitration::admit_court(trade.escrow),
        arbitration::set_collector(someone),
        arbitration::name_governor(someone),
        set_guardian.clone(),
    ];
    for message in &governed {
        table.arbitration(message, &[governor], not_governor_there).await;
    }
    trade.arbitrate(governor, &set_guardian).await?;
    let not_guardian = |caller| arbitration::Error::Role(RoleError::NotGuardian { caller });
    table.arbitration(&arbitration::dismiss_court(trade.escrow), &[governor, guardian], not_guardian).await;
    trade.call(governor, &escrow::recover(coin, someone, whole(1))).await?;
    Ok(())
}

/// The guardian stops new credits and no other, and only the governor lets them begin again.
async fn pauses<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (governor, guardian) = (&trade.world.governor, &trade.world.guardian);
    let agreement = small(trade).await?;
    let (signed, open) = (trade.sign(&agreement).await?, trade.fund(&agreement).await?);
    trade.call(guardian, &escrow::pause()).await?;
    let paused = escrow::Error::Escrow(EscrowError::Paused);
    refused(trade.call(&trade.keeper, &escrow::draft(agreement, vec![])).await, &paused);
    let fund = escrow::fund(signed, agreement.hash(keccak));
    refused(trade.call(&trade.applicant, &fund).await, &paused);
    // What is funded goes on.
    let named = trade.present(open, whole(50), "goods").await?;
    trade.call(&trade.applicant, &escrow::accept(open, named)).await?;
    refused(trade.call(guardian, &escrow::resume()).await, &not_governor(address(guardian).0));
    trade.call(governor, &escrow::resume()).await?;
    trade.call(&trade.applicant, &fund).await?;

    // A court that the guardian dismisses, it cannot admit.
    trade.arbitrate(governor, &arbitration::admit_court(trade.escrow)).await?;
    trade.arbitrate(guardian, &arbitration::dismiss_court(trade.escrow)).await?;
    let readmitted = trade.arbitrate(guardian, &arbitration::admit_court(trade.escrow)).await;
    refused(readmitted, &not_governor_there(address(guardian).0));

    // Past its term it holds nothing.
    let until = trade.now().await?.after(Seconds::from_raw(DAY));
    trade.call(governor, &escrow::set_guardian(address(guardian), until.raw())).await?;
    trade.arbitrate(governor, &arbitration::set_guardian(address(guardian), until.raw())).await?;
    trade.wait_until(until).await?;
    let expired = RoleError::GuardianExpired { caller: address(guardian).0, until };
    refused(trade.call(guardian, &escrow::pause()).await, &escrow::Error::Role(expired));
    let dismissed = trade.arbitrate(guardian, &arbitration::dismiss_court(trade.escrow)).await;
    refused(dismissed, &arbitration::Error::Role(expired));
    Ok(())
}

/// The two-step transfer: nothing changes hands before the named one accepts, and then all of it does.
async fn handover<C: DevChain>(table: &mut Table<'_, C>) -> Outcome {
    let trade = table.trade;
    let (governor, heir) = (trade.world.governor.clone(), table.stranger.clone());
    trade.call(&governor, &escrow::name_governor(address(&heir))).await?;
    trade.arbitrate(&governor, &arbitration::name_governor(address(&heir))).await?;
    let caller = address(&heir).0;
    let (resume, set_collector) = (escrow::resume(), arbitration::set_collector(address(&trade.collector)));
    refused(trade.call(&heir, &resume).await, &not_governor(caller));
    refused(trade.arbitrate(&heir, &set_collector).await, &not_governor_there(caller));
    let not_named = |caller| RoleError::NotPendingGovernor { caller };
    table.escrow(&escrow::accept_governor(), &[&heir], |caller| escrow::Error::Role(not_named(caller))).await;
    let accept = arbitration::accept_governor();
    table.arbitration(&accept, &[&heir], |caller| arbitration::Error::Role(not_named(caller))).await;
    trade.call(&heir, &escrow::accept_governor()).await?;
    trade.arbitrate(&heir, &accept).await?;
    // Who has handed the role on is refused like everybody else, and so is whoever accepts a second time.
    table.escrow(&resume, &[&heir], not_governor).await;
    table.arbitration(&set_collector, &[&heir], not_governor_there).await;
    refused(trade.call(&heir, &escrow::accept_governor()).await, &escrow::Error::Role(not_named(caller)));
    let client = &trade.world.suite.client;
    let (now, named, ..) = client.read(trade.escrow, &escrow::role_holders()).await?;
    assert_eq!((now, named), (address(&heir), Address::zero()));
    let (now, named, ..) = client.read(trade.arbitration, &arbitration::role_holders()).await?;
    assert_eq!((now, named), (address(&heir), Address::zero()));
    Ok(())
}
