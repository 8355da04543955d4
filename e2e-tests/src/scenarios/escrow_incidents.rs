//! What went wrong elsewhere with money in escrow, on the real contracts. Each is named after the incident in the reference.

use florin_bindings::{arbitration, escrow};
use florin_client::{
    chain::{Address, DevChain},
    escrow::sign_redirection,
    governance::keccak,
    signer::Signer,
};
use florin_trade::{
    amendment::AgreedSplit,
    dispute::Seat,
    examination::Discrepancies,
    state::Status,
    swap::{Bound, LegStage, LegTerms, SecretHash, SwapError},
    terms::{Agreement, Asset, Milestone, Retention},
    validation::{Term, TermsError, MAXIMUM_AMOUNT},
    EscrowError,
};
use florin_units::{Amount, Bps, Seconds, Timestamp, U256};

use super::{
    approve_spender, asset_balance,
    assets::{
        behave, deny, hostile_token, mint_hostile, DENIES, HONEST, LIES, REENTERS, RETURNS_FALSE, RETURNS_NOTHING,
        REVERTS, SPINS, TAKES_FEE,
    },
    assets::{give_asset, reenter_with},
    refusal, Outcome,
};
use crate::{
    assert_refused,
    harness::HarnessError,
    trade::{whole, Trade, DAY},
};

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

/// Has somebody's claim paid to it, of credits without a compliance contract.
fn claim_own(asset: Address, who: &Signer) -> florin_bindings::Message<(), escrow::Error> {
    escrow::claim(asset, Address::zero(), address(who), address(who))
}

/// The hostile token, honest so far, admitted; the buyer has ten thousand and the seller too, and both have allowed them.
pub(super) async fn hostile_asset<C: DevChain>(trade: &Trade<C>) -> Result<Address, HarnessError> {
    let hostile = hostile_token(&trade.world).await?;
    trade.call(&trade.keeper, &escrow::admit_asset(hostile)).await?;
    for party in [&trade.applicant, &trade.beneficiary] {
        mint_hostile(&trade.world, party, hostile).await?;
        approve_spender(&trade.world, party, hostile, trade.escrow).await?;
    }
    Ok(hostile)
}

/// The usual agreement over another asset and amount.
pub(super) async fn agreement_in<C: DevChain>(
    trade: &Trade<C>,
    asset: Address,
    decimals: u8,
    amount: Amount,
) -> Result<Agreement, HarnessError> {
    let mut agreement = trade.agreement().await?;
    agreement.terms.asset = Asset { token: asset.0, decimals };
    agreement.terms.amount = amount;
    agreement.terms.tip = Amount::ZERO;
    let least = Amount::from_raw(amount.raw().div_ceil(100).max(1));
    agreement.dispute.bond = least;
    agreement.dispute.appeal_bond = least;
    agreement.dispute.fee = Amount::ZERO;
    agreement.dispute.appeal_fee = Amount::ZERO;
    Ok(agreement)
}

/// What is released and what goes back come out of one running total, and one escrow's money never out of another's.
pub async fn e01_no_escrow_pays_for_another<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);
    let (one, other) = (trade.fund(&agreement).await?, trade.fund(&agreement).await?);
    let untouched = trade.picture(other).await?;

    // Six of ten are drawn; ten cannot go back, and five cannot be drawn any more.
    let named = trade.present(one, whole(6_000), "first").await?;
    trade.call(&trade.applicant, &escrow::accept(one, named)).await?;
    let whole_credit = AgreedSplit::new(agreement.hash(keccak), false, whole(10_000), Amount::ZERO, keccak);
    let consents = trade.consents(one, &whole_credit.hash()).await?;
    let refund = escrow::agree(one, whole(10_000), Amount::ZERO, consents);
    let expected = EscrowError::OtherStake { expected: whole(4_000), actual: whole(10_000) };
    let error = refusal(&trade.world, &trade.keeper, trade.escrow, &refund).await?;
    assert_eq!(error, escrow::Error::Escrow(expected));
    let papers = trade.papers(one, "second").await?;
    let more = escrow::present(one, whole(5_000), None, papers.clone(), false);
    let error = refusal(&trade.world, &trade.beneficiary, trade.escrow, &more).await?;
    let expected = EscrowError::Overdrawn { amount: whole(5_000), available: whole(4_000) };
    assert_eq!(error, escrow::Error::Escrow(expected));
    // Papers of one escrow are nothing in another.
    let elsewhere = escrow::present(other, whole(1_000), None, papers, false);
    assert_refused!(trade.call(&trade.beneficiary, &elsewhere).await, escrow::Error::Signature(_));

    trade.fall_silent(one).await?;
    let book = trade.picture(one).await?.escrow.book;
    assert_eq!((book.funded, book.left()), (whole(10_000), Ok(whole(10_000))));
    assert_eq!(trade.picture(other).await?, untouched);
    trade.check_books(coin).await
}

