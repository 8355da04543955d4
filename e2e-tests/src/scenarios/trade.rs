//! Shipments from agreement to money: at sight with title, at usance with a financier, cured, disputed, forgotten.

use florin_bindings::{escrow, Message};
use florin_client::{
    chain::{DevChain, Weight},
    governance::keccak,
    signer::Signer,
};
use florin_trade::{
    condition::{Fact, Node},
    examination::{Discrepancies, PresentationId},
    fee::share_up,
    state::Status,
    terms::{Payment, Retention},
    EscrowError,
};
use florin_units::{Amount, Bps, Seconds, Wad};
use parity_scale_codec::Decode;

use super::{refusal, refused, Outcome};
use crate::{
    assert_refused,
    harness::{HarnessError, World},
    trade::{whole, Trade, BILL, DAY, INSPECTION},
};

fn wad(amount: Amount) -> Wad {
    Wad::from_raw(amount.raw())
}

/// What somebody's coin has grown by.
async fn growth<C: DevChain>(
    trade: &Trade<C>,
    who: &florin_client::signer::Signer,
    before: Wad,
) -> Result<Amount, crate::harness::HarnessError> {
    let now = trade.coin_of(who).await?;
    Ok(Amount::from_raw(now.raw().checked_sub(before.raw()).expect("nobody has less than before")))
}

/// FOB Santos: on-board bill of lading, inspection, sight payment. The seller's money and the buyer's title change hands in one
/// message, or neither does.
pub async fn fob_shipment_is_paid_against_title<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.title = Some(trade.title.0);
    agreement.terms.partial_drawings = false;
    let id = trade.fund(&agreement).await?;
    assert_eq!(trade.status(id).await?, Status::Funded);
    trade.check_books(coin).await?;

    trade.wait_days(5).await?;
    // Without the title there is no presentation.
    let papers = trade.papers(id, "on board").await?;
    let early = escrow::present(id, whole(20_000), None, papers, false);
    assert_refused!(trade.call(&trade.beneficiary, &early).await, escrow::Error::TitleRefused { reason: Some(_), .. });
    let document = trade.issue_title("on board").await?;
    let named = trade.present(id, whole(20_000), "on board").await?;
    // Now nobody can move it, its owner neither.
    let taken = trade.title_of(document).await?;
    assert_eq!(taken.standing, florin_trade::right::Standing::InCustody { custodian: trade.escrow.0, escrow: id });

    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    let fee = share_up(whole(20_000), Bps::from_raw(50)).expect("fits");
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(20_000).checked_sub(fee).expect("less"));
    trade.expect_title_with(document, &trade.applicant).await?;
    assert_eq!(trade.claim_of(coin, &trade.collector).await?, fee);
    assert_eq!(trade.status(id).await?, Status::Closed);

    // Anybody may have the fee paid to its owner.
    let account = trade.collector.account().to_address();
    let claim = escrow::claim(coin, florin_client::chain::Address::zero(), account, account);
    trade.call(&trade.keeper, &claim).await?;
    assert_eq!(trade.coin_of(&trade.collector).await?, wad(fee));
    trade.check_books(coin).await
}

