//! Credits at the edge of what can be agreed: paid by the state of a title, between contracts, and with as many payees as
//! there can be in a token that burns whatever it is given.

use florin_bindings::{arbitration, escrow, title, Message};
use florin_client::{
    chain::{Address, DevChain},
    contract::decode_events,
    escrow::{sign_agreement, sign_consent},
    governance::keccak,
    signer::Signer,
};
use florin_trade::{
    amendment::AgreedSplit,
    condition::{Fact, Node, TitleFact},
    examination::{Discrepancies, PresentationId},
    ledger::Purpose,
    right::{TitleCommand, MAXIMUM_SHARES},
    state::Status,
    terms::Checklist,
    EscrowError,
};
use florin_units::{Amount, Bps, Seconds, U256};
use parity_scale_codec::Decode;

use super::{
    approve_spender, asset_balance,
    assets::{behave, forward, hostile_token, mint_hostile, HONEST, READS, READS_AND_MOVES, SPINS},
    escrow_incidents::{agreement_in, hostile_asset},
    Outcome,
};
use crate::{
    assert_refused,
    harness::{coins, HarnessError},
    trade::{commitment, whole, Trade, BILL, DAY, INSPECTION, INVOICE},
};

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

/// Two credits without documents: one is paid once the title to the goods is the buyer's, the other once it was
/// surrendered. Only the title of the issuer counts that stands beside the facts.
pub async fn the_state_of_a_title_pays_a_credit<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (client, coin, registry) = (&trade.world.suite.client, trade.world.suite.token, trade.title);
    let (buyer, seller, carrier, keeper) = (&trade.applicant, &trade.beneficiary, &trade.carrier, &trade.keeper);
    let document = keccak(b"a bill of lading");
    let mut ids = Vec::new();
    for state in [TitleFact::WithApplicant, TitleFact::Surrendered] {
        let mut agreement = trade.agreement().await?;
        agreement.checklist = Checklist::default();
        let conditions = &mut agreement.conditions;
        (conditions.facts.titles, conditions.facts.title_issuer) = (registry.0, address(carrier).0);
        conditions.facts.facts[0] = Some(Fact::Title { document, state });
        conditions.tree.nodes[0] = Some(Node::Fact(0));
        ids.push(trade.fund(&agreement).await?);
    }
    let [with_buyer, surrendered] = ids[..] else { panic!("two credits") };
    let execute = |id, title| escrow::execute(id, escrow::Proofs { title, ..Trade::<C>::no_proofs() });
    let unmet = escrow::Error::Escrow(EscrowError::ConditionsNotMet);

    // Nobody has issued it; then somebody has who is not the carrier.
    super::refused(trade.call(keeper, &execute(with_buyer, Some(document))).await, &unmet);
    client.call(keeper, registry, 0, &title::issue(document, address(buyer))).await?;
    super::refused(trade.call(keeper, &execute(with_buyer, Some(document))).await, &unmet);
    // The carrier has, to the seller, who hands it over without its ownership first.
    client.call(carrier, registry, 0, &title::issue(document, address(seller))).await?;
    super::refused(trade.call(keeper, &execute(with_buyer, Some(document))).await, &unmet);
    let act = |command| title::act(address(carrier), document, command);
    let nominate = TitleCommand::Nominate { nominee: Some(address(buyer).0) };
    client.call(seller, registry, 0, &act(TitleCommand::HandOver { to: address(buyer).0 })).await?;
    client.call(seller, registry, 0, &act(nominate)).await?;
    super::refused(trade.call(keeper, &execute(with_buyer, Some(document))).await, &unmet);
    client.call(buyer, registry, 0, &act(TitleCommand::Endorse { to: address(buyer).0 })).await?;
    trade.expect_title_with(document, buyer).await?;

    // Who does not name the title shows nothing, and another one shows nothing either.
    super::refused(trade.call(keeper, &execute(with_buyer, None)).await, &unmet);
    super::refused(trade.call(keeper, &execute(with_buyer, Some([7; 32]))).await, &unmet);
    super::refused(trade.call(keeper, &execute(surrendered, Some(document))).await, &unmet);
    let before = trade.coin_of(seller).await?;
    trade.call(keeper, &execute(with_buyer, Some(document))).await?;
    assert_eq!(trade.coin_of(seller).await?.raw() - before.raw(), whole(20_000 - 100 - 5).raw());
    assert_eq!(trade.status(with_buyer).await?, Status::Closed);

    client.call(buyer, registry, 0, &act(TitleCommand::Surrender)).await?;
    client.call(carrier, registry, 0, &act(TitleCommand::Retire)).await?;
    trade.call(keeper, &execute(surrendered, Some(document))).await?;
    assert_eq!(trade.status(surrendered).await?, Status::Closed);
    trade.check_books(coin).await
}