/// Tokens that answer false, nothing or a lie, take a fee, revert, or compute for ever: none of them funds a credit, none of them
/// touches another asset, and on the way out only its own holders wait.
pub async fn e02_a_hostile_asset_reaches_nobody_else<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let hostile = hostile_asset(&trade).await?;
    let honest = trade.fund(&trade.agreement().await?).await?;
    let before = trade.books_of(coin).await?;
    let agreement = agreement_in(&trade, hostile, 18, whole(1_000)).await?;
    let id = trade.sign(&agreement).await?;
    for behaviour in [RETURNS_FALSE, RETURNS_NOTHING, LIES, TAKES_FEE, REVERTS, SPINS] {
        behave(&trade.world, &trade.keeper, hostile, behaviour).await?;
        match trade.call(&trade.applicant, &escrow::fund(id, agreement.hash(keccak))).await {
            Err(florin_client::contract::CallError::Refused {
                error: escrow::Error::TransferRefused { .. } | escrow::Error::Escrow(EscrowError::WrongPayment { .. }),
                ..
            }) => {}
            other => panic!("behaviour {behaviour}: {other:?}"),
        }
        assert_eq!(trade.status(id).await?, Status::Signed, "behaviour {behaviour}");
    }
    behave(&trade.world, &trade.keeper, hostile, HONEST).await?;
    trade.call(&trade.applicant, &escrow::fund(id, agreement.hash(keccak))).await?;

    // On the way out, what it does not deliver waits for its owner.
    trade.wait_until(agreement.terms.expiry).await?;
    for (behaviour, settles) in [(RETURNS_FALSE, true), (REVERTS, false), (SPINS, false)] {
        behave(&trade.world, &trade.keeper, hostile, behaviour).await?;
        if settles {
            trade.call(&trade.keeper, &escrow::settle(id)).await?;
            assert_eq!(trade.status(id).await?, Status::Closed);
        }
        assert_eq!(trade.claim_of(hostile, &trade.applicant).await?, whole(1_000), "behaviour {behaviour}");
        let claim = claim_own(hostile, &trade.applicant);
        let refused = trade.call(&trade.applicant, &claim).await;
        assert_refused!(refused, escrow::Error::PayoutRefused { .. });
        assert_eq!(trade.claim_of(hostile, &trade.applicant).await?, whole(1_000), "behaviour {behaviour}");
    }
    behave(&trade.world, &trade.keeper, hostile, HONEST).await?;
    trade.call(&trade.applicant, &claim_own(hostile, &trade.applicant)).await?;
    assert_eq!(asset_balance(&trade.world, hostile, address(&trade.applicant)).await?, whole(10_000).raw().into());
    assert_eq!(trade.books_of(hostile).await?, (florin_trade::ledger::AssetLedger::default(), U256::zero()));

    // The credit in coin has noticed nothing.
    assert_eq!(trade.books_of(coin).await?, before);
    assert!(trade.picture(honest).await?.escrow.book.is_balanced());
    trade.check_books(coin).await
}

/// The asset refuses the payee. The release succeeds, the credit ends, and the money waits; the payee has it paid to an account that
/// the asset accepts, by its signature alone.
pub async fn e03_a_refused_payee_redirects_its_claim<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let hostile = hostile_asset(&trade).await?;
    let mut agreement = agreement_in(&trade, hostile, 18, whole(1_000)).await?;
    agreement.terms.compliance = Some(hostile.0);
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(1_000), "goods").await?;
    deny(&trade.world, &trade.keeper, hostile, address(&trade.beneficiary)).await?;
    behave(&trade.world, &trade.keeper, hostile, DENIES).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    let owed = whole(995);
    // It is kept with the compliance contract of its credit, which no other credit can change.
    let claim_of = escrow::claim_of(hostile, hostile, address(&trade.beneficiary));
    let client = &trade.world.suite.client;
    assert_eq!(client.read(trade.escrow, &claim_of).await?.amount, owed);
    assert_eq!(trade.claim_of(hostile, &trade.beneficiary).await?, Amount::ZERO);
    // To the payee itself it cannot be paid, whoever asks.
    let own = escrow::claim(hostile, hostile, address(&trade.beneficiary), address(&trade.beneficiary));
    assert_refused!(trade.call(&trade.keeper, &own).await, escrow::Error::PayoutRefused { .. });
    let elsewhere = escrow::claim(hostile, hostile, address(&trade.beneficiary), address(&trade.keeper));
    assert_refused!(
        trade.call(&trade.keeper, &elsewhere).await,
        escrow::Error::Escrow(EscrowError::WrongCaller { .. })
    );

    // Somebody brings the signature: of another asset, with another nonce, too late, of somebody else; then the right one, once.
    let to = address(&trade.financier);
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let sign = |signer, asset, nonce, deadline| {
        let signature = sign_redirection(signer, &trade.domain, asset, hostile, to, nonce, deadline);
        escrow::claim_for(hostile, hostile, address(&trade.beneficiary), to, nonce, deadline.raw(), signature)
    };
    let (seller, coin) = (&trade.beneficiary, trade.world.suite.token);
    for wrong in [sign(seller, coin, 0, deadline), sign(&trade.keeper, hostile, 0, deadline)] {
        assert_refused!(trade.call(&trade.keeper, &wrong).await, escrow::Error::Signature(_));
    }
    let wrong = sign(seller, hostile, 1, deadline);
    assert_refused!(
        trade.call(&trade.keeper, &wrong).await,
        escrow::Error::Escrow(EscrowError::WrongNonce { expected: 0, given: 1 })
    );
    let past = Timestamp::from_raw(trade.now().await?.raw() - 1);
    assert_refused!(
        trade.call(&trade.keeper, &sign(seller, hostile, 0, past)).await,
        escrow::Error::Escrow(EscrowError::ConsentExpired { .. })
    );
    // The contract that the credit has named is asked about the new account.
    deny(&trade.world, &trade.keeper, hostile, to).await?;
    let right = sign(seller, hostile, 0, deadline);
    assert_refused!(trade.call(&trade.keeper, &right).await, escrow::Error::Escrow(EscrowError::Denied { .. }));
    deny(&trade.world, &trade.keeper, hostile, address(&trade.beneficiary)).await?;
    trade.call(&trade.keeper, &right).await?;
    assert_eq!(asset_balance(&trade.world, hostile, to).await?, owed.raw().into());
    assert_refused!(
        trade.call(&trade.keeper, &right).await,
        escrow::Error::Escrow(EscrowError::WrongNonce { expected: 1, given: 0 })
    );
    // The fee is the collector's, kept in the same way; nothing else is owed.
    let fee = client.read(trade.escrow, &escrow::claim_of(hostile, hostile, address(&trade.collector))).await?;
    assert_eq!(fee.amount, whole(5));
    let (ledger, balance) = trade.books_of(hostile).await?;
    assert_eq!((ledger.liabilities, balance), (whole(5), whole(5).raw().into()));
    Ok(())
}