/// Ninety days after shipment, a tenth at sight and a tenth retained. The financier buys the receivable, waits, and gets what the
/// seller would have got; it has no say in the credit.
pub async fn usance_credit_is_discounted_by_a_financier<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, client) = (trade.world.suite.token, &trade.world.suite.client);
    let mut agreement = trade.agreement().await?;
    let tenor = Seconds::from_raw(90 * DAY);
    agreement.terms.payment = Payment::Usance { tenor, sight_share: Bps::from_raw(1_000) };
    let until = agreement.terms.expiry.after(Seconds::from_raw(60 * DAY));
    agreement.terms.retention = Some(Retention { share: Bps::from_raw(1_000), until });
    let id = trade.fund(&agreement).await?;
    // One party's word is no amendment, whoever brings it.
    let alone = trade.consents(id, &agreement.hash(keccak)).await?[..1].to_vec();
    let error = refusal(&trade.world, &trade.financier, trade.escrow, &escrow::amend(id, agreement, alone)).await?;
    assert!(matches!(error, escrow::Error::Escrow(EscrowError::MissingConsent { .. })), "{error:?}");

    let named = trade.present(id, whole(20_000), "on board").await?;
    let shipped_at = trade.now().await?;
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    // 20,000 less 100 of fee, less a tenth retained: a tenth of 17,910 at sight.
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(1_791));
    let [acceptance] = trade.picture(id).await?.acceptances[..] else { panic!("one acceptance") };
    assert_eq!(acceptance.amount, whole(16_119));
    assert!(acceptance.maturity.raw() - shipped_at.raw() <= 90 * DAY);
    let early = trade.call(&trade.keeper, &escrow::mature(id, 0)).await;
    assert_refused!(early, escrow::Error::Escrow(EscrowError::NotMature { .. }));

    // The financier pays the seller 15,800 today for all that is to come.
    trade.world.open(&trade.financier, 1_000, 20_000).await?;
    let to = trade.financier.account().to_address();
    trade.world.pay(&trade.financier, trade.beneficiary.account().to_address(), wad(whole(15_800))).await?;
    trade.call(&trade.beneficiary, &escrow::assign(id, to, Bps::ONE)).await?;

    trade.wait_until(acceptance.maturity).await?;
    let (before, keeper) = (trade.coin_of(&trade.financier).await?, trade.coin_of(&trade.keeper).await?);
    trade.call(&trade.keeper, &escrow::mature(id, 0)).await?;
    assert_eq!(growth(&trade, &trade.keeper, keeper).await?, whole(5), "the tip");
    assert_eq!(growth(&trade, &trade.financier, before).await?, whole(16_114));
    let again = trade.call(&trade.keeper, &escrow::mature(id, 0)).await;
    assert_refused!(
        again,
        escrow::Error::Escrow(EscrowError::AlreadyPaid { number: 0 } | EscrowError::NotAllowed { .. })
    );

    // What was retained follows the receivable too.
    trade.wait_until(until).await?;
    let before = trade.coin_of(&trade.financier).await?;
    assert_eq!(trade.status(id).await?, Status::Releasing);
    trade.call(&trade.beneficiary, &escrow::settle(id)).await?;
    assert_eq!(growth(&trade, &trade.financier, before).await?, whole(1_990));
    assert_eq!(trade.status(id).await?, Status::Closed);
    assert_eq!(client.read(trade.escrow, &escrow::receivable(id)).await?.unassigned(), Ok(Bps::ZERO));
    trade.check_books(coin).await
}

/// The inspection is of other goods. The buyer refuses once and names it; the seller cures it; silence then honours.
pub async fn a_discrepant_presentation_is_cured<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let id = trade.fund(&trade.agreement().await?).await?;
    let first = trade.present(id, whole(8_000), "wrong goods").await?;
    let wrong = Discrepancies::of_document(usize::from(INSPECTION));
    let reasons = keccak(b"the certificate is of other lots");
    trade.call(&trade.applicant, &escrow::notice(id, first, wrong, reasons)).await?;
    assert_eq!(trade.status(id).await?, Status::Discrepant);
    // There is no second notice, and nothing can be taken back.
    let more = escrow::notice(id, first, Discrepancies::DESCRIPTION, reasons);
    assert_refused!(trade.call(&trade.applicant, &more).await, escrow::Error::Escrow(EscrowError::SecondNotice));

    // The seller brings another certificate; the other documents are the same.
    let mut papers = trade.papers(id, "wrong goods").await?;
    papers[usize::from(INSPECTION)] = Some(trade.paper(id, INSPECTION, "right goods").await?);
    trade.call(&trade.beneficiary, &escrow::present(id, whole(8_000), None, papers, false)).await?;
    let cured = PresentationId { number: 2, amount: whole(8_000) };
    // What was not named then is precluded: the bill of lading has not changed.
    let late = escrow::notice(id, cured, Discrepancies::of_document(usize::from(BILL)), reasons);
    assert_refused!(
        trade.call(&trade.applicant, &late).await,
        escrow::Error::Escrow(EscrowError::PrecludedDiscrepancy { .. })
    );
    // An approval of the first presentation does not count for the second.
    assert_refused!(
        trade.call(&trade.applicant, &escrow::accept(id, first)).await,
        escrow::Error::Escrow(EscrowError::OtherPresentation { .. })
    );

    // The buyer says nothing more.
    trade.wait_days(7).await?;
    assert_eq!(trade.status(id).await?, Status::Complying);
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(8_000 - 40 - 5));
    assert_eq!(trade.status(id).await?, Status::Funded, "the rest can still be drawn");
    trade.check_books(coin).await?;

    // Nobody draws it: it goes back.
    let before = trade.coin_of(&trade.applicant).await?;
    trade.fall_silent(id).await?;
    assert_eq!(growth(&trade, &trade.applicant, before).await?, whole(12_000 - 5));
    trade.check_books(coin).await
}