/// Has a contract that is a party send something to the escrow contract; whether that has taken it.
async fn send_as<C: DevChain, T: Decode, E: Decode>(
    trade: &Trade<C>,
    party: Address,
    message: &Message<T, E>,
) -> Result<bool, HarnessError> {
    forward(&trade.world, &trade.keeper, party, trade.escrow, message.data().to_vec()).await
}

/// A seller that is a contract: it signs, issues its invoice and consents by sending the message itself, nobody else does
/// so in its name, and it is paid.
pub async fn a_contract_sells_and_is_paid<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, keeper, buyer) = (trade.world.suite.token, &trade.keeper, &trade.applicant);
    let party = hostile_token(&trade.world).await?;
    let mut agreement = trade.agreement().await?;
    agreement.terms.beneficiary = party.0;
    let invoice = &mut agreement.checklist.documents[usize::from(INVOICE)];
    *invoice = invoice.map(|required| florin_trade::terms::RequiredDocument { issuer: party.0, ..required });
    let hash = agreement.hash(keccak);
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let signed = sign_agreement(buyer, &trade.domain, &hash, deadline);
    let id = trade.call(keeper, &escrow::draft(agreement, vec![signed])).await?.value;

    // A signature that somebody else makes, or none, is not the contract's.
    let forged = sign_agreement(keeper, &trade.domain, &hash, deadline).signature;
    for signature in [forged, vec![]] {
        let bring = escrow::sign_for(id, party, deadline.raw(), signature);
        assert_refused!(trade.call(keeper, &bring).await, escrow::Error::Signature(_));
    }
    assert!(send_as(&trade, party, &escrow::sign(id, hash)).await?, "it signs by sending");
    assert_eq!(trade.status(id).await?, Status::Signed);
    trade.call(buyer, &escrow::fund(id, hash)).await?;

    // Its invoice has no signature: it is the contract's because the contract brings it, and nobody else's.
    let papers = vec![
        Some(escrow::Document {
            commitment: commitment(INVOICE, "goods"),
            dated: trade.now().await?.raw(),
            signer: party,
            signature: vec![],
        }),
        Some(trade.paper(id, BILL, "goods").await?),
        Some(trade.paper(id, INSPECTION, "goods").await?),
    ];
    let present = escrow::present(id, whole(8_000), None, papers, false);
    for stranger in [keeper, &trade.beneficiary] {
        assert_refused!(trade.call(stranger, &present).await, escrow::Error::Signature(_));
    }
    assert!(send_as(&trade, party, &present).await?, "it presents");
    let named = PresentationId { number: trade.picture(id).await?.escrow.presentations, amount: whole(8_000) };
    trade.call(buyer, &escrow::accept(id, named)).await?;
    let paid = whole(8_000 - 40).raw();
    assert_eq!(asset_balance(&trade.world, coin, party).await?, U256::from(paid));

    // It consents to a division of the rest in the same way.
    let split = AgreedSplit::new(hash, false, whole(12_000), whole(2_000), keccak);
    let consents = vec![
        sign_consent(buyer, &trade.domain, id, &split.hash(), 0, deadline),
        escrow::Consenting {
            signer: party,
            subject: split.hash(),
            nonce: 0,
            deadline: deadline.raw(),
            signature: vec![],
        },
    ];
    let agree = escrow::agree(id, whole(12_000), whole(2_000), consents);
    for stranger in [keeper, buyer] {
        assert_refused!(trade.call(stranger, &agree).await, escrow::Error::Signature(_));
    }
    assert!(send_as(&trade, party, &agree).await?, "it consents");
    assert_eq!(trade.status(id).await?, Status::Closed);
    let paid = paid + whole(2_000 - 10).raw();
    assert_eq!(asset_balance(&trade.world, coin, party).await?, U256::from(paid));
    trade.check_books(coin).await
}