/// A transfer that fails when a dispute is executed is not swallowed: what can be claimed is the award, to the unit.
pub async fn e04_a_refused_award_can_be_claimed<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let hostile = hostile_asset(&trade).await?;
    let agreement = agreement_in(&trade, hostile, 18, whole(1_000)).await?;
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(1_000), "goods").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(whole(600)); 3]).await?;
    trade.wait_days(5).await?;
    behave(&trade.world, &trade.keeper, hostile, RETURNS_FALSE).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    let fee = whole(3);
    // The seller's part and its bond, the buyer's rest, the fee.
    let seller = whole(600 - 3).checked_add(agreement.dispute.bond).expect("fits");
    assert_eq!(trade.claim_of(hostile, &trade.beneficiary).await?, seller);
    assert_eq!(trade.claim_of(hostile, &trade.applicant).await?, whole(400));
    assert_eq!(trade.claim_of(hostile, &trade.collector).await?, fee);
    trade.check_books(hostile).await?;
    behave(&trade.world, &trade.keeper, hostile, HONEST).await?;
    trade.call(&trade.beneficiary, &claim_own(hostile, &trade.beneficiary)).await?;
    trade.check_books(hostile).await
}

/// What changes elsewhere does not reach an open credit: the protocol's fee and its collector are those of the funding, and the
/// arbitrators those of the agreement.
pub async fn e05_open_credits_keep_what_they_were_funded_with<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let id = trade.fund(&trade.agreement().await?).await?;
    let governor = &trade.world.governor;
    trade.call(governor, &escrow::set_fee(Bps::from_raw(75), address(&trade.financier))).await?;
    let named = trade.present(id, whole(4_000), "first").await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(trade.claim_of(coin, &trade.collector).await?, whole(20), "half a per cent to the old collector");
    assert_eq!(trade.claim_of(coin, &trade.financier).await?, Amount::ZERO);

    // Another arbitration contract, or an account that would like to be one, rules nothing.
    let named = trade.present(id, whole(4_000), "second").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let mut seats = [None; 11];
    for (slot, member) in seats.iter_mut().zip(&trade.arbitrators[..3]) {
        *slot = Some(Seat { member: address(member).0, award: Some(whole(4_000)) });
    }
    for caller in [governor, &trade.arbitrators[0], &trade.fallback, &trade.beneficiary] {
        let error = refusal(&trade.world, caller, trade.escrow, &escrow::rule(id, seats)).await?;
        let expected = EscrowError::WrongCaller { expected: trade.arbitration.0, caller: address(caller).0 };
        assert_eq!(error, escrow::Error::Escrow(expected));
    }
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(whole(4_000)); 3]).await?;
    assert_eq!(trade.status(id).await?, Status::Ruled);

    // A credit that is funded now has the new fee; one whose parties accept less is not funded at all.
    let mut cheap = trade.agreement().await?;
    cheap.terms.amount = whole(1_000);
    cheap.terms.maximum_fee = Bps::from_raw(60);
    cheap.dispute.bond = whole(100);
    cheap.dispute.fee = whole(50);
    cheap.dispute.appeal_bond = whole(100);
    cheap.dispute.appeal_fee = whole(50);
    let refused = trade.sign(&cheap).await?;
    assert_refused!(
        trade.call(&trade.applicant, &escrow::fund(refused, cheap.hash(keccak))).await,
        escrow::Error::Escrow(EscrowError::FeeAboveMaximum { .. })
    );
    trade.check_books(coin).await
}

/// Tokens that lie there back nothing: only what is pulled counts. A milestone is paid once, for its own documents, and the seller
/// releases nothing.
pub async fn e07_only_what_is_pulled_counts<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(3_000);
    for (place, amount) in [(0usize, 1_000), (2, 2_000)] {
        agreement.checklist.milestones[place] = Some(Milestone { amount: whole(amount), documents: 1 << place });
    }
    let (one, other) = (trade.sign(&agreement).await?, trade.sign(&agreement).await?);
    // A gift of the whole amount funds neither.
    give_asset(&trade.world, &trade.applicant, coin, trade.escrow, whole(3_000)).await?;
    for id in [one, other] {
        assert_eq!(trade.status(id).await?, Status::Signed);
        let papers = trade.milestone_papers(id, Some(0), "early").await?;
        let present = escrow::present(id, whole(1_000), Some(0), papers, false);
        let refused = trade.call(&trade.beneficiary, &present).await;
        assert_refused!(refused, escrow::Error::Escrow(EscrowError::NotAllowed { .. }));
    }
    trade.call(&trade.applicant, &escrow::fund(one, agreement.hash(keccak))).await?;
    assert_eq!(trade.status(other).await?, Status::Signed, "the same money funds one");
    let (ledger, balance) = trade.books_of(coin).await?;
    assert_eq!((ledger.liabilities, balance), (whole(3_000), whole(6_000).raw().into()));
    // The governor gives back what came by mistake, and not a unit more.
    let governor = &trade.world.governor;
    let more =
        escrow::recover(coin, address(&trade.applicant), whole(3_000).checked_add(Amount::from_raw(1)).expect("fits"));
    assert_refused!(trade.call(governor, &more).await, escrow::Error::Escrow(EscrowError::AboveSurplus { .. }));
    trade.call(governor, &escrow::recover(coin, address(&trade.applicant), whole(3_000))).await?;

    // The seller cannot release, whatever it calls itself.
    let named = trade.present_milestone(one, 0).await?;
    for release in [escrow::accept(one, named), escrow::waive(one, named)] {
        let error = refusal(&trade.world, &trade.beneficiary, trade.escrow, &release).await?;
        assert!(
            matches!(error, escrow::Error::Escrow(EscrowError::WrongCaller { .. } | EscrowError::NotAllowed { .. })),
            "{error:?}"
        );
    }
    trade.call(&trade.applicant, &escrow::accept(one, named)).await?;
    let papers = trade.milestone_papers(one, Some(0), "again").await?;
    let twice = escrow::present(one, whole(1_000), Some(0), papers.clone(), false);
    let error = refusal(&trade.world, &trade.beneficiary, trade.escrow, &twice).await?;
    assert_eq!(error, escrow::Error::Escrow(EscrowError::MilestonePaid { milestone: 0 }));
    // Papers for one milestone are none for another.
    let wrong = escrow::present(one, whole(2_000), Some(2), papers, false);
    assert_refused!(trade.call(&trade.beneficiary, &wrong).await, escrow::Error::Signature(_));
    let papers = trade.milestone_papers(one, Some(2), "again").await?;
    let wrong = escrow::present(one, whole(1_000), Some(2), papers, false);
    assert_refused!(
        trade.call(&trade.beneficiary, &wrong).await,
        escrow::Error::Escrow(EscrowError::MilestoneAmount { .. })
    );
    let named = trade.present_milestone(one, 2).await?;
    trade.call(&trade.applicant, &escrow::accept(one, named)).await?;
    assert_eq!(trade.status(one).await?, Status::Closed);
    trade.check_books(coin).await
}