/// The buyer refuses, the seller goes to dispute. The panel awards the seller six thousand of ten; the seller appeals, and the appeal
/// panel, in which nobody of the first one sits, awards nine. The further side pays.
pub async fn a_dispute_is_appealed<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(10_000), "disputed").await?;
    let reasons = keccak(b"short weight");
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::QUANTITY, reasons)).await?;
    let (seller, buyer) = (trade.coin_of(&trade.beneficiary).await?, trade.coin_of(&trade.applicant).await?);
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.call(&trade.applicant, &escrow::offer(id, whole(4_000))).await?;
    trade.call(&trade.beneficiary, &escrow::offer(id, whole(9_500))).await?;
    // An offer does not move the clock.
    trade.wait_days(3).await?;
    assert_eq!(trade.status(id).await?, Status::Hearing);

    let panel = trade.seat(id, false).await?;
    assert_eq!(panel.len(), 3);
    let awards = [whole(5_500), whole(6_000), whole(7_000)].map(Some);
    trade.hear(id, false, &panel, &awards).await?;
    assert_eq!(trade.status(id).await?, Status::Ruled);
    trade.check_books(coin).await?;

    trade.call(&trade.beneficiary, &escrow::appeal(id)).await?;
    let appeal = trade.seat(id, true).await?;
    assert_eq!(appeal.len(), 7);
    for member in &appeal {
        let sat = panel.iter().any(|earlier| earlier.account() == member.account());
        assert!(!sat, "nobody of the first panel hears the appeal");
    }
    // One of the seven is silent; the others decide.
    let mut awards = vec![Some(whole(9_000)); 7];
    awards[6] = None;
    trade.hear(id, true, &appeal, &awards).await?;
    assert_eq!(trade.status(id).await?, Status::Decided);
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);

    // The award is 9,000; the fee of the protocol 45, the tip 5. The buyer's last offer was further: it makes good the panel's fee,
    // and, as the appeal has gained, that of the appeal panel.
    let seller_now = trade.coin_of(&trade.beneficiary).await?;
    assert_eq!(seller_now.raw() - seller.raw(), whole(9_000 - 45 - 5).raw());
    let buyer_now = trade.coin_of(&trade.applicant).await?;
    assert_eq!(buyer_now, buyer, "its thousand pay both fees");

    // Those who have revealed share the fees.
    let collect = florin_bindings::arbitration::collect(trade.escrow, id);
    trade.arbitrate(&trade.keeper, &collect).await?;
    let account = panel[0].account().to_address();
    trade.arbitrate(panel[0], &florin_bindings::arbitration::claim(coin, account)).await?;
    assert_eq!(trade.coin_of(panel[0]).await?, wad(whole(100)));
    trade.check_books(coin).await
}