/// A buyer that is a contract: it signs, allows and pays in, and accepts, by sending the messages itself.
pub async fn a_contract_buys_and_pays_in<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, keeper, seller) = (trade.world.suite.token, &trade.keeper, &trade.beneficiary);
    let party = hostile_token(&trade.world).await?;
    trade.world.pay(&trade.applicant, party, coins(20_000)).await?;
    let mut agreement = trade.agreement().await?;
    agreement.terms.applicant = party.0;
    let hash = agreement.hash(keccak);
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let signed = sign_agreement(seller, &trade.domain, &hash, deadline);
    let id = trade.call(keeper, &escrow::draft(agreement, vec![signed])).await?.value;
    assert!(send_as(&trade, party, &escrow::sign(id, hash)).await?, "it signs by sending");

    let fund = escrow::fund(id, hash);
    assert!(!send_as(&trade, party, &fund).await?, "it has allowed nothing");
    let mut approve = vec![0x09, 0x5e, 0xa7, 0xb3];
    approve.extend_from_slice(&[0; 12]);
    approve.extend_from_slice(trade.escrow.as_bytes());
    approve.extend_from_slice(&[0xff; 32]);
    assert!(forward(&trade.world, keeper, party, coin, approve).await?, "it allows");
    assert!(send_as(&trade, party, &fund).await?, "it pays in");
    assert_eq!(trade.status(id).await?, Status::Funded);
    assert_eq!(asset_balance(&trade.world, coin, party).await?, U256::zero());

    let named = trade.present(id, whole(20_000), "goods").await?;
    let (accept, before) = (escrow::accept(id, named), trade.coin_of(seller).await?);
    assert_refused!(trade.call(keeper, &accept).await, escrow::Error::Escrow(EscrowError::WrongCaller { .. }));
    assert!(send_as(&trade, party, &accept).await?, "it accepts");
    assert_eq!(trade.coin_of(seller).await?.raw() - before.raw(), whole(20_000 - 100).raw());
    assert_eq!(trade.status(id).await?, Status::Closed);
    trade.check_books(coin).await
}

/// A compliance contract that computes for ever says no within its bound, and nothing else: nobody pays in who would be
/// watched by it, and everybody else does.
pub async fn a_compliance_contract_that_loops_says_no<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (buyer, coin) = (&trade.applicant, trade.world.suite.token);
    let compliance = hostile_token(&trade.world).await?;
    let agreement = trade.agreement().await?;
    let mut screened = agreement;
    screened.terms.compliance = Some(compliance.0);
    let id = trade.sign(&screened).await?;
    behave(&trade.world, &trade.keeper, compliance, SPINS).await?;
    let fund = escrow::fund(id, screened.hash(keccak));
    let denied = EscrowError::Denied { account: address(buyer).0 };
    super::refused(trade.call(buyer, &fund).await, &escrow::Error::Escrow(denied));
    trade.fund(&agreement).await?;
    behave(&trade.world, &trade.keeper, compliance, HONEST).await?;
    trade.call(buyer, &fund).await?;
    // What is paid out does not ask it.
    behave(&trade.world, &trade.keeper, compliance, SPINS).await?;
    let named = trade.present(id, whole(20_000), "goods").await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    assert_eq!(trade.status(id).await?, Status::Closed);
    trade.check_books(coin).await
}

/// A dispute about all that a credit has, decided and not executed: in an asset that is the registry of its title as well,
/// with as many parts of the proceeds as there can be, both bonds, fees, and what the buyer has put up for fees.
async fn fullest<C: DevChain>(trade: &Trade<C>, asset: Address) -> Result<u64, HarnessError> {
    let mut agreement = agreement_in(trade, asset, 18, whole(1_000)).await?;
    agreement.terms.title = Some(asset.0);
    agreement.terms.partial_drawings = false;
    agreement.terms.tip = whole(5);
    let dispute = &mut agreement.dispute;
    (dispute.fee, dispute.appeal_fee, dispute.reserve) = (whole(5), whole(5), whole(5));
    let id = trade.fund(&agreement).await?;
    for holder in &trade.arbitrators[..MAXIMUM_SHARES] {
        trade.call(&trade.beneficiary, &escrow::assign(id, address(holder), Bps::from_raw(1_000))).await?;
    }
    let named = trade.present(id, whole(1_000), "all of it").await?;
    let notice = escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"short weight"));
    trade.call(&trade.applicant, &notice).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(whole(600)); 3]).await?;
    // Nobody hears the appeal: the bonds of both go back.
    trade.call(&trade.applicant, &escrow::appeal(id)).await?;
    trade.wait_days(14).await?;
    assert_eq!(trade.status(id).await?, Status::Decided);
    Ok(id)
}