/// An offer of nothing is an offer, and no unit is lost where amounts are odd and shares do not divide.
pub async fn e08_nothing_is_an_offer_and_no_unit_is_lost<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain.clone()).await?;
    // An asset without decimals, so that every unit shows.
    let asset = chain.create_asset(92, 0, 1).await?;
    trade.call(&trade.keeper, &escrow::admit_asset(asset)).await?;
    for party in [&trade.applicant, &trade.beneficiary] {
        chain.mint_asset(92, &party.account(), 10_000).await?;
        approve_spender(&trade.world, party, asset, trade.escrow).await?;
    }
    let mut agreement = agreement_in(&trade, asset, 0, Amount::from_raw(997)).await?;
    agreement.terms.tolerance.more = Bps::from_raw(333);
    let id = trade.fund(&agreement).await?;
    let part = |place: u32| Bps::from_raw(3_333 + place);
    trade.call(&trade.beneficiary, &escrow::assign(id, address(&trade.financier), part(0))).await?;
    trade.call(&trade.beneficiary, &escrow::assign(id, address(&trade.keeper), part(1))).await?;
    for drawn in [101, 7, 1, 333] {
        let named = trade.present(id, Amount::from_raw(drawn), &format!("lot of {drawn}")).await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        trade.check_books(asset).await?;
    }
    let named = trade.present(id, Amount::from_raw(500), "the last lot").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.call(&trade.applicant, &escrow::offer(id, Amount::ZERO)).await?;
    let dispute = trade.picture(id).await?.dispute.expect("a dispute");
    assert_eq!((dispute.applicant_offer, dispute.beneficiary_offer), (Some(Amount::ZERO), None));
    assert_refused!(
        trade.call(&trade.beneficiary, &escrow::accept_offer(id, Amount::from_raw(1))).await,
        escrow::Error::Escrow(EscrowError::NoSuchOffer { .. })
    );
    trade.call(&trade.beneficiary, &escrow::accept_offer(id, Amount::ZERO)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    let book = trade.picture(id).await?.escrow.book;
    assert_eq!(book.left(), Ok(book.funded));
    trade.check_books(asset).await
}

/// Offers have a number, do not move the clock, and a dispute that gains nothing costs its raiser the bond.
pub async fn e09_a_frivolous_dispute_loses_its_bond<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(10_000), "bad").await?;
    // The buyer cannot hold the seller up by a dispute: it has a notice for that.
    assert_refused!(
        trade.call(&trade.applicant, &escrow::raise(id)).await,
        escrow::Error::Escrow(EscrowError::NotAllowed { .. })
    );
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"no"))).await?;
    assert_refused!(
        trade.call(&trade.applicant, &escrow::raise(id)).await,
        escrow::Error::Escrow(EscrowError::WrongCaller { .. })
    );
    let (seller, buyer) = (trade.coin_of(&trade.beneficiary).await?, trade.coin_of(&trade.applicant).await?);
    // The seller has no case and knows it.
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    assert_refused!(
        trade.call(&trade.beneficiary, &escrow::raise(id)).await,
        escrow::Error::Escrow(EscrowError::AlreadyDisputed)
    );
    let until = trade.picture(id).await?.escrow.stage;
    for offer in [9_900, 9_800, 9_700] {
        trade.call(&trade.beneficiary, &escrow::offer(id, whole(offer))).await?;
    }
    assert_refused!(
        trade.call(&trade.beneficiary, &escrow::offer(id, whole(9_600))).await,
        escrow::Error::Escrow(EscrowError::TooManyOffers { maximum: 3 })
    );
    assert_eq!(trade.picture(id).await?.escrow.stage, until, "offers do not move the clock");
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(Amount::ZERO); 3]).await?;
    trade.wait_days(5).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    // The whole stake and what is left of the bond after the panel's fee go to the buyer.
    let gained = trade.coin_of(&trade.applicant).await?.raw() - buyer.raw();
    assert_eq!(gained, whole(10_000 - 5 + 700).raw());
    assert_eq!(seller.raw() - trade.coin_of(&trade.beneficiary).await?.raw(), whole(1_000).raw());
    trade.check_books(coin).await
}