/// A buyer that refuses documents that comply bears what the dispute costs, though the seller is awarded everything and the
/// buyer has no part of the stake left: out of the reserve that it paid in. The rest of the reserve comes back. What it has
/// not named it cannot name of the same documents, and an amendment fills the reserve up.
pub async fn a_refusal_without_reason_is_paid_from_the_reserve<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);
    agreement.dispute.reserve = whole(400);
    let before = trade.coin_of(&trade.applicant).await?;
    let id = trade.fund(&agreement).await?;
    assert_eq!(before.raw() - trade.coin_of(&trade.applicant).await?.raw(), whole(10_400).raw());
    assert_eq!(trade.picture(id).await?.escrow.book.reserve, whole(400));

    agreement.dispute.reserve = whole(1_000);
    let consents = trade.consents(id, &agreement.hash(keccak)).await?;
    let amend = escrow::amend(id, agreement, consents);
    trade.call(&trade.applicant, &amend).await?;
    assert_eq!(before.raw() - trade.coin_of(&trade.applicant).await?.raw(), whole(11_000).raw());
    trade.check_books(coin).await?;

    let refuse = |named, what| escrow::notice(id, named, what, keccak(b"because"));
    let named = trade.present(id, whole(10_000), "perfect").await?;
    trade.call(&trade.applicant, &refuse(named, Discrepancies::OTHER)).await?;
    let named = trade.present(id, whole(10_000), "perfect").await?;
    let again = Discrepancies::OTHER.with(Discrepancies::QUANTITY);
    let error = EscrowError::PrecludedDiscrepancy { bits: Discrepancies::QUANTITY.0 };
    refused(trade.call(&trade.applicant, &refuse(named, again)).await, &escrow::Error::Escrow(error));
    trade.call(&trade.applicant, &refuse(named, Discrepancies::OTHER)).await?;

    let seller = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(whole(10_000)); 3]).await?;
    trade.wait_days(5).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    // The seller gets everything but fee (a half per cent) and tip, and its bond; the buyer 700 of its reserve.
    assert_eq!(growth(&trade, &trade.beneficiary, seller).await?, whole(10_000 - 50 - 5));
    assert_eq!(before.raw() - trade.coin_of(&trade.applicant).await?.raw(), whole(10_000 + 300).raw());
    assert_eq!(trade.status(id).await?, Status::Closed);
    trade.check_books(coin).await
}

/// Every arbitrator and the fallback are silent: what was refused is divided as agreed, the rest goes back, by the moment that could
/// be read before anybody paid.
pub async fn e06_silent_arbitrators_hold_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let id = trade.fund(&trade.agreement().await?).await?;
    let t_max = trade.picture(id).await?.t_max();
    let named = trade.present(id, whole(8_000), "disputed").await?;
    trade.call(&trade.applicant, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    let (seller, buyer) = (trade.coin_of(&trade.beneficiary).await?, trade.coin_of(&trade.applicant).await?);
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    assert!(trade.seat(id, false).await.is_err(), "no panel sits while offers are made");
    trade.wait_days(3).await?;
    trade.seat(id, false).await?;
    trade.wait_days(17).await?;
    assert_eq!(trade.status(id).await?, Status::Decided);
    assert!(trade.now().await? < t_max);
    trade.fall_silent(id).await?;
    // Half of the 8,000 less fee and tip to the seller, who gets its bond back; the rest to the buyer.
    assert_eq!(growth(&trade, &trade.beneficiary, seller).await?, whole(4_000 - 20 - 5));
    assert_eq!(growth(&trade, &trade.applicant, buyer).await?, whole(16_000));
    trade.check_books(coin).await
}