/// The message with the most payees: tip, six parts, the rest of the proceeds, what goes back, bonds, fees, the reserve, a
/// title, and two exchanges for another asset. Both assets, and the registry, use up whatever they are given of time, or
/// of the block's proof, or so much that what is left just does for moving what they should. It fits a block all the same,
/// all money is out or can be claimed, and is paid once they behave.
/// (With a retention there would be one payee less: the reserve stays until that is released.)
pub async fn the_fullest_message_fits_a_block<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (world, keeper, dealer) = (&trade.world, &trade.keeper, &trade.financier);
    let (asset, other) = (hostile_asset(&trade).await?, hostile_token(world).await?);
    trade.call(keeper, &escrow::admit_asset(other)).await?;
    mint_hostile(world, dealer, other).await?;
    approve_spender(world, dealer, other, trade.escrow).await?;
    let holders = &trade.arbitrators[..MAXIMUM_SHARES];
    for behaviour in [SPINS, READS, READS_AND_MOVES] {
        let moves = behaviour == READS_AND_MOVES;
        let id = Box::pin(fullest(&trade, asset)).await?;
        let expires = trade.now().await?.raw() + DAY;
        let quote = escrow::quote(asset, other, whole(2_000), whole(2_000), expires);
        let number = trade.call(dealer, &quote).await?.value;
        for owner in [&holders[0], &holders[1], &trade.beneficiary] {
            let order = escrow::place_order(id, number, whole(1), Amount::from_raw(1), expires);
            trade.call(owner, &order).await?;
        }

        for burning in [asset, other] {
            behave(world, keeper, burning, behaviour).await?;
        }
        let done = trade.call(keeper, &escrow::settle(id)).await?;
        let available = world.suite.client.chain().max_call_weight().await?;
        let needed = done.weight_required;
        let fits = needed.ref_time <= available.ref_time && needed.proof_size <= available.proof_size;
        assert!(fits, "{needed:?} of {available:?}");
        let exchanged: Vec<escrow::Exchanged> = decode_events(&done.receipt, trade.escrow).expect("of these bindings");
        assert_eq!(exchanged.len(), 2, "one part, and what is the seller's own");
        let paid: Vec<escrow::Paid> = decode_events(&done.receipt, trade.escrow).expect("of these bindings");
        let waits = |paid: &&escrow::Paid| matches!(paid.purpose, Purpose::Fee | Purpose::Arbitration);
        let delivered = paid.iter().filter(|paid| paid.delivered).count();
        let all = if moves { paid.len() - paid.iter().filter(waits).count() } else { 0 };
        assert!(paid.len() >= 14 && delivered == all, "{delivered} of {} payouts: {paid:?}", paid.len());
        assert_eq!(trade.status(id).await?, Status::Closed);
        let book = trade.picture(id).await?.escrow.book;
        assert_eq!((book.held(), book.left()), (Ok(Amount::ZERO), Ok(book.funded)));
        assert_eq!(book.paid.is_zero(), !moves, "{book:?}");
        trade.check_books(asset).await?;
        let (ledger, balance) = trade.books_of(other).await?;
        assert!(balance >= U256::from(ledger.liabilities.raw()), "{balance} do not cover {ledger:?}");

        // Once they behave everybody has what it can claim, and the buyer the title.
        for burning in [asset, other] {
            behave(world, keeper, burning, HONEST).await?;
        }
        trade.arbitrate(keeper, &arbitration::collect(trade.escrow, id)).await?;
        let people = [&trade.applicant, &trade.beneficiary, keeper, dealer, &trade.collector];
        for person in people.into_iter().chain(holders) {
            for asset in [asset, other] {
                if !trade.claim_of(asset, person).await?.is_zero() {
                    let claim = escrow::claim(asset, Address::zero(), address(person), address(person));
                    trade.call(keeper, &claim).await?;
                }
            }
        }
        let (issuer, document) = (address(&trade.carrier), commitment(BILL, "all of it"));
        let deliver = escrow::deliver_title(id, issuer, document);
        if moves {
            assert_refused!(trade.call(keeper, &deliver).await, escrow::Error::NothingToDeliver { .. });
        } else {
            trade.call(keeper, &deliver).await?;
        }
        assert_eq!(trade.books_of(asset).await?.0.liabilities, Amount::ZERO);
        trade.wait_days(1).await?;
        trade.call(keeper, &escrow::withdraw_quote(number)).await?;
        assert_eq!(trade.books_of(other).await?.0.liabilities, Amount::ZERO);
    }
    Ok(())
}