/// Bonds are worth something against the stake, no party sits in its own case, a copied word is worth nothing, and an award beyond
/// the stake is none.
pub async fn e10_no_party_sits_and_no_word_is_copied<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut cheap = trade.agreement().await?;
    cheap.dispute.bond = whole(199);
    let draft = escrow::draft(cheap, vec![]);
    assert_refused!(
        trade.call(&trade.keeper, &draft).await,
        escrow::Error::Escrow(EscrowError::Terms(TermsError::OutOfBounds { term: Term::Bond, .. }))
    );

    // A pool in which the parties themselves are: they are passed over.
    let few = trade.arbitrators[..3].iter().map(address).collect();
    let few = trade.arbitrate(&trade.keeper, &arbitration::make_pool(few)).await?.value;
    let mut members: Vec<Address> = trade.arbitrators[..11].iter().map(address).collect();
    members.extend([address(&trade.applicant), address(&trade.beneficiary)]);
    let pool = trade.arbitrate(&trade.keeper, &arbitration::make_pool(members)).await?.value;
    let mut agreement = trade.agreement().await?;
    // A pool from which no appeal panel could be drawn, and one that is to be made later, fund nothing.
    for (pool, size) in [(few, 3), (pool + 1, 0)] {
        agreement.dispute.pool = pool;
        let id = trade.sign(&agreement).await?;
        let refused = trade.call(&trade.applicant, &escrow::fund(id, agreement.hash(keccak))).await;
        let expected = escrow::Error::PoolTooSmall { pool, members: size, required: 13 };
        super::refused(refused, &expected);
    }
    agreement.dispute.pool = pool;
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(5_000), "goods").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    assert_eq!(panel.len(), 3);
    for member in &panel {
        assert!(![&trade.applicant, &trade.beneficiary].iter().any(|party| party.account() == member.account()));
    }
    let (salt, award) = ([9; 32], whole(5_000));
    let word = trade.commitment(id, false, panel[0], award, salt);
    for member in [panel[0], panel[1]] {
        // The second copies what the first has said.
        trade.arbitrate(member, &arbitration::commit(trade.escrow, id, false, word)).await?;
    }
    let own = trade.commitment(id, false, panel[2], whole(30_000), salt);
    trade.arbitrate(panel[2], &arbitration::commit(trade.escrow, id, false, own)).await?;
    let reveal = |award: Amount| arbitration::reveal(trade.escrow, id, false, award.raw(), salt);
    trade.arbitrate(panel[0], &reveal(award)).await?;
    assert!(trade.arbitrate(panel[1], &reveal(award)).await.is_err(), "a copied word opens nothing");
    assert!(trade.arbitrate(panel[2], &reveal(whole(30_000))).await.is_err(), "more than the stake");
    let stranger = arbitration::commit(trade.escrow, id, false, word);
    assert!(trade.arbitrate(&trade.applicant, &stranger).await.is_err(), "a party has no seat");

    // One word of three is none: the fallback rules.
    trade.wait_days(10).await?;
    assert_eq!(trade.status(id).await?, Status::Fallback);
    trade.call(&trade.fallback, &escrow::rule_fallback(id, whole(5_000))).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    trade.call(&trade.fallback, &escrow::collect_fee(id)).await?;
    trade.check_books(coin).await
}

/// Whoever waits for the other side of an exchange is paid for it, claims end well before refunds begin, and no side has both.
pub async fn e11_a_lapsed_leg_pays_who_waited<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, client) = (trade.world.suite.token, &trade.world.suite.client);
    let head = client.chain().head().await?;
    let now = trade.now().await?;
    let bound = |hours: u64, blocks: u32| Bound {
        time: now.after(Seconds::from_raw(hours * 3_600)),
        block: u32::try_from(head.number).expect("a height") + blocks,
    };
    let secret = [0x11; 32];
    let terms = |hash, digest| LegTerms {
        funder: address(&trade.applicant).0,
        claimer: address(&trade.beneficiary).0,
        asset: coin.0,
        amount: whole(500),
        premium: whole(5),
        digest,
        hash,
        lock_until: bound(1, 1_000),
        claim_until: bound(3, 2_000),
        refund_from: bound(5, 2_200),
    };
    let keccaked = terms(SecretHash::Keccak256, keccak(&secret));
    // Refunds that begin when claims end are no agreement, and strangers agree nothing.
    let narrow = LegTerms { refund_from: keccaked.claim_until, ..keccaked };
    assert_refused!(
        trade.call(&trade.applicant, &escrow::agree_leg(narrow)).await,
        escrow::Error::Swap(SwapError::GapTooSmall { .. })
    );
    assert_refused!(
        trade.call(&trade.keeper, &escrow::agree_leg(keccaked)).await,
        escrow::Error::Swap(SwapError::WrongCaller { .. })
    );
    let sha = {
        use sha2::Digest;
        sha2::Sha256::digest(secret).into()
    };
    let mut legs = Vec::new();
    for terms in [keccaked, terms(SecretHash::Sha256, sha), keccaked] {
        let leg = trade.call(&trade.applicant, &escrow::agree_leg(terms)).await?.value;
        // The choice is paid for before anything is locked.
        assert_refused!(
            trade.call(&trade.applicant, &escrow::lock_leg(leg)).await,
            escrow::Error::Swap(SwapError::WrongStage { .. })
        );
        trade.call(&trade.beneficiary, &escrow::bond_leg(leg)).await?;
        trade.call(&trade.applicant, &escrow::lock_leg(leg)).await?;
        legs.push(leg);
    }
    let before = trade.coin_of(&trade.beneficiary).await?;
    assert_refused!(
        trade.call(&trade.keeper, &escrow::claim_leg(legs[0], [0x12; 32])).await,
        escrow::Error::Swap(SwapError::WrongPreimage { .. })
    );
    for leg in &legs[..2] {
        trade.call(&trade.keeper, &escrow::claim_leg(*leg, secret)).await?;
    }
    let gained = trade.coin_of(&trade.beneficiary).await?.raw() - before.raw();
    assert_eq!(gained, whole(2 * 505).raw(), "the amount and the premium, of both hashes");

    // Late: no claim, and no refund yet; then the refund, with the premium.
    trade.world.advance(3 * 3_600).await?;
    let late = trade.call(&trade.keeper, &escrow::claim_leg(legs[2], secret)).await;
    assert_refused!(late, escrow::Error::Swap(SwapError::TooLate { .. }));
    assert_refused!(
        trade.call(&trade.keeper, &escrow::refund_leg(legs[2])).await,
        escrow::Error::Swap(SwapError::TooEarly { .. })
    );
    trade.world.advance(2 * 3_600).await?;
    // The block has not come either: both clocks count.
    assert_refused!(
        trade.call(&trade.keeper, &escrow::refund_leg(legs[2])).await,
        escrow::Error::Swap(SwapError::TooEarly { .. })
    );
    let record = client.read(trade.escrow, &escrow::leg(legs[2])).await?.expect("a leg");
    assert_eq!(record.stage, LegStage::Locked);
    let (ledger, _) = trade.books_of(coin).await?;
    assert_eq!(ledger.liabilities, whole(505));
    Ok(())
}