/// A service credit without documents: either both have signed that it may be paid, or the secret was revealed before a day.
pub async fn conditions_pay_a_credit<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, domain) = (trade.world.suite.token, &trade.domain);
    let secret = [0x5e; 32];
    let mut agreement = trade.agreement().await?;
    agreement.checklist = florin_trade::terms::Checklist::default();
    let moment = trade.now().await?.after(Seconds::from_raw(20 * DAY));
    let (buyer, inspector) = (trade.applicant.account().to_address().0, trade.inspector.account().to_address().0);
    let facts = [
        Fact::Signature { by: buyer },
        Fact::Signature { by: inspector },
        Fact::Preimage { hash: keccak(&secret) },
        Fact::Before { moment },
    ];
    for (slot, fact) in agreement.conditions.facts.facts.iter_mut().zip(facts) {
        *slot = Some(fact);
    }
    let nodes = [Node::Fact(0), Node::Fact(1), Node::All(2), Node::Fact(2), Node::Fact(3), Node::All(2), Node::Any(2)];
    for (slot, node) in agreement.conditions.tree.nodes.iter_mut().zip(nodes) {
        *slot = Some(node);
    }
    let ids = [trade.fund(&agreement).await?, trade.fund(&agreement).await?];
    let hash = agreement.hash(keccak);

    // A signature for the one escrow says nothing about the other.
    let sign = |id| {
        [&trade.applicant, &trade.inspector]
            .map(|signer| florin_client::escrow::sign_approval(signer, domain, id, &hash))
            .to_vec()
    };
    let proofs = |signatures, preimages| escrow::Proofs { signatures, preimages, ..Trade::<C>::no_proofs() };
    let other = escrow::execute(ids[0], proofs(sign(ids[1]), vec![]));
    assert_refused!(trade.call(&trade.keeper, &other).await, escrow::Error::Signature(_));
    let none = escrow::execute(ids[0], proofs(vec![], vec![[1; 32]]));
    assert_refused!(trade.call(&trade.keeper, &none).await, escrow::Error::Escrow(EscrowError::ConditionsNotMet));
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.keeper, &escrow::execute(ids[0], proofs(sign(ids[0]), vec![]))).await?;
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(20_000 - 100 - 5));
    // The secret counts until its day.
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.beneficiary, &escrow::execute(ids[1], proofs(vec![], vec![secret]))).await?;
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(20_000 - 100));
    trade.check_books(coin).await
}

/// A larger credit is paid for in the same message, by all or not at all; an allowance is no consent.
pub async fn an_amendment_takes_everybody<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let agreement = trade.agreement().await?;
    let id = trade.fund(&agreement).await?;
    let mut amended = agreement;
    amended.terms.amount = whole(25_000);
    let consents = trade.consents(id, &amended.hash(keccak)).await?;
    let before = trade.coin_of(&trade.applicant).await?;
    // The seller brings it and would pay: it has allowed 10,000. The buyer brings it instead.
    trade.call(&trade.applicant, &escrow::amend(id, amended, consents.clone())).await?;
    assert_eq!(before.raw() - trade.coin_of(&trade.applicant).await?.raw(), whole(5_000).raw());
    // The same consents do not count again: the nonce has moved.
    let again = escrow::amend(id, amended, consents);
    assert_refused!(
        trade.call(&trade.applicant, &again).await,
        escrow::Error::Escrow(EscrowError::WrongNonce { expected: 1, given: 0 })
    );
    // Smaller: what is too much goes back.
    let mut smaller = amended;
    smaller.terms.amount = whole(12_000);
    let consents = trade.consents(id, &smaller.hash(keccak)).await?;
    let before = trade.coin_of(&trade.applicant).await?;
    trade.call(&trade.keeper, &escrow::amend(id, smaller, consents)).await?;
    assert_eq!(growth(&trade, &trade.applicant, before).await?, whole(13_000));
    trade.check_books(coin).await?;

    // All agree to divide: the stake is named, and an agreement about another one counts nothing.
    let split = |stake, to| florin_trade::amendment::AgreedSplit::new(smaller.hash(keccak), false, stake, to, keccak);
    let stale = split(whole(25_000), whole(20_000));
    let consents = trade.consents(id, &stale.hash()).await?;
    let message = escrow::agree(id, whole(25_000), whole(20_000), consents);
    assert_refused!(trade.call(&trade.keeper, &message).await, escrow::Error::Escrow(EscrowError::OtherStake { .. }));
    let good = split(whole(12_000), whole(2_000));
    let consents = trade.consents(id, &good.hash()).await?;
    trade.call(&trade.keeper, &escrow::agree(id, whole(12_000), whole(2_000), consents)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    trade.check_books(coin).await
}