/// Numbers at the end of their type are refused with the bound, and a quantity is never given away because its price rounds to
/// nothing.
pub async fn e12_numbers_at_the_end_of_their_type_are_refused<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let agreement = trade.agreement().await?;
    for amount in [MAXIMUM_AMOUNT + 1, u128::MAX] {
        let mut large = agreement;
        large.terms.amount = Amount::from_raw(amount);
        let error = refusal(&trade.world, &trade.keeper, trade.escrow, &escrow::draft(large, vec![])).await?;
        let (minimum, maximum) = (1, MAXIMUM_AMOUNT);
        let expected = TermsError::OutOfBounds { term: Term::Amount, actual: amount, minimum, maximum };
        assert_eq!(error, escrow::Error::Escrow(EscrowError::Terms(expected)));
    }
    let id = trade.fund(&agreement).await?;
    let most = Amount::from_raw(u128::MAX);
    let papers = trade.papers(id, "too much").await?;
    let present = escrow::present(id, most, None, papers, false);
    assert_refused!(
        trade.call(&trade.beneficiary, &present).await,
        escrow::Error::Escrow(EscrowError::Overdrawn { .. })
    );
    // A dealer that would give less than a unit for something gives nothing, and the seller keeps its proceeds.
    let hostile = hostile_asset(&trade).await?;
    let expires = trade.now().await?.raw() + DAY;
    let quote = escrow::quote(coin, hostile, whole(20_000), Amount::from_raw(1), expires);
    let number = trade.call(&trade.beneficiary, &quote).await?.value;
    let order = escrow::place_order(id, number, whole(20_000), Amount::from_raw(1), expires);
    trade.call(&trade.beneficiary, &order).await?;
    let named = trade.present(id, whole(1_000), "small").await?;
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(trade.coin_of(&trade.beneficiary).await?.raw() - before.raw(), whole(995).raw());
    let unlimited = escrow::quote(coin, hostile, Amount::ZERO, most, expires);
    assert_refused!(trade.call(&trade.beneficiary, &unlimited).await, escrow::Error::Swap(SwapError::ZeroAmount));
    trade.check_books(coin).await
}

/// Many small drawings come to what one large one does, to the unit: fee, shares, retention.
pub async fn e13_many_drawings_are_one<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = Amount::from_raw(whole(1_000).raw() + 7);
    agreement.dispute.bond = whole(100);
    agreement.dispute.fee = Amount::ZERO;
    agreement.dispute.appeal_bond = whole(100);
    agreement.dispute.appeal_fee = Amount::ZERO;
    let mut ends = Vec::new();
    let total = agreement.terms.amount.raw();
    for drawings in [vec![total], vec![1, 333_333, whole(300).raw() + 1, total - whole(300).raw() - 333_335]] {
        let id = trade.fund(&agreement).await?;
        let before = (trade.coin_of(&trade.beneficiary).await?, trade.claim_of(coin, &trade.collector).await?);
        for (number, drawn) in drawings.iter().enumerate() {
            let named = trade.present(id, Amount::from_raw(*drawn), &format!("{id} {number}")).await?;
            trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        }
        assert_eq!(trade.status(id).await?, Status::Closed);
        let after = (trade.coin_of(&trade.beneficiary).await?, trade.claim_of(coin, &trade.collector).await?);
        ends.push((after.0.raw() - before.0.raw(), after.1.raw() - before.1.raw()));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0].0 + ends[0].1, total);
    trade.check_books(coin).await
}

/// A token that calls back in the middle of a transfer, into any message, gets nowhere: the books are what they would have been.
pub async fn e14_a_token_that_calls_back_changes_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let hostile = hostile_asset(&trade).await?;
    let agreement = agreement_in(&trade, hostile, 18, whole(1_000)).await?;
    // Twins: one with an honest token, one with a token that calls back in each transfer. What it does not deliver waits.
    let honest = trade.fund(&agreement).await?;
    let calls = [
        escrow::settle(honest).data().to_vec(),
        escrow::fund(honest, agreement.hash(keccak)).data().to_vec(),
        escrow::raise(honest).data().to_vec(),
        claim_own(hostile, &trade.applicant).data().to_vec(),
        escrow::admit_asset(hostile).data().to_vec(),
    ];
    let id = trade.sign(&agreement).await?;
    for (number, call) in calls.into_iter().enumerate() {
        reenter_with(&trade.world, &trade.keeper, hostile, trade.escrow, call).await?;
        if number == 0 {
            // On the way in the chain ends the token's call, and with it the message.
            let fund = escrow::fund(id, agreement.hash(keccak));
            let refused = trade.call(&trade.applicant, &fund).await;
            assert_refused!(refused, escrow::Error::TransferRefused { .. });
            behave(&trade.world, &trade.keeper, hostile, HONEST).await?;
            trade.call(&trade.applicant, &fund).await?;
            behave(&trade.world, &trade.keeper, hostile, REENTERS).await?;
        }
        let named = trade.present(id, whole(100), &format!("lot {number}")).await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        let (ledger, balance) = trade.books_of(hostile).await?;
        assert!(balance >= U256::from(ledger.liabilities.raw()));
    }
    behave(&trade.world, &trade.keeper, hostile, HONEST).await?;
    for number in 0..5 {
        let named = trade.present(honest, whole(100), &format!("lot {number}")).await?;
        trade.call(&trade.applicant, &escrow::accept(honest, named)).await?;
    }
    let (one, other) = (trade.picture(id).await?.escrow, trade.picture(honest).await?.escrow);
    let sums = |book: florin_trade::ledger::Book| {
        let out = book.paid.checked_add(book.claimable).and_then(|sum| sum.checked_add(book.dust));
        (book.funded, book.held(), book.fees, out)
    };
    assert_eq!(sums(one.book), sums(other.book));
    assert_eq!(one.drawn, other.drawn);
    trade.check_books(hostile).await
}

/// An asset with a least balance: what is too small to be delivered waits and adds up, and nothing is lost on the way.
pub async fn e15_what_is_too_small_to_deliver_adds_up<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain.clone()).await?;
    let asset = chain.create_asset(93, 6, 1_000).await?;
    trade.call(&trade.keeper, &escrow::admit_asset(asset)).await?;
    for party in [&trade.applicant, &trade.beneficiary, &trade.keeper] {
        chain.mint_asset(93, &party.account(), 10_000_000).await?;
        approve_spender(&trade.world, party, asset, trade.escrow).await?;
    }
    // The governor says what is too small; somebody keeps the contract's account alive for good.
    let stranger = trade.call(&trade.keeper, &escrow::set_minimum(asset, Amount::from_raw(1_000))).await;
    assert_refused!(stranger, escrow::Error::Role(_));
    trade.call(&trade.world.governor, &escrow::set_minimum(asset, Amount::from_raw(1_000))).await?;
    let agreement = agreement_in(&trade, asset, 6, Amount::from_raw(100_000)).await?;
    let id = trade.sign(&agreement).await?;
    let fund = escrow::fund(id, agreement.hash(keccak));
    let expected = EscrowError::SeedTooSmall { seed: Amount::ZERO, minimum: Amount::from_raw(1_000) };
    super::refused(trade.call(&trade.applicant, &fund).await, &escrow::Error::Escrow(expected));
    trade.call(&trade.keeper, &escrow::seed_asset(asset, Amount::from_raw(1_000))).await?;
    trade.call(&trade.applicant, &fund).await?;
    // A ten-thousandth to a fresh account: nothing of a few units can be delivered to it.
    trade.call(&trade.beneficiary, &escrow::assign(id, address(&trade.financier), Bps::from_raw(10))).await?;
    let mut waiting = 0;
    for number in 0..3 {
        let named = trade.present(id, Amount::from_raw(20_000), &format!("lot {number}")).await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        waiting += 19;
        assert_eq!(trade.claim_of(asset, &trade.financier).await?, Amount::from_raw(waiting));
        trade.check_books(asset).await?;
    }
    assert_eq!(trade.claim_of(asset, &trade.collector).await?, Amount::from_raw(300));
    let book = trade.picture(id).await?.escrow.book;
    assert_eq!((book.dust, book.fees), (Amount::from_raw(57), Amount::from_raw(300)));
    // A claim that the asset cannot hold is not lost by trying.
    let fresh = trade.world.person(299).await?;
    let tried = trade
        .call(&trade.financier, &escrow::claim(asset, Address::zero(), address(&trade.financier), address(&fresh)))
        .await;
    assert_refused!(tried, escrow::Error::PayoutRefused { .. });
    assert_eq!(trade.claim_of(asset, &trade.financier).await?, Amount::from_raw(waiting));
    // To an account that has some it can be paid.
    trade
        .call(
            &trade.financier,
            &escrow::claim(asset, Address::zero(), address(&trade.financier), address(&trade.keeper)),
        )
        .await?;
    trade.fall_silent(id).await?;
    trade.check_books(asset).await?;
    assert!(asset_balance(&trade.world, asset, trade.escrow).await? >= U256::from(1_000), "the seed stays");
    Ok(())
}

/// An amendment is the hash of everything, signed by all. Who accepts a part has rejected it; nobody edits anything alone.
pub async fn e16_a_partial_acceptance_is_a_rejection<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.confirmer = Some(address(&trade.financier).0);
    let id = trade.fund(&agreement).await?;
    let mut longer = agreement;
    longer.terms.latest_shipment = agreement.terms.latest_shipment.after(Seconds::from_raw(DAY));
    longer.terms.default_split = Bps::from_raw(6_000);
    let mut part = longer;
    part.terms.default_split = agreement.terms.default_split;
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let consent = |signer: &Signer, subject: &Agreement, nonce, deadline| {
        florin_client::escrow::sign_consent(signer, &trade.domain, id, &subject.hash(keccak), nonce, deadline)
    };
    let [buyer, seller, bank] = [&trade.applicant, &trade.beneficiary, &trade.financier];
    let all = |subject: &Agreement, nonce, deadline| {
        vec![
            consent(buyer, subject, nonce, deadline),
            consent(seller, &longer, nonce, deadline),
            consent(bank, &longer, nonce, deadline),
        ]
    };
    let mut refusals = Vec::new();
    let past = Timestamp::from_raw(trade.now().await?.raw() - 1);
    for consents in [
        vec![consent(buyer, &longer, 0, deadline), consent(seller, &longer, 0, deadline)],
        all(&part, 0, deadline),
        all(&longer, 1, deadline),
        all(&longer, 0, past),
    ] {
        let message = escrow::amend(id, longer, consents);
        refusals.push(refusal(&trade.world, &trade.keeper, trade.escrow, &message).await?);
    }
    assert!(
        matches!(
            refusals[..],
            [
                escrow::Error::Escrow(EscrowError::MissingConsent { .. }),
                escrow::Error::Escrow(EscrowError::PartialAcceptance { .. }),
                escrow::Error::Escrow(EscrowError::WrongNonce { .. }),
                escrow::Error::Escrow(EscrowError::ConsentExpired { .. })
            ]
        ),
        "{refusals:?}"
    );
    let mut forged = all(&longer, 0, deadline);
    forged[2].signature = forged[1].signature.clone();
    assert_refused!(trade.call(&trade.keeper, &escrow::amend(id, longer, forged)).await, escrow::Error::Signature(_));
    assert_eq!(trade.picture(id).await?.agreement, agreement, "nothing has changed");
    trade.call(&trade.keeper, &escrow::amend(id, longer, all(&longer, 0, deadline))).await?;
    let picture = trade.picture(id).await?;
    assert_eq!((picture.agreement, picture.escrow.amendments), (longer, 1));
    // Who the parties are and what is paid stays, whoever signs.
    let mut other = longer;
    other.terms.beneficiary = address(&trade.keeper).0;
    let consents = [buyer, seller, bank].map(|signer| consent(signer, &other, 1, deadline)).to_vec();
    assert_refused!(
        trade.call(&trade.keeper, &escrow::amend(id, other, consents)).await,
        escrow::Error::Escrow(EscrowError::Terms(TermsError::Fixed { term: Term::Beneficiary }))
    );
    trade.check_books(coin).await
}