/// A dealer's quote turns the seller's proceeds into another asset in the message that pays them; a quote that is too old, too small
/// or too dear leaves them as they are.
pub async fn proceeds_are_exchanged_or_paid_as_they_are<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain.clone()).await?;
    let (coin, world): (_, &World<C>) = (trade.world.suite.token, &trade.world);
    // Euros with six decimals, of which a dealer has a hundred thousand.
    let euro = chain.create_asset(91, 6, 1).await?;
    chain.mint_asset(91, &trade.financier.account(), 100_000_000_000).await?;
    chain.mint_asset(91, &trade.beneficiary.account(), 1_000_000).await?;
    super::approve_spender(world, &trade.financier, euro, trade.escrow).await?;
    trade.call(&trade.keeper, &escrow::admit_asset(euro)).await?;
    let agreement = trade.agreement().await?;
    let id = trade.fund(&agreement).await?;

    // 10,000 coin for 9,000 euro, until a day from now.
    let expires = trade.now().await?.raw() + DAY;
    let quote = escrow::quote(coin, euro, whole(10_000), Amount::from_raw(9_000_000_000), expires);
    let number = trade.call(&trade.financier, &quote).await?.value;
    assert_refused!(
        trade.call(&trade.financier, &escrow::withdraw_quote(number)).await,
        escrow::Error::Swap(florin_trade::swap::SwapError::QuoteHolds { .. })
    );
    let order = escrow::place_order(id, number, whole(1_000), Amount::from_raw(890_000_000), expires);
    assert_refused!(trade.call(&trade.keeper, &order).await, escrow::Error::NotPayee { .. });
    trade.call(&trade.beneficiary, &order).await?;

    let named = trade.present(id, whole(4_000), "lot one").await?;
    let dealer = trade.coin_of(&trade.financier).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(growth(&trade, &trade.financier, dealer).await?, whole(3_980));
    let euros = super::asset_balance(world, euro, trade.beneficiary.account().to_address()).await?;
    assert_eq!(euros.as_u128(), 1_000_000 + 3_582_000_000);
    trade.check_books(coin).await?;

    // The quote has 6,020 left: 7,960 are paid as they are.
    let named = trade.present(id, whole(8_000), "lot two").await?;
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(7_960));
    // And once it is old, everything is.
    trade.wait_days(1).await?;
    let named = trade.present(id, whole(1_000), "lot three").await?;
    let before = trade.coin_of(&trade.beneficiary).await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(995));
    // Anybody has the dealer's rest given back.
    trade.call(&trade.keeper, &escrow::withdraw_quote(number)).await?;
    let (ledger, balance) = trade.books_of(euro).await?;
    assert_eq!((ledger.liabilities, balance), (Amount::ZERO, florin_units::U256::zero()));
    trade.check_books(coin).await
}

/// The test contract that misbehaves, as a registry of titles.
///
/// # Errors
/// The chain's.
pub async fn hostile_registry<C: DevChain>(
    trade: &Trade<C>,
) -> Result<florin_client::chain::Address, crate::harness::HarnessError> {
    super::assets::hostile_token(&trade.world).await
}

/// Whether the registry that misbehaves gives titles out of custody.
///
/// # Errors
/// The chain's.
pub async fn refuse_delivery<C: DevChain>(
    trade: &Trade<C>,
    registry: florin_client::chain::Address,
    refuses: bool,
) -> Outcome {
    let behaviour = if refuses { super::assets::REVERTS } else { super::assets::HONEST };
    super::assets::behave(&trade.world, &trade.keeper, registry, behaviour).await
}

/// A registry that does not deliver, or computes for ever, holds no money: the seller is paid, and the title can be asked for again
/// and again.
pub async fn a_registry_that_refuses_holds_no_money<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let coin = trade.world.suite.token;
    let registry = hostile_registry(&trade).await?;
    let mut agreement = trade.agreement().await?;
    agreement.terms.title = Some(registry.0);
    agreement.terms.partial_drawings = false;
    for behaviour in [super::assets::REVERTS, super::assets::SPINS] {
        super::assets::behave(&trade.world, &trade.keeper, registry, super::assets::HONEST).await?;
        let id = trade.fund(&agreement).await?;
        let contents = format!("title of {behaviour}");
        let named = trade.present(id, whole(20_000), &contents).await?;
        super::assets::behave(&trade.world, &trade.keeper, registry, behaviour).await?;
        let before = trade.coin_of(&trade.beneficiary).await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        assert_eq!(growth(&trade, &trade.beneficiary, before).await?, whole(19_900));
        assert_eq!(trade.status(id).await?, Status::Closed);
        let document = crate::trade::commitment(BILL, &contents);
        let issuer = trade.carrier.account().to_address();
        let waiting = escrow::delivery(id, issuer, document);
        let client = &trade.world.suite.client;
        let delivery = client.read(trade.escrow, &waiting).await?.expect("it waits");
        assert_eq!(delivery.to, trade.applicant.account().to_address().0);
        // Still not: it waits on.
        trade.call(&trade.keeper, &escrow::deliver_title(id, issuer, document)).await?;
        assert!(client.read(trade.escrow, &waiting).await?.is_some());
        super::assets::behave(&trade.world, &trade.keeper, registry, super::assets::HONEST).await?;
        trade.call(&trade.keeper, &escrow::deliver_title(id, issuer, document)).await?;
        assert!(client.read(trade.escrow, &waiting).await?.is_none());
        assert_refused!(
            trade.call(&trade.keeper, &escrow::deliver_title(id, issuer, document)).await,
            escrow::Error::NothingToDeliver { .. }
        );
    }
    trade.check_books(coin).await
}