/// Consents to divide what was not drawn divide nothing else: not what is retained, though it be as much, and nothing twice.
pub async fn a_division_counts_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(11_000);
    let until = agreement.terms.expiry.after(Seconds::from_raw(30 * DAY));
    agreement.terms.retention = Some(Retention { share: Bps::from_raw(1_000), until });
    trade.call(&trade.world.governor, &escrow::set_fee(Bps::from_raw(25), address(&trade.collector))).await?;
    trade.wait_days(1).await?;
    trade.call(&trade.world.governor, &escrow::set_fee(Bps::ZERO, address(&trade.collector))).await?;
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(10_000), "all but a little").await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    let book = trade.picture(id).await?.escrow.book;
    assert_eq!((book.available, book.retained), (whole(1_000), whole(1_000)));

    let split = AgreedSplit::new(agreement.hash(keccak), false, whole(1_000), Amount::ZERO, keccak);
    let consents = trade.consents(id, &split.hash()).await?;
    let divide = escrow::agree(id, whole(1_000), Amount::ZERO, consents);
    trade.call(&trade.applicant, &divide).await?;
    assert_eq!(trade.status(id).await?, Status::Retaining);
    let error = refusal(&trade.world, &trade.applicant, trade.escrow, &divide).await?;
    assert!(
        matches!(error, escrow::Error::Escrow(EscrowError::PartialAcceptance { .. } | EscrowError::WrongNonce { .. })),
        "{error:?}"
    );
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.fall_silent(id).await?;
    assert_eq!(trade.coin_of(&trade.beneficiary).await?.raw() - before.raw(), whole(1_000 - 5).raw());
    trade.check_books(coin).await
}

/// What is retained can be disputed after a dispute about the rest, before a panel of its own, and for as long as it takes to
/// respond, however late the rest was decided.
pub async fn what_is_retained_gets_its_own_panel<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.retention = Some(Retention { share: Bps::from_raw(1_000), until: agreement.terms.expiry });
    let id = trade.fund(&agreement).await?;
    let t_max = trade.picture(id).await?.t_max();
    let named = trade.present(id, whole(10_000), "good").await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    let named = trade.present(id, whole(10_000), "bad").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    // The seller raises as late as it can, long after the retention would have ended.
    trade.wait_until(Timestamp::from_raw(agreement.terms.expiry.raw() - 60)).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let first = trade.seat(id, false).await?;
    trade.hear(id, false, &first, &[Some(whole(2_000)); 3]).await?;
    trade.wait_days(5).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    let retained = whole(995);
    assert_eq!(trade.picture(id).await?.escrow.book.retained, retained);
    assert_eq!(trade.status(id).await?, Status::Retaining, "there is time to respond");

    // Only the buyer: the seller gets it by waiting.
    assert_refused!(
        trade.call(&trade.beneficiary, &escrow::raise(id)).await,
        escrow::Error::Escrow(EscrowError::WrongCaller { .. })
    );
    trade.call(&trade.applicant, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    // The first panel is paid before another sits.
    let call = arbitration::call_panel(trade.escrow, id, false);
    assert!(trade.arbitrate(&trade.keeper, &call).await.is_err(), "its fee would go to others");
    trade.arbitrate(&trade.keeper, &arbitration::collect(trade.escrow, id)).await?;
    let second = trade.seat(id, false).await?;
    trade.hear(id, false, &second, &[Some(whole(300)); 3]).await?;
    trade.wait_days(5).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    assert!(trade.now().await? < t_max, "in the time that was known before anybody paid");
    trade.arbitrate(&trade.keeper, &arbitration::collect(trade.escrow, id)).await?;
    trade.check_books(coin).await
}

/// Nothing was presented, on approval, and nobody rules: nothing is earned.
pub async fn a_presentation_of_nothing_earns_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let agreement = trade.agreement().await?;
    let id = trade.fund(&agreement).await?;
    let nothing = escrow::present(id, whole(20_000), None, vec![], true);
    trade.call(&trade.beneficiary, &nothing).await?;
    assert_eq!(trade.status(id).await?, Status::Discrepant);
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    let before = trade.coin_of(&trade.applicant).await?;
    trade.fall_silent(id).await?;
    assert_eq!(trade.coin_of(&trade.applicant).await?.raw() - before.raw(), whole(20_000 - 5).raw());
    trade.check_books(coin).await
}