/// What a message costs: its name, its weight, and the deposit for what it stores.
type Cost = (&'static str, Weight, i128);

/// Sends something to the escrow contract; what it costs is put on a list.
async fn measure<C: DevChain, T: Decode>(
    trade: &Trade<C>,
    costs: &mut Vec<Cost>,
    who: &Signer,
    message: &Message<T, escrow::Error>,
) -> Result<T, HarnessError> {
    let preview = trade.world.suite.client.dry_run(&who.account(), trade.escrow, 0, message).await?;
    costs.push((message.label, preview.weight, preview.storage_deposit));
    Ok(trade.call(who, message).await?.value)
}

/// Presents all documents for a thousand, measured.
async fn measure_presentation<C: DevChain>(
    trade: &Trade<C>,
    costs: &mut Vec<Cost>,
    id: u64,
    contents: &str,
) -> Result<PresentationId, HarnessError> {
    let present = escrow::present(id, whole(1_000), None, trade.papers(id, contents).await?, false);
    measure(trade, costs, &trade.beneficiary, &present).await?;
    Ok(PresentationId { number: trade.picture(id).await?.escrow.presentations, amount: whole(1_000) })
}

/// What the messages cost by which a credit is drafted, drawn, refused, waived and disputed, up to the claim.
async fn costs_of_documents<C: DevChain>(trade: &Trade<C>, costs: &mut Vec<Cost>) -> Outcome {
    let (buyer, seller, keeper, bank) = (&trade.applicant, &trade.beneficiary, &trade.keeper, &trade.financier);
    let agreement = trade.agreement().await?;
    let hash = agreement.hash(keccak);
    let id = measure(trade, costs, keeper, &escrow::draft(agreement, vec![])).await?;
    measure(trade, costs, buyer, &escrow::sign(id, hash)).await?;
    measure(trade, costs, seller, &escrow::sign(id, hash)).await?;
    measure(trade, costs, buyer, &escrow::fund(id, hash)).await?;
    let assign = escrow::assign(id, bank.account().to_address(), Bps::from_raw(2_500));
    measure(trade, costs, seller, &assign).await?;
    measure(trade, costs, bank, &escrow::pass_on(id, 0, keeper.account().to_address())).await?;

    let named = measure_presentation(trade, costs, id, "accepted").await?;
    measure(trade, costs, buyer, &escrow::accept(id, named)).await?;
    let named = measure_presentation(trade, costs, id, "waived").await?;
    let notice = |named| escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"));
    measure(trade, costs, buyer, &notice(named)).await?;
    measure(trade, costs, buyer, &escrow::waive(id, named)).await?;
    let named = measure_presentation(trade, costs, id, "disputed").await?;
    measure(trade, costs, buyer, &notice(named)).await?;
    measure(trade, costs, seller, &escrow::raise(id)).await?;
    measure(trade, costs, buyer, &escrow::offer(id, whole(400))).await?;
    measure(trade, costs, seller, &escrow::accept_offer(id, whole(400))).await?;
    let (coin, collector) = (trade.world.suite.token, trade.collector.account().to_address());
    let claim = escrow::claim(coin, florin_client::chain::Address::zero(), collector, collector);
    measure(trade, costs, keeper, &claim).await
}

/// What the messages cost by which a credit is paid by silence, at usance and by its conditions, amended and divided.
async fn costs_of_time<C: DevChain>(trade: &Trade<C>, costs: &mut Vec<Cost>) -> Outcome {
    let (buyer, keeper) = (&trade.applicant, &trade.keeper);
    let agreement = trade.agreement().await?;
    let id = trade.fund(&agreement).await?;
    let mut longer = agreement;
    longer.terms.expiry = agreement.terms.expiry.after(Seconds::from_raw(DAY));
    let consents = trade.consents(id, &longer.hash(keccak)).await?;
    measure(trade, costs, keeper, &escrow::amend(id, longer, consents)).await?;
    measure_presentation(trade, costs, id, "in silence").await?;
    trade.wait_days(7).await?;
    measure(trade, costs, keeper, &escrow::settle(id)).await?;
    let (stake, part) = (whole(19_000), whole(5_000));
    let split = florin_trade::amendment::AgreedSplit::new(longer.hash(keccak), false, stake, part, keccak);
    let consents = trade.consents(id, &split.hash()).await?;
    measure(trade, costs, keeper, &escrow::agree(id, stake, part, consents)).await?;

    let mut at_usance = trade.agreement().await?;
    at_usance.terms.payment = Payment::Usance { tenor: Seconds::from_raw(DAY), sight_share: Bps::ZERO };
    let id = trade.fund(&at_usance).await?;
    let named = measure_presentation(trade, costs, id, "at usance").await?;
    measure(trade, costs, buyer, &escrow::accept(id, named)).await?;
    trade.wait_days(1).await?;
    measure(trade, costs, keeper, &escrow::mature(id, 0)).await?;

    let mut by_time = trade.agreement().await?;
    by_time.conditions.facts.facts[0] = Some(Fact::After { moment: trade.now().await? });
    by_time.conditions.tree.nodes[0] = Some(Node::Fact(0));
    let id = trade.fund(&by_time).await?;
    measure(trade, costs, keeper, &escrow::execute(id, Trade::<C>::no_proofs())).await
}

/// A credit costs the same among few and among many, whatever becomes of it.
pub async fn a_credit_costs_the_same_among_many<C: DevChain + Clone>(chain: C, crowd: u32) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let mut rounds = Vec::new();
    // The first round makes cells that all later ones find: balances, the collector's claim.
    for round in 0..3 {
        let mut costs = Vec::new();
        Box::pin(costs_of_documents(&trade, &mut costs)).await?;
        Box::pin(costs_of_time(&trade, &mut costs)).await?;
        rounds.push(costs);
        if round == 1 {
            let agreement = trade.agreement().await?;
            for _ in 0..crowd {
                trade.call(&trade.keeper, &escrow::draft(agreement, vec![])).await?;
            }
        }
    }
    assert_eq!(rounds[1].len(), rounds[2].len());
    for (few, many) in rounds[1].iter().zip(&rounds[2]) {
        let (label, weight, deposit) = few;
        assert_eq!((label, deposit), (&many.0, &many.2), "the deposit among few and among {crowd} more credits");
        for (few, many) in [(weight.ref_time, many.1.ref_time), (weight.proof_size, many.1.proof_size)] {
            // Numbers with other bytes in them take a little more or less to hash and to read.
            let is_same = few.abs_diff(many) * 1_000 <= few;
            assert!(is_same, "{label}: {few} among few, {many} among {crowd} more credits");
        }
    }
    Ok(())
}
